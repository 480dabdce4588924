// Which backend does the work of a device, and what may stand in front of it.

#include "kernels/backend.h"

#include <atomic>

#include "kernels/cpu/cpu.h"
#include "kernels/cuda/cuda.h"

namespace lemma::kernels {
namespace {
// By kind of device; null: its own.
constinit std::atomic<Backend*> in_front[2] = {};
size_t kind(Device device) { return device.is_cuda() ? 1 : 0; }
}  // namespace

Backend& backend_of(Device device) {
  if (Backend* front = in_front[kind(device)].load(std::memory_order_acquire)) return *front;
  return device.is_cuda() ? cuda::backend() : cpu::backend();
}

InFront::InFront(Device device, Backend& backend)
    : kind_(device), before_(in_front[kind(device)].exchange(&backend, std::memory_order_acq_rel)) {}
InFront::~InFront() { in_front[kind(kind_)].store(before_, std::memory_order_release); }

namespace {
#define LEMMA_AS_NAME(name, text) \
  const char* text_of(const name##Work&) { return #text; }
LEMMA_FOR_EACH_WORK(LEMMA_AS_NAME)
#undef LEMMA_AS_NAME
}  // namespace
const char* name(const Work& work) {
  return std::visit([](const auto& w) { return text_of(w); }, work);
}

}  // namespace lemma::kernels
