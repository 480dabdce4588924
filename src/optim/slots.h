#pragma once
/// What an in-place update needs from a parameter, for the optimisers and for the mean of the weights.

#include <span>

#include "kernels/kernels.h"
#include "lemma/core/error.h"
#include "lemma/optim/optimizer.h"

namespace lemma::optim {

/// The update itself: the parameters' own arrays are written to, and the tape hears of it.
template <class Step>
void write(std::span<const UpdateSlot> slots, const Step& step) {
  for (const UpdateSlot& slot : slots) slot.param.storage()->bump_version();
  kernels::update(slots, step);
}

/// The gradient as the kernels want it.
inline Array gradient_for(const char* where, const Tensor& param) {
  const Tensor grad = param.grad();
  const auto kind = [](const Tensor& x) {
    return "(" + std::string(name(x.dtype())) + " " + x.shape().str() +
           (x.device().is_cpu() ? "" : " on " + x.device().str()) + ")";
  };
  if (!(grad.shape() == param.shape()) || grad.dtype() != param.dtype() || !(grad.device() == param.device()))
    throw ValueError(where, "the gradient " + kind(grad) + " is not of its parameter's kind " + kind(param));
  return grad.contiguous().array();
}

/// Memory of earlier steps: zeros at first; follows a parameter that was moved or converted.
inline Array memory_for(Tensor& memory, const Tensor& param) {
  if (!memory.defined()) memory = zeros_like(param).detach();
  if (memory.dtype() != param.dtype()) memory = memory.to(param.dtype());
  if (!(memory.device() == param.device())) memory = memory.to(param.device());
  return memory.array();
}

}  // namespace lemma::optim
