#pragma once
/// Checks that optimisers and schedules share.

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::optim {

inline void require(const char* where, bool ok, const char* what, double value, const char* right) {
  if (!ok) throw ValueError(where, fmt::format("{} is {}; it must be {}", what, value, right));
}

inline bool is_not_negative(double value) { return value >= 0 && value < 1e300; }

inline void check_not_negative(const char* where, const char* what, double value) {
  require(where, is_not_negative(value), what, value, "0 or more, and finite");
}

}  // namespace lemma::optim
