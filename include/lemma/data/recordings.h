#pragma once
/// Sound as numbers: WAV files, other rates, and the way back into a file.

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::data {

/// One channel of sound: samples from -1 to 1, `rate` of them a second.
struct Recording {
  std::vector<float> samples;
  int64_t rate = 0;
  double seconds() const { return static_cast<double>(samples.size()) / static_cast<double>(rate); }
};

struct RecordingOptions {
  int64_t rate = 0;       ///< the rate that is expected; 0: any
  bool resample = false;  ///< a recording of another rate is brought to it instead of refused
  bool mix = false;       ///< several channels become their mean instead of being refused
};

/// A WAV file of whole numbers or floats, read by libsndfile. What was resampled or mixed is added to `notes`, where
/// given, once. Throws IoError naming `path` for another kind of file, for one that ends within its header or before
/// the samples that it promises, or holds none; for another rate and more than one channel, with the option that helps;
/// for silence, and for samples that are no numbers.
Recording read_recording(const std::string& path, const RecordingOptions& options = {},
                         std::vector<std::string>* notes = nullptr);
/// Writes a WAV file of 16 bits a sample, whole or not at all. Samples beyond -1 and 1 are clipped. Throws IoError.
void write_recording(const std::string& path, const Recording& recording);

/// The sound at the places 0, step, 2 step, ... between the samples: y[i] = sum over n of x[n] h(i step - n), where h
/// is a sinc that lets pass what both rates can hold, in a Hann window of 16 zeros a side. Played at the old rate, it
/// is `step` times as fast and as high. Smith & Gossett, "A flexible sampling-rate conversion method", 1984. Throws
/// ValueError unless step lies between 1/100 and 100.
std::vector<float> resampled(const std::vector<float>& samples, double step);

}  // namespace lemma::data
