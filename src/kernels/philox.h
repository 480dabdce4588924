#pragma once
/// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
///
/// Number p of a seed's stream is a function of (seed, p) alone, so any split of the work gives the same numbers. Block
/// b is four words; float32 takes word p % 4 of block p / 4, float64 two words of block p / 2. Only +, -, *, / and sqrt
/// of float32 are used for float32, each rounded once, so every device gives the same bits (compile without
/// contraction).

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

struct PairDouble {
  double first, second;
};

/// The same in float64 from a whole block, by the standard library.
LEMMA_HD_INLINE PairDouble normal(const Words& block) {
  const double u = uniform(block.w[0], block.w[1]) + 0x1p-54,
               angle = 6.283185307179586476925 * uniform(block.w[2], block.w[3]);
  const double r = sqrt(-2.0 * log(u));
  return {r * cos(angle), r * sin(angle)};
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
