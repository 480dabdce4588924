#include "tasks/speech/corpus.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/recordings.h"
#include "lemma/data/sound_augmentation.h"
#include "lemma/io/files.h"
#include "lemma/random.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kLeastJoined = 3;
constexpr double kSoftest = 15;                          // decibels
constexpr double kLeastPause = 0.05, kMostPause = 0.25;  // seconds

double between(double low, double high, Generator& generator) { return low + (high - low) * generator.uniform(); }

// A random order that begins anew when it has come to its end.
class Deck {
 public:
  explicit Deck(std::vector<int64_t> cards) : cards_(std::move(cards)), next_(cards_.size()) {}
  int64_t draw(Generator& generator) {
    if (next_ == cards_.size()) {
      for (size_t i = cards_.size(); i > 1; --i)
        std::swap(cards_[i - 1], cards_[static_cast<size_t>(generator.below(static_cast<int64_t>(i)))]);
      next_ = 0;
    }
    return cards_[next_++];
  }

 private:
  std::vector<int64_t> cards_;
  size_t next_;
};

// Keeps the rows that `keep` names.
void keep_rows(data::LabelledRecordings& all, const std::vector<size_t>& keep) {
  data::LabelledRecordings kept = all;
  kept.files.clear(), kept.samples.clear(), kept.words.clear(), kept.speakers.clear();
  for (const size_t i : keep) {
    kept.files.push_back(all.files[i]);
    kept.samples.push_back(all.samples[i]);
    kept.words.push_back(all.words[i]);
    kept.speakers.push_back(all.speakers[i]);
  }
  all = std::move(kept);
}

}  // namespace

std::string SpeechCorpus::size_text() const {
  const std::set<std::string> speakers(recordings.speakers.begin(), recordings.speakers.end());
  const std::string by =
      speakers.contains("") ? "" : " by " + words::plural(static_cast<int64_t>(speakers.size()), "speaker");
  return fmt::format("{}{}, {:.1f} minutes, {}", words::plural(size(), "recording"), by, recordings.seconds() / 60,
                     words::plural(static_cast<int64_t>(recordings.names.size()),
                                   recordings.transcribed ? "different word" : "label"));
}

const SpeechCorpus& speech_corpus(const train::Corpus& corpus) {
  const auto* mine = dynamic_cast<const SpeechCorpus*>(&corpus);
  if (!mine) throw ValueError("corpus", "this belongs to another task; expected recordings");
  return *mine;
}

std::unique_ptr<SpeechCorpus> read_speech(const std::string& path, const train::ReadOptions& how,
                                          const data::LabelledRecordings* like) {
  auto corpus = std::make_unique<SpeechCorpus>();
  data::LabelledRecordingOptions options{.resample = how.resample, .mix = how.mix};
  if (like) options.names = like->names, options.rate = like->rate;
  corpus->recordings = data::read_labelled_recordings(path, options);
  corpus->path = path;
  corpus->format = corpus->recordings.format;
  corpus->notes = corpus->recordings.notes;
  return corpus;
}

std::unique_ptr<SpeechCorpus> hold_out_speech(SpeechCorpus& train) {
  const std::set<std::string> speakers(train.recordings.speakers.begin(), train.recordings.speakers.end());
  const std::string last = speakers.empty() ? "" : *speakers.rbegin();
  std::vector<size_t> learn, held;
  for (size_t i = 0; i < train.recordings.files.size(); ++i) {
    const bool out = speakers.size() > 1 ? train.recordings.speakers[i] == last : i % 10 == 9;
    (out ? held : learn).push_back(i);
  }
  if (held.empty())
    throw IoError(train.path, fmt::format("it holds {}, so none is left to score on; give --dev",
                                          words::plural(train.size(), "recording")));
  std::set<int64_t> learnt;
  for (const size_t i : learn) learnt.insert(train.recordings.words[i].begin(), train.recordings.words[i].end());
  for (const size_t i : held)
    for (const int64_t word : train.recordings.words[i])
      if (!learnt.contains(word))
        throw IoError(io::join(train.path, train.recordings.files[i]),
                      fmt::format("{} is said in what would be held out to score on, and nowhere else; give --dev",
                                  words::quote(train.recordings.names[static_cast<size_t>(word)])));
  auto dev = std::make_unique<SpeechCorpus>(train);
  keep_rows(train.recordings, learn);
  keep_rows(dev->recordings, held);
  if (speakers.size() > 1) dev->notes.push_back("the speaker " + words::quote(last) + " was held out");
  return dev;
}

