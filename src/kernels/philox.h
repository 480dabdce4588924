#pragma once
/// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
///
/// Number p of a seed's stream is a function of (seed, p) alone, so any split of the work gives the same numbers. Block
/// b is four words; float32 takes word p % 4 of block p / 4, float64 two words of block p / 2. Only +, -, *, / and sqrt
/// are used, each rounded once, so every device gives the same bits (compile without contraction).

#include <cmath>
#include <cstdint>

#if defined(__CUDACC__)
#define LEMMA_HD_INLINE __host__ __device__ inline
#else
#define LEMMA_HD_INLINE inline
#endif

namespace lemma::philox {

struct Words {
  uint32_t w[4];
};

/// Ten rounds over a counter of four words with a key of two.
LEMMA_HD_INLINE Words rounds(Words c, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * c.w[0], p1 = uint64_t{0xCD9E8D57u} * c.w[2];
    c = {{static_cast<uint32_t>(p1 >> 32) ^ c.w[1] ^ key0, static_cast<uint32_t>(p1),
          static_cast<uint32_t>(p0 >> 32) ^ c.w[3] ^ key1, static_cast<uint32_t>(p0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return c;
}

/// Block `block` of the stream of `seed`.
LEMMA_HD_INLINE Words words(uint64_t seed, uint64_t block) {
  return rounds({{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 0, 0}}, static_cast<uint32_t>(seed),
                static_cast<uint32_t>(seed >> 32));
}

/// 24 bits: k / 2^24 in [0, 1).
LEMMA_HD_INLINE float uniform(uint32_t word) { return static_cast<float>(static_cast<int32_t>(word >> 8)) * 0x1p-24f; }
/// 53 bits: k / 2^53 in [0, 1).
LEMMA_HD_INLINE double uniform(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

#if defined(__CUDA_ARCH__)
LEMMA_HD_INLINE uint32_t bits_of(float x) { return __float_as_uint(x); }
LEMMA_HD_INLINE float float_of(uint32_t x) { return __uint_as_float(x); }
#else
LEMMA_HD_INLINE uint32_t bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
LEMMA_HD_INLINE float float_of(uint32_t x) { return __builtin_bit_cast(float, x); }
#endif

/// ln(u) for normal u > 0, within 2 ulp: u = m 2^e with m in [2/3, 4/3), a polynomial in m - 1 (Cephes), e ln 2.
LEMMA_HD_INLINE float log_positive(float u) {
  const uint32_t shifted = bits_of(u) - 0x3f2aaaabu;
  const float e = static_cast<float>(static_cast<int32_t>(shifted) >> 23);
  const float f = float_of((shifted & 0x007fffffu) + 0x3f2aaaabu) - 1.0f, z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = p * f * z;
  p = p + e * -2.12194440e-4f;
  p = p - 0.5f * z;
  return (f + p) + e * 0.693359375f;
}

struct Pair {
  float first, second;
};

/// Box-Muller: two standard normals from two words. The second word is the angle: two bits of quadrant, the rest within
/// it.
LEMMA_HD_INLINE Pair normal(uint32_t radius_word, uint32_t angle_word) {
  const float u = static_cast<float>(static_cast<int32_t>(radius_word >> 1)) * 0x1p-31f + 0x1p-33f;  // in (0, 1]
  const float r = sqrtf(-2.0f * log_positive(u));
  const uint32_t quadrant = angle_word >> 30;
  const float fraction = static_cast<float>(static_cast<int32_t>((angle_word >> 6) & 0xffffffu) - 0x800000) * 0x1p-24f;
  const float t = fraction * 1.57079632679489661923f, z = t * t;  // in [-pi/4, pi/4)
  const float sine = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * t + t;
  const float cosine =
      ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * (z * z) - 0.5f * z + 1.0f;
  // A turn by a quarter swaps the two; the signs are those of the quadrant.
  const bool odd = (quadrant & 1u) != 0;
  const uint32_t sign_x = ((quadrant + 1) & 2u) << 30, sign_y = (quadrant & 2u) << 30;
  return {float_of(bits_of(r * (odd ? sine : cosine)) ^ sign_x), float_of(bits_of(r * (odd ? cosine : sine)) ^ sign_y)};
}

#if defined(__CUDA_ARCH__)
LEMMA_HD_INLINE uint64_t bits_of(double x) { return static_cast<uint64_t>(__double_as_longlong(x)); }
LEMMA_HD_INLINE double double_of(uint64_t x) { return __longlong_as_double(static_cast<long long>(x)); }
#else
LEMMA_HD_INLINE uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
LEMMA_HD_INLINE double double_of(uint64_t x) { return __builtin_bit_cast(double, x); }
#endif

/// ln(u) for normal u > 0: u = m 2^e with m in [0.7, 1.4), then 2 atanh(s) for s = (m - 1) / (m + 1) by its series.
LEMMA_HD_INLINE double log_positive(double u) {
  const uint64_t shifted = bits_of(u) - 0x3fe6666666666666u;
  const double e = static_cast<double>(static_cast<int64_t>(shifted) >> 52);
  const double m = double_of((shifted & 0xfffffffffffffu) + 0x3fe6666666666666u);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;  // |s| <= 0.18
  double p = 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  // ln 2 in two parts: the first has zeros at its end, so that e times it is exact.
  return e * 6.93147180369123816490e-01 + (2.0 * s + (2.0 * s * z * p + e * 1.90821492927058770002e-10));
}

struct PairDouble {
  double first, second;
};

/// The same in float64 from a whole block: Taylor's series of sine and cosine on an eighth of a turn either way.
LEMMA_HD_INLINE PairDouble normal(const Words& block) {
  const double u = uniform(block.w[0], block.w[1]) + 0x1p-54;
  const double r = ::sqrt(-2.0 * log_positive(u));
  const double turns = 4.0 * uniform(block.w[2], block.w[3]);  // in quarters
  const uint32_t quadrant = static_cast<uint32_t>(turns);
  const double t = (turns - quadrant - 0.5) * 1.57079632679489661923, z = t * t;  // in [-pi/4, pi/4)
  double sine = 1.0 / 355687428096000.0;
  sine = sine * z - 1.0 / 1307674368000.0;
  sine = sine * z + 1.0 / 6227020800.0;
  sine = sine * z - 1.0 / 39916800.0;
  sine = sine * z + 1.0 / 362880.0;
  sine = sine * z - 1.0 / 5040.0;
  sine = sine * z + 1.0 / 120.0;
  sine = sine * z - 1.0 / 6.0;
  sine = sine * z * t + t;
  double cosine = 1.0 / 20922789888000.0;
  cosine = cosine * z - 1.0 / 87178291200.0;
  cosine = cosine * z + 1.0 / 479001600.0;
  cosine = cosine * z - 1.0 / 3628800.0;
  cosine = cosine * z + 1.0 / 40320.0;
  cosine = cosine * z - 1.0 / 720.0;
  cosine = cosine * z + 1.0 / 24.0;
  cosine = cosine * z * z - 0.5 * z + 1.0;
  const bool odd = (quadrant & 1u) != 0;
  const double x = r * (odd ? sine : cosine), y = r * (odd ? cosine : sine);
  return {quadrant == 1 || quadrant == 2 ? -x : x, quadrant >= 2 ? -y : y};
}

/// Number p of the stream.
LEMMA_HD_INLINE float uniform_float(uint64_t seed, uint64_t p) { return uniform(words(seed, p / 4).w[p % 4]); }
LEMMA_HD_INLINE double uniform_double(uint64_t seed, uint64_t p) {
  const Words b = words(seed, p / 2);
  return uniform(b.w[p % 2 * 2], b.w[p % 2 * 2 + 1]);
}
LEMMA_HD_INLINE float normal_float(uint64_t seed, uint64_t p) {
  const Words b = words(seed, p / 4);
  const Pair pair = p % 4 < 2 ? normal(b.w[0], b.w[1]) : normal(b.w[2], b.w[3]);
  return p % 2 == 0 ? pair.first : pair.second;
}
LEMMA_HD_INLINE double normal_double(uint64_t seed, uint64_t p) {
  const PairDouble pair = normal(words(seed, p / 2));
  return p % 2 == 0 ? pair.first : pair.second;
}

}  // namespace lemma::philox
