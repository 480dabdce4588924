#include "lemma/core/device.h"

#include <atomic>
#include <ostream>

#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma {

Device Device::parse(const std::string& text) {
  if (text == "cpu") return cpu();
  if (text == "cuda") return cuda();
  for (int index = 0; index < kMaxDevices; ++index)
    if (text == "cuda:" + std::to_string(index)) return cuda(index);
  throw DeviceError("device", "'" + text + "' is not a device; valid: cpu, cuda, cuda:0..15");
}

void Device::refuse(int index) {
  throw DeviceError("device", "there is no cuda:" + std::to_string(index) + "; indices go from 0 to 15");
}

namespace {
constexpr int kCpu = -1;
std::atomic<int> chosen{kCpu};  // the index of a CUDA device
}  // namespace
Device default_device() {
  const int index = chosen.load(std::memory_order_relaxed);
  return index == kCpu ? Device::cpu() : Device::cuda(index);
}
void set_default_device(Device device) {
  if (device.is_cuda()) cuda::current_stream(device);  // opens it, or says why not
  chosen = device.is_cpu() ? kCpu : device.index();
}

Device Device::best() { return cuda::is_available() ? cuda() : cpu(); }

std::string Device::str() const {
  if (is_cpu()) return "cpu";
  return index_ == 0 ? "cuda" : "cuda:" + std::to_string(index_);
}

std::ostream& operator<<(std::ostream& out, Device device) { return out << device.str(); }

}  // namespace lemma
