#include "tasks/speech/learner.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/word_errors.h"
#include "lemma/nn/ctc.h"
#include "lemma/nn/masks.h"
#include "lemma/ops.h"
#include "lemma/ops/ctc.h"
#include "lemma/random.h"
#include "tasks/answering.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kAtOnce = 32;
// A decoder does not know where to look at first. CTC on the same steps shows it: Watanabe et al., "Hybrid
// CTC/attention architecture for end-to-end speech recognition", 2017.
constexpr double kAlignment = 0.5;
constexpr uint64_t kStringSeed = 1;  // of the strings that models are scored on

const SpeechExamples& sounds_of(const train::Examples& examples) {
  return dynamic_cast<const SpeechExamples&>(examples);
}

Reading reading_of(const SpeechOptions& options, const SpeechFacts& facts) {
  if (!facts.strings) return Reading::label;
  return options.model == "lstm" ? Reading::decoder : Reading::ctc;
}

std::string mistakes(const std::vector<std::pair<std::string, std::string>>& wrong, const data::WordErrors& errors,
                     size_t worst) {
  std::string out = fmt::format("{}: {} replaced, {} added, {} left out\n", words::plural(errors.words, "word"),
                                errors.substitutions, errors.insertions, errors.deletions);
  if (!wrong.empty()) out += "\nSome mistakes, what was said and what was heard:\n";
  for (size_t i = 0; i < std::min(worst, wrong.size()); ++i)
    out += fmt::format("  {}\n    {}\n", words::printable(wrong[i].first), words::printable(wrong[i].second));
  return out;
}

}  // namespace

SpeechLearner::SpeechLearner(const SpeechOptions& options, SpeechFacts facts)
    : options_(options),
      facts_(std::move(facts)),
      hearing_(facts_.rate, options.mels),
      model_(options, reading_of(options, facts_), static_cast<int64_t>(facts_.names.size())) {}

std::unique_ptr<train::Corpus> SpeechLearner::read(const std::string& path, bool) const { return read_as(path, {}); }

std::unique_ptr<train::Corpus> SpeechLearner::read_as(const std::string& path, const train::ReadOptions& how) const {
  data::LabelledRecordings like;
  like.names = facts_.names;
  like.rate = facts_.rate;
  auto corpus = read_speech(path, how, &like);
  if (corpus->recordings.transcribed && !facts_.strings)
    throw IoError(path,
                  "its recordings hold several words each, and the model answers with one label; expected WAV files "
                  "whose label stands before the first _ of the name");
  return corpus;
}

std::unique_ptr<train::Examples> SpeechLearner::examples(const train::Corpus& given, train::Use use) const {
  const SpeechCorpus& corpus = speech_corpus(given);
  auto examples = std::make_unique<SpeechExamples>();
  examples->recordings = &corpus.recordings;
  examples->count = corpus.size();
  if (options_.join > 0 && !corpus.recordings.transcribed) {
    // Scored on each recording about once; while learning, an epoch has some more.
    const int64_t once = corpus.size() * 2 / (3 + options_.join);
    examples->count = std::max<int64_t>(1, use == train::Use::training ? corpus.size() / 2 : once);
    Generator generator{kStringSeed, 0};
    examples->strings = join(corpus.recordings, examples->count, options_.join, false, generator);
    if (use == train::Use::training) examples->redraw = options_.join;
  }
  if (use == train::Use::training) {
    examples->speed = options_.speed, examples->warp = options_.warp;
    examples->pause = options_.pause, examples->noise = options_.noise, examples->mask = options_.mask;
  }
  if (model_.reading == Reading::label || !examples->strings.empty()) return examples;
  for (int64_t row = 0; row < examples->count; ++row) {
    const std::vector<int64_t> said = examples->words(row);
    const int64_t needed = nn::ctc_least_steps(said);
    const size_t samples = corpus.recordings.samples[static_cast<size_t>(row)].size();
    const int64_t held = steps_of(hearing_.frames(samples));
    if (needed > held)
      throw IoError(corpus.path + "/" + examples->name(row),
                    fmt::format("its transcript has {}, and {:.2f} seconds hold {}; CTC needs one for each, and one "
                                "between equal ones: {}",
                                words::plural(static_cast<int64_t>(said.size()), "word"),
                                static_cast<double>(samples) / static_cast<double>(facts_.rate),
                                words::plural(held, "step"), needed));
  }
  return examples;
}

