#include "lemma/data/sound_augmentation.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/ops.h"

namespace lemma::data {
namespace {

double mean_power(const std::vector<float>& x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

// Zeros a random stretch of `length` entries, `apart` from each other, beginning at `first`.
void hide(std::vector<float>& mask, size_t first, int64_t length, double share, Generator& generator) {
  const auto most = static_cast<int64_t>(share * static_cast<double>(length));
  const int64_t hidden = generator.below(most + 1), begin = generator.below(length - hidden + 1);
  std::fill_n(mask.begin() + static_cast<int64_t>(first) + begin, hidden, 0.0f);
}

}  // namespace

std::vector<float> with_noise(const std::vector<float>& samples, double decibels, double colour, Generator& generator) {
  if (!(colour >= 0 && colour < 1))
    throw ValueError("with_noise", fmt::format("colour is {}; expected at least 0, below 1", colour));
  const TensorOptions here{.dtype = float32, .device = Device::cpu()};
  std::vector<float> noise = randn({static_cast<int64_t>(samples.size())}, here, &generator).to_vector<float>();
  for (size_t i = 1; i < noise.size(); ++i) noise[i] += static_cast<float>(colour) * noise[i - 1];
  const double own = mean_power(noise);
  if (own <= 0) return samples;
  const auto scale = static_cast<float>(std::sqrt(mean_power(samples) / own * std::pow(10.0, -decibels / 10)));
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = samples[i] + scale * noise[i];
  return noise;
}

Tensor spec_augment(const Tensor& x, const std::vector<int64_t>& frames, const SpecAugment& options,
                    Generator& generator) {
  if (x.dim() != 3 || static_cast<int64_t>(frames.size()) != x.size(0))
    throw ShapeError("spec_augment",
                     fmt::format("x is {} with {} lengths; expected (B, T, M) and B", x.shape().str(), frames.size()),
                     {x.shape()});
  for (const double share : {options.time_share, options.frequency_share})
    if (!(share >= 0 && share <= 1))
      throw ValueError("spec_augment", fmt::format("a share of {}; expected 0 to 1", share));
  const int64_t B = x.size(0), T = x.size(1), M = x.size(2);
  std::vector<float> steps(static_cast<size_t>(B * T), 1.0f), bands(static_cast<size_t>(B * M), 1.0f);
  for (int64_t b = 0; b < B; ++b) {
    const int64_t length = std::clamp<int64_t>(frames[static_cast<size_t>(b)], 0, T);
    for (int64_t i = 0; i < options.time_masks; ++i)
      hide(steps, static_cast<size_t>(b * T), length, options.time_share, generator);
    for (int64_t i = 0; i < options.frequency_masks; ++i)
      hide(bands, static_cast<size_t>(b * M), M, options.frequency_share, generator);
  }
  const Tensor by_step = from_data(steps.data(), {B, T, 1}).to(x.device()).to(x.dtype());
  const Tensor by_band = from_data(bands.data(), {B, 1, M}).to(x.device()).to(x.dtype());
  return x * by_step * by_band;
}

}  // namespace lemma::data
