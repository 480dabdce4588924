#pragma once
/// The classic mistakes of tutorial 05, made on purpose, and what finds them.

#include "05_model.h"
#include "tutorial.h"

namespace tutorial {

/// Trains a reader and prints, now and then, its loss and the length of the gradient of its query map.
inline std::vector<double> gradient_norms(const Reader& reader, const char* name) {
  std::vector<double> norms;
  say("  {}", name);
  learn(reader, 1, 100, 0.003, [&](int step, double loss) {
    if (step % 25 != 0) return;
    norms.push_back(norm(reader.queries.weight.grad()).item());
    const Tensor largest = amax(reader.weights(make_drawers(64, 1)), {2}).mean();
    say("    step {:<4} loss {:.3f}   largest weight {:.3f}   gradient of the query map {:.1e}", step, loss,
        largest.item(), norms.back());
  });
  return norms;
}

inline void no_root() {
  set_num_threads(1);
  say("  The reader of the lesson, 256 wide. Its loss does not fall: is the model wrong, or the learning rate?\n");
  const auto raw = [](const Tensor& q, const Tensor& k) { return softmax(matmul(q, k.transpose(-2, -1)), -1); };
  const Reader broken(256, raw), right(256);
  const std::vector<double> without = gradient_norms(broken, "without the root"),
                            with = gradient_norms(right, "divided by sqrt(256) = 16");
  const double broken_score = accuracy(broken, 1).item(), right_score = accuracy(right, 1).item();
  say("  right answers: {:.3f} without, {:.3f} with the root\n", broken_score, right_score);
  say("  The table finds it: the largest weight is 1 from the start, and the gradient is gone at step 50 while the");
  say("  loss is still high. A gradient that is small because all is learnt comes with a small loss.");
  claim("without the root the reader does not learn", broken_score < 0.6);
  claim("with it, it does", right_score > 0.99);
}

inline void softmax_wrong_dim() {
  set_num_threads(1);
  say("  softmax(scores, -2) instead of softmax(scores, -1): the shapes are the same, and nothing complains.\n");
  const auto wrong = [](const Tensor& q, const Tensor& k) {
    return softmax(matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(k.size(-1))), -2);
  };
  const Reader reader(16, wrong);
  double first = 0, last = 0;
  learn(reader, 1, 400, 0.01, [&](int step, double loss) { (step == 0 ? first : last) = loss; });
  say("  Its loss goes from {:.2f} to {:.2f}: no sign of a mistake there, either.", first, last);
  claim("the loss falls", last < first / 2);
  const Tensor weights = reader.weights(make_drawers(1, 1))[0];  // (5, 5)
  show("sums of its rows", weights.detach().sum(1));
  show("sums of its columns", weights.detach().sum(0));
  claim("what finds it: the rows do not add up to 1", !allclose(weights.sum(1), ones({5}), 1e-3, 1e-3));
  claim("the columns do: softmax went along the wrong dim", allclose(weights.sum(0), ones({5}), 1e-3, 1e-3));
}

}  // namespace tutorial
