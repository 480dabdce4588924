// Reductions over any dims, planned once: dims are merged and sorted by stride, then it is rows, columns, runs, or
// none of them.

#include <algorithm>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/reduce_loops.h"

namespace lemma::kernels::cpu {
namespace {

// How work is cut depends on shapes alone, so that sums come out the same for any number of threads.
constexpr int64_t kChunk = 32768;       // elements of a long row that are summed together
constexpr int64_t kColumnBlock = 2048;  // columns whose accumulators fit the first cache
constexpr int64_t kRowBlocks = 16;      // at most this many partial results per column
constexpr int64_t kLeastRun = 16;       // shorter runs are gathered first

/// x (operand 0) and out (operand 1, stride 0 along reduced dims), innermost dim of x last.
Collapsed<2> plan(const Array& x, const Array& out) {
  Shape order = Shape::filled(x.rank(), 0);
  for (int i = 0; i < x.rank(); ++i) order[i] = i;
  std::stable_sort(&order[0], &order[0] + x.rank(), [&](int64_t a, int64_t b) {
    return x.strides()[static_cast<int>(a)] > x.strides()[static_cast<int>(b)];
  });
  Shape shape = x.shape();
  Strides from = x.strides(), to = x.strides();
  for (int i = 0; i < x.rank(); ++i) {
    const int dim = static_cast<int>(order[i]);
    shape[i] = x.shape()[dim], from[i] = x.strides()[dim];
    to[i] = out.shape()[dim] == 1 ? 0 : out.strides()[dim];
  }
  return collapse<2>(shape, {&from, &to});
}

bool reduced(const Collapsed<2>& dims, int dim) { return dims.stride[1][static_cast<size_t>(dim)] == 0; }
bool all_kept(const Collapsed<2>& dims, int end) {
  for (int d = 0; d < end; ++d)
    if (reduced(dims, d)) return false;
  return true;
}

/// Few long rows: each is cut into chunks, whose results are merged in order.
void reduce_chunked(const ReduceLoops& loops, const char* x, int64_t x_size, int64_t rows, int64_t row_stride,
                    int64_t n, char* out, int64_t out_stride) {
  const int64_t chunks = (n + kChunk - 1) / kChunk;
  const Ref<Storage> partial = Storage::allocate(static_cast<size_t>(rows * chunks * loops.acc_size), Device::cpu());
  char* acc = static_cast<char*>(partial->data());
  parallel_for(rows * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t row = task / chunks, from = task % chunks * kChunk;
      loops.rows_raw(x + (row * row_stride + from) * x_size, 0, 1, std::min(kChunk, n - from),
                     acc + task * loops.acc_size, 1);
    }
  });
  for (int64_t row = 0; row < rows; ++row) {
    char* first = acc + row * chunks * loops.acc_size;
    for (int64_t c = 1; c < chunks; ++c) loops.merge(first, first + c * loops.acc_size, 1);
    loops.finish(first, out + row * out_stride * x_size, 1);
  }
}

/// The innermost dim is reduced, the others are kept.
void reduce_rows(const ReduceLoops& loops, const char* x, int64_t x_size, const Collapsed<2>& dims, char* out) {
  const int64_t n = dims.inner_size();
  Collapsed<2> outer = dims;  // without the reduced dim: its innermost dim counts rows
  if (--outer.rank == 0) outer.rank = 1, outer.size[0] = 1, outer.stride[0][0] = outer.stride[1][0] = 0;
  const int64_t rows = outer.inner_size(), row_stride = outer.inner_stride(0), out_stride = outer.inner_stride(1);
  const int64_t groups = outer.outer_count();
  if (n > 2 * kChunk && groups * rows < kRowBlocks) {
    OuterWalk<2> walk(outer, 0);
    for (int64_t g = 0; g < groups; ++g, walk.next())
      reduce_chunked(loops, x + walk.offset[0] * x_size, x_size, rows, row_stride, n, out + walk.offset[1] * x_size,
                     out_stride);
    return;
  }
  parallel_for(groups * rows, std::max<int64_t>(1, kGrain / n), [&](int64_t begin, int64_t end) {
    OuterWalk<2> walk(outer, begin / rows);
    int64_t row = begin % rows;
    while (begin < end) {
      const int64_t count = std::min(rows - row, end - begin);
      loops.rows(x + (walk.offset[0] + row * row_stride) * x_size, row_stride, count, n,
                 out + (walk.offset[1] + row * out_stride) * x_size, out_stride);
      begin += count;
      row = 0;
      walk.next();
    }
  });
}

