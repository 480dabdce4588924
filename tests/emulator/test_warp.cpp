// Shuffles, votes, matches.

#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

// One row of 32 results per function.
__global__ void shuffles(int* out) {
  const int l = static_cast<int>(threadIdx.x);
  out[0 * 32 + l] = __shfl_sync(~0u, l, 5);
  out[1 * 32 + l] = __shfl_sync(~0u, l, 3, 8);
  out[2 * 32 + l] = __shfl_down_sync(~0u, l, 4, 16);
  out[3 * 32 + l] = __shfl_up_sync(~0u, l, 2, 16);
  out[4 * 32 + l] = __shfl_xor_sync(~0u, l, 9);
  out[5 * 32 + l] = __shfl_xor_sync(~0u, l, 16, 8);
  out[6 * 32 + l] = __shfl_down_sync(~0u, l, 31);
}
template <class T>
__global__ void shuffle_type(T* out) {
  out[threadIdx.x] = __shfl_xor_sync(~0u, static_cast<T>(threadIdx.x) * static_cast<T>(3), 1);
}
__global__ void votes(unsigned* out) {
  const unsigned l = threadIdx.x;
  out[0 * 32 + l] = __ballot_sync(~0u, l % 3 == 0);
  out[1 * 32 + l] =
      static_cast<unsigned>(__any_sync(~0u, l == 7) * 4 + __any_sync(~0u, l == 32) * 2 + __all_sync(~0u, l < 32));
  out[2 * 32 + l] = __reduce_add_sync(~0u, l);
  out[3 * 32 + l] = static_cast<unsigned>(__reduce_min_sync(~0u, static_cast<int>(l) - 9) +
                                          __reduce_max_sync(~0u, static_cast<int>(l)));
  out[4 * 32 + l] =
      __reduce_or_sync(~0u, l) + __reduce_and_sync(~0u, l | 64u) + __reduce_xor_sync(~0u, l == 3 ? 256u : 0u);
  out[5 * 32 + l] = __match_any_sync(~0u, l % 4);
  int same = 0;
  out[6 * 32 + l] = __match_all_sync(~0u, 7.0f, &same) + static_cast<unsigned>(same);
  out[7 * 32 + l] = __match_all_sync(~0u, l / 31, &same) + static_cast<unsigned>(same);
  out[8 * 32 + l] = __activemask();
}
// Two halves of a warp, each in its own functions, cross and meet again.
__global__ void halves(int* out) {
  const int l = static_cast<int>(threadIdx.x);
  if (l < 16) {
    out[l] = __shfl_xor_sync(0x0000ffffu, l, 1) + 100;
    __syncwarp(0x0000ffffu);
  } else {
    out[l] = static_cast<int>(__ballot_sync(0xffff0000u, 1) >> 16);
  }
  __syncwarp();
  out[32 + l] = __shfl_sync(~0u, l, 31);
}
__global__ void some_left(unsigned* out) {
  if (threadIdx.x >= 20) return;
  out[threadIdx.x] = __ballot_sync(~0u, 1);
}
// Lanes exchange through shared memory, ordered by __syncwarp alone.
__global__ void exchange(int* out) {
  EMULATOR_SHARED(int, s, [64]);
  const unsigned t = threadIdx.x;
  s[t] = static_cast<int>(t);
  __syncwarp();
  out[t] = s[t ^ 31u];
}

}  // namespace

TEST_CASE("shuffles, with widths") {
  const DeviceArray<int> out(7 * 32);
  launch({"shuffles", 1, 32}, shuffles, out.get());
  const auto h = out.values();
  const auto at = [&](int row, int l) { return h[static_cast<std::size_t>(row * 32 + l)]; };
  for (int l = 0; l < 32; ++l) {
    CAPTURE(l);
    CHECK(at(0, l) == 5);
    CHECK(at(1, l) == l / 8 * 8 + 3);
    CHECK(at(2, l) == (l % 16 < 12 ? l + 4 : l));
    CHECK(at(3, l) == (l % 16 >= 2 ? l - 2 : l));
    CHECK(at(4, l) == (l ^ 9));
    CHECK(at(5, l) == (l < 16 ? l : l - 16));  // a later group keeps its own; an earlier one may be read
    CHECK(at(6, l) == (l == 0 ? 31 : l));
  }
}

TEMPLATE_TEST_CASE("shuffles move every type", "", int, unsigned, long long, unsigned long long, float, double) {
  const DeviceArray<TestType> out(32);
  launch({"shuffle", 1, 32}, shuffle_type<TestType>, out.get());
  const auto h = out.values();
  for (std::size_t l = 0; l < 32; ++l) CHECK(h[l] == static_cast<TestType>(l ^ 1) * 3);
}

TEST_CASE("votes, sums and matches") {
  const DeviceArray<unsigned> out(9 * 32);
  launch({"votes", 1, 32}, votes, out.get());
  const auto h = out.values();
  for (unsigned l = 0; l < 32; ++l) {
    CAPTURE(l);
    CHECK(h[0 * 32 + l] == 0x49249249u);
    CHECK(h[1 * 32 + l] == 5);
    CHECK(h[2 * 32 + l] == 496);
    CHECK(h[3 * 32 + l] == 22);
    CHECK(h[4 * 32 + l] == 31 + 64 + 256);
    CHECK(h[5 * 32 + l] == 0x11111111u << l % 4);
    CHECK(h[6 * 32 + l] == 0u);  // ~0u + 1
    CHECK(h[7 * 32 + l] == 0u);
    CHECK(h[8 * 32 + l] == 1u << l);
  }
}

TEST_CASE("two halves of a warp meet apart and together") {
  const DeviceArray<int> out(64);
  launch({"halves", 1, 32}, halves, out.get());
  const auto h = out.values();
  for (int l = 0; l < 32; ++l) {
    CHECK(h[static_cast<std::size_t>(l)] == (l < 16 ? (l ^ 1) + 100 : 0xffff));
    CHECK(h[static_cast<std::size_t>(32 + l)] == 31);
  }
}

TEST_CASE("lanes that left the kernel are not waited for") {
  const DeviceArray<unsigned> out(32, 0u);
  launch({"some left", 1, 32}, some_left, out.get());
  const auto h = out.values();
  for (std::size_t l = 0; l < 20; ++l) CHECK(h[l] == 0xfffffu);
}

TEST_CASE("__syncwarp orders shared memory") {
  const DeviceArray<int> out(64);
  launch({"exchange", 1, 64}, exchange, out.get());
  const auto h = out.values();
  for (int t = 0; t < 64; ++t) CHECK(h[static_cast<std::size_t>(t)] == (t ^ 31));
}
