#pragma once
/// Checks that the layers' constructors share.

#include <cstdint>
#include <string>

#include "lemma/core/error.h"

namespace lemma::nn {

inline void check_positive(const char* where, const char* what, int64_t value) {
  if (value < 1) throw ValueError(where, std::string(what) + " is " + std::to_string(value) + "; it must be 1 or more");
}

/// Every head gets an equal part of the width.
inline void check_heads(const char* where, const char* width_name, int64_t width, const char* heads_name,
                        int64_t heads) {
  check_positive(where, width_name, width);
  check_positive(where, heads_name, heads);
  if (width % heads != 0)
    throw ValueError(where, std::string(width_name) + " " + std::to_string(width) + " is not divisible by " +
                                heads_name + " " + std::to_string(heads));
}

/// "0.1", not "0.100000".
std::string number(double value);

inline void check_probability(const char* where, double p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(where, "p is " + number(p) + "; a probability lies in [0, 1]");
}

}  // namespace lemma::nn
