// Answers to the exercises of tutorial 20.
#include "../20_model.h"
#include "solution.h"

void answers() {
  set_num_threads(1);
  exercise(1, "all ways of saying a b in three steps");
  const Tensor p = tensor({0.5, 0.4, 0.1}).reshape({1, 1, 3}).expand({3, 1, 3});
  say("  ab-, a-b, -ab: 0.4 * 0.1 * 0.5 each; aab: 0.4 * 0.4 * 0.1; abb: 0.4 * 0.1 * 0.1.");
  check("-ln of their sum", -std::log(3 * 0.02 + 0.016 + 0.004),
        ctc_loss(log(p), tensor({{1, 2}}), {3}, {2}, 0, Reduction::sum).item());

  exercise(2, "without changes");
  const data::LabelledRecordings train = data::read_labelled_recordings("data/speech/train");
  const data::LabelledRecordings dev = data::read_labelled_recordings("data/speech/dev", {.names = train.names});
  std::vector<Said> strings, known;
  for (int i = 0; i < 30; ++i) strings.push_back(string_of(dev, false)), known.push_back(string_of(train, false));
  Listener model;
  optim::AdamW adam(model.parameters(), {.lr = 3e-3});
  for (int step = 0; step < 400; ++step) {
    std::vector<Said> some;
    for (int i = 0; i < 8; ++i) some.push_back(string_of(train, false));
    adam.zero_grad();
    loss_of(model, batch_of(some, false)).backward();
    optim::clip_grad_norm_(model.parameters(), 1);
    adam.step();
  }
  model.eval();
  const double old_voices = errors_of(model, known, 8).rate(), new_voices = errors_of(model, strings, 8).rate();
  say("  Error rate: {:.3f} for the voices that it learnt from, {:.3f} for new ones.", old_voices, new_voices);
  claim("it has learnt its own voices", old_voices < 0.1);
  claim("new ones are harder to it", new_voices > old_voices);

  exercise(3, "a word error rate above 1");
  check("said 'one', heard 'won won won': 1 replaced, 2 added", 3, data::word_errors("one", "won won won").rate());

  exercise(4, "how fast may digits follow each other?");
  say("  A step is four frames of 10 ms: 25 in a second. Digits that differ need one each, equal ones a blank "
      "between.");
  check("steps for 1 2 3 4", 4, static_cast<double>(nn::ctc_least_steps({1, 2, 3, 4})));
  check("steps for 4 4 4 4", 7, static_cast<double>(nn::ctc_least_steps({4, 4, 4, 4})));
  check("so 25 digits a second that differ, and equal ones", 13, (25 + 1) / 2);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
