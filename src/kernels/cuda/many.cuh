#pragma once
/// One launch over the elements of many tensors: their pointers travel as a kernel argument, by value. Each block takes
/// a piece of one tensor, so the number of launches hardly grows with the number of tensors.

#include <algorithm>
#include <span>
#include <vector>

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {

inline constexpr int kMany = 48;             // tensors of a launch: its arguments stay below 4 KiB
inline constexpr int64_t kManyPiece = 4096;  // elements of a block

/// K arrays of T for each tensor, all of its size.
template <class T, int K>
struct Many {
  int count;
  T* data[K][kMany];
  int64_t size[kMany];
  unsigned first_block[kMany];
};

/// Calls f(x) for this thread's elements of its block's tensor, x[k] the element of array k. Array k is loaded if
/// f.reads(k) and stored if f.writes(k), in whole packs where all K are aligned.
template <class T, int K, class F>
__device__ void for_each_of_many(const Many<T, K>& many, F& f) {
  int low = 0, high = many.count;  // the block's tensor: the last one that begins at or before it
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (many.first_block[middle] <= blockIdx.x ? low : high) = middle;
  }
  const int64_t begin = int64_t{blockIdx.x - many.first_block[low]} * kManyPiece, size = many.size[low];
  const int64_t end = begin + kManyPiece < size ? begin + kManyPiece : size;
  T* data[K];
  bool aligned = true;
  UNROLL for (int k = 0; k < K; ++k) {
    data[k] = many.data[k][low];
    aligned &= reinterpret_cast<uintptr_t>(data[k]) % alignof(Pack<T, kPack>) == 0;
  }
  const int me = static_cast<int>(threadIdx.x);
  const int64_t packed = aligned ? end - (end - begin) % kPack : begin;
  for (int64_t i = begin + me * kPack; i < packed; i += kThreads * kPack) {
    Pack<T, kPack> packs[K] = {};
    UNROLL for (int k = 0; k < K; ++k) if (f.reads(k)) packs[k] = *reinterpret_cast<const Pack<T, kPack>*>(data[k] + i);
    UNROLL for (int j = 0; j < kPack; ++j) {
      T x[K];
      UNROLL for (int k = 0; k < K; ++k) x[k] = packs[k].v[j];
      f(x);
      UNROLL for (int k = 0; k < K; ++k) packs[k].v[j] = x[k];
    }
    UNROLL for (int k = 0; k < K; ++k) if (f.writes(k)) * reinterpret_cast<Pack<T, kPack>*>(data[k] + i) = packs[k];
  }
  for (int64_t i = packed + me; i < end; i += kThreads) {
    T x[K] = {};
    UNROLL for (int k = 0; k < K; ++k) if (f.reads(k)) x[k] = data[k][i];
    f(x);
    UNROLL for (int k = 0; k < K; ++k) if (f.writes(k)) data[k][i] = x[k];
  }
}

template <class T, int K, class F>
__global__ void update_many(const __grid_constant__ Many<T, K> many, F f) {
  for_each_of_many(many, f);
}

/// One tensor's arrays, as host code lists them.
template <class T, int K>
struct OfMany {
  T* data[K];
  int64_t size;
};

/// Calls go(many, blocks) for every kMany tensors.
template <class T, int K, class Go>
void in_batches(const std::vector<OfMany<T, K>>& tensors, const Go& go) {
  for (size_t begin = 0; begin < tensors.size(); begin += kMany) {
    Many<T, K> many{};
    unsigned blocks = 0;
    many.count = static_cast<int>(std::min<size_t>(kMany, tensors.size() - begin));
    for (int i = 0; i < many.count; ++i) {
      const OfMany<T, K>& tensor = tensors[begin + static_cast<size_t>(i)];
      for (int k = 0; k < K; ++k) many.data[k][i] = tensor.data[k];
      many.size[i] = tensor.size;
      many.first_block[i] = blocks;
      blocks += static_cast<unsigned>(ceil_div(tensor.size, kManyPiece));
    }
    go(many, blocks);
  }
}

/// Calls f(Type<T>) for each floating dtype T; f takes those tensors that have it.
template <class F>
void for_each_floating(const F& f) {
  f(Type<float>{});
  f(Type<double>{});
  f(Type<float16>{});
  f(Type<bfloat16>{});
}

}  // namespace lemma::kernels::cuda
