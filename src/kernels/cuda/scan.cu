// Running sums along one dim. One thread per line where lines are neighbours; a few lanes per line where they are
// short; else blocks, each with a segment of a line, to which the sums of the segments before it are added.

#include "kernels/cuda/accumulate.cuh"
#include "kernels/cuda/elementwise.cuh"
#include "kernels/cuda/reduce_plan.h"

namespace lemma::kernels::cuda {
namespace {

// Where each line begins in x and in the result, and the steps along it. A reversed line begins at its last element.
struct Lines {
  Walk<2, int64_t> starts;
  int64_t count, n, step, out_step;
};

template <class T>
using SumRule = Rule<Reduce::Sum, T>;

// Sums of this lane and those before it in its group of `lanes`.
template <class A>
__device__ A scan_lanes(A sum, int lanes) {
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  for (int reach = 1; reach < lanes; reach *= 2) {
    const A before = from_lane(sum, Before{reach});
    if (lane >= reach) sum = add(before, sum);
  }
  return sum;
}

template <class T>
__global__ void scan_columns(const T* x, T* out, const __grid_constant__ Lines lines) {
  const int64_t line = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (line >= lines.count) return;
  int64_t at[2];
  lines.starts.offsets(line, at);
  SumOf<T> sum{};
  for (int64_t k = 0; k < lines.n; ++k) {
    sum = add(sum, widened(x[at[0] + k * lines.step]));
    out[at[1] + k * lines.out_step] = SumRule<T>::result(sum);
  }
}

// `lanes` lanes per line, which take `lanes` elements at a time.
template <class T>
__global__ void scan_rows(const T* x, T* out, const __grid_constant__ Lines lines, int lanes) {
  const int64_t line = (int64_t{blockIdx.x} * blockDim.x + threadIdx.x) / lanes;
  int64_t at[2] = {0, 0};
  if (line < lines.count) lines.starts.offsets(line, at);
  SumOf<T> done{};
  for (int64_t first = 0; first < lines.n; first += lanes) {
    const int64_t k = first + static_cast<int>(threadIdx.x) % lanes;
    const bool there = line < lines.count && k < lines.n;
    SumOf<T> sum{};
    if (there) sum = add(sum, widened(x[at[0] + k * lines.step]));
    sum = add(done, scan_lanes(sum, lanes));
    if (there) out[at[1] + k * lines.out_step] = SumRule<T>::result(sum);
    done = from_lane(sum, LastOf{lanes});
  }
}

constexpr int kWarps = kThreads / 32, kEach = 4,
              kPiece = kEach * kThreads;  // elements per thread, and per block at a time

// The sum of all threads before this one; `sum` becomes the whole block's. warps: shared, for this alone.
template <class A>
__device__ A before_in_block(A& sum, A (&warps)[kWarps]) {
  const int lane = static_cast<int>(threadIdx.x) % 32, mine = static_cast<int>(threadIdx.x) / 32;
  const A upto = scan_lanes(sum, 32);
  A before = from_lane(upto, Before{1});
  if (lane == 0) before = A{};
  if (lane == 31) warps[mine] = upto;
  __syncthreads();
  A whole{};
  for (int w = 0; w < kWarps; ++w) {
    if (w == mine) before = add(whole, before);
    whole = add(whole, warps[w]);
  }
  __syncthreads();  // before the next call writes
  sum = whole;
  return before;
}

// Grid (lines, segments). First launch, out null: totals[line][segment] = the segment's sum. Second: the running sums,
// beginning with the totals of the segments before.
template <class T>
__global__ void scan_segments(const T* x, T* out, SumOf<T>* totals, const __grid_constant__ Lines lines,
                              int64_t segment) {
  using A = SumOf<T>;
  SHARED(A, warps, [kWarps]);
  const int64_t begin = blockIdx.y * segment, end = begin + segment < lines.n ? begin + segment : lines.n;
  int64_t at[2];
  lines.starts.offsets(static_cast<int64_t>(blockIdx.x), at);
  A done{};
  if (out && blockIdx.y > 0) {
    if (threadIdx.x < blockIdx.y) done = totals[int64_t{blockIdx.x} * gridDim.y + threadIdx.x];
    before_in_block(done, warps);
  }
  for (int64_t piece = begin; piece < end; piece += kPiece) {
    const int64_t k = piece + static_cast<int>(threadIdx.x) * kEach;
    A sums[kEach], sum{};
    UNROLL for (int j = 0; j < kEach; ++j) {
      if (k + j < end) sum = add(sum, widened(x[at[0] + (k + j) * lines.step]));
      sums[j] = sum;
    }
    const A before = add(done, before_in_block(sum, warps));
    done = add(done, sum);
    if (!out) continue;
    UNROLL for (int j = 0; j < kEach; ++j) if (k + j < end) out[at[1] + (k + j) * lines.out_step] =
        SumRule<T>::result(add(before, sums[j]));
  }
  if (!out && threadIdx.x == 0) totals[int64_t{blockIdx.x} * gridDim.y + blockIdx.y] = done;
}

// Segments of a line, at most one for each thread of a block: enough blocks for a large GPU, by shape alone.
int64_t segments_for(const Lines& lines) {
  return std::clamp<int64_t>(std::min(1024 / lines.count, lines.n / (4 * kPiece)), 1, kThreads);
}

template <class T>
void run(const T* x, T* out, const Lines& lines, bool neighbours, Device device) {
  if (neighbours && (lines.count >= 2048 || lines.n <= 128))
    return launch({"scan columns", blocks_for(lines.count), kThreads}, scan_columns<T>, x, out, lines);
  if (lines.n <= 1024) {
    const int lanes = power_of_two(lines.n, 32);
    return launch({"scan rows", blocks_for(lines.count * lanes), kThreads}, scan_rows<T>, x, out, lines, lanes);
  }
  const int64_t wanted = segments_for(lines), segment = ceil_div(ceil_div(lines.n, wanted), kPiece) * kPiece;
  const int64_t segments = ceil_div(lines.n, segment);
  const dim3 grid(static_cast<unsigned>(lines.count), static_cast<unsigned>(segments));
  const Ref<Storage> memory = Storage::allocate(static_cast<size_t>(lines.count * segments) * sizeof(SumOf<T>), device);
  auto* totals = static_cast<SumOf<T>*>(memory->data());
  if (segments > 1)
    launch({"scan totals", grid, kThreads}, scan_segments<T>, x, static_cast<T*>(nullptr), totals, lines, segment);
  launch({"scan", grid, kThreads}, scan_segments<T>, x, out, totals, lines, segment);
}

}  // namespace

/// The same bits from run to run. Float32 and half sums are rounded once each.
void run(const ScanWork& work) {
  const Array &out = work.out, &x = work.x;
  const int dim = work.dim;
  const bool reverse = work.reverse;
  Shape starts = x.shape();
  starts[dim] = 1;
  const auto dims = collapse<2>(starts, {&x.strides(), &out.strides()});
  const int64_t n = x.shape()[dim], step = x.strides()[dim], out_step = out.strides()[dim];
  const Lines lines{walk_of<2, int64_t>(dims), starts.numel(), n, reverse ? -step : step,
                    reverse ? -out_step : out_step};
  const bool neighbours = dims.inner_stride(0) < step;
  with_number("scan", x.dtype(), [&](auto type) {
    using T = typename decltype(type)::type;
    run<T>(x.data<T>() + (reverse ? (n - 1) * step : 0), out.data<T>() + (reverse ? (n - 1) * out_step : 0), lines,
           neighbours, x.device());
  });
}

}  // namespace lemma::kernels::cuda
