// Numbers as text.
#include "lemma/core/number.h"

#include <fmt/format.h>

namespace lemma {

std::string Number::str() const { return integral_ ? fmt::format("{}", integer_) : fmt::format("{}", floating_); }

}  // namespace lemma
