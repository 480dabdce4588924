#include "lemma/train/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/words.h"
#include "lemma/viz/terminal.h"

namespace lemma::train {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 10;  // in a pipe: a sign of life, not a flood

int columns(std::FILE* terminal) {
  winsize size{};
  return ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(std::FILE* out, std::string unit)
    : out_(out), unit_(std::move(unit)), terminal_(::isatty(::fileno(out)) == 1) {
  begin_epoch();
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
  examples_ += trainer.last_batch_size();
  const auto now = Clock::now();
  const double since_shown = std::chrono::duration<double>(now - shown_).count();
  if (since_shown < (terminal_ ? kRedrawSeconds : kLineSeconds)) return;
  shown_ = now;
  const int64_t done = trainer.batch(), total = trainer.batches();
  const int64_t epoch = trainer.epoch() + (done < total ? 1 : 0);
  const double rate = static_cast<double>(examples_) / std::max(seconds(), 1e-9);
  const double left = seconds() / static_cast<double>(steps_) * static_cast<double>(total - done);
  const std::string figures[] = {
      fmt::format("loss {:.4f}", trainer.mean_loss()), fmt::format("{} left", words::clock_time(left)),
      fmt::format("{} {}/s", words::grouped(std::lround(rate)), unit_), fmt::format("lr {:.2g}", result.lr),
      fmt::format("|grad| {:.2f}", result.gradient_norm)};
  if (terminal_) {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    // A line that wraps cannot be redrawn: what does not fit is left out, from the last figure on.
    const std::string head = fmt::format("epoch {}/{} ", epoch, epochs),
                      percent = fmt::format(" {:3.0f} %", 100 * share);
    constexpr size_t kBar = 10;
    size_t used = head.size() + kBar + percent.size() + 1;
    std::string shown;
    for (const std::string& figure : figures) {
      used += figure.size() + 2;
      if (used > static_cast<size_t>(columns(out_))) break;
      shown += "  " + figure;
    }
    fmt::print(out_, "\r\033[K{}{}{}{}", head, viz::bar(share, kBar), percent, shown);
    drawn_ = true;
  } else {
    fmt::print(out_, "epoch {}/{}, step {}/{}: {}\n", epoch, epochs, done, total, fmt::join(figures, ", "));
  }
  std::fflush(out_);
}

}  // namespace lemma::train
