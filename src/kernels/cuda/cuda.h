#pragma once
/// CUDA's backend: a run() for every entry of backend.h. Without CUDA there is the backend alone, which throws
/// (no_cuda.cpp).

#include "kernels/backend.h"

namespace lemma::kernels::cuda {

/// Chooses the device of a work and runs it there.
Backend& backend();

#define LEMMA_DECLARE(name, ...) void run(const name##Work& work);
LEMMA_FOR_EACH_WORK(LEMMA_DECLARE)
#undef LEMMA_DECLARE

/// dst = src, as CopyWork says; on one device it must be the current one.
inline void copy(const Array& dst, const Array& src) { run(CopyWork{dst, src}); }
inline void fill(const Array& out, const Number& value) { run(FillWork{out, value}); }

}  // namespace lemma::kernels::cuda
