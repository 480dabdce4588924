#pragma once
/// The CPU's backend: a run() for every entry of backend.h.

#include "kernels/backend.h"

namespace lemma::kernels::cpu {

Backend& backend();

#define LEMMA_DECLARE(name, ...) void run(const name##Work& work);
LEMMA_FOR_EACH_WORK(LEMMA_DECLARE)
#undef LEMMA_DECLARE

/// dst = src, as CopyWork says.
inline void copy(const Array& dst, const Array& src) { run(CopyWork{dst, src}); }

}  // namespace lemma::kernels::cpu
