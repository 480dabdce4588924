#pragma once
/// Numbers the way Python writes them, for the layers' extra_repr().

#include <fmt/format.h>

#include <string>

#include "lemma/core/shape.h"

namespace lemma::nn {

/// 0.5 as "0.5", 1 as "1.0", 1e-5 as "1e-05".
std::string python(double value);
/// A tuple of one has a comma: "(4,)", "(4, 8)".
std::string python(const Shape& shape);
inline const char* python(bool value) { return value ? "True" : "False"; }

}  // namespace lemma::nn
