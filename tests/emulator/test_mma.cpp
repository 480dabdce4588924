// Tensor cores against plain loops, with numbers that the products keep exact.

#include <cmath>

#include "tests/catch.h"
#include "tests/emulator/device_array.h"

using emulator::launch;

namespace {

std::uint16_t bf16(float f) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(f) >> 16); }
// Small whole numbers and halves only.
std::uint16_t f16(float f) {
  const auto u = std::bit_cast<std::uint32_t>(f);
  if (f == 0) return 0;
  return static_cast<std::uint16_t>((u >> 16 & 0x8000u) | (((u >> 23 & 255u) - 112u) << 10) | (u >> 13 & 0x3ffu));
}
float entry(int i, int j, int salt) { return static_cast<float>((i * 7 + j * 3 + salt) % 11 - 5) * 0.5f; }

// Fragments by the tables of the PTX manual, written out here a second time. a: 16 x K, b: K x 8, c and d: 16 x 8.
template <int K, void (*multiply)(float*, const std::uint32_t*, const std::uint32_t*, const float*, emulator::Loc)>
__global__ void one_product(const std::uint16_t* a, const std::uint16_t* b, float* d) {
  const unsigned lane = threadIdx.x, g = lane / 4, t = lane % 4;
  const auto pair = [](std::uint16_t low, std::uint16_t high) { return low | static_cast<std::uint32_t>(high) << 16; };
  const auto a_pair = [&](unsigned r, unsigned k) { return pair(a[r * K + k], a[r * K + k + 1]); };
  const auto b_pair = [&](unsigned k, unsigned c) { return pair(b[k * 8 + c], b[(k + 1) * 8 + c]); };
  const std::uint32_t ra[4] = {a_pair(g, 2 * t), a_pair(g + 8, 2 * t), a_pair(g, 2 * t + 8), a_pair(g + 8, 2 * t + 8)};
  const std::uint32_t rb[2] = {b_pair(2 * t, g), b_pair(2 * t + 8, g)};
  float rd[4] = {1, 1, 1, 1};
  multiply(rd, ra, rb, rd, {});
  d[g * 8 + 2 * t] = rd[0], d[g * 8 + 2 * t + 1] = rd[1];
  d[(g + 8) * 8 + 2 * t] = rd[2], d[(g + 8) * 8 + 2 * t + 1] = rd[3];
}
__global__ void one_product_tf32(const float* a, const float* b, float* d) {
  const unsigned lane = threadIdx.x, g = lane / 4, t = lane % 4;
  const auto bits = [](float f) { return __float_as_uint(f); };
  const std::uint32_t ra[4] = {bits(a[g * 8 + t]), bits(a[(g + 8) * 8 + t]), bits(a[g * 8 + t + 4]),
                               bits(a[(g + 8) * 8 + t + 4])};
  const std::uint32_t rb[2] = {bits(b[t * 8 + g]), bits(b[(t + 4) * 8 + g])};
  float rd[4] = {1, 1, 1, 1};
  emulator::mma_m16n8k8_tf32(rd, ra, rb, rd);
  d[g * 8 + 2 * t] = rd[0], d[g * 8 + 2 * t + 1] = rd[1];
  d[(g + 8) * 8 + 2 * t] = rd[2], d[(g + 8) * 8 + 2 * t + 1] = rd[3];
}

// 16 x 16 numbers in shared memory by ldmatrix: each lane writes what it got.
template <bool kTranspose>
__global__ void load(std::uint32_t* out) {
  EMULATOR_SHARED(std::uint16_t, s, [16][24]);  // rows of 48 bytes
  for (unsigned i = threadIdx.x; i < 256; i += 32) s[i / 16][i % 16] = static_cast<std::uint16_t>(i);
  __syncthreads();
  const unsigned lane = threadIdx.x;
  std::uint32_t r[4];
  emulator::ldmatrix_x4<kTranspose>(r, &s[lane % 16][lane / 16 * 8]);
  for (unsigned m = 0; m < 4; ++m) out[lane * 4 + m] = r[m];
}

