#pragma once
/// The classic mistakes of tutorial 05, made on purpose, and what finds them.

#include "05_model.h"
#include "tutorial.h"

namespace tutorial {

/// Trains four readers and gives the mean of their last losses. Shows the first one's loss, weights and gradient.
inline double gradient_table(const char* name, const Reader::Weights& way) {
  double sum = 0;
  say("  {}", name);
  for (int run = 0; run < 4; ++run) {
    const Reader reader(128, way);
    learn(reader, 1, 60, 0.003, [&](int step, double loss) {
      if (step == 60) sum += loss;
      if (run > 0 || step % 15 != 0) return;
      const double largest = amax(reader.weights(make_drawers(64, 1)), {2}).mean().item();
      say("    step {:<3}  loss {:.3f}   largest weight {:.3f}   gradient of the query map {:.1e}", step, loss, largest,
          norm(reader.queries.weight.grad()).item());
    });
  }
  say("  mean loss of four such readers after 60 steps: {:.3f}\n", sum / 4);
  return sum / 4;
}

inline void no_root() {
  set_num_threads(1);
  say("  The reader of the lesson, now 128 wide. Its loss hardly falls. Is the learning rate wrong?\n");
  const auto raw = [](const Tensor& q, const Tensor& k) { return softmax(matmul(q, k.transpose(-2, -1)), -1); };
  const double without = gradient_table("without the root", raw),
               with = gradient_table("divided by sqrt(128) = 11.3", attention_weights);
  say("  The table finds it. The largest weight is near 1 before anything is learnt: softmax is saturated. Then "
      "hardly\n"
      "  any gradient comes through, while the loss is still that of a guess, ln 8 = 2.08. A lucky start recovers.");
  claim("without the root the loss stays above 0.5", without > 0.5);
  claim("with it, it is below 0.1", with < 0.1);
}

inline void softmax_wrong_dim() {
  set_num_threads(1);
  say("  softmax(scores, -2) instead of softmax(scores, -1). The shapes are the same, and nothing complains.\n");
  const auto wrong = [](const Tensor& q, const Tensor& k) {
    return softmax(matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(k.size(-1))), -2);
  };
  const Reader reader(16, wrong);
  const Tensor weights = reader.weights(make_drawers(1, 1))[0].detach();  // (5, 5), before any training
  double first = 0, last = 0;
  learn(reader, 1, 400, 0.01, [&](int step, double loss) { (step == 0 ? first : last) = loss; });
  say("  Its loss goes from {:.2f} to {:.2f}: no sign of a mistake there, either. But add up its weights:", first,
      last);
  claim("the loss falls by half or more", last < first / 2);
  say("  sums of its rows:    {}", numbers(weights.sum(1).to_vector<double>()));
  say("  sums of its columns: {}", numbers(weights.sum(0).to_vector<double>()));
  claim("what finds it: the rows do not add up to 1", !allclose(weights.sum(1), ones({5}), 0.01, 0.01));
  claim("the columns do: softmax went along the wrong dim", allclose(weights.sum(0), ones({5}), 1e-5, 1e-5));
  say("  Tokens now compete for a key: what one takes, the others lose. This task forgives it, since only the\n"
      "  question's row is read.");
}

}  // namespace tutorial
