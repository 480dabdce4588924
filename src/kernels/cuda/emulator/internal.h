#pragma once
#include "kernels/cuda/emulator/emulator.h"
namespace emulator {
void submit(CUstream_st* s, std::function<void()> op);   // run now, queue (async mode) or record (graph capture)
std::string show(const LaunchConfig& c);
void set_last_error(cudaError_t e);
void host_guard(bool on);                            // ASan: hide device memory from host code
void set_max_dynamic(const void* fn, std::size_t n);
}
