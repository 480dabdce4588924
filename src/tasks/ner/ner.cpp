#include "lemma/tasks/ner/ner.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/words.h"
#include "lemma/data/metrics.h"
#include "lemma/data/tags.h"
#include "lemma/nn/guide.h"
#include "lemma/tasks/ner/best_tags.h"
#include "tasks/ner/corpus.h"
#include "tasks/ner/report.h"
#include "tasks/text/learner.h"

namespace lemma::tasks {

Tensor NerModel::operator()(const data::Batch& batch, std::vector<Tensor>* attention) const {
  return fc(dropout(encoder(batch, attention)));  // (B, T, C)
}

namespace {

using Json = nlohmann::ordered_json;

// Labels are O, B-X, I-X, B-Y, I-Y, ...
std::string colour_of(size_t label) { return start_of_colour((label - 1) / 2); }

class NerLearner : public TextLearner {
 public:
  using TextLearner::TextLearner;

  std::unique_ptr<train::Corpus> read(const std::string& path, bool replace_invalid) const override {
    return read_as(path, {.replace_invalid = replace_invalid});
  }
  std::unique_ptr<train::Corpus> read_as(const std::string& path, const train::ReadOptions& how) const override {
    std::vector<std::string> types;
    for (const std::string& label : coder().labels)
      if (label.starts_with("B-")) types.push_back(label.substr(2));
    return std::make_unique<TextCorpus>(corpus_of(read_tagged(path, how, types), coder().labels));
  }

  // The types in their colours.
  std::string legend(bool colour) const override {
    std::string out;
    for (size_t label = 1; label < coder().labels.size(); label += 2) {
      const std::string type = words::printable(coder().labels[label].substr(2));
      out +=
          (out.empty() ? "" : " ") + (colour ? colour_of(label) + " " + type + " " + kEndOfColour : "[" + type + "]");
    }
    return out;
  }

 protected:
  const char* heading() const override { return "entities"; }

  Answer decode(const float* log_probs, int64_t length, int64_t classes,
                const std::vector<int64_t>& gold) const override {
    Answer answer;
    answer.labels = best_tags({log_probs, log_probs + length * classes}, coder().labels);
    int64_t known = 0;  // a tag that the model has not has no probability
    for (size_t t = 0; t < gold.size(); ++t)
      if (gold[t] < classes) {
        answer.loss -= static_cast<double>(log_probs[static_cast<int64_t>(t) * classes + gold[t]]);
        ++known;
      }
    if (known > 0) answer.loss /= static_cast<double>(known);
    return answer;
  }

  void score(const TextCorpus& corpus, std::vector<Answer> answers, train::Evaluation& result) const override {
    data::TagSequences gold, predicted;
    for (size_t i = 0; i < answers.size(); ++i) {
      gold.push_back(tag_names(corpus.samples[i].labels, corpus.labels));
      predicted.push_back(tag_names(answers[i].labels, coder().labels));
    }
    const data::EntityScore entities = data::score_tags(gold, predicted);
    result.score = entities.all.f1();
    result.json = fmt::format(R"({{"task":"ner","sentences":{},"precision":{},"recall":{},"f1":{}}})", corpus.size(),
                              entities.all.precision(), entities.all.recall(), entities.all.f1());
    result.report = [&corpus, answers = std::move(answers), entities](size_t worst) {
      return report(corpus, answers, entities, worst);
    };
  }

  // "entities" give their place in the text as typed: [byte_begin, byte_end) and [char_begin, char_end), the latter in
  // code points.
  std::string json(const std::string& text, const Tokens& tokens, const Answer& answer) const override {
    std::vector<std::string> words;
    for (const text::Token& token : tokens)
      words.push_back(text.substr(token.byte_begin, token.byte_end - token.byte_begin));
    const std::vector<std::string> tags = tag_names(answer.labels, coder().labels);
    Json entities = Json::array();
    for (const data::Span& span : data::spans_of(tags)) {
      const text::Token &first = tokens[static_cast<size_t>(span.begin)],
                        &last = tokens[static_cast<size_t>(span.end) - 1];
      entities.push_back({{"type", span.type},
                          {"text", text.substr(first.byte_begin, last.byte_end - first.byte_begin)},
                          {"token_begin", span.begin},
                          {"token_end", span.end},
                          {"byte_begin", first.byte_begin},
                          {"byte_end", last.byte_end},
                          {"char_begin", first.char_begin},
                          {"char_end", last.char_end}});
    }
    return Json{{"text", text}, {"tokens", words}, {"tags", tags}, {"entities", entities}}.dump();
  }

