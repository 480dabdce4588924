// The matrix product, and what is built on it.
#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {
namespace {

Shape batch_of(const Shape& shape) {
  Shape batch;
  for (int i = 0; i + 2 < shape.rank(); ++i) batch.push_back(shape[i]);
  return batch;
}

// Integers, exactly: one column of a times one row of b after another.
Tensor integer_product(const Tensor& a, const Tensor& b) {
  Shape shape = a.shape();
  shape[a.dim() - 1] = b.size(-1);
  Tensor y = zeros(shape, {.dtype = int64, .device = a.device()});
  for (int64_t k = 0; k < a.size(-1); ++k) y.add_(narrow(a, -1, k, 1) * narrow(b, -2, k, 1));
  return y;
}

/// y = a b on equal batch dims.    dL/da = g b^T,  dL/db = a^T g
Tensor product(const Tensor& a, const Tensor& b) {
  if (a.dtype() == DType::int64) return integer_product(a, b);
  return record(
      "matmul", {a, b}, kernels::matmul(a.array(), b.array()),
      [](const Tensor& g, In<1> rhs) { return matmul(g, transpose(rhs, -2, -1)); },
      [](const Tensor& g, In<0> lhs) { return matmul(transpose(lhs, -2, -1), g); });
}

[[noreturn]] void inner_dims_differ(const Tensor& a, const Tensor& b) {
  const int64_t k = a.shape().back(), rows = b.dim() == 1 ? b.size(0) : b.size(-2);
  std::string hint;
  if (b.dim() > 1 && b.size(-1) == k)
    hint = " Did you mean matmul(a, b.transpose(-2, -1))?";
  else if (a.dim() > 1 && a.size(-2) == rows)
    hint = " Did you mean matmul(a.transpose(-2, -1), b)?";
  throw ShapeError("matmul",
                   fmt::format("inner dimensions differ: {} x {}; lhs dim -1 is {}, rhs dim {} is {}.{}",
                               a.shape().str(), b.shape().str(), k, b.dim() == 1 ? -1 : -2, rows, hint),
                   {a.shape(), b.shape()});
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const Composition result("matmul");
  if (mixed::halves({&a, &b})) return matmul(mixed::halved(a), mixed::halved(b));
  check::numeric("matmul", a);
  check::numeric("matmul", b);
  check::same_type("matmul", a, b);
  if (a.dim() == 0 || b.dim() == 0)
    throw ShapeError("matmul",
                     fmt::format("needs at least one dim on each side, got {} x {}; use * for scalars", a.shape().str(),
                                 b.shape().str()),
                     {a.shape(), b.shape()});
  if (a.shape().back() != (b.dim() == 1 ? b.size(0) : b.size(-2))) inner_dims_differ(a, b);
  // A vector becomes a matrix of one row (left) or one column (right), and loses that dim again afterwards.
  if (a.dim() == 1) return result(squeeze(matmul(unsqueeze(a, 0), b), b.dim() == 1 ? 0 : -2));
  if (b.dim() == 1) return result(squeeze(matmul(a, unsqueeze(b, 1)), -1));
  // One matrix on the right: the batch joins the rows, (B, M, K) x (K, N) = (B M, K) x (K, N). Contiguous only: else it
  // would copy.
  if (b.dim() == 2 && a.dim() > 2 && a.is_contiguous()) {
    Shape shape = a.shape();
    shape[a.dim() - 1] = b.size(1);
    return result(reshape(product(reshape(a, {-1, a.shape().back()}), b), shape));
  }
  const Shape ba = batch_of(a.shape()), bb = batch_of(b.shape());
  Shape batch;
  try {
    batch = broadcast_shapes("matmul", ba, bb);
  } catch (const ShapeError&) {
    throw ShapeError("matmul",
                     fmt::format("batch dims {} and {} of {} x {} cannot be broadcast", ba.str(), bb.str(),
                                 a.shape().str(), b.shape().str()),
                     {a.shape(), b.shape()});
  }
  const auto with_batch = [&](const Tensor& x) {
    Shape shape = batch;
    shape.push_back(x.size(-2));
    shape.push_back(x.size(-1));
    return broadcast_to(x, shape);
  };
  return product(with_batch(a), with_batch(b));
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Composition result("linear");
  if (mixed::halves({&x, &weight, &bias})) return linear(mixed::halved(x), mixed::halved(weight), mixed::halved(bias));
  check::numeric("linear", x);
  check::defined("linear", weight);
  const bool one_output = weight.dim() == 1;  // (I): a result without an output dim
  if ((weight.dim() != 2 && !one_output) || x.dim() == 0 || x.shape().back() != weight.shape().back())
    throw ShapeError("linear",
                     fmt::format("x {} does not fit weight {}: x's last dim must be weight's dim {}", x.shape().str(),
                                 weight.shape().str(), one_output ? 0 : 1),
                     {x.shape(), weight.shape()});
  if (x.dtype() != weight.dtype())
    throw DTypeError("linear",
                     fmt::format("x is {}, the weight {}; cast x with .to({})", check::kind(x), check::kind(weight),
                                 name(weight.dtype())),
                     {x.dtype(), weight.dtype()});
  const Tensor y = matmul(x, one_output ? weight : transpose(weight, 0, 1));
  return result(bias.defined() ? y + bias : y);
}

}  // namespace lemma
