// Tutorial 16: CUDA kernels, a ladder. Text: docs/tutorials/16_cuda_kernels.md
#include <algorithm>
#include <set>

#include "16_kernels.h"
#include "kernels/cuda/matmul/ladder.h"
#include "lemma/core/cuda.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;
using kernels::cuda::ladder;
using kernels::cuda::multiply_with;
using kernels::cuda::Rung;

#if LEMMA_LESSON_HAS_DEVICE

// How many separate pieces of 32 bytes 32 threads touch, `stride` float32 apart.
int64_t pieces(int64_t stride) {
  std::set<int64_t> touched;
  for (int64_t lane = 0; lane < 32; ++lane) touched.insert(lane * stride * 4 / 32);
  return static_cast<int64_t>(touched.size());
}

// How often the busiest of the 32 banks of shared memory is read when 32 threads read one column of rows of `width`.
int64_t turns(int64_t width) {
  std::vector<int64_t> asked(32);
  for (int64_t lane = 0; lane < 32; ++lane) ++asked[static_cast<size_t>(lane * width % 32)];
  return *std::max_element(asked.begin(), asked.end());
}

// A rung's arithmetic intensity: floating-point operations per byte that its threads fetch from global memory.
struct Intensity {
  const char* rung;
  double flops, bytes;
  const char* why;
};
const std::vector<Intensity> kIntensities = {
    {"naive", 2 * 32, (16 + 2) * 32, "a warp, one k: 16 rows of A and 2 columns of B, 32 bytes for each number"},
    {"coalesced", 2 * 32, 32 + 4 * 32, "a warp, one k: 1 number of A, and 32 neighbours of B"},
    {"tiled", 2 * 16 * 16, 4 * (16 + 16), "a block, one k: 16 numbers of A, 16 of B"},
    {"blocked", 2 * 128 * 128, 4 * (128 + 128), "a block, one k: 128 of A, 128 of B"},
    {"tensor", 2 * 128 * 128, 2 * (128 + 128), "the same tile, numbers of 2 bytes"},
    {"tf32", 2 * 128 * 128, 4 * (128 + 128), "the same tile, numbers of 4 bytes"},
};

// One A100 (80 GB): 2.0 TB/s from memory; 19.5 TFLOP/s float32, 156 tf32, 312 in 16-bit numbers. From its data sheet.
double peak(const std::string& rung) { return rung == "tensor" ? 312 : rung == "tf32" ? 156 : 19.5; }

void threads() {
  section("A kernel is a loop without the loop");
  say("  1000 elements, blocks of 256 threads: 4 blocks, 1024 threads, of which 24 find nothing to do.");
  say("  Each thread finds its element: i = blockIdx.x * blockDim.x + threadIdx.x");
  const Tensor who = Tensor(lesson::who_am_i(1000)).to(Device::cpu());
  check("element 700: block 2, thread 700 - 512", 2188, static_cast<double>(who[700].item()));
  check("element 999, the last of block 3", 3231, static_cast<double>(who[999].item()));
  const Tensor x = arange(5, {.device = Device::cuda()}).to(float32), y = ones({5}, {.device = Device::cuda()});
  lesson::axpy(2, x.array(), y.array());
  check("y = 2 x + y on the device", {1, 3, 5, 7, 9}, y.to(Device::cpu()));
}

