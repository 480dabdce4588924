#pragma once
/// Recordings as the loop sees them: as they are, or joined to strings, and changed a little while training.

#include <memory>

#include "lemma/data/labelled_recordings.h"
#include "lemma/tasks/speech/options.h"
#include "lemma/train/read_options.h"
#include "lemma/train/task.h"
#include "tasks/speech/features.h"

namespace lemma::tasks {

struct SpeechCorpus : train::Corpus {
  int64_t size() const override { return recordings.size(); }
  std::string size_text() const override;
  data::LabelledRecordings recordings;
};
const SpeechCorpus& speech_corpus(const train::Corpus& corpus);

/// `like`: the recordings that a model learns from, or learnt from; null: these are they.
std::unique_ptr<SpeechCorpus> read_speech(const std::string& path, const train::ReadOptions& how,
                                          const data::LabelledRecordings* like = nullptr);
/// One of the speakers becomes the dev set, the last by name; where there is one alone, every tenth recording.
std::unique_ptr<SpeechCorpus> hold_out_speech(SpeechCorpus& train);

/// What `lemma inspect` says: format, size, lengths, speakers, labels with counts.
std::string inspection(const SpeechCorpus& corpus);

/// Some recordings of one speaker, one after the other.
struct JoinedString {
  std::vector<int64_t> parts;
  std::vector<double> gains;   ///< what each is multiplied by
  std::vector<double> pauses;  ///< seconds before each, and behind the last
};
/// `count` strings of 3 to `most` recordings of one speaker, the speakers in turn; none of a speaker's comes again
/// before all of them came. Pauses last from 0.05 to 0.25 seconds. `varied`: each up to 15 decibels softer.
std::vector<JoinedString> join(const data::LabelledRecordings& recordings, int64_t count, int64_t most, bool varied,
                               Generator& generator);

struct SpeechExamples : train::Examples {
  int64_t size() const override { return count; }
  std::unique_ptr<train::Examples> first(int64_t some) const override;
  train::Batches draw(int64_t batch_size, Generator& generator) const override;
  /// The sound of a string, as it is or as default_generator() changes it.
  SoundSamples sound(int64_t row) const;
  std::vector<int64_t> words(int64_t row) const;
  std::string name(int64_t row) const;  ///< of its files
  /// What the network hears of some of them.
  HeardSounds batch(const Hearing& hearing, std::span<const int64_t> rows) const;

  const data::LabelledRecordings* recordings = nullptr;
  int64_t count = 0;
  mutable std::vector<JoinedString> strings;  ///< empty: single recordings
  int64_t redraw = 0;                         ///< each epoch has other strings, of 3 to so many; 0: the same
  double speed = 0, warp = 0, pause = 0, noise = 0, mask = 0;  ///< all 0: as they are
};

/// Accuracy on dev of the nearest recordings by dynamic time warping, where each has one label, also where they will be
/// `joined` to strings; else the share of words that the likeliest word gets right.
std::vector<train::Baseline> speech_baselines(const SpeechCorpus& train, const SpeechCorpus& dev, bool joined);

}  // namespace lemma::tasks
