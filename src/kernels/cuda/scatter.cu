// Adding through an index, deterministic: nobody adds to the same element at the same time. Short lines belong to one
// thread each. Longer ones are sorted by index, which brings equal indices together in order of position; the
// thread at the head of such a segment adds it up. Where one index moves a row (the gradient of an embedding) it is
// sorted once for the whole row.

#include "kernels/cuda/sort.cuh"
#include "kernels/functors.h"

namespace lemma::kernels::cuda {
namespace {

constexpr int64_t kShort = 32;  // so few indices of a line one thread adds in no time

// Operands: 0 index, 1 the result without the indexed dim, 2 src. One thread per line.
template <class T>
__global__ void add_lines(const int64_t* index, Wide<T>* out, const T* src,
                          const __grid_constant__ Walk<3, int64_t> starts, int64_t lines, int64_t count, int64_t step,
                          int64_t jump, int64_t src_step) {
  const int64_t line = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (line >= lines) return;
  int64_t at[3];
  starts.offsets(line, at);
  for (int64_t k = 0; k < count; ++k) {
    Wide<T>& y = out[at[1] + index[at[0] + k * step] * jump];
    y = fn::plus(y, widened(src[at[2] + k * src_step]));
  }
}

// Thread (line, k, column): if entry k of the sorted line is the first with its index, it adds up the segment in order.
// lines: operand 0 the result, 1 src, at the start of a line; columns: the same within a row.
template <class T>
__global__ void add_segments(const uint64_t* keys, const int64_t* order, T* out, const T* src,
                             const __grid_constant__ Walk<2, int64_t> lines,
                             const __grid_constant__ Walk<2, int64_t> columns, int64_t n, int64_t count, int64_t width,
                             int64_t jump, int64_t src_step) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const int64_t entry = i / width, line = entry / count, k = entry - line * count;
  keys += line * count, order += line * count;
  const uint64_t key = keys[k];
  if (k > 0 && keys[k - 1] == key) return;
  int64_t at[2], column[2];
  lines.offsets(line, at);
  columns.offsets(i - entry * width, column);
  const T* from = src + at[1] + column[1];
  Wide<T> sum = 0;
  int64_t next = k;
  // Four loads at a time are under way; the additions keep their order.
  for (; next + 4 <= count && keys[next + 3] == key; next += 4) {
    T x[4];
    UNROLL for (int j = 0; j < 4; ++j) x[j] = from[order[next + j] * src_step];
    UNROLL for (int j = 0; j < 4; ++j) sum = fn::plus(sum, widened(x[j]));
  }
  for (; next < count && keys[next] == key; ++next) sum = fn::plus(sum, widened(from[order[next] * src_step]));
  out[at[0] + column[0] + index_of(key) * jump] = static_cast<T>(sum);
}

template <class T>
void by_lines(const Array& out, int dim, const Array& index, const Array& src) {
  Shape starts = index.shape();
  starts[dim] = 1;
  const auto dims = collapse<3>(starts, {&index.strides(), &out.strides(), &src.strides()});
  const int64_t lines = starts.numel();
  launch({"scatter lines", blocks_for(lines), kThreads}, add_lines<T>, index.data<const int64_t>(), out.data<Wide<T>>(),
         src.data<const T>(), walk_of<3, int64_t>(dims), lines, index.shape()[dim], index.strides()[dim],
         out.strides()[dim], src.strides()[dim]);
}

// lines: dims before `dim`, and those behind it unless they are the row.
template <class T>
void by_segments(const Array& out, int dim, const Array& index, const Array& src, int row) {
  Shape lines = index.shape(), columns = Shape::filled(index.rank(), 1);
  lines[dim] = 1;
  for (int d = row; d < index.rank(); ++d) columns[d] = lines[d], lines[d] = 1;
  const int64_t count = index.shape()[dim], width = columns.numel(), n = lines.numel() * count * width;
  const SortLines to_sort{walk_of<1, int64_t>(collapse<1>(lines, {&index.strides()})), lines.numel(), count,
                          index.strides()[dim]};
  const Sorted sorted = sort_lines<int64_t>(index.data<int64_t>(), to_sort, false, index.device());
  launch({"scatter segments", blocks_for(n), kThreads}, add_segments<T>,
         static_cast<const uint64_t*>(sorted.keys->data()), sorted.order.data<const int64_t>(), out.data<T>(),
         src.data<const T>(), walk_of<2, int64_t>(collapse<2>(lines, {&out.strides(), &src.strides()})),
         walk_of<2, int64_t>(collapse<2>(columns, {&out.strides(), &src.strides()})), n, count, width,
         out.strides()[dim], src.strides()[dim]);
}

template <class T>
void run(const Array& out, int dim, const Array& index, const Array& src) {
  int row = index.rank();  // the first dim of those behind `dim` on which the index does not depend
  while (row - 1 > dim && (index.strides()[row - 1] == 0 || index.shape()[row - 1] == 1)) --row;
  int64_t width = 1;
  for (int d = row; d < index.rank(); ++d) width *= index.shape()[d];
  const int64_t count = index.shape()[dim], lines = index.numel() / count / width;
  if (count > kShort && (width > 1 || lines < 32 * count)) return by_segments<T>(out, dim, index, src, row);
  if constexpr (std::is_same_v<T, Wide<T>>) return by_lines<T>(out, dim, index, src);
  const Array wide(out.shape(), DType::float32, out.device());  // so that halves are rounded once
  fill(wide, 0);
  by_lines<T>(wide, dim, index, src);
  copy(out, wide);
}

}  // namespace

void run(const ScatterAddWork& work) {
  with_number("scatter_add", work.src.dtype(),
              [&](auto type) { run<typename decltype(type)::type>(work.out, work.dim, work.index, work.src); });
}

}  // namespace lemma::kernels::cuda
