#pragma once
/// The part of tutorial 16 that needs no device: what a kernel fetches is counted, not timed.

#include "16_counting.h"
#include "lemma/core/cuda.h"
#include "tutorial.h"

namespace tutorial {

using namespace lemma;

inline void loads() {
  section("Counted: how often a product fetches its numbers");
  say("  128 x 128 times 128 x 128. Each result is a sum of 128 products, so 256 numbers go into it. A block of\n"
      "  T x T results that are computed together uses each number that it fetches T times:\n");
  manual_seed(arguments().seed.value_or(16));
  const int64_t n = 128;
  const Tensor a = randn({n, n}, {.device = Device::cpu()}), b = randn({n, n}, {.device = Device::cpu()});
  const Tensor exact = matmul(a, b);
  for (const int64_t tile : {1, 16, 128}) {
    const Counted counted = product_in_tiles(a.to_vector<float>(), b.to_vector<float>(), n, tile);
    check(fmt::format("T = {}: loads per result", tile), static_cast<double>(256 / tile),
          static_cast<double>(counted.loads) / static_cast<double>(n * n));
    claim("  the same product",
          allclose(tensor(counted.c, {.device = Device::cpu()}).reshape({n, n}), exact, 1e-3, 1e-3));
  }
}

inline void memory_in_pieces() {
  section("Tiles: memory is read in pieces of 32 bytes, shared memory in 32 banks");
  check("pieces that a warp touches along a row", 4, static_cast<double>(pieces(1)));
  check("down a column of a 1024-wide matrix", 32, static_cast<double>(pieces(1024)));
  say("  So a transpose goes through a tile in shared memory: rows in, rows out, columns only inside.");
  check("turns to read a column of [32][32]", 32, static_cast<double>(turns(32)));
  check("turns to read a column of [32][33]", 1, static_cast<double>(turns(33)));
}

inline void roofline() {
  section("The roofline: what feeds them");
  say("  FLOP per byte = operations per byte that a block fetches. An A100 computes 19.5 TFLOP/s in float32\n"
      "  and reads 2.0 TB/s, so below 9.6 FLOP per byte it waits for memory (or for its caches).\n"
      "  Fed = what 2.0 TB/s allow: FLOP per byte times 2.0.\n");
  say("  {:<10} {:>11} {:>16} {:>14}", "rung", "FLOP / byte", "TFLOP/s fed", "peak TFLOP/s");
  for (const Intensity& each : intensities())
    say("  {:<10} {:>11.2f} {:>16.2f} {:>14.1f}  {}", each.rung, each.per_byte(), kTerabytesPerSecond * each.per_byte(),
        peak(each.rung), each.why);
  check("tiles of 16 instead of single numbers", 10, (512.0 / 128) / (64.0 / 160));
  check("tiles of 128 instead of 16", 8, (32768.0 / 1024) / (512.0 / 128));
  claim("the blocked rung lies to the right of the ridge: arithmetic limits it", 32768.0 / 1024 > 19.5 / 2.039);
  say("\n  Inside a block the same game repeats: a thread that reads 8 + 8 numbers from shared memory does\n"
      "  64 multiply-adds with them; one that keeps a single sum reads 2 for 1.\n");
  say("  2048 x 2048 x 2048, at least, if no cache helps:      to fetch   to compute");
  for (const Intensity& each : intensities()) {
    const Least ms = least_time(each, 2048);
    say("  {:<50} {:>8.3f} ms {:>9.3f} ms", each.rung, ms.fetching, ms.computing);
  }
  const Least naive = least_time(intensities()[0], 2048), blocked = least_time(intensities()[3], 2048);
  check("naive / blocked, the slower of both for each", 86.1, naive.fetching / blocked.computing, 0.1);
  say("  Caches help the naive rung, and no rung reaches its peak. How much is left of that factor, a clock must "
      "tell.");
}

/// What a build without a device can show.
inline void on_paper() {
  say("\nNo kernel can run here: {}.", cuda::why_unavailable());
  say("You would see threads that find their element, a race and two ways to mend it, a sum by 256 threads, and one\n"
      "product by six kernels, compared and timed. The emulated device shows all but the times, and needs no GPU:");
  say("\n  cmake --preset emulated");
  say("  cmake --build --preset emulated --parallel --target tutorial_16_cuda_kernels   (some minutes, once)\n"
      "  build-emulated/tutorials/16_cuda_kernels");
  say("\nWhat makes one product so much faster than another can be counted without any device.");
  memory_in_pieces();
  loads();
  roofline();
}

}  // namespace tutorial
