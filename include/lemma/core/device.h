#pragma once
/// Where a tensor's memory lives: Device::cpu() or Device::cuda(index).

#include <cstdint>
#include <iosfwd>
#include <string>

namespace lemma {

class Device {
 public:
  enum class Kind : uint8_t { cpu, cuda };

  static constexpr Device cpu() { return Device(Kind::cpu, 0); }
  /// The GPU. Naming it is always allowed; allocating on it throws DeviceError in a build without CUDA.
  /// Throws DeviceError for an index outside [0, kMaxDevices).
  static constexpr Device cuda(int index = 0) {
    if (index < 0 || index >= kMaxDevices) refuse(index);
    return Device(Kind::cuda, static_cast<int8_t>(index));
  }
  static constexpr int kMaxDevices = 16;  ///< CUDA devices of one machine
  /// cuda() if this build and machine have one, else cpu().
  static Device best();
  /// "cpu", "cuda" or "cuda:1". Throws DeviceError for anything else.
  static Device parse(const std::string& text);

  constexpr Device() = default;
  constexpr Kind kind() const { return kind_; }
  constexpr int index() const { return index_; }
  constexpr bool is_cpu() const { return kind_ == Kind::cpu; }
  constexpr bool is_cuda() const { return kind_ == Kind::cuda; }
  constexpr bool operator==(const Device&) const = default;
  std::string str() const;  ///< "cpu", "cuda" or "cuda:1", which parse() reads

 private:
  [[noreturn]] static void refuse(int index);
  constexpr Device(Kind kind, int8_t index) : kind_(kind), index_(index) {}
  Kind kind_ = Kind::cpu;
  int8_t index_ = 0;
};

std::ostream& operator<<(std::ostream& out, Device device);  ///< as device.str()

/// Where new tensors and layers go unless their options name a device: the CPU, until set_default_device() says
/// otherwise. One setting for the whole program.
Device default_device();
/// Throws DeviceError, saying why, if the device cannot be used.
void set_default_device(Device device);

}  // namespace lemma
