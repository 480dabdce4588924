// Reductions, running results, order, products and losses.
#include "tests/fuzz/machine.h"

namespace fuzz {
namespace {

// One letter for each dim of an operand, equations that mean something, and nonsense.
std::string equation(Machine& m) {
  std::string text = m.word({"ij,jk->ik", "...i,...i->...", "ii->i", "ij->ji", "i,j", "ab,ab", "...ij->...ji",
                             "abc,cd->abd", "i", "", "->", "ij,ij->", "a,a,a->a", "aab->b", "..."});
  for (size_t n = m.in.below(8); n > 4; --n) text += "aijZ.->, 1"[m.in.below(10)];
  return text;
}

Tensor quantile_of(Machine& m, const Tensor& x) {
  const std::string between = m.word({"linear", "lower", "higher", "midpoint", "nearest", "none"});
  const double q = m.in.byte() / 250.0;
  return m.in.flag() ? quantile(x, q, m.maybe_dim(), m.in.flag(), between)
                     : quantile(x, tensor({q, 0.0, 1.0}, {.dtype = x.dtype()}), m.maybe_dim(), m.in.flag(), between);
}

}  // namespace

std::vector<Operation> reducing_operations() {
  return {
      LEMMA_FUZZ("sum", sum(x)),
      LEMMA_FUZZ("sum dims", sum(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("mean", mean(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("prod", prod(x)),
      LEMMA_FUZZ("prod dim", prod(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("amax", amax(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("amin", amin(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("max", max(x)),
      LEMMA_FUZZ("min dim", min(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("max dim", max(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("argmax", argmax(x, m.maybe_dim(), m.in.flag())),
      LEMMA_FUZZ("argmin", argmin(x, m.maybe_dim(), m.in.flag())),
      LEMMA_FUZZ("var", var(x, m.dims(), m.integer(), m.in.flag())),
      LEMMA_FUZZ("std", lemma::std(x, m.dims(), m.integer(), m.in.flag())),
      LEMMA_FUZZ("var_mean", var_mean(x, m.dims(), m.integer(), m.in.flag())),
      LEMMA_FUZZ("count_nonzero", count_nonzero(x, m.dims())),
      LEMMA_FUZZ("logsumexp", logsumexp(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("norm", norm(x, m.dims(), m.in.flag())),
      LEMMA_FUZZ("cumsum", cumsum(x, m.dim())),
      LEMMA_FUZZ("cumprod", cumprod(x, m.dim())),
      LEMMA_FUZZ("logcumsumexp", logcumsumexp(x, m.dim())),
      LEMMA_FUZZ("cummax", cummax(x, m.dim())),
      LEMMA_FUZZ("cummin", cummin(x, m.dim())),
      LEMMA_FUZZ("softmax", softmax(x, m.dim())),
      LEMMA_FUZZ("log_softmax", log_softmax(x, m.dim())),
      LEMMA_FUZZ("softmin", softmin(x, m.dim())),
      LEMMA_FUZZ("glu", glu(x, m.dim())),
      LEMMA_FUZZ("normalize", normalize(x, m.real(), m.dim(), m.real())),
      LEMMA_FUZZ("cosine_similarity", cosine_similarity(x, m.like(x), m.dim())),
      LEMMA_FUZZ("layer_norm",
                 layer_norm(x, m.in.flag() && x.dim() > 0 ? Shape{x.size(-1)} : m.shape(), {}, {}, m.real())),
      LEMMA_FUZZ("sort", sort(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("argsort", argsort(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("topk", topk(x, m.integer(), m.dim(), m.in.flag())),
      LEMMA_FUZZ("kthvalue", kthvalue(x, m.integer(), m.dim(), m.in.flag())),
      LEMMA_FUZZ("median", median(x)),
      LEMMA_FUZZ("median dim", median(x, m.dim(), m.in.flag())),
      LEMMA_FUZZ("quantile", quantile_of(m, x)),
      LEMMA_FUZZ("bincount", bincount(x, m.in.flag() ? Tensor() : m.any(), m.integer())),
      LEMMA_FUZZ("histc", histc(x, m.integer(), m.real(), m.real())),
      LEMMA_FUZZ("matmul", matmul(x, m.like(x))),
      LEMMA_FUZZ("matmul with its transpose", matmul(x, transpose(x, -1, -2))),
      LEMMA_FUZZ("linear", linear(x, m.like(x), m.in.flag() ? Tensor() : m.like(x))),
      LEMMA_FUZZ("dot", dot(x, m.like(x))),
      LEMMA_FUZZ("mv", mv(x, m.like(x))),
      LEMMA_FUZZ("mm", mm(x, m.like(x))),
      LEMMA_FUZZ("bmm", bmm(x, m.like(x))),
      LEMMA_FUZZ("addmm", addmm(m.like(x), x, m.like(x), m.real(), m.real())),
      LEMMA_FUZZ("baddbmm", baddbmm(m.like(x), x, m.like(x), m.real(), m.real())),
      LEMMA_FUZZ("outer", outer(x, m.like(x))),
      LEMMA_FUZZ("tensordot", tensordot(x, m.like(x), m.integer())),
      LEMMA_FUZZ("tensordot dims", tensordot(x, m.like(x), m.dims(), m.dims())),
      LEMMA_FUZZ("einsum", einsum(equation(m), m.several())),
      LEMMA_FUZZ("attention", scaled_dot_product_attention(x, m.like(x), m.like(x), m.in.flag() ? Tensor() : m.mask(x),
                                                           0, m.in.flag(), m.real())),
      LEMMA_FUZZ("cross_entropy",
                 cross_entropy(x, m.ids(x.dim() > 1 ? x.size(1) : 1), m.in.flag() ? Tensor() : m.like(x), m.integer(),
                               Reduction(m.in.below(3)), m.real())),
      LEMMA_FUZZ("nll_loss",
                 nll_loss(x, m.ids(x.dim() > 1 ? x.size(1) : 1), {}, m.integer(), Reduction(m.in.below(3)))),
  };
}

}  // namespace fuzz
