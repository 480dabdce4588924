// What clipping and unscaling need from many gradients at once: the sum of all squares, and a common factor.

#include <vector>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/reduce_loops.h"

namespace lemma::kernels::cpu {
namespace {

/// Elements [begin, end) of array number `which`.
struct Piece {
  size_t which;
  int64_t begin, end;
};

std::vector<Piece> pieces_of(std::span<const Array> arrays) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < arrays.size(); ++i)
    for (int64_t begin = 0; begin < arrays[i].numel(); begin += kGrain)
      pieces.push_back({i, begin, std::min(arrays[i].numel(), begin + kGrain)});
  return pieces;
}

template <class T, class W>
void scale_run(const Array& out, const Array& in, W factor, int64_t begin, int64_t end) {
  T* y = out.data<T>();
  const T* x = in.data<const T>();
  for (int64_t i = begin; i < end; ++i) y[i] = static_cast<T>(static_cast<W>(x[i]) * factor);
}

}  // namespace

/// Pieces are cut by size alone and added in order, in float64.
void run(const SumSquaresWork& work) {
  std::vector<Array> wide(work.arrays.begin(), work.arrays.end());
  for (Array& x : wide)
    if (is_half(x.dtype())) {
      const Array y(x.shape(), DType::float32);
      copy(y, x);
      x = y;
    }
  const std::vector<Piece> pieces = pieces_of(wide);
  std::vector<double> sums(pieces.size());
  const ReduceLoops single = reduce_loops(Reduce::SumSquares, DType::float32),
                    twice = reduce_loops(Reduce::SumSquares, DType::float64);
  parallel_for(static_cast<int64_t>(pieces.size()), 2, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const Piece& piece = pieces[static_cast<size_t>(i)];
      const Array& x = wide[piece.which];
      const bool is_double = x.dtype() == DType::float64;  // both give a float64 sum
      const char* from = is_double ? reinterpret_cast<const char*>(x.data<double>() + piece.begin)
                                   : reinterpret_cast<const char*>(x.data<float>() + piece.begin);
      (is_double ? twice : single)
          .rows_raw(from, 0, 1, piece.end - piece.begin, reinterpret_cast<char*>(&sums[static_cast<size_t>(i)]), 1);
    }
  });
  work.sum = 0;
  for (const double each : sums) work.sum += each;
}

void run(const ScaleWork& work) {
  const std::span<const Array> out = work.out, in = work.in;
  const double factor = work.factor;
  const std::vector<Piece> pieces = pieces_of(out);
  const float narrow = static_cast<float>(factor);
  parallel_for(static_cast<int64_t>(pieces.size()), 2, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const Piece& p = pieces[static_cast<size_t>(i)];
      const Array &y = out[p.which], &x = in[p.which];
      if (y.dtype() == DType::float32) scale_run<float>(y, x, narrow, p.begin, p.end);
      if (y.dtype() == DType::float64) scale_run<double>(y, x, factor, p.begin, p.end);
      if (y.dtype() == DType::float16) scale_run<Half>(y, x, narrow, p.begin, p.end);
      if (y.dtype() == DType::bfloat16) scale_run<BFloat16>(y, x, narrow, p.begin, p.end);
    }
  });
}

}  // namespace lemma::kernels::cpu
