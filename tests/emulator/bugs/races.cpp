// Threads that touch the same memory in no order. Most of them give the right numbers on most days.

#include "tests/emulator/bugs/bug.h"

using emulator::launch;

namespace {

// Reverses 64 numbers; without the barrier a thread reads what its neighbour has not written.
template <bool mended>
__global__ void missing_barrier(float* out) {
  EMULATOR_SHARED(float, s, [64]);
  const unsigned t = threadIdx.x;
  s[t] = static_cast<float>(t);
  if (mended) __syncthreads();
  out[t] = s[63 - t];
}

// A buffer is written again while slow threads still read it: the classic.
template <bool mended>
__global__ void missing_second_barrier(float* out) {
  EMULATOR_SHARED(float, part, [2]);
  for (int round = 1; round <= 2; ++round) {
    const unsigned sum = __reduce_add_sync(~0u, static_cast<unsigned>(round));
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = static_cast<float>(sum);
    __syncthreads();
    out[threadIdx.x] = part[0] + part[1];
    if (mended) __syncthreads();
  }
}

// Several threads add to the row of one id.
template <bool mended>
__global__ void scatter_without_atomic(const int* ids, float* rows) {
  float* row = rows + ids[threadIdx.x];
  if (mended)
    atomicAdd(row, 1.0f);
  else
    *row += 1.0f;
}

// Two blocks add to one number.
template <bool mended>
__global__ void blocks_without_atomic(float* sum) {
  if (threadIdx.x != 0) return;
  if (mended)
    atomicAdd(sum, 1.0f);
  else
    *sum += 1.0f;
}

// Before Volta the lanes of a warp ran in step and needed no __syncwarp between these lines.
template <bool mended>
__global__ void warp_synchronous(float* out) {
  EMULATOR_SHARED(float, s, [64]);
  const unsigned t = threadIdx.x;
  s[t] = 1;
  __syncthreads();
  if (t < 32) {
    float sum = s[t];
    for (unsigned step = 32; step > 0; step /= 2) {
      if (mended) __syncwarp();
      sum += s[t + step];
      if (mended) __syncwarp();
      s[t] = sum;
    }
  }
  if (t == 0) out[0] = s[0];
}

// The block that comes last adds up what the others left; without the fence it may not see it.
template <bool mended>
__global__ void missing_fence(float* parts, unsigned* ticket, float* out) {
  if (threadIdx.x != 0) return;
  parts[blockIdx.x] = 1;
  if (mended) __threadfence();
  if (atomicAdd(ticket, 1u) != gridDim.x - 1) return;
  if (mended) __threadfence();
  float sum = 0;
  for (unsigned b = 0; b < gridDim.x; ++b) sum += parts[b];
  out[0] = sum;
}

}  // namespace

Bugs races() {
  return {
      {"missing-barrier",
       [](bool mended) {
         DeviceArray<float> out(64);
         launch({"reverse", 1, 64}, VERSION(missing_barrier), out.get());
         const auto h = out.values();
         for (int i = 0; i < 64; ++i)
           expect(h[static_cast<std::size_t>(i)] == static_cast<float>(63 - i), "wrong numbers");
       }},
      {"missing-second-barrier",
       [](bool mended) {
         DeviceArray<float> out(64);
         launch({"sum twice", 1, 64}, VERSION(missing_second_barrier), out.get());
         for (const float v : out.values()) expect(v == 128, "wrong numbers");
       }},
      {"scatter-without-atomic",
       [](bool mended) {
         const DeviceArray<int> ids(64, 0);
         const DeviceArray<float> rows(4, 0.0f);
         launch({"scatter", 1, 64}, VERSION(scatter_without_atomic), ids.get(), rows.get());
         expect(rows.values()[0] == 64, "wrong numbers");
       }},
      {"blocks-without-atomic",
       [](bool mended) {
         const DeviceArray<float> sum(1, 0.0f);
         launch({"count", 2, 32}, VERSION(blocks_without_atomic), sum.get());
         expect(sum.values()[0] == 2, "wrong numbers");
       }},
      {"warp-synchronous",
       [](bool mended) {
         const DeviceArray<float> out(1);
         launch({"old reduction", 1, 64}, VERSION(warp_synchronous), out.get());
         expect(out.values()[0] == 64, "wrong numbers");
       }},
      {"missing-fence",
       [](bool mended) {
         const DeviceArray<float> parts(4), out(1);
         const DeviceArray<unsigned> ticket(1, 0u);
         launch({"last block", 4, 32}, VERSION(missing_fence), parts.get(), ticket.get(), out.get());
         expect(out.values()[0] == 4, "wrong numbers");
       }},
  };
}
