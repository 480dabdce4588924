// Writing into a tensor: for optimisers and initialisers. The tape never records these, so it forbids them where it
// looks.
#include <fmt/format.h>

#include "kernels/kernels.h"
#include "lemma/tape/grad_mode.h"
#include "lemma/tape/node.h"

namespace lemma {
namespace {

// Every in-place write passes here: it is refused where the tape would miss it, and counted so that saved values
// notice.
const Array& writable(const char* op, const Tensor& x) {
  if (x.requires_grad() && grad_enabled())
    throw GradError(op, "writing in place to a tensor that requires a gradient needs a NoGrad block");
  const Array& array = x.array();
  for (int i = 0; i < array.rank(); ++i)
    if (array.strides()[i] == 0 && array.shape()[i] > 1 && array.numel() > 0)
      throw ShapeError(
          op, fmt::format("the tensor of shape {} is expanded: several elements are one in memory; clone() it first",
                          x.shape().str()));
  array.storage()->bump_version();
  return array;
}

// `source` expanded to x's shape; copied first if it shares x's memory, so that no element is read after it was
// overwritten.
Array operand(const char* op, const Tensor& x, const Tensor& source) {
  if (broadcast_shapes(op, x.shape(), source.shape()) != x.shape())
    throw ShapeError(op, fmt::format("{} does not broadcast into {}", source.shape().str(), x.shape().str()),
                     {x.shape(), source.shape()});
  Array a = source.array();
  if (a.storage() == x.array().storage()) {
    Array copy(a.shape(), a.dtype(), a.device());
    kernels::copy(copy, a);
    a = copy;
  }
  return a.expand(x.shape());
}

void check_same_type(const char* op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    throw DTypeError(op,
                     fmt::format("dtypes differ: {} {} and {} {}; cast one with to()", name(a.dtype()), a.shape().str(),
                                 name(b.dtype()), b.shape().str()),
                     {a.dtype(), b.dtype()});
  if (a.device() != b.device())
    throw DeviceError(op,
                      fmt::format("devices differ: {} and {}; move one with to()", a.device().str(), b.device().str()),
                      {a.device(), b.device()});
}

Array scalar(const Tensor& like, double value) {
  Array a({}, like.dtype(), like.device());
  kernels::fill(a, value);
  return a.expand(like.shape());
}

}  // namespace

Tensor& Tensor::fill_(double value) {
  kernels::fill(writable("fill_", *this), value);
  return *this;
}

Tensor& Tensor::copy_(const Tensor& source) {
  const Array from = operand("copy_", *this, source);
  kernels::copy(writable("copy_", *this), from);
  return *this;
}

Tensor& Tensor::add_(const Tensor& other, double alpha) {
  check_same_type("add_", *this, other);
  Array term = operand("add_", *this, other);
  if (alpha != 1) term = kernels::binary(Binary::Mul, term, scalar(*this, alpha));
  kernels::binary_inplace(Binary::Add, writable("add_", *this), term);
  return *this;
}

Tensor& Tensor::mul_(const Tensor& other) {
  check_same_type("mul_", *this, other);
  const Array factor = operand("mul_", *this, other);
  kernels::binary_inplace(Binary::Mul, writable("mul_", *this), factor);
  return *this;
}

Tensor& Tensor::mul_(double factor) {
  kernels::binary_inplace(Binary::Mul, writable("mul_", *this), scalar(*this, factor));
  return *this;
}

Tensor& Tensor::add_(double value) {
  kernels::binary_inplace(Binary::Add, writable("add_", *this), scalar(*this, value));
  return *this;
}

}  // namespace lemma
