#pragma once
/// Recordings that a model can learn from in a second.

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "lemma/data/recordings.h"

namespace tiny {

/// Writes `count` recordings of two tones, a little higher each time, into a new directory.
inline void speech(const std::string& directory, int count) {
  std::filesystem::create_directory(directory);
  for (int i = 0; i < count; ++i) {
    const float tone = (i % 2 == 0 ? 0.3f : 0.6f) * (1 + 0.01f * static_cast<float>(i));  // radians a sample
    std::vector<float> samples;
    for (int k = 0; k < 400; ++k) samples.push_back(0.5f * std::sin(tone * static_cast<float>(k)));
    lemma::data::write_recording(directory + "/" + std::to_string(i % 2) + "_voice_" + std::to_string(i) + ".wav",
                                 {samples, 8000});
  }
}

}  // namespace tiny