/// The innermost dim is kept, the one before it reduced, the others kept.
void reduce_columns(const ReduceLoops& loops, const char* x, int64_t x_size, const Collapsed<2>& dims, char* out) {
  const size_t r = static_cast<size_t>(dims.rank - 2);
  const int64_t rows = dims.size[r], row_stride = dims.stride[0][r], columns = dims.inner_size();
  Collapsed<2> outer = dims;
  --outer.rank;
  const int64_t groups = outer.outer_count();
  const int64_t per_block = std::max({int64_t{1}, 2 * kChunk / columns, (rows + kRowBlocks - 1) / kRowBlocks});
  const int64_t blocks = (rows + per_block - 1) / per_block, wide = (columns + kColumnBlock - 1) / kColumnBlock;
  const int64_t acc_row = columns * loops.acc_size;
  Ref<Storage> partial;
  if (blocks > 1) partial = Storage::allocate(static_cast<size_t>(groups * blocks * acc_row), Device::cpu());
  const int64_t task_size = std::min(rows, per_block) * std::min(columns, kColumnBlock);
  parallel_for(groups * blocks * wide, std::max<int64_t>(1, kGrain / task_size), [&](int64_t begin, int64_t end) {
    alignas(64) char local[kColumnBlock * 8];
    for (int64_t task = begin; task < end; ++task) {
      const int64_t column = task % wide * kColumnBlock, block = task / wide % blocks, group = task / wide / blocks;
      const OuterWalk<2> walk(outer, group);
      const int64_t count = std::min(kColumnBlock, columns - column), row = block * per_block;
      char* acc = blocks == 1 ? local
                              : static_cast<char*>(partial->data()) + (group * blocks + block) * acc_row +
                                    column * loops.acc_size;
      loops.clear(acc, count);
      loops.columns(x + (walk.offset[0] + row * row_stride + column) * x_size, row_stride,
                    std::min(per_block, rows - row), count, acc);
      if (blocks == 1) loops.finish(acc, out + (walk.offset[1] + column) * x_size, count);
    }
  });
  if (blocks == 1) return;
  OuterWalk<2> walk(outer, 0);
  for (int64_t group = 0; group < groups; ++group, walk.next()) {
    char* first = static_cast<char*>(partial->data()) + group * blocks * acc_row;
    for (int64_t block = 1; block < blocks; ++block) loops.merge(first, first + block * acc_row, columns);
    loops.finish(first, out + walk.offset[1] * x_size, columns);
  }
}

