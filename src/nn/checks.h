#pragma once
/// Checks that the layers' constructors share.

#include <cstdint>
#include <string>
#include <vector>

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

/// One cache a layer: an empty list is made so long.
template <class Cache>
void check_caches(const char* where, std::vector<Cache>& caches, size_t layers) {
  if (caches.empty()) caches.resize(layers);
  if (caches.size() != layers)
    throw ValueError(where, std::to_string(caches.size()) + " caches for " + std::to_string(layers) +
                                " layers; give an empty list, or the one that an earlier call filled");
}

/// "0.1", not "0.100000".
std::string number(double value);

inline void check_probability(const char* where, double p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(where, "p is " + number(p) + "; a probability lies in [0, 1]");
}

}  // namespace lemma::nn
