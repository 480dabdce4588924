#pragma once
/// Numbers the way Python writes them, for the layers' extra_repr().

#include <fmt/format.h>

#include <string>

namespace lemma::nn {

/// 0.5 as "0.5", 1 as "1.0", 1e-5 as "1e-05".
std::string python(double value);
inline const char* python(bool value) { return value ? "True" : "False"; }

}  // namespace lemma::nn