void races() {
  section("A race, and two ways to fix it");
  say("  256 threads add 1 to the same number: load it, add 1, store it.");
  check("all load 0, all store 1", 1, Tensor(lesson::count_with_a_race()).to(Device::cpu()).to(float32).item());
  check("atomicAdd: load, add, store in one", 256,
        Tensor(lesson::count_with_atomics()).to(Device::cpu()).to(float32).item());
  say("\n  Atomics never lose a number, but the order of the additions is the order of arrival, and");
  say("  float32 sums depend on it: 100000000 + 1 is 100000000.");
  const Device device = Device::cuda();
  const Tensor index = tensor({0, 0, 0}, {.device = device}),
               value = tensor({1e8, -1e8, 1.0}, {.dtype = float32, .device = device});
  for (const bool backwards : {false, true}) {
    const double sum =
        Tensor(lesson::atomic_scatter_add(index.array(), value.array(), 1, backwards)).to(Device::cpu()).item();
    claim(std::string("1e8 - 1e8 + 1 by atomics, ") + (backwards ? "last" : "first") + " element first: 0 or 1",
          sum == 0 || sum == 1);
  }
  say("\n  scatter_add sorts by index instead: each sum has one owner, who adds in order of position.");
  check("1e8 - 1e8 + 1 by scatter_add", 1,
        scatter_add(zeros({1}, {.device = device}), 0, index, value).to(Device::cpu()).item());
  manual_seed(3);
  const Tensor many = randint(0, 7, {2000}, {.dtype = int64, .device = device}),
               numbers = randn({2000}, {.device = device}), none = zeros({7}, {.device = device});
  const Tensor first = scatter_add(none, 0, many, numbers);
  bool same = true;
  for (int round = 0; round < 5; ++round) same = same && equal(scatter_add(none, 0, many, numbers), first);
  claim("2000 numbers to 7 places, five times over: the same bits each time", same);
  const Tensor atomic(lesson::atomic_scatter_add(many.array(), numbers.array(), 7, false));
  claim("the atomic version agrees to 1e-4, and promises no more", allclose(atomic, first, 1e-4, 1e-4));
}

void reduction() {
  section("A reduction: threads that help each other");
  const Tensor x = arange(1.0, 1001.0, 1.0, {.device = Device::cuda()});
  const Tensor sums(lesson::block_sums(x.array()));
  say("  Each block adds its 256 numbers in 8 rounds: 128 sums of two, 64 of four, ..., 1.");
  check("1 + ... + 256, 257 + ... + 512, ...", {32896, 98432, 163968, 205204}, sums.to(Device::cpu()));
  check("and a second launch adds the blocks' sums", 500500,
        Tensor(lesson::block_sums(sums.array())).to(Device::cpu()).item());
}

void tiles() {
  section("Tiles: memory is read in pieces of 32 bytes, shared memory in 32 banks");
  check("pieces that a warp touches along a row", 4, static_cast<double>(pieces(1)));
  check("down a column of a 1024-wide matrix", 32, static_cast<double>(pieces(1024)));
  say("  So a transpose goes through a tile in shared memory: rows in, rows out, columns only inside.");
  check("turns to read a column of [32][32]", 32, static_cast<double>(turns(32)));
  check("turns to read a column of [32][33]", 1, static_cast<double>(turns(33)));
  const Tensor x = randn({70, 45}, {.device = Device::cuda()});
  claim("the transpose through tiles is the transpose",
        equal(Tensor(lesson::transpose(x.array())), x.t().contiguous()));
}

