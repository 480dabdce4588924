// Choosing a device and saying in words why it cannot be used.

#include "core/cuda/runtime.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "core/cuda/launch_count.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma::cuda {
namespace {

std::string version(int number) { return fmt::format("{}.{}", number / 1000, number % 1000 / 10); }

// What the start of the runtime found: how many devices, or why none.
struct Found {
  int count = 0;
  std::string problem;
};
Found look() {
  Found found;
  const cudaError_t status = cudaGetDeviceCount(&found.count);
  cudaGetLastError();
  int driver = 0, toolkit = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&toolkit);
  if (status == cudaErrorInsufficientDriver && driver > 0)
    found.problem = fmt::format(
        "the NVIDIA driver supports CUDA {} and this program was built with CUDA {}; update the driver, or build with "
        "an older toolkit",
        version(driver), version(toolkit));
  else if (status == cudaErrorInsufficientDriver)
    found.problem =
        "no NVIDIA driver is installed; install one, or configure with -DLEMMA_CUDA=EMULATED, which needs none";
  else if (status == cudaErrorNoDevice || (status == cudaSuccess && found.count == 0))
    found.problem =
        "the NVIDIA driver finds no GPU that it may use (nvidia-smi -L lists them; CUDA_VISIBLE_DEVICES hides some)";
  else if (status != cudaSuccess)
    found.problem = fmt::format("the CUDA runtime does not start: {}", cudaGetErrorString(status));
  if (!found.problem.empty()) found.count = 0;
  return found;
}
const Found& found() {
  static const Found result = look();
  return result;
}

// Machine code for one minor version also runs on later ones of the same major version.
bool has_code_for(int major, int minor) {
  const std::string list = LEMMA_CUDA_ARCHITECTURES;  // "80, 86, 89, 90"
  for (size_t at = 0; at < list.size(); ++at) {
    const int number = std::atoi(list.c_str() + at);
    if (number / 10 == major && number % 10 <= minor) return true;
    at = list.find(' ', at);
    if (at == std::string::npos) break;
  }
  return false;
}

struct Context {
  cudaStream_t stream = nullptr;
};

// Opened at the first use of each device, never closed: tensors in static variables outlive any order of destruction.
Context& open(int index) {
  static std::mutex mutex;
  static auto* contexts = new std::vector<std::unique_ptr<Context>>(16);
  const std::lock_guard guard(mutex);
  const Device device = Device::cuda(index);
  if (!found().problem.empty()) throw DeviceError("cuda", found().problem, {device});
  if (index >= found().count)
    throw DeviceError("cuda",
                      fmt::format("there is no {}: this machine has {}", device.str(),
                                  found().count == 1
                                      ? "one device, cuda:0"
                                      : fmt::format("{} devices, cuda:0 to cuda:{}", found().count, found().count - 1)),
                      {device});
  auto& context = (*contexts)[static_cast<size_t>(index)];
  if (context) return *context;
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index),
        "asking for the device's architecture");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index),
        "asking for the device's architecture");
  if (!has_code_for(major, minor))
    throw DeviceError("cuda",
                      fmt::format("{} has compute capability {}.{}, and this program holds code for {}; configure with "
                                  "-DCMAKE_CUDA_ARCHITECTURES={}{}",
                                  device.str(), major, minor, LEMMA_CUDA_ARCHITECTURES, major, minor),
                      {device});
  check(cudaSetDevice(index), "choosing " + device.str());
  auto fresh = std::make_unique<Context>();
  check(cudaStreamCreateWithFlags(&fresh->stream, cudaStreamNonBlocking), "opening a stream on " + device.str());
  context = std::move(fresh);
  return *context;
}

thread_local int current_index = -1;
thread_local Context* current_context = nullptr;

}  // namespace

namespace {
// Errors after which a process cannot use the device again. By number: runtimes differ in which names they have.
bool is_lost(cudaError_t status) {
  const int n = static_cast<int>(status);
  return n == 214 || n == 700 || n == 702 || n == 710 || (n >= 714 && n <= 719);  // memory, time, traps
}
}  // namespace

void check(cudaError_t status, const std::string& what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();
  const std::string text = fmt::format("{}: {} ({})", what, cudaGetErrorString(status), cudaGetErrorName(status));
  if (is_lost(status))
    throw DeviceLostError(
        "cuda", text + "; the device is lost for this process. LEMMA_CUDA_SYNC=1 names the kernel that did it",
        {current()});
  throw DeviceError("cuda", text, {current()});
}

