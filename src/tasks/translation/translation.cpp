#include "lemma/tasks/translation/translation.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/text/utf8.h"
#include "tasks/shapes.h"
#include "tasks/translation/baselines.h"
#include "tasks/translation/learner.h"

namespace lemma::tasks {
namespace {

const TranslationOptions& translation_options(const train::Options& options) {
  const auto* mine = dynamic_cast<const TranslationOptions*>(&options);
  if (!mine) throw ValueError("options", "these belong to another task; expected those of translation");
  return *mine;
}

// The byte pairs of both languages: what they share, such as names, is one token.
text::Bpe learn_pairs(const SentencePairs& pairs, const TranslationOptions& options) {
  std::string all;
  for (const auto* side : {&pairs.sources, &pairs.targets})
    for (const std::string& sentence : *side) all += (options.lower_case ? text::lower(sentence) : sentence) + "\n";
  return text::Bpe::train(all, {.size = options.vocabulary, .special = {"<pad>", "<start>", "<end>"}});
}

class Translation : public train::Task {
 public:
  std::string name() const override { return "translation"; }
  std::string learns() const override { return "to translate"; }
  train::Score score() const override { return {"BLEU"}; }
  std::string unit() const override { return "pairs"; }
  std::string ending() const override { return ".tsv"; }
  std::string reads() const override { return "`source<TAB>target` lines, or two files, SOURCE,TARGET"; }
  std::string sample() const override { return "Today he sells forty-two old books."; }
  std::vector<std::string> files() const override { return {"tokenizer.json"}; }
  bool continues() const override { return false; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<TranslationOptions>(); }

  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool replace) const override {
    return read_as(train_path, dev_path, {.replace_invalid = replace});
  }
  train::Corpora read_as(const std::string& train_path, const std::string& dev_path,
                         const train::ReadOptions& how) const override {
    auto train = read_pairs(train_path, how);
    auto dev = dev_path.empty() ? hold_out_pairs(*train) : read_pairs(dev_path, how);
    std::vector<train::Baseline> baselines = translation_baselines(*train, *dev);
    return {std::move(train), std::move(dev), std::move(baselines)};
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& train, const train::Options& given) const override {
    const TranslationOptions& options = translation_options(given);
    return learner(options, learn_pairs(sentence_pairs(train), options));
  }
  std::unique_ptr<train::Learner> open(const train::Options& given,
                                       const std::vector<train::NamedText>& files) const override {
    text::Bpe bpe = text::Bpe::from_json(files.at(0).text, files.at(0).path);
    if (bpe.special("<pad>") != kPad || bpe.special("<start>") != kStart || bpe.special("<end>") != kEnd)
      throw IoError(files.at(0).path,
                    "lacks <pad>, <start> and <end> as its first tokens; expected the tokenizer.json "
                    "of a model for translation");
    return learner(translation_options(given), std::move(bpe));
  }
  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& options) const override {
    return translation_shapes(translation_options(options), 0);
  }

 private:
  static std::unique_ptr<train::Learner> learner(const TranslationOptions& options, text::Bpe bpe) {
    require_room(
        translation_shapes(options, bpe.size()),
        fmt::format("a model with --embed {}, --ff {} and --layers {}", options.embed, options.ff, options.layers));
    return std::make_unique<TranslationLearner>(options, std::move(bpe));
  }
};

}  // namespace

const train::Task& translation() {
  static const Translation task;
  return task;
}

}  // namespace lemma::tasks
