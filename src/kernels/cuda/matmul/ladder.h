#pragma once
/// The ladder: one product of matrices written several times, each rung faster than the one before and one file to
/// read. matmul() runs the best for the shape; the tutorial and the benchmark run any of them by name.

#include <span>
#include <string_view>

#include "kernels/kernels.h"

namespace lemma::kernels::cuda {

/// c = a b for arrays as kernels::matmul() takes them; c contiguous. Requires: nothing empty, K >= 1, a dtype that the
/// rung takes, and the device of c current.
using Multiply = void(const Array& c, const Array& a, const Array& b);

Multiply multiply_naive;      // naive.cu: one thread per element; neighbouring threads go down a column
Multiply multiply_coalesced;  // coalesced.cu: the same, but neighbouring threads go along a row
Multiply multiply_tiled;      // tiled.cu: blocks share tiles of A and B
Multiply multiply_blocked;    // blocked.cu: threads keep blocks of C in registers; float32 and float64
Multiply multiply_tensor;     // tensor.cu: tensor cores; float16 and bfloat16
Multiply multiply_tf32;       // tensor.cu: tensor cores on float32 rounded to 10 fraction bits

struct Rung {
  const char* name;  ///< the file's, or "tf32"
  const char* idea;  ///< what it adds to the rung before, in a few words
  Multiply* multiply;
  std::span<const DType> dtypes;
  bool takes(DType dtype) const;
};

/// From the lowest rung to the highest.
std::span<const Rung> ladder();
/// Throws Error, with the names there are.
const Rung& rung(std::string_view name);

/// A fresh a b by one rung, whatever the shape; requires what kernels::matmul() requires.
Array multiply_with(const Rung& rung, const Array& a, const Array& b);

}  // namespace lemma::kernels::cuda