HeardSteps SpeechLearner::steps(const HeardSounds& sounds) const {
  return model_.encoder({sounds.x.to(model_.device()), sounds.frames});
}

// int64 (B, S): labels from 0, or words from 1 with zeros behind them.
Tensor SpeechLearner::targets(const SpeechExamples& examples, std::span<const int64_t> rows,
                              std::vector<int64_t>& lengths) const {
  std::vector<std::vector<int64_t>> all;
  for (const int64_t row : rows) {
    all.push_back(examples.words(row));
    lengths.push_back(static_cast<int64_t>(all.back().size()));
  }
  const int64_t S = *std::max_element(lengths.begin(), lengths.end());
  std::vector<int64_t> flat(all.size() * static_cast<size_t>(S), 0);
  for (size_t b = 0; b < all.size(); ++b)
    for (size_t s = 0; s < all[b].size(); ++s)
      flat[b * static_cast<size_t>(S) + s] = all[b][s] + (facts_.strings ? 1 : 0);
  const TensorOptions here{.dtype = int64, .device = Device::cpu()};
  return from_data(flat.data(), {static_cast<int64_t>(all.size()), S}, here).to(model_.device());
}

Tensor SpeechLearner::loss_of(const HeardSteps& heard, const Tensor& targets,
                              const std::vector<int64_t>& lengths) const {
  const double smoothing = model_.is_training() ? options_.label_smoothing : 0;
  if (model_.reading == Reading::label)
    return cross_entropy(model_.labels(heard), targets.select(1, 0), {}, -100, Reduction::mean, smoothing);
  // A string that was played too fast for its steps teaches nothing; as they are, all fit.
  if (model_.reading == Reading::ctc)
    return ctc_loss(model_.log_probs(heard).transpose(0, 1), targets, heard.steps, lengths, 0, Reduction::mean, true);
  const Tensor alignment =
      ctc_loss(model_.log_probs(heard).transpose(0, 1), targets, heard.steps, lengths, 0, Reduction::mean, true);
  const Tensor logits = (*model_.decoder)(heard, targets);  // (B, S + 1, classes)
  std::vector<int64_t> ends(lengths);
  for (int64_t& end : ends) ++end;  // a zero ends each string; what follows does not count
  const Tensor wanted = pad(targets, 1, 0, 1), counts = nn::attend_lengths(ends, wanted.size(1), wanted.device());
  const Tensor words = cross_entropy(flatten(logits, 0, 1), flatten(masked_fill(wanted, logical_not(counts), -100)), {},
                                     -100, Reduction::mean, smoothing);
  return model_.is_training() ? words + alignment * kAlignment : words;
}

Tensor SpeechLearner::loss(const train::Examples& given, std::span<const int64_t> rows) {
  const SpeechExamples& examples = sounds_of(given);
  std::vector<int64_t> lengths;
  const Tensor wanted = targets(examples, rows, lengths);
  return loss_of(steps(examples.batch(hearing_, rows)), wanted, lengths);
}

int64_t SpeechLearner::classes() const {
  return model_.reading == Reading::label ? static_cast<int64_t>(facts_.names.size()) : 0;
}

std::vector<Heard> SpeechLearner::answers(const HeardSteps& heard) const {
  std::vector<Heard> all(heard.steps.size());
  if (model_.reading == Reading::label) {
    const Tensor shares = softmax(model_.labels(heard), 1).to(Device::cpu());
    for (size_t b = 0; b < all.size(); ++b) {
      all[b].shares = shares.select(0, static_cast<int64_t>(b)).to_vector<double>();
      all[b].words = {std::max_element(all[b].shares.begin(), all[b].shares.end()) - all[b].shares.begin()};
    }
    return all;
  }
  if (model_.reading == Reading::decoder) {
    const int64_t most = *std::max_element(heard.steps.begin(), heard.steps.end());
    const std::vector<AttentionDecoder::Written> written = model_.decoder->write(heard, std::min<int64_t>(most, 100));
    for (size_t b = 0; b < all.size(); ++b) {
      for (const int64_t word : written[b].words) all[b].words.push_back(word - 1);
      all[b].weights = written[b].weights;
      all[b].weights.resize(all[b].words.size());
      for (const std::vector<double>& row : all[b].weights) {
        const int64_t at = std::max_element(row.begin(), row.end()) - row.begin();
        all[b].spans.emplace_back(at, at + 1);
      }
    }
    return all;
  }
  const Tensor log_probs = model_.log_probs(heard).to(Device::cpu());
  for (size_t b = 0; b < all.size(); ++b) {
    const Tensor one = log_probs.select(0, static_cast<int64_t>(b)).narrow(0, 0, heard.steps[b]);  // (T', C)
    const std::vector<int64_t> labels =
        options_.beam == 1 ? nn::ctc_greedy(one) : nn::ctc_beam_search(one, options_.beam).front().labels;
    for (const nn::CtcSpan& span : nn::ctc_align(one, labels)) all[b].spans.emplace_back(span.begin, span.end);
    for (const int64_t label : labels) all[b].words.push_back(label - 1);
  }
  return all;
}

