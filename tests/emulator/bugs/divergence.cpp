// Threads of a block or lanes of a warp that part where they should meet.

#include "emulator/options.h"
#include "tests/emulator/bugs/bug.h"

using emulator::launch;

namespace {

template <bool mended>
__global__ void barrier_at_two_places(float* out) {
  if (mended) {
    out[threadIdx.x] = 1;
    __syncthreads();
  } else if (threadIdx.x < 32) {
    out[threadIdx.x] = 1;
    __syncthreads();
  } else {
    __syncthreads();
  }
}

template <bool mended>
__global__ void barrier_in_branch(float* out) {
  if (mended || threadIdx.x < 32) __syncthreads();
  out[threadIdx.x] = __shfl_xor_sync(~0u, 1.0f, 1);
}

template <bool mended>
__global__ void barrier_after_exit(float* out, unsigned n) {
  if (!mended && threadIdx.x >= n) return;
  __syncthreads();
  if (threadIdx.x < n) out[threadIdx.x] = 1;
}

// One thread goes round the loop once more than the others.
template <bool mended>
__global__ void barrier_in_loop(float* out) {
  const unsigned rounds = mended ? 3 : 3 + (threadIdx.x == 0);
  for (unsigned i = 0; i < rounds; ++i) __syncthreads();
  out[threadIdx.x] = 1;
}

template <bool mended>
__global__ void shuffle_in_branch(float* out) {
  float v = 1;
  if (mended || threadIdx.x < 16) v += __shfl_xor_sync(~0u, v, 1);
  __syncthreads();
  out[threadIdx.x] = v;
}

template <bool mended>
__global__ void partial_warp(float* out) {
  const unsigned all = mended && threadIdx.x >= 32 ? 0xffffu : ~0u;
  float v = 1;
  for (int step = mended && threadIdx.x >= 32 ? 8 : 16; step > 0; step /= 2) v += __shfl_xor_sync(all, v, step);
  out[threadIdx.x] = v;
}

template <bool mended>
__global__ void lane_not_in_mask(float* out) {
  out[threadIdx.x] = __shfl_xor_sync(mended ? ~0u : 0xffffu, 1.0f, 1);
}

// CUDA promises nothing about __activemask except that the caller is in it.
template <bool mended>
__global__ void active_mask(int* out) {
  const unsigned mask = mended ? ~0u : __activemask();
  out[threadIdx.x] = static_cast<int>(__reduce_add_sync(mask, 1u));
}

// A flag that nobody sets.
template <bool mended>
__global__ void spins_for_ever(float* out, unsigned* flag) {
  if (mended) *flag = 1;
  while (atomicAdd(flag, 0u) == 0) {
  }
  out[threadIdx.x] = 1;
}

template <bool mended>
__global__ void bad_address(float* out, std::size_t where) {
  if (!mended) out = reinterpret_cast<float*>(where);
  out[threadIdx.x] = 1;
}

}  // namespace

Bugs divergence_bugs() {
  const auto bug = [](const char* name, auto faulty, auto sound, unsigned threads) {
    return Bug{name, [=](bool mended) {
                 const DeviceArray<float> out(threads);
                 launch({name, 1, threads}, mended ? sound : faulty, out.get());
                 for (const float v : out.values()) expect(v >= 1, "wrong numbers");
               }};
  };
  return {
      bug("barrier-at-two-places", barrier_at_two_places<false>, barrier_at_two_places<true>, 64),
      bug("barrier-in-branch", barrier_in_branch<false>, barrier_in_branch<true>, 64),
      bug("barrier-in-loop", barrier_in_loop<false>, barrier_in_loop<true>, 64),
      {"barrier-after-exit",
       [](bool mended) {
         const DeviceArray<float> out(64, 0.0f);
         launch({"fill", 1, 64}, VERSION(barrier_after_exit), out.get(), 40u);
         expect(out.values()[39] == 1, "wrong numbers");
       }},
      bug("shuffle-in-branch", shuffle_in_branch<false>, shuffle_in_branch<true>, 64),
      bug("partial-warp", partial_warp<false>, partial_warp<true>, 48),
      bug("lane-not-in-mask", lane_not_in_mask<false>, lane_not_in_mask<true>, 32),
      {"active-mask",
       [](bool mended) {
         const DeviceArray<int> out(32);
         launch({"count", 1, 32}, VERSION(active_mask), out.get());
         for (const int v : out.values()) expect(v == 32, "wrong numbers");
       }},
      {"spins-for-ever",
       [](bool mended) {
         emulator::options().timeout = 1;
         const DeviceArray<float> out(32);
         const DeviceArray<unsigned> flag(1, 0u);
         launch({"spin", 1, 32}, VERSION(spins_for_ever), out.get(), flag.get());
         for (const float v : out.values()) expect(v == 1, "wrong numbers");
       }},
      {"bad-address",
       [](bool mended) {
         const DeviceArray<float> out(32);
         launch({"stray", 1, 32}, VERSION(bad_address), out.get(), std::size_t{4096});
         for (const float v : out.values()) expect(v == 1, "wrong numbers");
       }},
  };
}
