// Answers to the exercises of tutorial 16, counted and simulated: they need no device.
#include "../16_counting.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// block_sums for one block of 256 threads and the numbers 1 to 256. With barriers all threads finish a round before the
// next begins. Without, each thread runs to its end before the next one starts, as on the emulated device.
double block_sum(bool barriers, bool backwards) {
  const int size = 256;
  std::vector<double> part(size, NAN);  // what shared memory holds before it is written is anything
  const auto thread_of = [&](int turn) { return backwards ? size - 1 - turn : turn; };
  const auto load = [&](int thread) { part[static_cast<size_t>(thread)] = thread + 1; };
  const auto add = [&](int thread, int half) {
    if (thread < half) part[static_cast<size_t>(thread)] += part[static_cast<size_t>(thread + half)];
  };
  if (barriers) {
    for (int turn = 0; turn < size; ++turn) load(thread_of(turn));
    for (int half = size / 2; half > 0; half /= 2)
      for (int turn = 0; turn < size; ++turn) add(thread_of(turn), half);
    return part[0];
  }
  for (int turn = 0; turn < size; ++turn) {
    load(thread_of(turn));
    for (int half = size / 2; half > 0; half /= 2) add(thread_of(turn), half);
  }
  return part[0];
}

// How many launches until one number is left, if each block adds up `block` of them.
int launches(int64_t n, int64_t block) {
  int count = 0;
  for (; n > 1; n = (n + block - 1) / block) ++count;
  return count;
}

void answers() {
  exercise(1, "No barrier");
  check("with barriers, thread 0 first", 32896, block_sum(true, false));
  check("with barriers, thread 255 first", 32896, block_sum(true, true));
  claim("without, thread 0 first: it adds what nobody has written yet", std::isnan(block_sum(false, false)));
  check("without, thread 255 first: right, by luck", 32896, block_sum(false, true));
  say("  The emulated build lets thread 0 begin, and prints NaN. With LEMMA_EMULATOR_ORDER=1 thread 255 begins, and "
      "all is\n"
      "  well, as it may be on a GPU for a year. Only emulated-race names both lines, whatever the order.");

  exercise(2, "64 threads per block");
  check("256: 1000000, 3907, 16, 1", "3", std::to_string(launches(1000000, 256)));
  check("64: 1000000, 15625, 245, 4, 1", "4", std::to_string(launches(1000000, 64)));

  exercise(3, "Shuffles for the last 32");
  int barriers = 0, saved = 0;
  for (int half = 128; half > 0; half /= 2) ++barriers, saved += half < 32;
  check("rounds of 256 numbers, a barrier before each", "8", std::to_string(barriers));
  check("rounds among 32 threads, which take each step together", "5", std::to_string(saved));
  std::vector<double> lane(64, 0);  // 1 to 256 after three rounds: lane t holds t+1, t+33, t+65, ...
  for (size_t t = 0; t < 32; ++t)
    for (size_t k = 0; k < 8; ++k) lane[t] += static_cast<double>(t + 32 * k + 1);
  for (size_t offset = 16; offset > 0; offset /= 2)  // value += __shfl_down_sync(0xffffffff, value, offset)
    for (size_t t = 0; t < 32; ++t) lane[t] += lane[t + offset];
  check("the five shuffles give the sum", 32896, lane[0]);

  exercise(4, "Larger tiles");
  const auto intensity = [](double m, double n) { return 2 * m * n / (4 * (m + n)); };
  check("64 x 64", 16, intensity(64, 64));
  check("256 x 128", 42.6667, intensity(256, 128));
  say("  Every result needs a register for its sum, and a thread has 255 at most. 256 * 128 results by 256 threads: "
      "128\n"
      "  each. 256 * 256 would need 256. And a result of 2048 x 2048 has only 128 blocks of 256 x 128, for the 108\n"
      "  multiprocessors of an A100: 108 run at once, then 20, while 88 multiprocessors wait.");

  exercise(5, "32 x 32 tiles, 2 x 2 numbers per thread");
  manual_seed(16);
  const int64_t n = 128;
  const Tensor a = randn({n, n}), b = randn({n, n});
  const Counted counted = product_in_tiles(a.to_vector<float>(), b.to_vector<float>(), n, 32);
  check("loads per result: 256 / 32", 8, static_cast<double>(counted.loads) / static_cast<double>(n * n));
  claim("the same product", allclose(tensor(counted.c).reshape({n, n}), matmul(a, b), 1e-3, 1e-3));
  check("FLOP per byte", 8, intensity(32, 32));
  say("  A thread reads 2 + 2 numbers from shared memory for 4 multiply-adds: 1 for each, where tiled.cu reads 2.\n"
      "  Begin with a copy of tiled.cu: 256 threads, each with four sums, at rows y and y + 16, columns x and x + 16.\n"
      "  Its row in the ladder stands in matmul/ladder.cu; tests/test_cuda_matmul.cpp then compares it with float64.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
