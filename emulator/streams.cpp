// Streams and events. Work that waits runs when something waits for it: the latest moment that CUDA allows, so that a
// missing synchronisation shows.

#include "emulator/streams.h"

#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "emulator/devices.h"
#include "emulator/errors.h"
#include "emulator/faults.h"
#include "emulator/options.h"
#include "emulator/scheduler.h"

struct CUstream_st {
  int device = 0;
  bool blocking = true;  // ordered with the default stream
  std::deque<std::function<void()>> queue;
  std::uint64_t submitted = 0, done = 0;  // pieces of work since the beginning

  // Throws what the work throws.
  void run_to(std::uint64_t ticket) {
    while (done < ticket && !queue.empty()) {
      const auto work = std::move(queue.front());
      queue.pop_front();
      ++done;
      work();
    }
  }
};

struct CUevent_st {
  std::shared_ptr<CUstream_st> stream;  // null: never recorded
  std::uint64_t ticket = 0;
  std::chrono::steady_clock::time_point time{};
  bool reached() const { return !stream || stream->done >= ticket; }
};

namespace emulator {
namespace {

using StreamPointer = std::shared_ptr<CUstream_st>;
struct Streams {
  std::vector<StreamPointer> defaults;  // of each device
  std::map<cudaStream_t, StreamPointer> made;
  std::map<cudaEvent_t, std::shared_ptr<CUevent_st>> events;
  Streams() {
    for (int d = 0; d < 16; ++d) {
      defaults.push_back(std::make_shared<CUstream_st>());
      defaults.back()->device = d;
    }
  }
};
Streams& streams() {
  static auto* s = new Streams;
  return *s;
}
// Null if there is no such stream.
StreamPointer find(cudaStream_t stream) {
  if (!stream) return streams().defaults[static_cast<std::size_t>(current_device())];
  const auto it = streams().made.find(stream);
  return it == streams().made.end() ? nullptr : it->second;
}
std::shared_ptr<CUevent_st> find(cudaEvent_t event) {
  const auto it = streams().events.find(event);
  return it == streams().events.end() ? nullptr : it->second;
}
cudaError_t no_stream() { return fail(cudaErrorInvalidResourceHandle, "no such stream"); }
cudaError_t no_event() { return fail(cudaErrorInvalidResourceHandle, "no such event"); }

// Runs a stream up to a point; what a kernel did wrong becomes the error of this call.
cudaError_t run_to(CUstream_st& stream, std::uint64_t ticket) {
  try {
    stream.run_to(ticket);
  } catch (const error& e) {
    return fail(cudaErrorLaunchFailure, e.what());
  }
  return machine_status();
}

// The default stream and the blocking ones wait for each other: those that this one has to let go first.
std::vector<StreamPointer> before(const CUstream_st& stream) {
  if (!stream.blocking) return {};
  const StreamPointer& other = streams().defaults[static_cast<std::size_t>(stream.device)];
  if (&stream != other.get()) return {other};
  std::vector<StreamPointer> result;
  for (const auto& [handle, s] : streams().made)
    if (s->blocking && s->device == stream.device) result.push_back(s);
  return result;
}

}  // namespace

int device_of(cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  const StreamPointer s = find(stream);
  return s ? s->device : -1;
}

cudaError_t submit(cudaStream_t handle, std::function<void()> work) {
  const std::lock_guard lock(device_mutex());
  const StreamPointer stream = find(handle);
  if (!stream) return no_stream();
  if (!options().async) {
    work();
    return cudaSuccess;
  }
  for (const StreamPointer& s : before(*stream)) {
    if (s->done == s->submitted) continue;
    ++stream->submitted;
    stream->queue.push_back([s, ticket = s->submitted] { s->run_to(ticket); });
  }
  ++stream->submitted;
  stream->queue.push_back(std::move(work));
  return cudaSuccess;
}

cudaError_t synchronize_device(int device) {
  const std::lock_guard lock(device_mutex());
  cudaError_t result = cudaSuccess;
  std::vector<StreamPointer> all{streams().defaults[static_cast<std::size_t>(device)]};
  for (const auto& [handle, s] : streams().made)
    if (s->device == device) all.push_back(s);
  for (const StreamPointer& s : all)
    if (const cudaError_t e = run_to(*s, s->submitted); e != cudaSuccess) result = e;
  return result;
}

}  // namespace emulator

using namespace emulator;

cudaError_t cudaDeviceSynchronize() {
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  return synchronize_device(current_device());
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  const auto made = std::make_shared<CUstream_st>();
  made->device = current_device(), made->blocking = !(flags & cudaStreamNonBlocking);
  *stream = made.get();
  streams().made[*stream] = made;
  return cudaSuccess;
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  const cudaError_t status = cudaStreamSynchronize(stream);
  return stream && streams().made.erase(stream) ? status : no_stream();
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  const StreamPointer s = find(stream);
  return s ? run_to(*s, s->submitted) : no_stream();
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  const StreamPointer s = find(stream);
  if (!s) return no_stream();
  return s->done == s->submitted ? machine_status() : cudaErrorNotReady;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const std::lock_guard lock(device_mutex());
  const auto e = find(event);
  if (!e) return no_event();
  return submit(stream, [from = e->stream, ticket = e->ticket] {
    if (from) from->run_to(ticket);
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  const std::lock_guard lock(device_mutex());
  if (const cudaError_t e = machine_status(); e != cudaSuccess) return e;
  const auto made = std::make_shared<CUevent_st>();
  *event = made.get();
  streams().events[*event] = made;
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const std::lock_guard lock(device_mutex());
  return streams().events.erase(event) ? cudaSuccess : no_event();
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::lock_guard lock(device_mutex());
  const auto e = find(event);
  if (!e) return no_event();
  const cudaError_t status = submit(stream, [e] { e->time = std::chrono::steady_clock::now(); });
  if (status != cudaSuccess) return status;
  e->stream = find(stream), e->ticket = e->stream->submitted;
  return machine_status();
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::lock_guard lock(device_mutex());
  const auto e = find(event);
  if (!e) return no_event();
  return e->stream ? run_to(*e->stream, e->ticket) : machine_status();
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  const std::lock_guard lock(device_mutex());
  const auto e = find(event);
  if (!e) return no_event();
  return e->reached() ? machine_status() : cudaErrorNotReady;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  const std::lock_guard lock(device_mutex());
  const auto a = find(from), b = find(to);
  if (!a || !b || !a->stream || !b->stream) return fail(cudaErrorInvalidResourceHandle, "an event was never recorded");
  if (!a->reached() || !b->reached()) return cudaErrorNotReady;
  *milliseconds = std::chrono::duration<float, std::milli>(b->time - a->time).count();
  return cudaSuccess;
}
