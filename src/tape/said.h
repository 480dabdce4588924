#pragma once
/// Advice on stderr that is given once; tests reset it.

#include <atomic>

namespace lemma {

/// grad() was called on a result.
extern std::atomic<bool> said_no_leaf;

}  // namespace lemma
