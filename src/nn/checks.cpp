#include "nn/checks.h"

#include <fmt/format.h>

namespace lemma::nn {

std::string number(double value) { return fmt::format("{}", value); }

}  // namespace lemma::nn
