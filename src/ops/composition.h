#pragma once
/// The name of an operation that is made of others.

#include <utility>
#include <vector>

#include "tape/record.h"

namespace lemma {

/// Gives what a composition returns the composition's name on the tape, in errors and in pictures; the steps to it keep
/// their own. Where one composition returns what another made, the outer one names it last.
///     const Composition result("softmax");
///     ...
///     return result(e / sum(e, dim, true));
class Composition {
 public:
  explicit Composition(const char* op) : op_(op), since_(Recorder::next_sequence()) {}
  Tensor operator()(Tensor y) const {
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
};

}  // namespace lemma