template <class T, class Convert>
void check_product(int K, Convert convert, void (*kernel)(const T*, const T*, float*)) {
  const auto size = [](int n) { return static_cast<std::size_t>(n); };
  std::vector<T> a(size(16 * K)), b(size(K * 8));
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < K; ++k) a[size(i * K + k)] = convert(entry(i, k, 1));
  for (int k = 0; k < K; ++k)
    for (int j = 0; j < 8; ++j) b[size(k * 8 + j)] = convert(entry(k, j, 4));
  const DeviceArray<T> da(a), db(b);
  const DeviceArray<float> d(16 * 8);
  launch({"product", 1, 32}, kernel, da.get(), db.get(), d.get());
  const auto h = d.values();
  for (int i = 0; i < 16; ++i)
    for (int j = 0; j < 8; ++j) {
      float sum = 1;
      for (int k = 0; k < K; ++k) sum += entry(i, k, 1) * entry(k, j, 4);
      REQUIRE(h[size(i * 8 + j)] == sum);
    }
}

}  // namespace

TEST_CASE("mma m16n8k16 of bfloat16 and float16, m16n8k8 of tf32") {
  check_product<std::uint16_t>(16, bf16, one_product<16, emulator::mma_m16n8k16_bf16>);
  check_product<std::uint16_t>(16, f16, one_product<16, emulator::mma_m16n8k16_f16>);
  check_product<float>(
      8, [](float f) { return f; }, one_product_tf32);
}

TEST_CASE("ldmatrix gives what mma wants of A, and transposed of B") {
  const DeviceArray<std::uint32_t> plain(128), transposed(128);
  launch({"load", 1, 32}, load<false>, plain.get());
  launch({"load", 1, 32}, load<true>, transposed.get());
  const auto p = plain.values(), t = transposed.values();
  for (std::uint32_t lane = 0; lane < 32; ++lane)
    for (std::uint32_t m = 0; m < 4; ++m) {
      // Matrix m of the four: rows 0 to 7 or 8 to 15 by its lowest bit, columns by the other.
      const std::uint32_t row = m % 2 * 8, column = m / 2 * 8, i = lane / 4, j = lane % 4 * 2;
      const auto number = [&](std::uint32_t r, std::uint32_t c) { return (row + r) * 16 + column + c; };
      REQUIRE(p[lane * 4 + m] == (number(i, j) | number(i, j + 1) << 16));
      REQUIRE(t[lane * 4 + m] == (number(j, i) | number(j + 1, i) << 16));
    }
}

TEST_CASE("float16 to float: every one of the 65536") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    const float sign = bits & 0x8000 ? -1.0f : 1.0f, f = emulator::half_to_float(static_cast<std::uint16_t>(bits));
    if (exponent == 31 && fraction)
      REQUIRE(std::isnan(f));
    else if (exponent == 31)
      REQUIRE(f == sign * INFINITY);
    else
      REQUIRE(f == sign * (exponent ? std::ldexp(1024.0f + static_cast<float>(fraction), exponent - 25)
                                    : std::ldexp(static_cast<float>(fraction), -24)));
  }
}

TEST_CASE("tf32 keeps 10 fraction bits: ties away from zero, the unit cuts off") {
  CHECK(emulator::to_tf32(1.0f) == 0x3f800000u);
  CHECK(emulator::to_tf32(std::bit_cast<float>(0x3f801000u)) == 0x3f802000u);
  CHECK(emulator::to_tf32(std::bit_cast<float>(0xbf801000u)) == 0xbf802000u);
  CHECK(emulator::to_tf32(std::bit_cast<float>(0x3f800fffu)) == 0x3f800000u);
  CHECK(emulator::to_tf32(INFINITY) == 0x7f800000u);
  CHECK(emulator::read_tf32(0x3f801fffu) == 1.0f);
}
