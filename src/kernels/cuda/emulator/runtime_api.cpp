// Memory, streams, events and graphs.
#include "internal.h"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

extern "C" {
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*, std::size_t);
__attribute__((weak)) void __asan_poison_memory_region(const volatile void*, std::size_t);
}

namespace emulator {

using Op_ = std::function<void()>;
}  // namespace emulator
struct CUgraph_st { std::vector<emulator::Op_> nodes; };
struct CUstream_st {
  std::deque<emulator::Op_> queue;
  std::uint64_t pushed = 0, run = 0;
  std::shared_ptr<CUgraph_st> capture;
  void drain(std::uint64_t upto) {
    while (run < upto && !queue.empty()) {
      auto op = std::move(queue.front());
      queue.pop_front();
      ++run;
      op();
    }
  }
};
struct CUevent_st {
  CUstream_st* s = nullptr;
  std::uint64_t ticket = 0;
  std::chrono::steady_clock::time_point t{};
};
namespace emulator {

namespace {
std::recursive_mutex m;  // allocations and streams
std::map<std::uintptr_t, std::size_t> allocs;
thread_local cudaError_t last_error = cudaSuccess;
bool guarded = false;

CUstream_st& default_stream() { static CUstream_st s; return s; }
std::set<CUstream_st*>& streams() { static std::set<CUstream_st*> s{&default_stream()}; return s; }
CUstream_st& of(CUstream_st* s) { return s ? *s : default_stream(); }
bool capturing() {
  for (auto* s : streams()) if (s->capture) return true;
  return false;
}
cudaError_t fail(cudaError_t e) { return last_error = e; }

// The allocation that holds p, or end.
auto find(const void* p) {
  auto it = allocs.upper_bound(reinterpret_cast<std::uintptr_t>(p));
  if (it == allocs.begin()) return allocs.end();
  --it;
  return reinterpret_cast<std::uintptr_t>(p) < it->first + std::max<std::size_t>(it->second, 1) ? it : allocs.end();
}
bool inside(const void* p, std::size_t n) {
  auto it = find(p);
  return it != allocs.end() && reinterpret_cast<std::uintptr_t>(p) + n <= it->first + it->second;
}
struct Unguard {
  Unguard() { host_guard(false); }
  ~Unguard() { host_guard(true); }
};
void sync_all() { for (auto* s : streams()) s->drain(s->pushed); }
}  // namespace

void set_last_error(cudaError_t e) { last_error = e; }
std::size_t live_allocations() { return allocs.size(); }

void host_guard(bool on) {
  std::lock_guard lk(m);
  if (!__asan_poison_memory_region || !options().host_guard || on == guarded) return;
  guarded = on;
  for (auto [p, n] : allocs) {
    if (on) __asan_poison_memory_region(reinterpret_cast<void*>(p), n);
    else __asan_unpoison_memory_region(reinterpret_cast<void*>(p), n);
  }
}

void check_device_pointer(const volatile void* vp, int arg, const LaunchConfig& where) {
  const void* p = const_cast<const void*>(vp);
  std::lock_guard lk(m);
  if (!p || find(p) != allocs.end()) return;
  char b[32];
  std::snprintf(b, sizeof b, "%p", p);
  set_last_error(cudaErrorIllegalAddress);
  throw error("emulated device: argument " + std::to_string(arg) + " (" + b + ") is not device memory\n  " + show(where));
}

void submit(CUstream_st* sp, std::function<void()> op) {
  CUstream_st& s = of(sp);
  if (s.capture) { s.capture->nodes.push_back(std::move(op)); return; }
  if (!options().async) { op(); return; }
  std::lock_guard lk(m);
  s.queue.push_back(std::move(op));
  ++s.pushed;
}

}  // namespace emulator

using namespace emulator;

