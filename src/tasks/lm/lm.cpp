#include "lemma/tasks/lm/lm.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "tasks/lm/learner.h"
#include "tasks/lm/ngrams.h"
#include "tasks/shapes.h"

namespace lemma::tasks {
namespace {

const LmOptions& lm_options(const train::Options& options) {
  const auto* mine = dynamic_cast<const LmOptions*>(&options);
  if (!mine) throw ValueError("options", "these belong to another task; expected those of a language model");
  return *mine;
}

class Lm : public train::Task {
 public:
  std::string name() const override { return "lm"; }
  std::string learns() const override { return "to write text"; }
  train::Score score() const override { return {"loss per character", false}; }
  std::string unit() const override { return "windows"; }
  std::string ending() const override { return ".txt"; }
  std::string reads() const override { return "any text"; }
  std::string sample() const override { return "Once "; }
  std::string trial(const std::string& model) const override {
    return fmt::format("generate --model {} --prompt \"{}\"", model, sample());
  }
  std::vector<std::string> files() const override { return {"tokenizer.json"}; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<LmOptions>(); }

  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool replace) const override {
    train::Corpora corpora;
    auto train = read_plain_text(train_path, replace);
    const auto dev = dev_path.empty() ? hold_out_last_tenth(*train) : read_plain_text(dev_path, replace);
    const std::vector<double> losses = ngram_losses(train->text, dev->text);
    for (size_t n = 0; n < losses.size(); ++n) corpora.baselines.push_back({fmt::format("{}-grams", n + 1), losses[n]});
    corpora.dev = std::make_unique<PlainText>(*dev);
    corpora.train = std::move(train);
    return corpora;
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& train, const train::Options& given) const override {
    const LmOptions& options = lm_options(given);
    const PlainText& text = plain_text(train);
    if (options.tokens == "char") text.check_utf8();
    std::unique_ptr<Codec> codec = Codec::build(options.tokens, text.text, options.vocabulary);
    if (codec->size() == 1)  // <unk> alone, which is never written
      throw IoError(text.path, "holds no character twice, so none is learnt; give a longer text, or --tokens byte");
    return learner(options, std::move(codec));
  }
  std::unique_ptr<train::Learner> open(const train::Options& given,
                                       const std::vector<train::NamedText>& files) const override {
    const LmOptions& options = lm_options(given);
    return learner(options, Codec::open(options.tokens, files.at(0).text, files.at(0).path));
  }
  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& options) const override {
    return lm_shapes(lm_options(options), 0);
  }

 private:
  static std::string told(const LmOptions& o) {
    if (o.model == "transformer")
      return fmt::format("a model with --embed {}, --ff {} and --layers {}", o.embed, o.ff, o.depth());
    return fmt::format("a model with --embed {}, --hidden {} and --layers {}", o.embed, o.hidden, o.depth());
  }
  static std::unique_ptr<train::Learner> learner(const LmOptions& options, std::unique_ptr<Codec> codec) {
    require_room(lm_shapes(options, codec->size()), told(options));
    return std::make_unique<LmLearner>(options, std::move(codec));
  }
};

}  // namespace

const train::Task& lm() {
  static const Lm task;
  return task;
}

}  // namespace lemma::tasks
