// In-place operations. Off the tape they write where x lies; on it they are the operation and a recorded overwrite.
#include "tape/inplace.h"

#include <utility>

#include <fmt/format.h>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/put.h"

namespace lemma {
namespace {

void check_broadcasts_into(const char* op, const Tensor& x, const Tensor& source) {
  if (source.shape() != x.shape() && broadcast_shapes(op, x.shape(), source.shape()) != x.shape())
    throw ShapeError(op, fmt::format("{} does not broadcast into {}", source.shape().str(), x.shape().str()),
                     {x.shape(), source.shape()});
}

bool shares_memory(const Tensor& a, const Tensor& b) { return a.array().storage() == b.array().storage(); }

// `source` expanded to x's shape; copied first if it shares x's memory, so that no element is read after it was
// overwritten.
Array operand(const Tensor& x, const Tensor& source) {
  Array a = source.array();
  if (shares_memory(x, source)) a = clone(source.detach()).array();
  return a.expand(x.shape());
}

// PyTorch's sentence: arithmetic with a fraction, or a division, has a floating result, which integers cannot hold.
[[noreturn]] void cannot_hold(const char* op, const Tensor& x) {
  throw DTypeError(
      op,
      fmt::format("the result is float32, which can't be cast to the desired output type {}: the tensor is "
                  "{}; compute with .to(float32) and make a new one",
                  name(x.dtype()), check::kind(x)),
      {x.dtype()});
}

void check_number(const char* op, const Tensor& x, const Number& value) {
  check::numeric(op, x);
  if (x.dtype() == DType::int64 && !value.is_whole()) cannot_hold(op, x);
}

void check_division(const char* op, const Tensor& x) {
  check::numeric(op, x);
  if (!is_floating(x.dtype())) cannot_hold(op, x);
}

// x = x kernel other, where the tape need not know of it.
Tensor& arithmetic(const char* op, Binary kernel, Tensor& x, const Tensor& other) {
  const Array term = operand(x, other);
  kernels::binary_inplace(kernel, inplace::writable(op, x), term);
  return x;
}

Tensor& arithmetic(const char* op, Binary kernel, Tensor& x, const Number& number) {
  kernels::binary_inplace(kernel, inplace::writable(op, x), number);
  return x;
}

void check_operands(const char* op, const Tensor& x, const Tensor& other) {
  check::numeric(op, x);
  check::defined(op, other);
  check::same_type(op, x, other);
  check_broadcasts_into(op, x, other);
}

// Old values that a rule will ask for are kept apart from the memory that is about to change.
Tensor kept_apart(const Tensor& x, bool needed) { return needed ? clone(x) : x; }

}  // namespace

void Tensor::operator=(const Tensor& values) && { copy_(without_ones(values, dim())); }
void Tensor::operator=(Tensor&& values) && { copy_(without_ones(values, dim())); }
void Indexed::put(Number value) {
  source_.index_put_(indices_, full({}, value, {.dtype = dtype(), .device = device()}));
}

Tensor& Tensor::fill_(Number value) {
  check::defined("fill_", *this);
  check::whole("fill_", *this, value);
  check::holds("fill_", dtype(), value);
  if (inplace::recorded("fill_", *this)) return inplace::overwrite("fill_", *this, full_like(*this, value));
  kernels::fill(inplace::writable("fill_", *this), value);
  return *this;
}

Tensor& Tensor::copy_(const Tensor& source) {
  check::defined("copy_", *this);
  check::defined("copy_", source);
  check_broadcasts_into("copy_", *this, source);
  if (inplace::recorded("copy_", *this, {&source})) {
    const Tensor values = lemma::to(kept_apart(cast(source, dtype()), shares_memory(*this, source)), device());
    return inplace::overwrite("copy_", *this, lemma::broadcast_to(values, shape()));
  }
  const Array from = operand(*this, source);
  kernels::copy(inplace::writable("copy_", *this), from);
  return *this;
}

Tensor& Tensor::add_(const Tensor& other, Number alpha) {
  check_operands("add_", *this, other);
  if (alpha != 1) check_number("add_", *this, alpha);
  const Tensor term = alpha == 1 ? other : other * alpha;
  if (inplace::recorded("add_", *this, {&other})) return inplace::overwrite("add_", *this, lemma::add(*this, term));
  return arithmetic("add_", Binary::Add, *this, term);
}

Tensor& Tensor::mul_(const Tensor& other) {
  check_operands("mul_", *this, other);
  if (!inplace::recorded("mul_", *this, {&other})) return arithmetic("mul_", Binary::Mul, *this, other);
  const Tensor factor = kept_apart(other, shares_memory(*this, other));
  return inplace::overwrite("mul_", *this, lemma::mul(kept_apart(*this, factor.requires_grad()), factor));
}

Tensor& Tensor::div_(const Tensor& other) {
  check_operands("div_", *this, other);
  check_division("div_", *this);
  if (!inplace::recorded("div_", *this, {&other})) return arithmetic("div_", Binary::Div, *this, other);
  return inplace::overwrite("div_", *this, lemma::div(*this, kept_apart(other, shares_memory(*this, other))));
}

Tensor& Tensor::add_(Number value) {
  check_number("add_", *this, value);
  if (!inplace::recorded("add_", *this)) return arithmetic("add_", Binary::Add, *this, value);
  return inplace::overwrite("add_", *this, lemma::add(*this, value));
}

Tensor& Tensor::mul_(Number factor) {
  check_number("mul_", *this, factor);
  if (!inplace::recorded("mul_", *this)) return arithmetic("mul_", Binary::Mul, *this, factor);
  return inplace::overwrite("mul_", *this, lemma::mul(*this, factor));
}

Tensor& Tensor::div_(Number divisor) {
  check_division("div_", *this);
  if (!inplace::recorded("div_", *this)) return arithmetic("div_", Binary::Div, *this, divisor);
  return inplace::overwrite("div_", *this, lemma::div(*this, divisor));
}

Tensor& Tensor::clamp_(Number low, Number high) {
  return inplace::overwrite("clamp_", *this, lemma::clamp(kept_apart(*this, requires_grad()), low, high));
}

Tensor& Tensor::masked_fill_(const Tensor& mask, Number value) {
  return inplace::overwrite("masked_fill_", *this, lemma::masked_fill(*this, mask, value));
}

Tensor& Tensor::operator&=(const Tensor& mask) { return inplace::overwrite("logical_and_", *this, *this & mask); }
Tensor& Tensor::operator|=(const Tensor& mask) { return inplace::overwrite("logical_or_", *this, *this | mask); }
Tensor& Tensor::operator^=(const Tensor& mask) { return inplace::overwrite("logical_xor_", *this, *this ^ mask); }

Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source, Number alpha) {
  return inplace::overwrite("index_add_", *this, lemma::index_add(*this, dim, index, source, alpha));
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& source) {
  return inplace::overwrite("scatter_", *this, lemma::scatter(*this, dim, index, source));
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, Number value) {
  return inplace::overwrite("scatter_", *this, lemma::scatter(*this, dim, index, value));
}
Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) {
  return inplace::overwrite("scatter_add_", *this, lemma::scatter_add(*this, dim, index, source));
}

}  // namespace lemma
