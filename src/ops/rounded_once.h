#pragma once
/// Compositions on half types: computed in float32, rounded once.

#include "ops/mixed.h"

namespace lemma {

/// f(x, rest...); where all of them are of one half type, f runs on float32 copies and the result is cast back.
template <class F, class... Rest>
Tensor rounded_once(const F& f, const Tensor& x, const Rest&... rest) {
  if (!mixed::is_half(x) || !(... && (rest.dtype() == x.dtype()))) return f(x, rest...);
  return cast(f(mixed::wide(x), mixed::wide(rest)...), x.dtype());
}

}  // namespace lemma
