#pragma once
/// For tests of how many launches a piece of work takes; in every build.

#include <cstdint>

namespace lemma::cuda {

/// Kernels launched by this process so far, on all devices; 0 in a build without CUDA.
uint64_t launch_count();

}  // namespace lemma::cuda
