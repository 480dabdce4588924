#include "lemma/autocast.h"

#include "lemma/core/error.h"

namespace lemma {
namespace {
size_t kind_of(Device device) { return device.is_cuda() ? 1 : 0; }
}  // namespace

Autocast::Autocast(Device device, std::optional<DType> dtype, bool enabled) {
  detail::AutocastState state = previous_;
  const size_t kind = kind_of(device);
  if (dtype && !is_half(*dtype))
    throw DTypeError("autocast",
                     std::string("products run in float16 or bfloat16, not ") + name(*dtype) +
                         "; for a block without casts give enabled = false",
                     {*dtype});
  state.on[kind] = enabled;
  state.dtype[kind] = dtype.value_or(kind == 1 ? DType::float16 : DType::bfloat16);
  detail::autocast_state = state;
}
Autocast::Autocast(const std::string& device_type, std::optional<DType> dtype, bool enabled)
    : Autocast(Device::parse(device_type), dtype, enabled) {}

bool is_autocast_enabled(Device device) { return detail::autocast_state.on[kind_of(device)]; }
DType get_autocast_dtype(Device device) { return detail::autocast_state.dtype[kind_of(device)]; }

}  // namespace lemma
