#include "lemma/train/run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/train/curves.h"
#include "lemma/train/progress.h"
#include "train/announce.h"
#include "train/place.h"
#include "train/say.h"
#include "train/session.h"

namespace lemma::train {
namespace {

constexpr size_t kWorst = 5;  // mistakes in the closing report

// Five tensors of the model's size: the best, the last, their average, and Adam's two; and some room for the texts.
size_t bytes_needed(const Session& session) {
  const auto parameters = static_cast<size_t>(session.learner->module().num_parameters());
  return parameters * sizeof(float) * 5 + (size_t{1} << 20);
}

void announce(Session& session, const Place& place) {
  const Run& run = session.run;
  say_wrapped(run, "lemma train {}\n{}", run.task->name(), plan_text(session));
  if (run.resume)
    say_wrapped(run, "  {:<11} after {} of {}{}\n", "resumed", words::plural(session.trainer->steps(), "step"),
                words::grouped(session.epochs * session.trainer->batches()),
                run.train_path.empty() && !session.history.train_path.empty()
                    ? ", with the files above, which " + run.out + " names"
                    : "");
  else
    say_wrapped(run, "{}", initial_loss_text(session.trainer->initial_loss(), session.learner->classes()));
  const Trainer& trainer = *session.trainer;
  if (trainer.warmup() >= session.epochs * trainer.batches())
    say_wrapped(
        run,
        "  {:<11} the run ends within its warm-up, before the learning rate is reached; more --epochs or a shorter "
        "--warmup teach more\n",
        "note");
  if (!place.note().empty()) say_wrapped(run, "  {:<11} {}\n", "note", place.note());
}

// Saves where the run may at this point; returns where.
const std::string& save(Session& session, const Place& place, bool going) {
  const std::string& directory = place.of(session.history);
  session.save(directory, going);
  session.saved_to = directory;
  if (directory == session.run.out) place.tidy();
  return directory;
}

// What an error leaves of the work.
std::string kept_text(const std::string& directory) {
  if (directory.empty()) return "nothing has been saved yet";
  return fmt::format("{} is as it was last saved, and --out {} --resume continues from there", directory,
                     words::shell_quote(directory));
}

[[noreturn]] void diverged(const Session& session, const std::string& sign) {
  throw GradError(
      fmt::format("epoch {}", session.history.epochs.size() + 1),
      fmt::format("{}; the weights have diverged, and no saved file was overwritten; a smaller --lr, a longer "
                  "--warmup or a smaller --clip usually helps",
                  sign));
}

// Scores the averaged weights, keeps them if they are the best, saves.
void end_epoch(Session& session, const Place& place, double seconds) {
  const Run& run = session.run;
  Evaluation result;
  try {
    const WithAverage averaged(session.trainer->average());
    result = session.learner->evaluate(*session.corpora.dev, *session.dev);
  } catch (const ValueError& error) {  // a model without an answer
    diverged(session, error.message());
  }
  if (!std::isfinite(result.loss)) diverged(session, fmt::format("the dev loss is {}", result.loss));
  History& history = session.history;
  history.epochs.push_back({session.trainer->mean_loss(), result.loss, result.score, seconds, session.trainer->lr(),
                            session.trainer->mean_gradient_norm()});
  const auto done = static_cast<int64_t>(history.epochs.size());
  const bool better = history.best_epoch == 0 || run.task->score().better(result.score, history.best_score);
  if (better) {
    history.best_epoch = done;
    history.best_score = result.score;
    session.best = session.current_weights();
  }
  history.complete = session.exhausted();
  save(session, place, !history.complete);
  const size_t width = std::to_string(session.epochs).size();
  say(run, "epoch {:>{}}/{}  loss {:.4f}  dev {:.4f}, {} {:.4f} ({})  {}{}\n", done, width, session.epochs,
      session.trainer->mean_loss(), result.loss, run.task->score().name, result.score,
      to_beat_text(history.baselines, run.task->score()), words::clock_time(seconds), better ? "  best" : "");
}

Outcome interrupted(Session& session, const Place& place, Progress& progress) {
  const Run& run = session.run;
  const std::string& saved = save(session, place, false);
  try {
    progress.clear();
    say_wrapped(run, "Stopped in epoch {} after step {}; saved to {}{}. To continue:\n", session.trainer->epoch() + 1,
                session.trainer->batch(), saved, saved == run.out ? "" : ", and " + run.out + " is as it was");
    say(run, "  {} train {} --out {}{} --resume\n", words::shell_quote(run.program), run.task->name(),
        words::shell_quote(saved), run.device.is_cpu() ? "" : " --device " + run.device.str());
  } catch (const std::system_error&) {  // the run was stopped because its terminal went away
  }
  return Outcome::interrupted;
}

void close(Session& session) {
  const Run& run = session.run;
  session.learner->module().load_state_dict(session.best);
  const Evaluation result = session.learner->evaluate(*session.corpora.dev, *session.dev);
  const History& history = session.history;
  say_wrapped(run, "\nBest: epoch {}, dev {} {:.4f}; to beat: {}\n\n{}\n", history.best_epoch, run.task->score().name,
              history.best_score, baselines_text(history.baselines, run.task->score()), result.report(kWorst));
  if (history.epochs.size() > 1) {
    viz::TrainingPage curves;
    curves.score_name = run.task->score().name;
    curves.runs = {curves_of("", history)};
    say(run, "{}\nAs a page: {}\n\n", viz::training_text(curves, viz::columns_of(::fileno(run.log))),
        io::join(run.out, "training.html"));
  }
  say(run, "Saved to {}. Next:\n  {} {}\n", run.out, words::shell_quote(run.program),
      run.task->trial(words::shell_quote(run.out)));
}

}  // namespace

// A saved directory takes the old one's place: were it the one that the program runs in, that would vanish under it.
void check_not_here(const std::string& out) {
  std::error_code ignored;
  const std::filesystem::path target = std::filesystem::weakly_canonical(out, ignored);
  for (std::filesystem::path here = std::filesystem::current_path(ignored); !here.empty(); here = here.parent_path()) {
    if (here == target)
      throw ValueError("--out",
                       fmt::format("{} holds the directory that the program runs in; expected another, such as {}",
                                   words::quote(out), "models/mine"));
    if (here == here.parent_path()) break;
  }
}

namespace {
Outcome go_through(Session& session, const Place& place) {
  const Run& run = session.run;
  run.begin();
  announce(session, place);
  if (run.resume && session.exhausted()) {
    const auto done = static_cast<int64_t>(session.history.epochs.size());
    say(run, "The run is complete: {} of {}. {} to continue.\n", words::grouped(done),
        words::plural(session.epochs, "epoch"),
        done < session.epochs ? "It ended since the score no longer improved; give more --patience"
                              : "Give more --epochs");
    return Outcome::complete;
  }
  Progress progress(run.log, run.task->unit());
  Trainer& trainer = *session.trainer;
  while (!session.exhausted()) {
    progress.begin_epoch();
    while (trainer.epoch() == static_cast<int64_t>(session.history.epochs.size())) {
      const StepResult result = trainer.step();
      if (run.stop()) return interrupted(session, place, progress);
      progress.step(trainer, session.epochs, result);
    }
    progress.clear();
    end_epoch(session, place, progress.seconds());
  }
  close(session);
  return Outcome::complete;
}
}  // namespace

Outcome run(const Run& run) {
  check_not_here(run.out);
  Place place(run);
  std::optional<Session> session;
  const auto kept = [&] { return kept_text(session ? session->saved_to : run.resume ? run.out : ""); };
  try {
    session.emplace(run);
    place.claim(bytes_needed(*session));
    return go_through(*session, place);
  } catch (const MemoryError& error) {
    throw MemoryError(error.where(), fmt::format("{}: --batch-size, --max-len, --embed; {}", error.message(), kept()));
  } catch (const DeviceLostError& error) {
    throw DeviceLostError(error.where(), fmt::format("{}; {}", error.message(), kept()), error.devices);
  }
}

}  // namespace lemma::train
