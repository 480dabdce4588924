#pragma once
/// A directory of recordings and what is said in them.
///
/// Read: WAV files whose label stands before the first `_` of the name, as in 7_george_12.wav, with the speaker before
/// the second; or, where the directory holds transcripts.tsv, the files that it names, one a line: `file<TAB>words`.

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::data {

struct LabelledRecordings {
  std::string path;
  std::string format;                       ///< such as "WAV, 8,000 samples a second, labels in the names"
  bool transcribed = false;                 ///< words from transcripts.tsv; else one label each
  int64_t rate = 0;                         ///< of all of them
  std::vector<std::string> files;           ///< (N) as found in the directory, in the order of their bytes
  std::vector<std::vector<float>> samples;  ///< (N)
  std::vector<std::vector<int64_t>> words;  ///< (N) what is said, indices into names
  std::vector<std::string> speakers;        ///< (N) what stands between the first and the second `_`; "" without them
  std::vector<std::string> names;           ///< labels or words: numbers by value, then the rest by bytes
  std::vector<std::string> notes = {};      ///< what was resampled, mixed or left out, in words
  int64_t size() const { return static_cast<int64_t>(files.size()); }
  double seconds() const;  ///< of all of them together
};

struct LabelledRecordingOptions {
  std::vector<std::string> names = {};  ///< what is said in the training data: fixes its order; any other is an error
  int64_t rate = 0;                     ///< what every file must have; 0: as the first one
  bool resample = false, mix = false;   ///< as of RecordingOptions
};

/// Throws IoError as read_recording does; for a directory without recordings, a name without a label, a line of
/// transcripts.tsv without a file or words; for a label or a word that the training data lacks; for fewer than two
/// labels; for a recording of more than a minute.
LabelledRecordings read_labelled_recordings(const std::string& path, const LabelledRecordingOptions& options = {});

/// Refuses what is too long to be a sentence. Throws IoError naming `path`.
void check_length(const std::string& path, double seconds);

}  // namespace lemma::data
