// A build without CUDA: everything that asks for a device says in words how to get one.

#include "core/cuda/allocator.h"
#include "core/cuda/launch_count.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma {
namespace {
[[noreturn]] void missing(const char* where, Device device) {
  throw DeviceError(where, "no " + device.str() + ": " + cuda::why_unavailable(), {device});
}
}  // namespace

namespace cuda {

bool is_available() { return false; }
uint64_t launch_count() { return 0; }
int device_count() { return 0; }
bool is_emulated() { return false; }
std::string why_unavailable() {
  return "this build runs on the CPU alone; configure with -DLEMMA_CUDA=ON (a GPU and the CUDA toolkit) or "
         "-DLEMMA_CUDA=EMULATED (needs neither)";
}
std::string build() { return "off"; }
Properties properties(Device device) { missing("cuda", device); }
void synchronize(Device device) { missing("cuda", device); }
void* current_stream(Device device) { missing("cuda", device); }
Event::Event(Device device) : device_(device) { missing("cuda", device); }
Event::~Event() = default;
void Event::record() {}
void Event::synchronize() {}
double Event::milliseconds_since(const Event&) { return 0; }

}  // namespace cuda

namespace cuda_allocator {

void* allocate(size_t, Device device) { missing("tensor", device); }
void release(void*, size_t, Device) noexcept {}
MemoryFigures figures(Device device) { missing("memory", device); }
void reset_peak(Device device) { missing("memory", device); }
void empty_cache(Device device) { missing("memory", device); }

}  // namespace cuda_allocator
}  // namespace lemma
