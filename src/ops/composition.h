#pragma once
/// What an operation that is made of others needs: its name on the tape, and one rounding where its inputs are half
/// types.

#include <utility>
#include <vector>

#include "ops/mixed.h"
#include "tape/record.h"

namespace lemma {

/// Gives what a composition returns the composition's name on the tape, in errors and in pictures; the steps to it keep
/// their own. Where one composition returns what another made, the outer one names it last.
///     Composition result("softmax");
///     const Tensor x = result.wide(input);   // only where the steps of a half type are to run in float32
///     ...
///     return result(e / sum(e, dim, true));
class Composition {
 public:
  explicit Composition(const char* op) : op_(op), since_(Recorder::next_sequence()) {}
  /// x, in float32 where it is of a half type. The result is then rounded once, to x's dtype; under autocast it stays
  /// float32.
  Tensor wide(const Tensor& x) {
    if (mixed::is_half(x) && !mixed::autocast_on(x)) {
      rounds_ = true;
      dtype_ = x.dtype();
    }
    return mixed::wide(x);
  }
  /// The same for two of one dtype. Without autocast, others are left as they are, to be refused.
  std::pair<Tensor, Tensor> wide(const Tensor& a, const Tensor& b) {
    const bool alike = a.defined() && b.defined() && a.dtype() == b.dtype();
    if (!alike && !mixed::autocast_on(a)) return {a, b};
    return {wide(a), mixed::wide(b)};
  }

  Tensor operator()(Tensor y) const {
    if (rounds_) y = cast(y, dtype_);
    // What was there before, as an input that is returned as it came, keeps its name.
    if (Node* node = y.impl()->node.get(); node && node->sequence() >= since_) node->rename(op_);
    return y;
  }
  std::pair<Tensor, Tensor> operator()(std::pair<Tensor, Tensor> y) const {
    return {(*this)(std::move(y.first)), std::move(y.second)};
  }

 private:
  const char* op_;
  uint64_t since_;
  bool rounds_ = false;  // the result, to dtype_
  DType dtype_ = DType::float32;
};

}  // namespace lemma
