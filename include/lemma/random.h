#pragma once
/// Random numbers, counter-based (Philox 4x32-10): element i of a draw depends only on the seed and a running count,
/// so the same seed gives the same numbers on every device and for any number of threads. Source: Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011.

#include <cstdint>

#include "lemma/tensor.h"

namespace lemma {

/// A stream of random numbers: its whole state is two integers, so it can be saved and restored exactly.
struct Generator {
  uint64_t seed = 0;
  uint64_t offset = 0;  ///< numbers drawn so far
  /// Takes `count` numbers off the stream; returns where they begin.
  uint64_t advance(uint64_t count) {
    const uint64_t begin = offset;
    offset += count;
    return begin;
  }
  /// One number in [0, 1), and one integer in [0, bound). bound >= 1.
  double uniform();
  int64_t below(int64_t bound);  ///< ValueError for another bound
};

/// The generator used where none is passed. Each thread has its own, with a stream of its own.
Generator& default_generator();
/// Restarts the default generators of all threads. The thread that calls it draws the numbers of this very seed.
void manual_seed(uint64_t seed);

/// Uniform in [0, 1).
Tensor rand(const Shape& shape, const TensorOptions& options = {}, Generator* generator = nullptr);
/// Standard normal.
Tensor randn(const Shape& shape, const TensorOptions& options = {}, Generator* generator = nullptr);
/// The same in x's shape, dtype and device.
Tensor rand_like(const Tensor& x, Generator* generator = nullptr);
/// Standard normal, likewise.
Tensor randn_like(const Tensor& x, Generator* generator = nullptr);
/// Integers in [low, high), any of them, int64 by default. Throws ValueError if the range is empty.
Tensor randint(int64_t low, int64_t high, const Shape& shape, const TensorOptions& options = {.dtype = DType::int64},
               Generator* generator = nullptr);
/// A random order of 0..n-1, int64.
Tensor randperm(int64_t n, Generator* generator = nullptr);
/// `num_samples` indices per row, drawn with probabilities proportional to the row. probs: (N) or (B, N), non-negative
/// with a positive sum. Result: (num_samples) or (B, num_samples), int64. Without replacement unless asked.
Tensor multinomial(const Tensor& probs, int64_t num_samples, bool replacement = false, Generator* generator = nullptr);

}  // namespace lemma
