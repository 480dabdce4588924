#include "tasks/speech/features.h"

#include <algorithm>

#include "lemma/nn/masks.h"
#include "lemma/nn/mel.h"
#include "lemma/ops.h"
#include "lemma/ops/convolution.h"
#include "lemma/ops/spectrogram.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kAround = 25;  // frames of 10 ms
constexpr double kSoftest = 50;  // decibels below the loudest of all that a word may lie
constexpr double kSpeech = 30;   // decibels below the loudest frame in which somebody still speaks
constexpr double kRange = 40;    // decibels below the loudest that are heard; what is softer depends on the microphone

const TensorOptions kHere{.dtype = float32, .device = Device::cpu()};

int64_t power_of_two(int64_t least) {
  int64_t n = 1;
  while (n < least) n *= 2;
  return n;
}

}  // namespace

Hearing::Hearing(int64_t rate, int64_t mels)
    : rate_(rate), mels_(mels), window_(rate / 40), hop_(rate / 100), n_(power_of_two(window_)) {
  dft_ = nn::windowed_dft(n_, window_, kHere);
  filters_ = filters(1);
}

Tensor Hearing::filters(double warp) const {
  return nn::mel_filters(rate_, n_, mels_, {.low = low(), .high = high(), .warp = warp}, kHere);
}

Tensor Hearing::decibels(const SoundSamples& sound) const {
  const NoGrad guard;
  const Tensor x = from_data(sound.data(), {static_cast<int64_t>(sound.size())}, kHere);
  return power_to_db(matmul(power_spectrogram(x, dft_, hop_), filters_));
}

HeardSounds Hearing::operator()(std::span<const SoundSamples> sounds, const std::vector<double>& warps) const {
  const NoGrad guard;
  HeardSounds heard;
  size_t longest = 0;
  for (const SoundSamples& sound : sounds) {
    longest = std::max(longest, sound.size());
    heard.frames.push_back(frames(sound.size()));
  }
  const auto B = static_cast<int64_t>(sounds.size()), L = static_cast<int64_t>(longest);
  std::vector<float> samples(sounds.size() * longest, 0.0f);
  for (size_t b = 0; b < sounds.size(); ++b)
    std::copy(sounds[b].begin(), sounds[b].end(), samples.begin() + static_cast<int64_t>(b * longest));
  Tensor filter = filters_;  // (F, M), or one for each sound
  if (!warps.empty()) {
    std::vector<Tensor> each;
    for (const double warp : warps) each.push_back(filters(warp));
    filter = stack(each, 0);  // (B, F, M)
  }
  const Tensor power = power_spectrogram(from_data(samples.data(), {B, L}, kHere), dft_, hop_);  // (B, T, F)
  const Tensor loudness = power_to_db(matmul(power, filter));                                    // (B, T, M)
  const int64_t T = loudness.size(1);
  const Tensor real = nn::attend_lengths(heard.frames, T, Device::cpu()).unsqueeze(2).to(float32);  // (B, T, 1)
  const Tensor level = amax(loudness, {2}), loudest = amax(level, {1}, true);                       // (B, T), (B, 1)
  // The loudest within a quarter of a second: a soft word beside a loud one is heard as if it stood alone.
  const Tensor around = max_pool1d(level.unsqueeze(1), 2 * kAround + 1, 1, kAround).squeeze(1);  // (B, T)
  const Tensor top = maximum(around, loudest - kSoftest);
  const Tensor x = maximum(loudness - top.unsqueeze(2), full({}, -kRange, kHere));
  // Mean and variance are those of the frames in which somebody speaks: pauses may be long, short or none.
  const Tensor speech = gt(amax(x, {2}, true), -kSpeech).to(float32) * real;  // (B, T, 1)
  const Tensor count = sum(speech, {1}, true);                                // (B, 1, 1), 1 or more
  const Tensor centred = (x - sum(x * speech, {1}, true) / count) * real;
  const Tensor variance = sum(square(centred * speech), {1, 2}, true) / (count * static_cast<double>(mels_));
  heard.x = centred / sqrt(variance + 1e-3);
  return heard;
}

}  // namespace lemma::tasks
