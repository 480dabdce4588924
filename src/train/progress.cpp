#include "lemma/train/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/words.h"
#include "lemma/viz/terminal.h"
#include "lemma/viz/wrap.h"

namespace lemma::train {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 10;  // in a pipe: a sign of life, not a flood

}  // namespace

std::string progress_line(int columns, const std::string& head, double share, const std::vector<std::string>& figures) {
  constexpr int kBar = 10, kShortest = 3;
  int room = std::max(columns - 1, 0);  // the cursor stands behind the line
  std::string line = head.substr(0, static_cast<size_t>(room));
  room -= static_cast<int>(line.size());
  const std::string percent = fmt::format(" {:3.0f} %", 100 * share);
  if (static_cast<int>(percent.size()) > room) return line;
  room -= static_cast<int>(percent.size());
  if (const int width = std::min(kBar, room - 1); width >= kShortest) {
    line += " " + viz::bar(share, width);
    room -= width + 1;
  }
  line += percent;
  for (const std::string& figure : figures) {
    room -= static_cast<int>(figure.size()) + 2;
    if (room < 0) break;
    line += "  " + figure;
  }
  return line;
}

double seconds_left(double seconds, int64_t done, int64_t left) {
  return done < 1 ? 0 : seconds / static_cast<double>(done) * static_cast<double>(std::max<int64_t>(left, 0));
}

Progress::Progress(std::FILE* out, std::string unit)
    : out_(out), unit_(std::move(unit)), terminal_(viz::is_terminal(::fileno(out))) {
  begin_epoch();
  run_begin_ = begin_;
}

void Progress::begin_epoch() {
  begin_ = shown_ = Clock::now();
  steps_ = examples_ = 0;
}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

void Progress::clear() {
  if (drawn_) fmt::print(out_, "\r\033[K");
  drawn_ = false;
}

void Progress::step(const Trainer& trainer, int64_t epochs, const StepResult& result) {
  ++steps_;
  ++run_steps_;
  examples_ += trainer.last_batch_size();
  const auto now = Clock::now();
  const double since_shown = std::chrono::duration<double>(now - shown_).count();
  if (since_shown < (terminal_ ? kRedrawSeconds : kLineSeconds)) return;
  shown_ = now;
  const int64_t done = trainer.batch(), total = trainer.batches();
  const int64_t epoch = trainer.epoch() + (done < total ? 1 : 0);
  const double rate = static_cast<double>(examples_) / std::max(seconds(), 1e-9);
  const double ran = std::chrono::duration<double>(now - run_begin_).count();
  const double left = seconds_left(ran, run_steps_, (epochs - epoch) * total + total - done);
  const std::vector<std::string> figures = {
      fmt::format("loss {:.4f}", trainer.mean_loss()), fmt::format("{} left in all", words::clock_time(left)),
      fmt::format("{} {}/s", words::grouped(std::lround(rate)), unit_), fmt::format("lr {:.2g}", result.lr),
      fmt::format("|grad| {:.2f}", result.gradient_norm)};
  if (terminal_) {
    fmt::print(out_, "\r\033[K{}",
               progress_line(viz::columns_of(::fileno(out_)), fmt::format("epoch {}/{}", epoch, epochs),
                             static_cast<double>(done) / static_cast<double>(total), figures));
    drawn_ = true;
  } else {
    fmt::print(out_, "epoch {}/{}, step {}/{}: {}\n", epoch, epochs, done, total, fmt::join(figures, ", "));
  }
  std::fflush(out_);
}

}  // namespace lemma::train
