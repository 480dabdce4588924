// An operation made of others has its own name on the tape, in errors and in pictures.
#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

Tensor leaf(const std::vector<double>& values) { return tensor(values, {.dtype = float64, .requires_grad = true}); }

void check_named(const Tensor& y, const std::string& name) {
  REQUIRE(y.grad_fn());
  CHECK(y.grad_fn()->name() == name);
}

}  // namespace

TEST_CASE("grad_fn() of a composition is the composition") {
  const Tensor x = leaf({0.5, -1, 2}), m = reshape(leaf({1, 2, 3, 4, 5, 6}), {2, 3});
  const Tensor ids = tensor({0, 1, 0}), labels = tensor({2, 0});
  check_named(sum(x), "sum");
  check_named(sum(m, 1), "sum");
  check_named(mean(m, 0), "mean");
  check_named(var(m, 0), "var");
  check_named(lemma::std(m, 0), "std");
  check_named(norm(x), "norm");
  check_named(logsumexp(m, 1), "logsumexp");
  check_named(prod(x), "prod");
  check_named(amax(m, 1), "amax");
  check_named(max(m, 1, false).first, "max");
  check_named(sort(x).first, "sort");
  check_named(topk(x, 2).first, "topk");
  check_named(softmax(x, 0), "softmax");
  check_named(log_softmax(x, 0), "log_softmax");
  check_named(gelu(x), "gelu");
  check_named(softplus(x), "softplus");
  check_named(clamp(x, -1, 1), "clamp");
  check_named(silu(x), "silu");
  check_named(selu(x), "selu");
  check_named(leaky_relu(x), "leaky_relu");
  check_named(relu6(x), "relu6");
  check_named(lerp(x, x * 2, 0.3), "lerp");
  check_named(nan_to_num(x), "nan_to_num");
  check_named(dot(x, x), "dot");
  check_named(outer(x, x), "outer");
  check_named(trace(m), "trace");
  check_named(diag(x), "diag");
  check_named(cumprod(x, 0), "cumprod");
  check_named(cummax(x, 0).first, "cummax");
  check_named(median(x), "median");
  check_named(quantile(m, 0.3, 1), "quantile");
  check_named(normalize(m), "normalize");
  check_named(layer_norm(m, {3}), "layer_norm");
  check_named(layer_norm(m, {3}, x, x), "layer_norm");
  check_named(dropout(x, 0.5, true), "dropout");
  check_named(matmul(m, x), "matmul");
  check_named(matmul(reshape(m, {1, 2, 3}), transpose(m, 0, 1)), "matmul");
  check_named(linear(x, m), "linear");
  check_named(linear(x, m, leaf({1, 2})), "linear");
  check_named(einsum("ij,j->i", {m, x}), "einsum");
  check_named(embedding(m, ids), "embedding");
  check_named(index_select(m, 1, ids), "index_select");
  check_named(scatter_add(x, 0, ids, x), "scatter_add");
  check_named(stack({x, x}), "stack");
  check_named(repeat(x, {2}), "repeat");
  check_named(tril(m), "tril");
  check_named(triu(m), "triu");
  check_named(unsqueeze(x, 0), "unsqueeze");
  check_named(squeeze(unsqueeze(x, 0), 0), "squeeze");
  check_named(flatten(m), "flatten");
  check_named(m.view({3, 2}), "view");
  check_named(cross_entropy(m, labels), "cross_entropy");
  check_named(nll_loss(m, labels), "nll_loss");
  check_named(mse_loss(x, x.detach()), "mse_loss");
  check_named(l1_loss(x, x.detach()), "l1_loss");
  check_named(binary_cross_entropy_with_logits(x, x.detach()), "binary_cross_entropy_with_logits");
  check_named(scaled_dot_product_attention(m, m, m), "scaled_dot_product_attention");
}

TEST_CASE("what a composition returns as it came keeps its name") {
  const Tensor x = leaf({1, 2}) * 2.0;
  check_named(dropout(x, 0.5, false), "mul");
  check_named(squeeze(x), "mul");
  check_named(contiguous(x), "mul");
  check_named(x.flatten(), "mul");
}

TEST_CASE("errors and pictures name the composition, and its steps below it by their own names") {
  const Tensor x = leaf({1, 2});
  const Tensor y = (x * x).sum();
  y.backward();
  CHECK_THROWS_WITH(
      y.backward(),
      "[sum] the graph was already walked and its saved values freed; call backward({}, true) first to keep "
      "them, or detach() a tensor that you reuse from an earlier step");
  const std::string picture = explain(softmax(x, 0));
  INFO(picture);
  CHECK(picture.rfind("softmax (2) float64 = [0.26894 0.73106]", 0) == 0);
  CHECK(picture.find("exp (2)") != std::string::npos);
  CHECK(to_dot(mean(x)).find("mean") != std::string::npos);
}