void use(Device device) {
  if (device.is_cpu()) throw DeviceError("cuda", "cpu is not a CUDA device", {device});
  if (device.index() == current_index) return;
  Context& context = open(device.index());
  check(cudaSetDevice(device.index()), "choosing " + device.str());
  current_index = device.index();
  current_context = &context;
}
Device current() { return Device::cuda(current_index < 0 ? 0 : current_index); }
cudaStream_t stream() {
  if (!current_context) use(Device::cuda());
  return current_context->stream;
}

std::string LaunchSite::str() const {
  const char* name = file;
  for (const char* c = file; *c; ++c)
    if (*c == '/') name = c + 1;
  return fmt::format("kernel {}, grid ({}, {}, {}), block ({}, {}, {}), at {}:{}", kernel, grid[0], grid[1], grid[2],
                     block[0], block[1], block[2], name, line);
}

namespace {
std::atomic<uint64_t> launches{0};
}
uint64_t launch_count() { return launches.load(std::memory_order_relaxed); }

void check_launch(const LaunchSite& site) {
  launches.fetch_add(1, std::memory_order_relaxed);
  static const bool synchronous = [] {
    const char* value = std::getenv("LEMMA_CUDA_SYNC");
    return value && *value && *value != '0';
  }();
  cudaError_t status = cudaGetLastError();
  if (status == cudaSuccess && synchronous) status = cudaStreamSynchronize(stream());
  if (status != cudaSuccess) check(status, site.str());
}

// ---- The public face ----

int device_count() { return found().count; }
bool is_available() { return device_count() > 0; }
std::string why_unavailable() { return found().problem; }
bool is_emulated() { return LEMMA_CUDA_EMULATED; }
std::string build() {
  if (is_emulated()) return "emulated";
  int toolkit = 0;
  cudaRuntimeGetVersion(&toolkit);
  return fmt::format("CUDA {} for {}", version(toolkit), LEMMA_CUDA_ARCHITECTURES);
}

Properties properties(Device device) {
  use(device);
  cudaDeviceProp raw{};
  check(cudaGetDeviceProperties(&raw, device.index()), "asking for the properties of " + device.str());
  Properties p;
  p.name = raw.name;
  p.major = raw.major, p.minor = raw.minor;
  check(cudaMemGetInfo(&p.free_memory, &p.total_memory), "asking for the memory of " + device.str());
  p.multiprocessors = raw.multiProcessorCount;
  p.shared_memory = raw.sharedMemPerBlockOptin;
  int kilohertz = 0, bits = 0;
  if (cudaDeviceGetAttribute(&kilohertz, cudaDevAttrMemoryClockRate, device.index()) == cudaSuccess &&
      cudaDeviceGetAttribute(&bits, cudaDevAttrGlobalMemoryBusWidth, device.index()) == cudaSuccess)
    p.memory_gb_s = 2.0 * kilohertz * 1e3 * bits / 8 / 1e9;  // two transfers a clock
  cudaDriverGetVersion(&p.driver);
  cudaRuntimeGetVersion(&p.toolkit);
  return p;
}

void synchronize(Device device) {
  use(device);
  check(cudaStreamSynchronize(stream()), "waiting for " + device.str());
}
void* current_stream(Device device) {
  use(device);
  return stream();
}

Event::Event(Device device) : device_(device) {
  use(device);
  cudaEvent_t event = nullptr;
  check(cudaEventCreate(&event), "making an event");
  handle_ = event;
}
Event::~Event() { cudaEventDestroy(static_cast<cudaEvent_t>(handle_)); }
void Event::record() {
  use(device_);
  check(cudaEventRecord(static_cast<cudaEvent_t>(handle_), stream()), "recording an event");
}
void Event::synchronize() { check(cudaEventSynchronize(static_cast<cudaEvent_t>(handle_)), "waiting for an event"); }
double Event::milliseconds_since(const Event& start) {
  synchronize();
  float ms = 0;
  check(cudaEventElapsedTime(&ms, static_cast<cudaEvent_t>(start.handle_), static_cast<cudaEvent_t>(handle_)),
        "timing between two events");
  return ms;
}

}  // namespace lemma::cuda
