// What needs no network: the nearest recording, where time may stretch; and always the same word.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "lemma/data/word_errors.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "tasks/speech/corpus.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kMels = 24, kCepstra = 13, kEvery = 2;
constexpr size_t kTemplates = 40;  // of each word at most

// The slow changes of the spectrum along frequency, every second frame: (T, 13). Davis & Mermelstein, 1980.
struct Cepstra {
  std::vector<float> values;
  int64_t T = 0;
};
Cepstra cepstra_of(const Hearing& hearing, const SoundSamples& sound) {
  static const Tensor cosines = [] {
    std::vector<double> all;
    for (int64_t m = 0; m < kMels; ++m)
      for (int64_t c = 1; c <= kCepstra; ++c)
        all.push_back(std::cos(std::numbers::pi * static_cast<double>(c) * (static_cast<double>(m) + 0.5) / kMels));
    return from_data(all.data(), {kMels, kCepstra}, {.dtype = float64, .device = Device::cpu()}).to(float32);
  }();
  const Tensor x = matmul(hearing(std::span(&sound, 1)).x[0], cosines);  // (T, 13)
  const Tensor some = slice(x, 0, 0, x.size(0), kEvery).contiguous();
  return {some.to_vector<float>(), some.size(0)};
}

// d(i, j) = |a_i - b_j| + min(d(i-1, j), d(i, j-1), d(i-1, j-1)), for each step of both. Sakoe & Chiba, 1978.
double warped_distance(const Cepstra& a, const Cepstra& b) {
  std::vector<double> row(static_cast<size_t>(b.T), std::numeric_limits<double>::infinity());
  for (int64_t i = 0; i < a.T; ++i) {
    double corner = i == 0 ? 0 : std::numeric_limits<double>::infinity(), left = corner;
    if (i == 0) left = std::numeric_limits<double>::infinity();
    for (int64_t j = 0; j < b.T; ++j) {
      double square = 0;
      for (int64_t c = 0; c < kCepstra; ++c) {
        const auto difference = static_cast<double>(a.values[static_cast<size_t>(i * kCepstra + c)]) -
                                static_cast<double>(b.values[static_cast<size_t>(j * kCepstra + c)]);
        square += difference * difference;
      }
      const double above = row[static_cast<size_t>(j)];
      left = row[static_cast<size_t>(j)] = std::sqrt(square) + std::min({above, left, corner});
      corner = above;
    }
  }
  return row.back() / static_cast<double>(a.T + b.T);
}

double nearest_recording(const SpeechCorpus& train, const SpeechCorpus& dev) {
  const NoGrad guard;
  const Hearing hearing(train.recordings.rate, kMels);
  const size_t words = train.recordings.names.size();
  std::vector<std::vector<size_t>> of_word(words);
  for (size_t i = 0; i < train.recordings.files.size(); ++i)
    of_word[static_cast<size_t>(train.recordings.words[i][0])].push_back(i);
  std::vector<std::vector<Cepstra>> templates(words);
  for (size_t w = 0; w < words; ++w) {
    const size_t some = std::min(kTemplates, of_word[w].size());
    for (size_t i = 0; i < some; ++i)  // evenly over the files, and so over the speakers
      templates[w].push_back(cepstra_of(hearing, train.recordings.samples[of_word[w][i * of_word[w].size() / some]]));
  }
  int64_t right = 0;
  for (size_t i = 0; i < dev.recordings.files.size(); ++i) {
    const Cepstra heard = cepstra_of(hearing, dev.recordings.samples[i]);
    double least = std::numeric_limits<double>::infinity();
    size_t answer = 0;
    for (size_t w = 0; w < words; ++w)
      for (const Cepstra& each : templates[w])
        if (const double distance = warped_distance(heard, each); distance < least) least = distance, answer = w;
    right += static_cast<int64_t>(answer) == dev.recordings.words[i][0];
  }
  return static_cast<double>(right) / static_cast<double>(std::max<int64_t>(1, dev.size()));
}

// 1 - word error rate of the most frequent word, said as often as there are words in a mean recording.
double same_word(const SpeechCorpus& train, const SpeechCorpus& dev) {
  std::vector<int64_t> counts(train.recordings.names.size());
  int64_t total = 0;
  for (const std::vector<int64_t>& words : train.recordings.words)
    for (const int64_t word : words) ++counts[static_cast<size_t>(word)], ++total;
  const auto word = std::max_element(counts.begin(), counts.end()) - counts.begin();
  const auto length = static_cast<size_t>(std::lround(static_cast<double>(total) / static_cast<double>(train.size())));
  const std::vector<int64_t> answer(length, word);
  data::WordErrors errors;
  for (const std::vector<int64_t>& said : dev.recordings.words) errors += data::word_errors(said, answer);
  return 1 - errors.rate();
}

}  // namespace

std::vector<train::Baseline> speech_baselines(const SpeechCorpus& train, const SpeechCorpus& dev, bool joined) {
  if (train.recordings.transcribed || dev.recordings.transcribed) return {{"the same word", same_word(train, dev)}};
  return {{joined ? "dynamic time warping, told the cuts" : "dynamic time warping", nearest_recording(train, dev)}};
}

}  // namespace lemma::tasks
