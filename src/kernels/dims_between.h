#pragma once
/// Some of the dims of an array.

#include <span>

#include "lemma/core/shape.h"

namespace lemma::kernels {

/// [begin, end) of a shape, of strides, of dims.
template <class List>
List dims_between(const List& all, int begin, int end) {
  return List(std::span(all.begin() + begin, all.begin() + end));
}

}  // namespace lemma::kernels
