// Tutorial 16: CUDA kernels, a ladder. Text: docs/tutorials/16_cuda_kernels.md
#include "16_kernels.h"
#include "16_on_paper.h"
#include "kernels/cuda/matmul/ladder.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

#ifndef LEMMA_LESSON_HAS_DEVICE
#define LEMMA_LESSON_HAS_DEVICE 0
#endif

#if LEMMA_LESSON_HAS_DEVICE

using kernels::cuda::ladder;
using kernels::cuda::multiply_with;
using kernels::cuda::Rung;

void threads() {
  section("A kernel is a loop without the loop");
  say("  1000 elements, blocks of 256 threads: 4 blocks, 1024 threads, of which 24 find nothing to do.\n"
      "  Each thread finds its element: i = blockIdx.x * blockDim.x + threadIdx.x");
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
  say("\n  Atomics never lose a number, but the order of the additions is the order of arrival, and\n"
      "  float32 sums depend on it: 100000000 + 1 is 100000000.");
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
  memory_in_pieces();
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
}

void timings() {
  section("The clock");
  const cuda::Properties device = cuda::properties();
  if (cuda::is_emulated()) {
    say("  This is the emulated device: one processor runs all threads in turn, so times mean nothing\n"
        "  here. With -DLEMMA_CUDA=ON and a GPU this section times every rung with cuda::Event.");
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

void on_device() {
  threads();
  races();
  reduction();
  tiles();
  ladder_of_products();
  loads();
  roofline();
  timings();
}

#else

void on_device() {}

#endif

int kernels_lesson() {
  begin("16: CUDA kernels, a ladder",
        "How does a GPU compute with thousands of threads, and what makes one product fifty times faster than another?",
        "a moment", 16);
  cuda::is_available() && LEMMA_LESSON_HAS_DEVICE ? on_device() : on_paper();
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
      "scripts/tutorial.sh 17   (docs/debugging_kernels.md: gdb stops inside a kernel)");
}

int main(int argc, char** argv) { return run(kernels_lesson, argc, argv); }
