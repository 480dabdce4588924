#pragma once
/// The classic mistakes of step 20.

#include "20_model.h"

inline void no_log() {
  const data::LabelledRecordings all = data::read_labelled_recordings("data/speech/train");
  const Tensor loudness = log_mel(string_of(all, false).sound), power = pow(full({}, 10.0), loudness / 10.0);
  say("  Power as it is: the loudest value is {:.0f} times the mean.", amax(power).item() / mean(power).item());
  const Tensor x = (power - mean(power)) / lemma::std(power), decibels = normal(loudness);
  say("  In deviations from the mean the loudest value is {:.1f}, and in decibels {:.1f}.", amax(x).item(),
      amax(decibels).item());
  claim("as power it lies more than 10 deviations away", amax(x).item() > 10);
  claim("as decibels fewer than 4", amax(decibels).item() < 4);
  check("of 100 values of power, so many are above the mean", 10, 100 * mean(gt(x, 0).to(float32)).item(), 8);
  say("  A network that gets power sees a few bright dots in the dark. Print the features' largest value before "
      "training.");
}

inline void too_short() {
  const Tensor log_probs = log_softmax(randn({3, 1, 11}), 2);
  say("  Two equal digits need three steps: 4, blank, 4. In two of them there is no way at all:");
  const auto loss = [&](int64_t steps, const Tensor& target) {
    return ctc_loss(log_probs, target, {steps}, {2}, 0, Reduction::sum).item();
  };
  claim("4 4 in three steps: a number", std::isfinite(loss(3, tensor({{5, 5}}))));
  claim("4 4 in two steps: infinite", std::isinf(loss(2, tensor({{5, 5}}))));
  claim("4 5 in two steps: a number", std::isfinite(loss(2, tensor({{5, 6}}))));
  say("  One such string makes the loss of its whole batch infinite, and the gradients NaN. Compare ctc_least_steps "
      "with\n"
      "  the steps before training, and name the file.");
  check("steps that 4 4 needs", 3, static_cast<double>(nn::ctc_least_steps({5, 5})));
}

inline void blank_in_target() {
  const Tensor log_probs = log_softmax(randn({5, 1, 11}), 2);
  say("  The digit 0 as class 0, which is the blank: every zero would be silence.");
  std::string said;
  try {
    ctc_loss(log_probs, tensor({{0, 4}}), {5}, {2});
  } catch (const IndexError& error) {
    said = error.what();
  }
  say("    {}", said);
  claim("the loss refuses it", said.find("not the blank") != std::string::npos);
}
