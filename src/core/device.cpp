#include "lemma/core/device.h"

#include <atomic>

#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma {

Device Device::parse(const std::string& text) {
  if (text == "cpu") return cpu();
  if (text == "cuda") return cuda();
  if (text.rfind("cuda:", 0) == 0 && text.size() == 6 && text[5] >= '0' && text[5] <= '9') return cuda(text[5] - '0');
  throw DeviceError("device", "'" + text + "' is no device; valid: cpu, cuda, cuda:0..9");
}

namespace {
std::atomic<Device> chosen{Device::cpu()};
}
Device default_device() { return chosen.load(std::memory_order_relaxed); }
void set_default_device(Device device) {
  if (device.is_cuda()) cuda::current_stream(device);  // opens it, or says why not
  chosen = device;
}

Device Device::best() { return cuda::is_available() ? cuda() : cpu(); }

std::string Device::str() const {
  if (is_cpu()) return "cpu";
  return index_ == 0 ? "cuda" : "cuda:" + std::to_string(index_);
}

}  // namespace lemma
