// Running products, extremes and log-sums: by doubling, each step reaches twice as far back. Their gradients are those
// of the steps, so a 0 in a running product is harmless.
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {
namespace {

// y with each element along dim combined with all before it; `nothing`, the neutral element, stands before the first.
template <class Combine>
Tensor running(const Tensor& x, int dim, double nothing, Combine combine) {
  const int64_t n = x.shape()[dim];
  Tensor y = x;
  for (int64_t reach = 1; reach < n; reach *= 2)
    y = combine(pad(narrow(y, dim, 0, n - reach), dim, reach, 0, nothing), y);
  return y;
}

// The later of two equal ones wins, and a NaN wins over all numbers.
std::pair<Tensor, Tensor> running_extreme(const char* op, const Tensor& x, int64_t dim,
                                          Tensor (*holds)(const Tensor&, const Tensor&)) {
  const Composition result(op);
  check::numeric(op, x);
  if (check::is_number(op, x, dim)) return {x, zeros({}, {.dtype = int64, .device = x.device()})};
  const int d = normalize_dim(op, dim, x.shape());
  const int64_t n = x.shape()[d];
  Shape line = Shape::filled(x.dim(), 1);
  line[d] = n;
  Tensor at = expand(reshape(arange(n, {.device = x.device()}), line), x.shape()), best = x.detach();
  for (int64_t reach = 1; reach < n; reach *= 2) {
    const auto early = [&](const Tensor& t) { return narrow(t, d, 0, n - reach); };
    const auto late = [&](const Tensor& t) { return narrow(t, d, reach, n - reach); };
    const Tensor stays = logical_or(holds(late(best), early(best)), isnan(late(best)));
    const auto step = [&](const Tensor& t) {
      return cat({narrow(t, d, 0, reach), where(stays, late(t), early(t))}, d);
    };
    at = step(at);
    best = step(best);
  }
  return result({gather(x, d, at), contiguous(at)});
}

}  // namespace

Tensor cumprod(const Tensor& input, int64_t dim) {
  Composition result("cumprod");
  const Tensor x = result.wide(input);
  check::numeric("cumprod", x);
  if (check::is_number("cumprod", x, dim)) return result(x);
  return result(running(x, normalize_dim("cumprod", dim, x.shape()), 1,
                        [](const Tensor& before, const Tensor& y) { return before * y; }));
}

Tensor logcumsumexp(const Tensor& input, int64_t dim) {
  Composition result("logcumsumexp");
  const Tensor x = result.wide(input);
  check::floating("logcumsumexp", x);
  if (check::is_number("logcumsumexp", x, dim)) return result(x);
  return result(running(x, normalize_dim("logcumsumexp", dim, x.shape()), -INFINITY,
                        [](const Tensor& before, const Tensor& y) { return logaddexp(before, y); }));
}

std::pair<Tensor, Tensor> cummax(const Tensor& x, int64_t dim) { return running_extreme("cummax", x, dim, lemma::ge); }
std::pair<Tensor, Tensor> cummin(const Tensor& x, int64_t dim) { return running_extreme("cummin", x, dim, lemma::le); }

}  // namespace lemma
