#pragma once
/// Advice on stderr that is given once; tests set it back.

#include <atomic>

namespace lemma {

/// grad() was asked of a result.
extern std::atomic<bool> said_no_leaf;

}  // namespace lemma
