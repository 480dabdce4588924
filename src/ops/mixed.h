#pragma once
/// What operations do about half types. Autocast acts at their entry, by one line each; off, it costs one flag check.

#include <initializer_list>

#include "lemma/autocast.h"
#include "lemma/ops.h"

namespace lemma::mixed {

inline bool is_half(const Tensor& x) { return x.defined() && lemma::is_half(x.dtype()); }
inline bool autocast_on() { return detail::autocast_state.on[0] || detail::autocast_state.on[1]; }
inline bool autocast_on(const Tensor& x) { return autocast_on() && x.defined() && is_autocast_enabled(x.device()); }

/// Policy float32, of operations that round once by themselves: true where autocast has to cast x first.
inline bool widens(const Tensor& x) { return autocast_on(x) && is_half(x); }
/// x, in float32 where it is of a half type.
inline Tensor wide(const Tensor& x) { return is_half(x) ? cast(x, DType::float32) : x; }

/// Policy half: true where one of the inputs is not of the block's dtype yet.
bool any_not_half(std::initializer_list<const Tensor*> inputs);
inline bool halves(std::initializer_list<const Tensor*> inputs) { return autocast_on() && any_not_half(inputs); }
/// x in the block's dtype; float64, integers and undefined tensors as they are.
Tensor halved(const Tensor& x);

/// Policy widest: true where the dtypes differ, are floating, and autocast may cast them.
bool may_promote(const Tensor& a, const Tensor& b);
inline bool promotes(const Tensor& a, const Tensor& b) { return autocast_on() && may_promote(a, b); }
/// float64 if one is, else float32, for tensors whose dtypes differ.
DType widest(const Tensor& a, const Tensor& b);

}  // namespace lemma::mixed
