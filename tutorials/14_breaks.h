#pragma once
/// The classic mistakes of tutorial 14, made on purpose, and what finds them.

#include "14_model.h"
#include "tutorial.h"

namespace tutorial {

constexpr int kSteps = 1300;

/// Trains for a short time, and says what the loss is. Returns the last one.
inline double short_training(CharModel& model, const Text& text, int64_t shift, int steps) {
  double last = 0;
  fit(model, text.train, steps, shift, [&](int step, double loss) {
    last = loss;
    if (step % 50 == 0) say("  step {:>3}   loss {:.3f}   perplexity {:.2f}", step, loss, std::exp(loss));
  });
  return last;
}

inline std::string sample(const CharModel& model, const Text& text, const std::string& prompt) {
  Writer writer(model);
  return text.decode(lemma::nn::generate(writer, text.encode(prompt), {.max = 60, .temperature = 0.5}));
}

inline void no_shift() {
  lemma::set_num_threads(1);
  const Text text = read_text();
  CharModel model(text.size());
  const double loss = short_training(model, text, 0, 150);
  claim("the loss falls almost to 0 in 150 steps: too good to be true", loss < 0.1);
  say("  Nobody can foresee a text without error. The answer must be among the inputs. Let it write:\n");
  const std::string written = sample(model, text, "\nThe hen");
  say("  The hen{}\n", written);
  claim("it repeats its last character for ever", written == std::string(60, 'n'));
  say("  It learnt to copy: each input is its own target. Print inputs and targets side by side before you train.");
}

inline void no_causal_mask() {
  lemma::set_num_threads(1);
  const Text text = read_text();
  CharModel model(text.size(), false);
  say("  Before any training, the test of step 09: change the last token, look at the ones before it.");
  claim("they move: the later token is seen", later_token_moves(model, text.size()) > 1e-3);
  say("\n  Trained all the same:");
  const double loss = short_training(model, text, 1, 400);
  claim("the loss is far below what 1300 honest steps reach", loss < 0.5);
  say("  Each token looks up its answer one place to the right. When it writes, there is nothing to the right:\n");
  say("  The hen{}\n", sample(model, text, "\nThe hen "));
  lemma::NoGrad guard;
  const lemma::Tensor ids = text.dev.narrow(0, 0, 64 * 40).reshape({64, 40}), logits = model(ids);
  const lemma::Tensor right = eq(argmax(logits, 2).narrow(1, 0, 39), ids.narrow(1, 1, 39)).to(lemma::float32);
  const double seen = right.mean().item();
  const lemma::Tensor blind = eq(argmax(model(ids.narrow(1, 0, 39)).select(1, -1), 1), ids.select(1, 39));
  const double unseen = blind.to(lemma::float32).mean().item();
  say("  Right characters on dev: {:.0f} % where the next one is in sight, {:.0f} % where it is not.", 100 * seen,
      100 * unseen);
  claim("where it must foresee, it is lost", unseen < seen - 0.3);
}

}  // namespace tutorial
