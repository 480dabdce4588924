// Filling arrays with random numbers: see philox.h for what number p is.

#include "kernels/philox.h"

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/random.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/parallel.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

// Several blocks side by side, so that the compiler can use vectors; each step is the one of philox.h.
constexpr uint64_t kBlocks = 32;

/// word[j][b] = word j of block first + b.
void many_words(uint64_t seed, uint64_t first, uint32_t (&word)[4][kBlocks]) {
  alignas(64) uint64_t c0[kBlocks], c1[kBlocks], c2[kBlocks], c3[kBlocks];
  constexpr uint64_t low = 0xffffffffu;
  for (uint64_t b = 0; b < kBlocks; ++b) c0[b] = (first + b) & low, c1[b] = (first + b) >> 32, c2[b] = 0, c3[b] = 0;
  uint64_t key0 = seed & low, key1 = seed >> 32;
  for (int round = 0; round < 10; ++round) {
    for (uint64_t b = 0; b < kBlocks; ++b) {
      const uint64_t p0 = uint64_t{0xD2511F53u} * c0[b], p1 = uint64_t{0xCD9E8D57u} * c2[b];
      c0[b] = (p1 >> 32) ^ c1[b] ^ key0;
      c1[b] = p1 & low;
      c2[b] = (p0 >> 32) ^ c3[b] ^ key1;
      c3[b] = p0 & low;
    }
    key0 = (key0 + 0x9E3779B9u) & low;
    key1 = (key1 + 0xBB67AE85u) & low;
  }
  for (uint64_t b = 0; b < kBlocks; ++b) {
    word[0][b] = static_cast<uint32_t>(c0[b]), word[1][b] = static_cast<uint32_t>(c1[b]);
    word[2][b] = static_cast<uint32_t>(c2[b]), word[3][b] = static_cast<uint32_t>(c3[b]);
  }
}

/// out[i] = number first * 4 + i for the kBlocks * 4 elements of the blocks from `first` on.
void many_uniform(uint64_t seed, uint64_t first, float* out) {
  alignas(64) uint32_t word[4][kBlocks];
  many_words(seed, first, word);
  for (uint64_t b = 0; b < kBlocks; ++b)
    for (uint64_t j = 0; j < 4; ++j) out[4 * b + j] = philox::uniform(word[j][b]);
}
void many_normal(uint64_t seed, uint64_t first, float* out) {
  alignas(64) uint32_t word[4][kBlocks];
  alignas(64) float value[4][kBlocks];
  many_words(seed, first, word);
  for (uint64_t j = 0; j < 4; j += 2)
    for (uint64_t b = 0; b < kBlocks; ++b) {
      const philox::Pair pair = philox::normal(word[j][b], word[j + 1][b]);
      value[j][b] = pair.first, value[j + 1][b] = pair.second;
    }
  for (uint64_t b = 0; b < kBlocks; ++b)
    for (uint64_t j = 0; j < 4; ++j) out[4 * b + j] = value[j][b];
}

void random_float(Random kind, uint64_t seed, uint64_t p, float* out, uint64_t n) {
  const auto one = kind == Random::Uniform ? &philox::uniform_float : &philox::normal_float;
  const auto many = kind == Random::Uniform ? &many_uniform : &many_normal;
  uint64_t i = 0;
  for (; i < n && (p + i) % 4 != 0; ++i) out[i] = one(seed, p + i);
  for (; i + 4 * kBlocks <= n; i += 4 * kBlocks) many(seed, (p + i) / 4, out + i);
  if (n - i > 16) {
    float rest[4 * kBlocks];
    many(seed, (p + i) / 4, rest);
    for (uint64_t k = 0; i < n; ++i, ++k) out[i] = rest[k];
  }
  for (; i < n; ++i) out[i] = one(seed, p + i);
}

void random_double(Random kind, uint64_t seed, uint64_t p, double* out, uint64_t n) {
  const auto one = kind == Random::Uniform ? &philox::uniform_double : &philox::normal_double;
  for (uint64_t i = 0; i < n; ++i) out[i] = one(seed, p + i);
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(random_float);
HWY_EXPORT(random_double);

/// Element i is number offset + i of the stream of `seed`; halves are the float32 numbers, rounded.
void run(const RandomWork& work) {
  const Array& out = work.out;
  const Random kind = work.kind;
  const uint64_t seed = work.seed, offset = work.offset;
  if (is_half(out.dtype()))
    return round_once(out, [&](const Array& wide) { run(RandomWork{kind, wide, seed, offset}); });
  const auto floats = HWY_DYNAMIC_DISPATCH(random_float);
  const auto doubles = HWY_DYNAMIC_DISPATCH(random_double);
  parallel_for(out.numel(), kGrain / 4, [&](int64_t begin, int64_t end) {
    const uint64_t p = offset + static_cast<uint64_t>(begin), n = static_cast<uint64_t>(end - begin);
    if (out.dtype() == DType::float32)
      floats(kind, seed, p, out.data<float>() + begin, n);
    else
      doubles(kind, seed, p, out.data<double>() + begin, n);
  });
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
