#pragma once
/// Which strides show an array under another shape without a copy.

#include <optional>

#include "lemma/core/array.h"

namespace lemma {

/// Strides of `array`'s elements under `shape` (same number of elements), or nothing where only a copy can do it.
std::optional<Strides> strides_for_view(const Array& array, const Shape& shape);

}  // namespace lemma
