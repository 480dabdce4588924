// Contractions: elements are found by tables of offsets, so windows that overlap need not be laid out first.

#include "kernels/contraction.h"

#include <cstdlib>
#include <limits>
#include <vector>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/narrow.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiles.h"

namespace lemma::kernels::cpu {
namespace {

/// Where the elements of a few dims lie, in row-major order, and how many from each on lie next to each other.
struct Table {
  std::vector<int32_t> at, runs;

  Table(const Array& x, int begin, int end) {
    at.push_back(0);
    for (int d = begin; d < end; ++d) {
      std::vector<int32_t> finer;
      finer.reserve(at.size() * static_cast<size_t>(x.shape()[d]));
      for (const int32_t base : at)
        for (int64_t i = 0; i < x.shape()[d]; ++i) finer.push_back(base + static_cast<int32_t>(i * x.strides()[d]));
      at = std::move(finer);
    }
    runs.assign(at.size(), 1);
    for (size_t i = at.size() - 1; i-- > 0;)
      if (at[i + 1] == at[i] + 1) runs[i] = runs[i + 1] + 1;
  }
  int64_t size() const { return static_cast<int64_t>(at.size()); }
  /// The mean length of a run.
  int64_t mean_run() const {
    int64_t ends = 0;
    for (const int32_t run : runs) ends += run == 1;
    return size() / ends;
  }
};

bool fits_tables(const Array& x, int batch) {
  int64_t last = 0;
  for (int d = batch; d < x.rank(); ++d)
    last += (x.shape()[d] - 1) * std::abs(x.strides()[d]);  // flip() walks backwards
  return last <= std::numeric_limits<int32_t>::max();
}

// a (batch.., M.., K..) and b (batch.., K.., N..) by their tables; false where there is no such way, or none that pays.
bool by_tables(const ContractWork& work) {
  const Array &out = work.out, &a = work.a, &b = work.b;
  const int batch = work.batch, inner = work.inner;
  if (a.dtype() != DType::float32 || !fits_tables(a, batch) || !fits_tables(b, batch)) return false;
  const Table m(a, batch, a.rank() - inner), k(a, a.rank() - inner, a.rank()), terms(b, batch, batch + inner),
      n(b, batch + inner, b.rank());
  // Beside each other in vectors: results, or the terms of one.
  constexpr int64_t kRun = 8;
  const bool narrow = m.size() <= kNarrow, across = narrow && n.mean_run() >= kRun,
             along = narrow && !across && terms.mean_run() >= kRun && k.mean_run() >= kRun;
  if (!across && !along && (narrow || !has_wide_gemm())) return false;

  const Strides sa = dims_between(a.strides(), 0, batch), sb = dims_between(b.strides(), 0, batch);
  Collapsed<2> batches = collapse<2>(dims_between(a.shape(), 0, batch), {&sa, &sb});
  batches.size[static_cast<size_t>(batches.rank++)] = 1;  // which the walk leaves out
  Grid grid(m.size(), n.size(), k.size());
  if (narrow) grid.rows = 1, grid.columns = (n.size() + 2047) / 2048;
  const int64_t tiles = grid.tiles();
  parallel_for(
      batches.outer_count() * tiles, product_grain(m.size(), n.size(), k.size(), tiles),
      [&](int64_t begin, int64_t end) {
        OuterWalk<2> walk(batches, begin / tiles);
        for (int64_t task = begin; task < end; ++task) {
          const int64_t i = task % tiles / grid.columns, j = task % tiles % grid.columns;
          const int64_t row = cut(m.size(), i, grid.rows), rows = cut(m.size(), i + 1, grid.rows) - row,
                        column = cut(n.size(), j, grid.columns), columns = cut(n.size(), j + 1, grid.columns) - column;
          const Scattered left{a.data<float>() + walk.offset[0], m.at.data() + row, k.at.data(), k.runs.data()};
          const float* const right = b.data<float>() + walk.offset[1];
          const Scattered by_rows{right, terms.at.data(), n.at.data() + column, n.runs.data() + column},
              by_columns{right, n.at.data() + column, terms.at.data(), terms.runs.data()};
          float* const c = out.data<float>() + (task / tiles * m.size() + row) * n.size() + column;
          if (rows > 0 && columns > 0)
            (across  ? narrow_across(rows, columns, k.size(), left, by_rows, c, n.size())
             : along ? narrow_along(rows, columns, k.size(), left, by_columns, c, n.size())
                     : wide_gemm(rows, columns, k.size(), left, by_rows, c, n.size()));
          if (task % tiles == tiles - 1) walk.next();
        }
      });
  return true;
}

}  // namespace

void run(const ContractWork& work) {
  if (is_half(work.a.dtype()))
    return round_once(work.out, [&](const Array& wide) {
      run(ContractWork{wide, widened(work.a), widened(work.b), work.batch, work.inner});
    });
  if (!by_tables(work)) contract_as_product(work, copy, [](const MatmulWork& product) { run(product); });
}

}  // namespace lemma::kernels::cpu
