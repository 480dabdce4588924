#pragma once
/// What a run says goes to its log at once, as a terminal can show it.

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/train/run.h"
#include "lemma/viz/wrap.h"

namespace lemma::train {

/// Throws IoError where the log cannot be written to.
template <class... Args>
void say(const Run& run, fmt::format_string<Args...> text, Args&&... args) {
  const std::string line = words::printable(fmt::format(text, std::forward<Args>(args)...), true);
  if (std::fwrite(line.data(), 1, line.size(), run.log) != line.size() || std::fflush(run.log) != 0)
    throw IoError("stdout", "cannot be written to; is the disk full?");
}

/// The same for sentences, which a terminal would break in mid-word. Not for a command that somebody is to copy.
template <class... Args>
void say_wrapped(const Run& run, fmt::format_string<Args...> text, Args&&... args) {
  say(run, "{}",
      viz::wrapped(words::printable(fmt::format(text, std::forward<Args>(args)...), true),
                   viz::columns_of(::fileno(run.log))));
}

}  // namespace lemma::train