void ladder_of_products() {
  section("The ladder: one product, six kernels");
  const int64_t m = 96, k = 80, n = 72;
  const Tensor a = randn({m, k}, {.device = Device::cpu()}), b = randn({k, n}, {.device = Device::cpu()});
  for (const Rung& rung : ladder()) {
    const DType dtype = rung.takes(float32) ? float32 : bfloat16;
    const Tensor x = a.to(dtype), y = b.to(dtype);
    const Tensor exact = matmul(x.to(float64), y.to(float64));
    const Tensor got(multiply_with(rung, x.to(Device::cuda()).array(), y.to(Device::cuda()).array()));
    const double off =
        amax(abs(got.to(Device::cpu()).to(float64) - exact), {0, 1}).item() / amax(abs(exact), {0, 1}).item();
    const double allowed = dtype == bfloat16 ? 1.0 / 256 : rung.name == std::string("tf32") ? 1.0 / 1024 : 1e-6;
    claim(fmt::format("{:<9} {}", rung.name, rung.idea), off <= allowed);
  }

  section("The roofline: what feeds them");
  say("  FLOP per byte = operations per byte that a block fetches. An A100 computes 19.5 TFLOP/s in float32");
  say("  and reads 2.0 TB/s, so below 9.6 FLOP per byte it waits for memory (or for its caches).\n");
  say("  {:<10} {:>11} {:>16} {:>14}", "rung", "FLOP / byte", "2.0 TB/s allow", "peak TFLOP/s");
  for (const Intensity& each : kIntensities)
    say("  {:<10} {:>11.2f} {:>16.2f} {:>14.1f}  {}", each.rung, each.flops / each.bytes,
        2.039 * each.flops / each.bytes, peak(each.rung), each.why);
  check("tiles of 16 instead of single numbers", 10, (512.0 / 128) / (64.0 / 160));
  check("tiles of 128 instead of 16", 8, (32768.0 / 1024) / (512.0 / 128));
  claim("the blocked rung lies to the right of the ridge: arithmetic limits it", 32768.0 / 1024 > 19.5 / 2.039);
  say("\n  Inside a block the same game repeats: a thread that reads 8 + 8 numbers from shared memory does");
  say("  64 multiply-adds with them; one that keeps a single sum reads 2 for 1.");
}

void timings() {
  section("The clock");
  const cuda::Properties device = cuda::properties();
  if (cuda::is_emulated()) {
    say("  This is the emulated device: one processor runs all threads in turn, so times mean nothing");
    say("  here. With -DLEMMA_CUDA=ON and a GPU this section times every rung with cuda::Event.");
    return;
  }
  const int64_t n = 2048;
  say("  {}, {} x {} x {}:", device.name, n, n, n);
  for (const Rung& rung : ladder()) {
    const DType dtype = rung.takes(float32) ? float32 : bfloat16;
    const Array x = randn({n, n}, {.device = Device::cuda()}).to(dtype).array();
    cuda::Event begin, end;
    for (int i = 0; i < 3; ++i) multiply_with(rung, x, x);
    begin.record();
    for (int i = 0; i < 10; ++i) multiply_with(rung, x, x);
    end.record();
    const double ms = end.milliseconds_since(begin) / 10;
    say("  {:<10} {:>9.3f} ms {:>9.2f} TFLOP/s", rung.name, ms, 2e-9 * static_cast<double>(n * n * n) / ms);
  }
}

int lesson_on_device() {
  begin("16: CUDA kernels, a ladder",
        "How does a GPU compute with thousands of threads, and what makes one product fifty times faster than another?",
        "a moment", 16);
  threads();
  races();
  reduction();
  tiles();
  ladder_of_products();
  timings();
  return finish(
      {"A kernel is the body of a loop; a thread finds its element from its block's number and its own.",
       "Two threads that write one number race. Atomics lose nothing but add in any order; sorting first gives "
       "every sum one owner and the same bits each time.",
       "Threads of a block share memory and wait for each other at barriers, which all must reach.",
       "Neighbouring threads should read neighbours in memory.",
       "A product is fast when a number that was fetched is used often: tiles first, then registers."},
      {"Leave the barrier out of block_sums. Which build of the emulated device notices?",
       "Give block_sums 64 threads per block. How many launches does a million numbers take?",
       "Sum with __shfl_down_sync once 32 numbers are left. How many barriers are saved?",
       "Work out the intensity of a 64 x 64 tile, and of 256 x 128. Why not larger still?",
       "Write a rung with 32 x 32 tiles and 2 x 2 numbers per thread, put it into the ladder and time it."},
      "build/tutorials/17_transformer   (docs/debugging_kernels.md: gdb stops inside a kernel)");
}

#endif

int lesson_anywhere() {
  if (!cuda::is_available()) {
    say("Tutorial 16 needs a CUDA device, real or emulated: {}.", cuda::why_unavailable());
    return 0;
  }
#if LEMMA_LESSON_HAS_DEVICE
  return lesson_on_device();
#else
  return 0;
#endif
}

int main(int argc, char** argv) { return run(lesson_anywhere, argc, argv); }
