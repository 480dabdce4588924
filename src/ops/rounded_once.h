#pragma once
/// Compositions on half types: computed in float32, rounded once.

#include "ops/composition.h"
#include "ops/mixed.h"

namespace lemma {

/// f(x, rest...), named `op`; where all of them are of one half type, f runs on float32 copies and the result is cast
/// back.
template <class F, class... Rest>
Tensor rounded_once(const char* op, const F& f, const Tensor& x, const Rest&... rest) {
  const Composition result(op);
  if (!mixed::is_half(x) || !(... && (rest.dtype() == x.dtype()))) return result(f(x, rest...));
  return result(cast(f(mixed::wide(x), mixed::wide(rest)...), x.dtype()));
}

}  // namespace lemma
