#pragma once
/// How a reduction is cut, by shape and strides alone: the same sums come out on any device.

#include <algorithm>
#include <cstdlib>

#include "kernels/cuda/walk.h"

namespace lemma::kernels::cuda {

/// The smallest power of two that is at least n, up to `most`.
constexpr int power_of_two(int64_t n, int most) {
  int p = 1;
  while (p < most && p < n) p *= 2;
  return p;
}

struct ReducePlan {
  static constexpr int kBlock = 256;  // threads

  Collapsed<2> kept;     ///< the results: operand 0 is x, operand 1 the output
  Collapsed<1> reduced;  ///< what one result is made of
  int64_t outs = 1, n = 1;
  bool rows = false;  ///< neighbouring threads take elements of one result; else neighbouring results
  int lanes = 1;      ///< threads that share one result
  int64_t chunk = 1;  ///< elements of a result that one block reduces
  int chunks = 1;     ///< more than one: partial results, merged by a second launch

  int across() const { return kBlock / lanes; }  ///< results of one block
  bool fits_32_bits() const { return cuda::fits_32_bits(kept) && cuda::fits_32_bits(reduced); }
};

/// Shares `outs` results of `n` elements each among lanes and blocks.
inline void cut(ReducePlan& plan) {
  constexpr int kBlock = ReducePlan::kBlock;
  if (plan.rows)
    plan.lanes = plan.n > 1024 ? kBlock : power_of_two((plan.n + 3) / 4, 32);
  else  // a warp takes 32 neighbouring results where there are as many
    plan.lanes = power_of_two((plan.n + 3) / 4, kBlock / power_of_two(plan.outs, 32));
  // Too few blocks for a large GPU: the elements of each result are cut as well, each piece worth a block.
  const int64_t blocks = (plan.outs + plan.across() - 1) / plan.across();
  const int64_t worth = plan.rows ? 8192 : int64_t{32} * plan.lanes;
  int64_t chunks = 1;
  if (blocks < 512 && plan.n > worth && !(plan.rows && plan.lanes < kBlock))
    chunks = std::min(1024 / blocks, (plan.n + worth - 1) / worth);
  plan.chunk = (plan.n + chunks - 1) / chunks;
  plan.chunk = (plan.chunk + 3) / 4 * 4;  // so that a chunk begins at a whole pack
  plan.chunks = static_cast<int>((plan.n + plan.chunk - 1) / plan.chunk);
}

/// Requires: no empty dim; `out` the strides of the results, which have size 1 where `is_reduced`.
inline ReducePlan plan_reduce(const Shape& shape, const Strides& x, const Strides& out, const Dims& dims) {
  bool is_reduced[kMaxRank] = {};
  for (const int64_t d : dims) is_reduced[d] = true;
  // Dims as x lays them out, outermost first.
  int order[kMaxRank];
  for (int i = 0; i < shape.rank(); ++i) {
    int at = i;
    for (; at > 0 && std::abs(x[order[at - 1]]) < std::abs(x[i]); --at) order[at] = order[at - 1];
    order[at] = i;
  }
  Shape kept, reduced;
  Strides kept_x, kept_out, reduced_x;
  for (int i = 0; i < shape.rank(); ++i) {
    const int d = order[i];
    (is_reduced[d] ? reduced : kept).push_back(shape[d]);
    (is_reduced[d] ? reduced_x : kept_x).push_back(x[d]);
    if (!is_reduced[d]) kept_out.push_back(out[d]);
  }
  ReducePlan plan;
  plan.kept = collapse<2>(kept, {&kept_x, &kept_out});
  plan.reduced = collapse<1>(reduced, {&reduced_x});
  plan.outs = kept.numel();
  plan.n = reduced.numel();
  plan.rows = plan.outs == 1 || std::abs(plan.reduced.inner_stride(0)) < std::abs(plan.kept.inner_stride(0));
  cut(plan);
  return plan;
}

/// The second launch: partial[chunk][result] becomes out[result].
inline ReducePlan plan_merge(const ReducePlan& first) {
  ReducePlan plan = first;
  int64_t stride = 1;
  for (size_t d = static_cast<size_t>(plan.kept.rank); d-- > 0;) {
    plan.kept.stride[0][d] = stride;
    stride *= plan.kept.size[d];
  }
  plan.reduced = Collapsed<1>{};
  plan.reduced.rank = 1;
  plan.reduced.size[0] = plan.n = first.chunks;
  plan.reduced.stride[0][0] = plan.outs;
  plan.rows = false;
  cut(plan);
  plan.chunk = (plan.n + 3) / 4 * 4, plan.chunks = 1;
  return plan;
}

}  // namespace lemma::kernels::cuda
