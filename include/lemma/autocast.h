#pragma once
/// Mixed precision: inside an Autocast block products run in float16 or bfloat16, and what needs range or many digits
/// runs in float32. Parameters stay float32, and so do their gradients. docs/mixed_precision.md tells the whole story.

#include <optional>
#include <span>
#include <string>

#include "lemma/core/device.h"
#include "lemma/core/dtype.h"

namespace lemma {

namespace detail {
/// One thread's setting, by kind of device: [0] cpu, [1] cuda.
struct AutocastState {
  bool on[2] = {false, false};
  DType dtype[2] = {DType::bfloat16, DType::float16};
};
inline constinit thread_local AutocastState autocast_state{};
}  // namespace detail

/// While it lives, this thread's operations on that kind of device follow autocast_table():
/// `{ Autocast guard(Device::cpu(), bfloat16); loss = cross_entropy(model(x), labels); }  loss.backward();`
/// dtype: bfloat16 on the CPU and float16 on CUDA unless given. enabled = false switches it off inside another block.
/// backward() never casts, so it may be called inside or outside. Throws DTypeError for any other dtype.
class Autocast {
 public:
  explicit Autocast(Device device, std::optional<DType> dtype = std::nullopt, bool enabled = true);
  /// "cpu" or "cuda", as in PyTorch's autocast(device_type, dtype, enabled).
  explicit Autocast(const std::string& device_type, std::optional<DType> dtype = std::nullopt, bool enabled = true);
  ~Autocast() { detail::autocast_state = previous_; }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  detail::AutocastState previous_ = detail::autocast_state;
};
using autocast = Autocast;
namespace amp {
using lemma::autocast;
}

bool is_autocast_enabled(Device device);  ///< is it on for this device, in this thread?
/// The dtype that products run in on this device while autocast is on.
DType get_autocast_dtype(Device device);

// ---- What it does to each operation ----

enum class AutocastPolicy {
  half,    ///< inputs are cast to the block's dtype, which is also the result's
  wide,    ///< half inputs are cast to float32, which is also the result's
  widest,  ///< inputs of different floating dtypes meet in the widest one (float16 and bfloat16 in float32)
};
const char* name(AutocastPolicy policy);  ///< "half", "float32", "widest"

struct AutocastRule {
  const char* op;  ///< as declared in ops.h
  AutocastPolicy policy;
};
/// Every operation that autocast touches. The others keep their input's dtype; float64 is never cast.
std::span<const AutocastRule> autocast_table();

}  // namespace lemma
