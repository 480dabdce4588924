// Whether a model can learn one batch by heart.
#include <algorithm>
#include <cctype>

#include "lemma/core/words.h"
#include "lemma/train/run.h"
#include "train/say.h"
#include "train/session.h"

namespace lemma::train {
bool overfit_one_batch(const Run& given) {
  Run run = given;
  std::string units = run.task->unit();
  units[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(units[0])));
  run.choose = [&given](Options& options) {
    given.choose(options);
    silence(options);
    options.average = 0;
    options.warmup = std::max<int64_t>(options.warmup, 10);
  };
  Session session(run);
  const std::unique_ptr<Examples> one =
      session.train->first(std::min(session.options->batch_size, session.train->size()));
  Trainer trainer(*session.learner, *one, *session.options);
  run.begin();
  constexpr int64_t kSteps = 200;
  constexpr double kLearned = 0.05;  // of the loss at the start
  double first = 0, last = 0;
  int64_t step = 0;
  say(run, "Learning one batch of {} {} by heart, without dropout.\n", one->size(), run.task->unit());
  bool stopped = false;
  while (step < kSteps && (step == 0 || last > kLearned * first) && !stopped) {
    last = trainer.step().loss;
    if (step == 0) first = last;
    if (++step % 10 == 0 || step == 1) say(run, "  step {:>3}  loss {:.4f}\n", step, last);
    stopped = run.stop();
  }
  if (stopped && last > kLearned * first) {
    say(run, "Stopped after {}, without a verdict.\n", words::plural(step, "step"));
    return false;
  }
  const bool learned = last <= kLearned * first;
  if (learned)
    say(run,
        "PASS: the loss fell from {:.4f} to {:.4f} in {} steps. Data, labels, model, loss and gradients fit "
        "together.\n",
        first, last, step);
  else
    say(run,
        "FAIL: the loss only went from {:.4f} to {:.4f} in {} steps. {} that are alike but carry different labels, a "
        "learning rate that is too small or too large ({}), or a bug in the model can cause that.\n",
        first, last, step, units, session.options->lr);
  return learned;
}

}  // namespace lemma::train
