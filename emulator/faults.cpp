#include "emulator/faults.h"

#include <atomic>
#include <cstdlib>
#include <string>

#include "emulator/devices.h"
#include "emulator/errors.h"
#include "emulator/options.h"

namespace emulator {
namespace {

struct Faults {
  testing::Machine machine = testing::Machine::sound;
  std::atomic<long> launches_left{0}, allocations_left{0};  // 0: no such fault
  std::atomic<bool> lost{false};
  std::atomic<int> lost_device{0};

  explicit Faults(const std::string& wish) {
    if (wish == "no-driver") machine = testing::Machine::no_driver;
    if (wish == "old-driver") machine = testing::Machine::old_driver;
    if (wish == "no-device") machine = testing::Machine::no_device;
    if (wish == "old-architecture") machine = testing::Machine::old_architecture;
    if (wish.starts_with("lost@")) launches_left = std::atol(wish.c_str() + 5);
    if (wish.starts_with("memory@")) allocations_left = std::atol(wish.c_str() + 7);
  }
};
Faults& faults() {
  static Faults result(options().fault);
  return result;
}
bool count_down(std::atomic<long>& left) { return left > 0 && --left == 0; }

}  // namespace

testing::Machine machine() { return faults().machine; }
bool is_lost() { return faults().lost && faults().lost_device == current_device(); }
bool launch_loses_device() {
  if (count_down(faults().launches_left)) faults().lost_device = current_device(), faults().lost = true;
  return is_lost();
}
bool allocation_is_refused() { return count_down(faults().allocations_left); }

cudaError_t machine_status() {
  switch (machine()) {
    case testing::Machine::no_driver:
    case testing::Machine::old_driver:
      return fail(cudaErrorInsufficientDriver);
    case testing::Machine::no_device:
      return fail(cudaErrorNoDevice);
    default:
      return is_lost() ? fail(cudaErrorLaunchFailure) : cudaSuccess;
  }
}

namespace testing {
void pretend(Machine m) { faults().machine = m; }
void lose_device_at_launch(long n) { faults().launches_left = n; }
void refuse_allocation(long n) { faults().allocations_left = n; }
void restore() {
  Faults& f = faults();
  f.machine = Machine::sound;
  f.launches_left = f.allocations_left = 0;
  f.lost = false;
  fail(cudaSuccess);
}
}  // namespace testing
}  // namespace emulator