  // The text with each entity in its type's colour: "Anna PER lives in Oslo LOC"; without colours in brackets.
  std::string for_people(const std::string& text, const Tokens& tokens, const Answer& answer,
                         bool colour) const override {
    const std::vector<std::string>& labels = coder().labels;
    std::string out;
    size_t done = 0;  // bytes of the text written so far
    for (const data::Span& span : data::spans_of(tag_names(answer.labels, labels))) {
      const size_t begin = tokens[static_cast<size_t>(span.begin)].byte_begin,
                   end = tokens[static_cast<size_t>(span.end) - 1].byte_end;
      const auto type = static_cast<size_t>(std::find(labels.begin(), labels.end(), "B-" + span.type) - labels.begin());
      out += words::printable(text.substr(done, begin - done)) + (colour ? colour_of(type) : "[") +
             words::printable(text.substr(begin, end - begin)) + " " + words::printable(span.type) +
             (colour ? kEndOfColour : "]");
      done = end;
    }
    return out + words::printable(text.substr(done));
  }

  std::string summary(const Tokens& tokens, const Answer& answer) const override {
    std::string out = "The model finds";
    const std::vector<data::Span> spans = data::spans_of(tag_names(answer.labels, coder().labels));
    for (const data::Span& span : spans) {
      out += &span == &spans[0] ? " " : ", ";
      for (int64_t t = span.begin; t < span.end; ++t) out += tokens[static_cast<size_t>(t)].text + " ";
      out += "(" + span.type + ")";
    }
    return out + (spans.empty() ? " no entities." : ".");
  }
};

class Ner : public train::Task {
 public:
  std::string name() const override { return "ner"; }
  std::string learns() const override { return "named entities"; }
  train::Score score() const override { return {"F1"}; }
  std::string ending() const override { return ".conll"; }
  std::string reads() const override {
    return "CoNLL columns, token first, tag last, or as --token-column and --tag-column say";
  }
  std::string sample() const override { return "Marie Curie was born in Warsaw."; }
  std::vector<std::string> files() const override { return text_files(); }

  std::unique_ptr<train::Options> options() const override {
    TextOptions options;
    options.head_dropout = 0.3;
    options.position_scale = 0.1;
    options.letters = 64;
    options.window = true;
    options.rare_dropout = 0.2;
    return options.clone();
  }

  std::string unit() const override { return "sentences"; }
  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool replace) const override {
    return read_as(train_path, dev_path, {.replace_invalid = replace});
  }
  train::Corpora read_as(const std::string& train_path, const std::string& dev_path,
                         const train::ReadOptions& how) const override {
    return corpora_of(read_ner(train_path, dev_path, how), dev_path.empty() ? "the last tenth, held out" : "");
  }
  std::string inspect(const std::string& path, const train::ReadOptions& how) const override {
    return inspect_ner(path, how);
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& train, const train::Options& given) const override {
    const TextOptions& options = text_options(given);
    return learner(options, TextCoder::build(text_corpus(train), options.min_count, options.feature_count));
  }

  std::unique_ptr<train::Learner> open(const train::Options& options,
                                       const std::vector<train::NamedText>& files) const override {
    return learner(text_options(options), TextCoder::from_texts(files, true));
  }

  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& options) const override {
    return shapes_of(text_options(options));
  }

  train::MakeGuide guide() const override {
    return [](int64_t vocabulary, int64_t width, int64_t heads, int64_t outputs) -> train::GuideNetwork {
      auto model = std::make_unique<guide::NERModel>(vocabulary, width, heads, outputs);
      const auto forward = [&m = *model](const Tensor& ids) { return m(ids); };
      return {std::move(model), forward};
    };
  }

 private:
  static std::unique_ptr<train::Learner> learner(const TextOptions& options, TextCoder coder) {
    require_room(options, coder);
    auto model = std::make_unique<NerModel>(options, coder);
    return std::make_unique<NerLearner>(options, std::move(coder), std::move(model));
  }
};

}  // namespace

const train::Task& ner() {
  static const Ner task;
  return task;
}

}  // namespace lemma::tasks
