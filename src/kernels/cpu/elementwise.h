#pragma once
/// Feeding elementwise loops: whatever the strides, a loop sees runs of neighbouring elements.
///
/// 1. everything contiguous: one run, cut among threads;
/// 2. operands whose inner stride is 1 or 0 (bias rows, per-row factors): each row is a run;
/// 3. anything else: blocks of elements are packed into a small buffer first.
/// A loop may be handed any part of the elements, so it must compute each from its own operands alone.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "kernels/backend.h"
#include "kernels/collapse.h"
#include "kernels/cpu/parallel.h"
#include "lemma/core/array.h"

namespace lemma::kernels::cpu {

/// Where the elements of an operand lie; a number is one element for all.
struct Source {
  const char* data;
  const Strides* strides;
  int64_t size;  // bytes of an element
  bool contiguous, number;
};

inline Source source(const Array& x) {
  const int64_t size = static_cast<int64_t>(size_of(x.dtype()));
  return {static_cast<const char*>(x.storage()->data()) + x.offset() * size, &x.strides(), size, x.is_contiguous(),
          false};
}

/// Copies `n` elements of `x`, from row-major position `begin` on, to `out`, one after the other.
void pack(char* out, const Source& x, const Collapsed<1>& dims, int64_t begin, int64_t n);

/// Keeps what a source needs while a loop reads it: the number's bytes, or a contiguous copy where the inner stride
/// would make every access a cache miss.
class Feed : public Source {
 public:
  explicit Feed(const Array& x) { set(x); }
  /// A number is converted to `dtype`.
  Feed(const Operand& x, DType dtype) { x.is_number() ? set(x.number(), dtype) : set(x.array()); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

 private:
  void set(const Array& x) {
    Source::operator=(source(x));
    if (!contiguous && x.numel() >= 4096) pack_if_scattered(x);
  }
  void set(const Number& value, DType dtype);
  void pack_if_scattered(const Array& x);
  std::optional<Array> packed_;
  alignas(8) char number_[8];
};

/// Where runs start: one pointer per operand. Bit k of `scalars` says that operand k is one element for the whole run.
template <size_t N>
using Pointers = std::array<const char*, N>;

/// Calls loop(out, in, scalars, n) until all elements of `shape` are written to the contiguous `out`, whose elements
/// have `out_size` bytes. scalars is 0 unless kScalars, which numbers need.
template <bool kScalars, size_t N, class Loop>
void elementwise(const Shape& shape, char* out, int64_t out_size, const std::array<const Source*, N>& in,
                 const Loop& loop) {
  const int64_t numel = shape.numel();
  if (numel == 0) return;
  bool contiguous = true;
  unsigned numbers = 0;
  for (size_t k = 0; k < N; ++k) {
    contiguous = contiguous && in[k]->contiguous;
    if (in[k]->number) numbers |= 1u << k;
  }
  if (contiguous) {
    const auto run = [&](int64_t begin, int64_t end) {
      Pointers<N> at;
      for (size_t k = 0; k < N; ++k) at[k] = in[k]->number ? in[k]->data : in[k]->data + begin * in[k]->size;
      loop(out + begin * out_size, at, numbers, end - begin);
    };
    if (numel <= kGrain) return run(0, numel);
    return parallel_for(numel, kGrain, run);
  }

  std::array<const Strides*, N> strides;
  for (size_t k = 0; k < N; ++k) strides[k] = in[k]->strides;
  const auto dims = collapse<static_cast<int>(N)>(shape, strides);
  const int64_t inner = dims.inner_size();
  unsigned scalars = 0;
  bool rows = inner >= 16 || inner == numel;
  for (size_t k = 0; k < N; ++k) {
    const int64_t stride = dims.inner_stride(static_cast<int>(k));
    if (stride == 0) scalars |= 1u << k;
    rows = rows && (stride == 1 || (kScalars && stride == 0));
  }
  if (rows) {
    return parallel_for(numel, kGrain, [&](int64_t begin, int64_t end) {
      OuterWalk<static_cast<int>(N)> walk(dims, begin / inner);
      int64_t column = begin % inner;
      while (begin < end) {
        const int64_t n = std::min(inner - column, end - begin);
        Pointers<N> at;
        for (size_t k = 0; k < N; ++k)
          at[k] = in[k]->data + (walk.offset[k] + column * dims.inner_stride(static_cast<int>(k))) * in[k]->size;
        loop(out + begin * out_size, at, scalars, n);
        begin += n;
        column = 0;
        walk.next();
      }
    });
  }

  std::array<Collapsed<1>, N> each;
  for (size_t k = 0; k < N; ++k) each[k] = collapse<1>(shape, {in[k]->strides});
  parallel_for(numel, kGrain, [&](int64_t begin, int64_t end) {
    constexpr int64_t kBlock = 512;
    alignas(64) char buffer[N][kBlock * 8];
    for (; begin < end; begin += kBlock) {
      const int64_t n = std::min(kBlock, end - begin);
      Pointers<N> at;
      for (size_t k = 0; k < N; ++k) {
        at[k] = in[k]->number ? in[k]->data : in[k]->contiguous ? in[k]->data + begin * in[k]->size : buffer[k];
        if (!in[k]->contiguous) pack(buffer[k], *in[k], each[k], begin, n);
      }
      loop(out + begin * out_size, at, numbers, n);
    }
  });
}

/// First element of a fresh array, as bytes.
inline char* bytes_of(const Array& x) {
  return static_cast<char*>(x.storage()->data()) + x.offset() * static_cast<int64_t>(size_of(x.dtype()));
}

}  // namespace lemma::kernels::cpu
