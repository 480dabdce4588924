#pragma once
/// Checks that many operations share. Each throws a sentence that names the operation and everything involved.

#include <string>

#include <fmt/format.h>

#include "lemma/tensor.h"

namespace lemma::check {

inline std::string kind(const Tensor& x) { return fmt::format("{} {}", name(x.dtype()), x.shape().str()); }

inline void defined(const char* op, const Tensor& x) {
  if (!x.defined())
    throw Error(op, "an input tensor is undefined: it was never computed, or is a .grad() before backward()");
}
inline void same_type(const char* op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    throw DTypeError(op,
                     fmt::format("dtypes differ: lhs is {}, rhs is {}; cast one side, e.g. with .to({})", kind(a),
                                 kind(b), name(a.dtype())),
                     {a.dtype(), b.dtype()});
  if (a.device() != b.device())
    throw DeviceError(op,
                      fmt::format("devices differ: lhs {} is on {}, rhs {} is on {}; move one side with .to()",
                                  a.shape().str(), a.device().str(), b.shape().str(), b.device().str()),
                      {a.device(), b.device()});
}
/// Is x a number? Then `dim`, along which an operation works, must be 0 or -1.
inline bool is_number(const char* op, const Tensor& x, int64_t dim) {
  defined(op, x);
  if (x.dim() != 0) return false;
  one_element(op, dim);
  return true;
}
/// For operands of different roles and dtypes: `the index`, `the mask`.
inline void same_device(const char* op, const char* what, const Tensor& x, const char* other, const Tensor& y) {
  if (x.device() != y.device())
    throw DeviceError(op,
                      fmt::format("devices differ: {} {} is on {}, {} {} is on {}; move one with .to()", what,
                                  x.shape().str(), x.device().str(), other, y.shape().str(), y.device().str()),
                      {x.device(), y.device()});
}
inline void floating(const char* op, const Tensor& x) {
  defined(op, x);
  if (!is_floating(x.dtype()))
    throw DTypeError(op, fmt::format("needs a floating dtype, got {}; cast it with .to(float32)", kind(x)),
                     {x.dtype()});
}
inline void numeric(const char* op, const Tensor& x) {
  defined(op, x);
  if (x.dtype() == DType::boolean)
    throw DTypeError(op, fmt::format("needs numbers, got {}; cast it with .to(float32)", kind(x)), {x.dtype()});
}
inline void boolean(const char* op, const char* what, const Tensor& x) {
  defined(op, x);
  if (x.dtype() != DType::boolean)
    throw DTypeError(op, fmt::format("{} must be bool, got {}", what, kind(x)), {x.dtype()});
}
inline void integers(const char* op, const char* what, const Tensor& x) {
  defined(op, x);
  if (x.dtype() != DType::int64)
    throw DTypeError(op, fmt::format("{} must be int64, got {}; cast with .to(int64)", what, kind(x)), {x.dtype()});
}
/// A number beside an int64 tensor is an int64.
void whole(const char* op, DType dtype, const Shape& shape, const Number& value);
inline void whole(const char* op, const Tensor& x, const Number& value) { whole(op, x.dtype(), x.shape(), value); }
/// What fills a tensor must be a number of its dtype: a finite one must not become infinite.
void holds(const char* op, DType dtype, const Number& value);
/// Every element of int64 `index` lies in [0, size); the sentence calls an element `what`.
void in_range(const char* op, const char* what, const Tensor& index, int64_t size);
/// `index` is what gather and scatter along `dim` of x take: int64, of x's rank, no larger but along dim, in range.
void index(const char* op, const Tensor& x, int dim, const Tensor& index);

}  // namespace lemma::check
