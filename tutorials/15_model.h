#pragma once
/// The runs of tutorial 15: step 05's drawers in float32, bfloat16 and float16.

#include "13_model.h"
#include "lemma/core/memory.h"

namespace tutorial {

/// The gradients of all parameters as one long tensor.
inline Tensor all_gradients(const nn::Module& model) {
  std::vector<Tensor> rows;
  for (const Tensor& p : model.parameters()) rows.push_back(p.grad().reshape({-1}));
  return cat(rows);
}

/// The fraction of the gradients that are exactly 0 although float32 says that they are not.
inline double lost(const Tensor& gradients, const Tensor& float32_gradients) {
  const Tensor real = ne(float32_gradients, 0);
  return (logical_and(real, eq(gradients, 0)).to(float32).sum() / real.to(float32).sum()).item();
}

/// How a run computes.
struct Precision {
  const char* name;
  std::optional<DType> half;  ///< the dtype of products; none: float32
  bool scaled = false;        ///< with a GradScaler
};

struct Outcome {
  double loss = 0, right = 0;
  int skipped = 0;
};

/// 300 steps of Adam on step 05's drawers. The loss counts `weight` times, as one part among others would.
inline Outcome learn_in(const Precision& how, double weight = 1) {
  manual_seed(arguments().seed.value_or(1));
  const DeepReader model(2, true);
  optim::Adam adam(model.parameters(), adam_of_the_paper(0.003));
  optim::GradScaler scaler({.enabled = how.scaled});
  Outcome outcome;
  for (int step = 0; step < 300; ++step) {
    const Drawers batch = make_drawers(64, 1);
    adam.zero_grad();
    Tensor loss;
    {
      Autocast guard(default_device(), how.half, how.half.has_value());
      loss = loss_of(model(batch), batch);
    }
    scaler.scale(loss * weight).backward();
    outcome.skipped += !scaler.step(adam);
    scaler.update();
    outcome.loss = loss.item();
  }
  outcome.right = accuracy(model, 1).item();
  return outcome;
}

inline const std::vector<Precision>& precisions() {
  static const std::vector<Precision> all{
      {"float32", {}}, {"bfloat16", bfloat16}, {"float16, not scaled", float16}, {"float16, scaled", float16, true}};
  return all;
}

/// Trains in float32. Every 100 steps, the same gradients in float16, as they are and scaled, beside it:
/// visit(step, loss, the largest gradient, the fraction lost, the fraction lost when scaled).
template <class Visit>
void watch_gradients(Visit visit) {
  const DeepReader model(2, true);
  optim::Adam adam(model.parameters(), adam_of_the_paper(0.003));
  for (int step = 0; step <= 300; ++step) {
    const Drawers batch = make_drawers(64, 1);
    if (step % 100 == 0) {
      Tensor gradients[3];
      for (int kind = 0; kind < 3; ++kind) {
        adam.zero_grad();
        Autocast guard(default_device(), float16, kind > 0);
        (loss_of(model(batch), batch) * (kind == 2 ? 65536 : 1)).backward();
        gradients[kind] = all_gradients(model);
      }
      visit(step, loss_of(model(batch), batch).item(), amax(abs(gradients[0])).item(), lost(gradients[1], gradients[0]),
            lost(gradients[2], gradients[0]));
    }
    adam.zero_grad();
    loss_of(model(batch), batch).backward();
    adam.step();
  }
}

/// The bytes that a forward pass leaves in tensors: what the tape keeps for backward, and the result.
template <class Forward>
double bytes_kept(Forward forward, bool half) {
  const size_t before = memory::active(default_device());
  Tensor y;
  {
    Autocast guard(default_device(), bfloat16, half);
    y = forward();
  }
  return static_cast<double>(memory::active(default_device()) - before);
}

}  // namespace tutorial