train::Evaluation SpeechLearner::evaluate(const train::Corpus&, const train::Examples& given) {
  const Answering answering(model_);
  const SpeechExamples& examples = sounds_of(given);
  std::vector<int64_t> order(static_cast<size_t>(examples.size()));  // of like lengths together
  std::iota(order.begin(), order.end(), 0);
  std::vector<size_t> sizes;
  for (const int64_t row : order) sizes.push_back(examples.sound(row).size());
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return sizes[static_cast<size_t>(a)] < sizes[static_cast<size_t>(b)]; });
  data::WordErrors errors;
  std::vector<std::pair<std::string, std::string>> wrong;
  double loss = 0;
  for (size_t begin = 0; begin < order.size(); begin += kAtOnce) {
    const std::span rows(order.data() + begin, std::min<size_t>(kAtOnce, order.size() - begin));
    std::vector<int64_t> lengths;
    const Tensor wanted = targets(examples, rows, lengths);
    const HeardSteps heard = steps(examples.batch(hearing_, rows));
    loss += loss_of(heard, wanted, lengths).item() * static_cast<double>(rows.size());
    const std::vector<Heard> all = answers(heard);
    for (size_t b = 0; b < rows.size(); ++b) {
      const std::vector<int64_t> said = examples.words(rows[b]);
      const data::WordErrors own = data::word_errors(said, all[b].words);
      errors += own;
      if (own.errors() > 0) wrong.emplace_back(examples.name(rows[b]) + ": " + text_of(said), text_of(all[b].words));
    }
  }
  train::Evaluation result;
  result.loss = loss / static_cast<double>(std::max<int64_t>(1, examples.size()));
  result.score = 1 - errors.rate();
  result.json =
      fmt::format(R"({{"task":"speech","recordings":{},"{}":{}}})", examples.size(),
                  facts_.strings ? "word_error_rate" : "accuracy", facts_.strings ? errors.rate() : result.score);
  result.report = [wrong = std::move(wrong), errors](size_t worst) { return mistakes(wrong, errors, worst); };
  return result;
}

std::string SpeechLearner::text_of(const std::vector<int64_t>& words) const {
  std::string text;
  for (const int64_t word : words) text += (text.empty() ? "" : " ") + facts_.names[static_cast<size_t>(word)];
  return text;
}

std::vector<train::Fact> SpeechLearner::facts(const train::Corpus&, const train::Examples&, const train::Examples&) {
  return {{"model", description()[0]}};
}

std::vector<std::string> SpeechLearner::description() {
  const char* const kind = model_.reading == Reading::ctc       ? "Conformer with CTC"
                           : model_.reading == Reading::decoder ? "LSTM with an attention decoder"
                           : options_.model == "lstm"           ? "LSTM"
                                                                : "Conformer";
  return {fmt::format("{} of width {}, {}, {} parameters; hears {} bands at {} samples a second", kind, options_.width,
                      words::plural(options_.layers, "layer"), words::grouped(model_.num_parameters()), options_.mels,
                      words::grouped(facts_.rate)),
          fmt::format("{}: {}", facts_.strings ? "Words" : "Labels", [this] {
            std::vector<int64_t> all(facts_.names.size());
            std::iota(all.begin(), all.end(), 0);
            return text_of(all);
          }())};
}

}  // namespace lemma::tasks
