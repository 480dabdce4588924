// Copies between host and device by way of pinned memory, the only kind that the device reads while the host goes on.

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "core/cuda/runtime.h"
#include "lemma/core/error.h"

namespace lemma::cuda {
namespace {

constexpr size_t kPiece = size_t{1} << 20;  // bytes

// A ring of pinned pieces for each device; a piece is used again when the copy out of it is done.
struct Ring {
  struct Piece {
    void* memory = nullptr;
    cudaEvent_t done = nullptr;
    bool busy = false;
  };
  std::mutex mutex;
  std::array<Piece, 8> pieces;
  size_t next = 0;

  Piece& take() {
    Piece& piece = pieces[next];
    next = (next + 1) % pieces.size();
    if (!piece.memory) {
      check(cudaMallocHost(&piece.memory, kPiece), "pinning 1 MiB of host memory");
      check(cudaEventCreateWithFlags(&piece.done, cudaEventDisableTiming), "making an event");
    }
    if (piece.busy) check(cudaEventSynchronize(piece.done), "waiting for a copy");
    piece.busy = true;
    return piece;
  }
};
Ring& ring() {
  static auto* rings = new std::array<Ring, 16>;
  return (*rings)[static_cast<size_t>(current().index())];
}

}  // namespace

void to_device(void* to, const void* from, size_t bytes) {
  const std::lock_guard guard(ring().mutex);
  for (size_t at = 0; at < bytes; at += kPiece) {
    const size_t n = std::min(kPiece, bytes - at);
    Ring::Piece& piece = ring().take();
    std::memcpy(piece.memory, static_cast<const char*>(from) + at, n);
    check(cudaMemcpyAsync(static_cast<char*>(to) + at, piece.memory, n, cudaMemcpyHostToDevice, stream()),
          "copying to " + current().str());
    check(cudaEventRecord(piece.done, stream()), "recording an event");
  }
}

void to_host(void* to, const void* from, size_t bytes) {
  const std::lock_guard guard(ring().mutex);
  // One piece is filled by the device while the one before it is moved out.
  Ring::Piece* before = nullptr;
  for (size_t at = 0, previous = 0;; previous = at, at += kPiece) {
    Ring::Piece* piece = nullptr;
    if (at < bytes) {
      piece = &ring().take();
      check(cudaMemcpyAsync(piece->memory, static_cast<const char*>(from) + at, std::min(kPiece, bytes - at),
                            cudaMemcpyDeviceToHost, stream()),
            "copying from " + current().str());
      check(cudaEventRecord(piece->done, stream()), "recording an event");
    }
    if (before) {
      check(cudaEventSynchronize(before->done), "copying from " + current().str());
      std::memcpy(static_cast<char*>(to) + previous, before->memory, std::min(kPiece, bytes - previous));
      before->busy = false;
    }
    if (!piece) return;
    before = piece;
  }
}

void between_devices(void* to, Device to_device, const void* from, Device from_device, size_t bytes) {
  use(from_device);
  check(cudaStreamSynchronize(stream()), "waiting for " + from_device.str());  // its values must be there
  use(to_device);
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream()),
        "copying from " + from_device.str() + " to " + to_device.str());
  // The source may be freed as soon as this returns.
  check(cudaStreamSynchronize(stream()), "copying from " + from_device.str() + " to " + to_device.str());
}

}  // namespace lemma::cuda
