// Pairs of mean and spread, counts, and vectors of length 1.
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/rounded_once.h"

namespace lemma {

std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Dims& dims, int64_t correction, bool keepdim) {
  check::floating("var_mean", x);
  return {var(x, dims, correction, keepdim), mean(x, dims, keepdim)};
}
std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Dims& dims, int64_t correction, bool keepdim) {
  check::floating("std_mean", x);
  return {lemma::std(x, dims, correction, keepdim), mean(x, dims, keepdim)};
}

Tensor count_nonzero(const Tensor& x, const Dims& dims) {
  check::defined("count_nonzero", x);
  return sum(x.dtype() == boolean ? x : ne(x.detach(), 0), dims);
}

namespace {
// (sum |x|^p)^(1/p) along dim, which stays with size 1. The gradient at 0 is 0.
Tensor length(const Tensor& x, double p, int64_t dim) {
  if (p == 2) return norm(x, {dim}, true);
  if (p == 1) return sum(abs(x), dim, true);
  if (p == INFINITY) return amax(abs(x), dim, true);
  const Tensor total = sum(pow(abs(x), p), dim, true), zero = eq(total.detach(), 0);
  return masked_fill(pow(masked_fill(total, zero, 1), 1 / p), zero, 0);
}
}  // namespace

Tensor normalize(const Tensor& input, double p, int64_t dim, double eps) {
  Composition result("normalize");
  const Tensor x = result.wide(input);
  check::floating("normalize", x);
  if (!(p >= 1)) throw ValueError("normalize", fmt::format("p must be at least 1, got {}", p));
  if (!check::is_number("normalize", x, dim)) normalize_dim("normalize", dim, x.shape());
  return result(x / clamp_min(length(x, p, dim), eps));
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  Composition result("cosine_similarity");
  check::floating("cosine_similarity", x1);
  check::floating("cosine_similarity", x2);
  const auto [a, b] = result.wide(x1, x2);
  check::same_type("cosine_similarity", a, b);
  const Shape shape = broadcast_shapes("cosine_similarity", a.shape(), b.shape());
  const int d = normalize_dim("cosine_similarity", dim, shape);
  return result(sum(normalize(broadcast_to(a, shape), 2, d, eps) * normalize(broadcast_to(b, shape), 2, d, eps), d));
}

}  // namespace lemma
