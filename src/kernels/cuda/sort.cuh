#pragma once
/// Stable sorting of many lines at once. Lines of up to 1024 are sorted by one block in shared memory (bitonic); longer
/// ones piece by piece in the same way, then sorted runs are merged in pairs until one is left.

#include "kernels/cuda/elementwise.cuh"
#include "kernels/cuda/keys.cuh"
#include "kernels/cuda/reduce_plan.h"

namespace lemma::kernels::cuda {

inline constexpr int kSortPiece = 1024;  // entries that one block sorts

/// Lines of x, n elements each: where a line begins, and the step along it.
struct SortLines {
  Walk<1, int64_t> starts;
  int64_t count, n, step;
};

/// Exchanges until the block's entries are in order within pieces of `piece` (a power of two). Bitonic: runs that rise
/// and fall by turns grow until one is left; the exchanges of a step are independent.
template <class K>
__device__ void sort_in_block(K* keys, uint16_t* at, int piece, int entries) {
  for (int run = 2; run <= piece; run *= 2)
    for (int gap = run / 2; gap > 0; gap /= 2) {
      __syncthreads();
      for (int i = static_cast<int>(threadIdx.x); i < entries / 2; i += kThreads) {
        const int low = i / gap * 2 * gap + i % gap, high = low + gap;
        const bool rising = run == piece || (low & run) == 0;
        const bool swap = keys[low] > keys[high] || (keys[low] == keys[high] && at[low] > at[high]);
        if (swap == rising) {
          const K key = keys[low];
          const uint16_t from = at[low];
          keys[low] = keys[high], at[low] = at[high];
          keys[high] = key, at[high] = from;
        }
      }
    }
  __syncthreads();
}

// kSortPiece entries per block: pieces of `piece` entries, `pieces` per line. Past the end of the line are entries that
// sort behind all real ones. flip: ~0 for descending.
template <class T>
__global__ void sort_pieces(const T* x, KeyOf<T>* keys, int64_t* order, const __grid_constant__ SortLines lines,
                            int64_t pieces, int piece, KeyOf<T> flip) {
  using K = KeyOf<T>;
  SHARED(K, key, [kSortPiece]);
  SHARED(uint16_t, at, [kSortPiece]);
  for (int i = static_cast<int>(threadIdx.x); i < kSortPiece; i += kThreads) {
    const int64_t job = (int64_t{blockIdx.x} * kSortPiece + i) / piece, line = job / pieces;
    const int64_t k = job % pieces * piece + i % piece;
    const bool there = line < lines.count && k < lines.n;
    int64_t start[1] = {0};
    if (there) lines.starts.offsets(line, start);
    key[i] = there ? key_of(x[start[0] + k * lines.step]) ^ flip : static_cast<K>(~K{0});
    at[i] = static_cast<uint16_t>(i % piece);  // behind a real entry of the same key, because its position is larger
  }
  sort_in_block(key, at, piece, kSortPiece);
  for (int i = static_cast<int>(threadIdx.x); i < kSortPiece; i += kThreads) {
    const int64_t job = (int64_t{blockIdx.x} * kSortPiece + i) / piece, line = job / pieces;
    const int64_t first = job % pieces * piece, k = first + i % piece;
    if (line >= lines.count || k >= lines.n) continue;
    keys[line * lines.n + k] = key[i];
    order[line * lines.n + k] = first + at[i];
  }
}

// Every entry finds its place among those of its run and of the neighbouring one: its own position, and how many of
// the other run stand before it. Of equals the left run's come first.
template <class K>
__global__ void merge_runs(const K* keys, const int64_t* order, K* keys_out, int64_t* order_out, int64_t entries,
                           int64_t n, int64_t run) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= entries) return;
  const int64_t line = i / n * n, k = i - line, pair = k / (2 * run) * (2 * run);
  const bool left = k - pair < run;
  const int64_t other = left ? pair + run : pair, stop = other + run < n ? other + run : n;
  const K key = keys[i];
  int64_t low = other, high = stop > other ? stop : other;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const K there = keys[line + middle];
    if (there < key || (!left && there == key))
      low = middle + 1;
    else
      high = middle;
  }
  const int64_t to = line + pair + (k - (left ? pair : pair + run)) + (low - other);
  keys_out[to] = key;
  order_out[to] = order[i];
}

/// Sorted lines, row after row: the keys, and each one's position in its line.
struct Sorted {
  Ref<Storage> keys;
  Array order;  // int64, (lines, n)
};

/// Requires: lines.count, lines.n >= 1. The positions end up in `into` where it is defined: int64, (lines, n).
template <class T>
Sorted sort_lines(const T* x, const SortLines& lines, bool descending, Device device, const Array& into = {}) {
  using K = KeyOf<T>;
  const int64_t entries = lines.count * lines.n;
  const int piece = power_of_two(lines.n, kSortPiece);
  const int64_t pieces = ceil_div(lines.n, piece), jobs = lines.count * pieces;
  const auto memory = [&] { return Storage::allocate(static_cast<size_t>(entries) * sizeof(K), device); };
  bool last = true;  // of the two buffers that merging swaps, is the first one the last to be written?
  for (int64_t run = piece; run < lines.n; run *= 2) last = !last;
  const auto order = [&](bool ends) {
    return ends && into.defined() ? into : Array({lines.count, lines.n}, DType::int64, device);
  };
  Sorted now{memory(), order(last)};
  launch({"sort pieces", dim3(static_cast<unsigned>(ceil_div(jobs * piece, kSortPiece))), kThreads}, sort_pieces<T>, x,
         static_cast<K*>(now.keys->data()), now.order.template data<int64_t>(), lines, pieces, piece,
         static_cast<K>(descending ? ~K{0} : K{0}));
  Sorted next;
  if (pieces > 1) next = {memory(), order(!last)};
  for (int64_t run = piece; run < lines.n; run *= 2) {
    launch({"merge runs", blocks_for(entries), kThreads}, merge_runs<K>, static_cast<const K*>(now.keys->data()),
           static_cast<const int64_t*>(now.order.template data<int64_t>()), static_cast<K*>(next.keys->data()),
           next.order.template data<int64_t>(), entries, lines.n, run);
    std::swap(now, next);
  }
  return now;
}

}  // namespace lemma::kernels::cuda
