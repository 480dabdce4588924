// What every SIMD source needs, once for each target. Include after "hwy/foreach_target.h", with no #pragma once:
// Highway compiles the including file again and again.

// Before the first include of Highway: the targets worth their compile time are the baseline, AVX2 and AVX-512.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | (1LL << 4) | (1LL << 6))
#endif
