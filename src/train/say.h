#pragma once
/// What a run says goes to its log at once.

#include <fmt/format.h>

#include "lemma/train/run.h"

namespace lemma::train {

template <class... Args>
void say(const Run& run, fmt::format_string<Args...> text, Args&&... args) {
  fmt::print(run.log, text, std::forward<Args>(args)...);
  std::fflush(run.log);
}

}  // namespace lemma::train
