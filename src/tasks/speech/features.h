#pragma once
/// Sounds as a network hears them: log-mel spectrograms in decibels, each brought to mean 0 in every band.

#include <algorithm>
#include <span>
#include <vector>

#include "lemma/tensor.h"

namespace lemma::tasks {

using SoundSamples = std::vector<float>;

/// A batch of sounds, padded with zeros.
struct HeardSounds {
  Tensor x;                     ///< (B, T, M)
  std::vector<int64_t> frames;  ///< (B) how many of the T steps are of the sound
};

/// The tables for one rate: frames of 25 ms every 10 ms, and mel filters from 60 hertz to just below the highest
/// frequency (at most 7,600 hertz).
class Hearing {
 public:
  Hearing(int64_t rate, int64_t mels);
  /// `warps`, where given, moves the frequencies of each sound (MelOptions::warp). Without a tape.
  HeardSounds operator()(std::span<const SoundSamples> sounds, const std::vector<double>& warps = {}) const;
  /// Decibels of one sound, as they are: (T, M).
  Tensor decibels(const SoundSamples& sound) const;
  int64_t frames(size_t samples) const { return 1 + static_cast<int64_t>(samples) / hop_; }
  double seconds_per_frame() const { return static_cast<double>(hop_) / static_cast<double>(rate_); }
  double low() const { return 60; }  ///< where the first band begins, in hertz
  double high() const { return std::min(0.475 * static_cast<double>(rate_), 7600.0); }  ///< and the last one ends

 private:
  Tensor filters(double warp) const;
  int64_t rate_, mels_, window_, hop_, n_;
  Tensor dft_, filters_;
};

}  // namespace lemma::tasks