cudaError_t cudaMalloc(void** p, std::size_t n) {
  std::lock_guard lk(m);
  if (capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  *p = nullptr;
  if (!n) return cudaSuccess;
  if (posix_memalign(p, 256, n)) return fail(cudaErrorMemoryAllocation);
  if (options().poison) std::memset(*p, 0xff, n);  // float, half, bfloat16: NaN; int: -1
  allocs[reinterpret_cast<std::uintptr_t>(*p)] = n;
  if (guarded && __asan_poison_memory_region) __asan_poison_memory_region(*p, n);
  else if (allocs.size() == 1) host_guard(true);
  return cudaSuccess;
}
cudaError_t cudaFree(void* p) {
  std::lock_guard lk(m);
  if (!p) return cudaSuccess;
  sync_all();
  auto it = allocs.find(reinterpret_cast<std::uintptr_t>(p));
  if (it == allocs.end()) return fail(cudaErrorInvalidDevicePointer);
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(p, it->second);
  if (options().poison) std::memset(p, 0xff, it->second);
  allocs.erase(it);
  std::free(p);
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* p, cudaStream_t s) { submit(s, [p] { cudaFree(p); }); return cudaSuccess; }
cudaError_t cudaMallocHost(void** p, std::size_t n) { *p = std::malloc(n); return *p ? cudaSuccess : fail(cudaErrorMemoryAllocation); }
cudaError_t cudaFreeHost(void* p) { std::free(p); return cudaSuccess; }

cudaError_t cudaMemcpyAsync(void* d, const void* s, std::size_t n, cudaMemcpyKind k, cudaStream_t st) {
  {
    std::lock_guard lk(m);
    bool dd = inside(d, n), sd = inside(s, n);
    bool want_d = k == cudaMemcpyHostToDevice || k == cudaMemcpyDeviceToDevice;
    bool want_s = k == cudaMemcpyDeviceToHost || k == cudaMemcpyDeviceToDevice;
    if (n && k != cudaMemcpyDefault) {
      if (want_d != dd || want_s != sd) return fail(find(d) != allocs.end() && want_d ? cudaErrorInvalidValue : cudaErrorInvalidMemcpyDirection);
    }
  }
  submit(st, [=] { Unguard u; std::memcpy(d, s, n); });
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void* d, const void* s, std::size_t n, cudaMemcpyKind k) {
  if (capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  cudaError_t e = cudaMemcpyAsync(d, s, n, k, nullptr);
  sync_all();
  return e;
}
cudaError_t cudaMemsetAsync(void* d, int v, std::size_t n, cudaStream_t st) {
  { std::lock_guard lk(m); if (n && !inside(d, n)) return fail(cudaErrorInvalidValue); }
  submit(st, [=] { Unguard u; std::memset(d, v, n); });
  return cudaSuccess;
}
cudaError_t cudaMemset(void* d, int v, std::size_t n) { return cudaMemsetAsync(d, v, n, nullptr); }

cudaError_t cudaStreamCreate(cudaStream_t* s) { std::lock_guard lk(m); streams().insert(*s = new CUstream_st); return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t s) {
  if (of(s).capture) return fail(cudaErrorStreamCaptureUnsupported);
  of(s).drain(of(s).pushed);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t s) { cudaStreamSynchronize(s); std::lock_guard lk(m); streams().erase(s); delete s; return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() {
  if (capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  sync_all();
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* e) { *e = new CUevent_st; return cudaSuccess; }
cudaError_t cudaEventDestroy(cudaEvent_t e) { delete e; return cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) {
  submit(s, [e] { e->t = std::chrono::steady_clock::now(); });
  e->s = &of(s), e->ticket = of(s).pushed;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t e) { if (e->s) e->s->drain(e->ticket); return cudaSuccess; }
cudaError_t cudaEventQuery(cudaEvent_t e) { return !e->s || e->s->run >= e->ticket ? cudaSuccess : cudaErrorNotReady; }
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) {
  submit(s, [from = e->s, ticket = e->ticket] { if (from) from->drain(ticket); });
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t a, cudaEvent_t b) {
  *ms = std::chrono::duration<float, std::milli>(b->t - a->t).count();
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) {
  if (!s) return fail(cudaErrorStreamCaptureUnsupported);  // the legacy default stream can't be captured
  s->capture = std::make_shared<CUgraph_st>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* g) { *g = new CUgraph_st(*s->capture); s->capture.reset(); return cudaSuccess; }
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* x, cudaGraph_t g, unsigned long long) { *x = new CUgraph_st(*g); return cudaSuccess; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t x, cudaStream_t s) {
  submit(s, [g = *x] { for (auto& op : g.nodes) op(); });
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t g) { delete g; return cudaSuccess; }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t x) { delete x; return cudaSuccess; }

cudaError_t cudaPeekAtLastError() { return last_error; }
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
const char* cudaGetErrorName(cudaError_t e) {
  switch (e) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorInvalidDevicePointer: return "cudaErrorInvalidDevicePointer";
    case cudaErrorInvalidMemcpyDirection: return "cudaErrorInvalidMemcpyDirection";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorNotReady: return "cudaErrorNotReady";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorStreamCaptureUnsupported: return "cudaErrorStreamCaptureUnsupported";
  }
  return "unknown";
}
const char* cudaGetErrorString(cudaError_t e) { return cudaGetErrorName(e); }
cudaError_t cudaGetDeviceCount(int* n) { *n = 1; return cudaSuccess; }
cudaError_t cudaSetDevice(int d) { return d == 0 ? cudaSuccess : fail(cudaErrorInvalidDevice); }
cudaError_t cudaGetDevice(int* d) { *d = 0; return cudaSuccess; }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int) {
  *p = {"CPU (emulator)", std::size_t{8} << 30, 48 << 10, 227 << 10, 32, 1024, options().workers, 9, 0, 2048};
  return cudaSuccess;
}
cudaError_t emulatorFuncSetMaxDynamicShared(const void* fn, int n) {
  if (n > 227 << 10) return fail(cudaErrorInvalidValue);
  set_max_dynamic(fn, static_cast<std::size_t>(n));
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMemoryClockRate: *value = 0; break;
    case cudaDevAttrGlobalMemoryBusWidth: *value = 0; break;
    case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
    case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
  }
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) { *version = 13000; return cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int* version) { *version = 13000; return cudaSuccess; }
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  std::lock_guard lk(m);
  std::size_t used = 0;
  for (auto& [p, n] : allocs) used += n;
  *total = std::size_t{8} << 30;
  *free = *total - std::min(*total, used);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** p, std::size_t n, unsigned) { return cudaMallocHost(p, n); }