/// The innermost dim is reduced, and so are others that do not lie beside it: (N, C, H W) to (C). Each run of the
/// innermost dim is read where it lies.
void reduce_runs(const ReduceLoops& loops, const char* x, int64_t x_size, const Collapsed<2>& dims, char* out) {
  const int64_t n = dims.inner_size();
  Collapsed<2> kept, runs;
  for (size_t d = 0; d + 1 < static_cast<size_t>(dims.rank); ++d) {
    Collapsed<2>& to = reduced(dims, static_cast<int>(d)) ? runs : kept;
    const size_t end = static_cast<size_t>(to.rank++);
    to.size[end] = dims.size[d], to.stride[0][end] = dims.stride[0][d], to.stride[1][end] = dims.stride[1][d];
  }
  for (Collapsed<2>* each : {&kept, &runs}) each->size[static_cast<size_t>(each->rank++)] = 1;  // walks leave it out
  const int64_t count = runs.outer_count(), per_block = std::max<int64_t>(1, kChunk / n);
  const int64_t blocks = (count + per_block - 1) / per_block, results = kept.outer_count();
  const Ref<Storage> partial = Storage::allocate(static_cast<size_t>(results * blocks * loops.acc_size), Device::cpu());
  char* const acc = static_cast<char*>(partial->data());
  const int64_t task_size = n * std::min(count, per_block);
  parallel_for(results * blocks, std::max<int64_t>(1, kGrain / task_size), [&](int64_t begin, int64_t end) {
    OuterWalk<2> result(kept, begin / blocks);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t block = task % blocks, first = block * per_block;
      OuterWalk<2> run(runs, first);
      char* const own = acc + task * loops.acc_size;
      loops.clear(own, 1);
      for (int64_t i = first; i < std::min(count, first + per_block); ++i, run.next()) {
        alignas(8) char one[8];
        loops.rows_raw(x + (result.offset[0] + run.offset[0]) * x_size, 0, 1, n, one, 1);
        loops.merge(own, one, 1);
      }
      if (block == blocks - 1) result.next();
    }
  });
  OuterWalk<2> result(kept, 0);
  for (int64_t r = 0; r < results; ++r, result.next()) {
    char* const first = acc + r * blocks * loops.acc_size;
    for (int64_t block = 1; block < blocks; ++block) loops.merge(first, first + block * loops.acc_size, 1);
    loops.finish(first, out + result.offset[1] * x_size, 1);
  }
}

/// The kept dims first, the reduced ones last, as a fresh array: then it is rows.
Array gathered(const Array& x, const Array& out) {
  Shape shape;
  Strides strides;
  for (const bool last : {false, true})
    for (int d = 0; d < x.rank(); ++d)
      if ((out.shape()[d] != x.shape()[d]) == last) shape.push_back(x.shape()[d]), strides.push_back(x.strides()[d]);
  Array y(shape, x.dtype());
  copy(y, x.view(shape, strides, x.offset()));
  return y;
}

}  // namespace

void run(const ReduceWork& work) {
  const Array &out = work.out, &x = work.x;
  if (is_half(x.dtype()))
    return round_once(out, [&](const Array& wide) { run(ReduceWork{work.op, wide, widened(x), work.dims}); });
  const int64_t x_size = static_cast<int64_t>(size_of(x.dtype()));
  const ReduceLoops loops = reduce_loops(work.op, x.dtype());
  const Collapsed<2> layout = plan(x, out);
  const int last = layout.rank - 1;
  if (layout.inner_stride(0) == 1) {
    if (reduced(layout, last) && all_kept(layout, last)) {
      reduce_rows(loops, bytes_of(x), x_size, layout, bytes_of(out));
      return;
    }
    if (layout.inner_stride(1) == 1 && last >= 1 && reduced(layout, last - 1) && all_kept(layout, last - 1)) {
      reduce_columns(loops, bytes_of(x), x_size, layout, bytes_of(out));
      return;
    }
    if (reduced(layout, last) && layout.inner_size() >= kLeastRun) {
      reduce_runs(loops, bytes_of(x), x_size, layout, bytes_of(out));
      return;
    }
  }
  const Array y = gathered(x, out);
  Shape rows = Shape::filled(2, out.numel());
  rows[1] = x.numel() / out.numel();
  const Strides by_row = contiguous_strides(rows);
  Strides to = Strides::filled(2, rows[0] == 1 ? 0 : 1);
  to[1] = 0;
  reduce_rows(loops, bytes_of(y), x_size, collapse<2>(rows, {&by_row, &to}), bytes_of(out));
}

}  // namespace lemma::kernels::cpu
