#pragma once
/// How the runtime API reports: a code, and what this call in particular has to say.

#include <string>

#include "emulator/include/cuda_runtime_api.h"

namespace emulator {

/// Keeps the error for cudaGetLastError and its detail for cudaGetErrorString, both of this thread. Returns the code.
cudaError_t fail(cudaError_t code, const std::string& detail = "");

}  // namespace emulator