std::vector<JoinedString> join(const data::LabelledRecordings& recordings, int64_t count, int64_t most, bool varied,
                               Generator& generator) {
  std::map<std::string, std::vector<int64_t>> of_speaker;
  for (size_t i = 0; i < recordings.speakers.size(); ++i)
    of_speaker[recordings.speakers[i]].push_back(static_cast<int64_t>(i));
  std::vector<Deck> decks;
  for (auto& [speaker, rows] : of_speaker) decks.emplace_back(std::move(rows));
  std::vector<JoinedString> strings;
  for (int64_t n = 0; n < count; ++n) {
    Deck& deck = decks[static_cast<size_t>(n) % decks.size()];
    JoinedString& string = strings.emplace_back();
    const int64_t length = kLeastJoined + generator.below(most - kLeastJoined + 1);
    string.pauses.push_back(between(kLeastPause, kMostPause, generator));
    for (int64_t i = 0; i < length; ++i) {
      string.parts.push_back(deck.draw(generator));
      string.gains.push_back(varied ? std::pow(10.0, between(-kSoftest, 0, generator) / 20) : 1);
      string.pauses.push_back(between(kLeastPause, kMostPause, generator));
    }
  }
  return strings;
}

std::unique_ptr<train::Examples> SpeechExamples::first(int64_t some) const {
  auto examples = std::make_unique<SpeechExamples>(*this);
  examples->count = std::min(some, count);
  examples->redraw = 0;
  return examples;
}

train::Batches SpeechExamples::draw(int64_t batch_size, Generator& generator) const {
  if (redraw > 0) strings = join(*recordings, count, redraw, true, generator);
  return Examples::draw(batch_size, generator);
}

SoundSamples SpeechExamples::sound(int64_t row) const {
  const auto at = static_cast<size_t>(row);
  const auto rate = static_cast<double>(recordings->rate);
  SoundSamples sound;
  if (strings.empty()) {
    sound = recordings->samples[at];
  } else {
    const JoinedString& string = strings[at];
    const auto wait = [&](size_t i) {
      sound.resize(sound.size() + static_cast<size_t>(string.pauses[i] * rate), 0.0f);
    };
    wait(0);
    for (size_t i = 0; i < string.parts.size(); ++i) {
      for (const float sample : recordings->samples[static_cast<size_t>(string.parts[i])])
        sound.push_back(sample * static_cast<float>(string.gains[i]));
      wait(i + 1);
    }
  }
  Generator& generator = default_generator();
  if (speed > 0) sound = data::resampled(sound, between(1 - speed, 1 + speed, generator));
  if (pause > 0 && generator.uniform() < 0.5) {
    const auto silence = [&] { return SoundSamples(static_cast<size_t>(between(0, pause, generator) * rate), 0.0f); };
    const SoundSamples before = silence(), behind = silence();
    sound.insert(sound.begin(), before.begin(), before.end());
    sound.insert(sound.end(), behind.begin(), behind.end());
    const double decibels = between(30, 65, generator);
    sound = data::with_noise(sound, decibels, between(0, 0.9, generator), generator);
  }
  if (noise > 0 && generator.uniform() < noise) {
    const double decibels = between(5, 40, generator);
    sound = data::with_noise(sound, decibels, between(0, 0.9, generator), generator);
  }
  return sound;
}

std::vector<int64_t> SpeechExamples::words(int64_t row) const {
  if (strings.empty()) return recordings->words[static_cast<size_t>(row)];
  std::vector<int64_t> all;
  for (const int64_t part : strings[static_cast<size_t>(row)].parts)
    for (const int64_t word : recordings->words[static_cast<size_t>(part)]) all.push_back(word);
  return all;
}

std::string SpeechExamples::name(int64_t row) const {
  if (strings.empty()) return recordings->files[static_cast<size_t>(row)];
  std::string names;
  for (const int64_t part : strings[static_cast<size_t>(row)].parts)
    names += (names.empty() ? "" : " + ") + recordings->files[static_cast<size_t>(part)];
  return names;
}

HeardSounds SpeechExamples::batch(const Hearing& hearing, std::span<const int64_t> rows) const {
  std::vector<SoundSamples> sounds;
  std::vector<double> warps;
  for (const int64_t row : rows) {
    sounds.push_back(sound(row));
    if (warp > 0) warps.push_back(between(1 - warp, 1 + warp, default_generator()));
  }
  HeardSounds heard = hearing(sounds, warps);
  if (mask > 0)
    heard.x =
        data::spec_augment(heard.x, heard.frames, {.time_share = mask, .frequency_share = mask}, default_generator());
  return heard;
}

}  // namespace lemma::tasks
