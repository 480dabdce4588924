#include "tasks/text/learner.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/autograd.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/batches.h"
#include "lemma/tasks/text/token_dropout.h"
#include "lemma/text/utf8.h"
#include "tasks/answering.h"

namespace lemma::tasks {
namespace {

const data::EncodedTexts& texts_of(const train::Examples& examples) {
  return dynamic_cast<const TextExamples&>(examples).texts;
}

void check_utf8(const std::string& where, std::string_view text) {
  if (const auto bad = text::find_bad_byte(text))
    throw IoError(where, fmt::format("byte 0x{:02x} at line {}, column {} is not UTF-8; expected UTF-8 text",
                                     bad->value, bad->line, bad->column));
}

// What a user typed, as tokens. Throws IoError naming `where` for invalid UTF-8, no token, or more than `most` of them.
std::vector<text::Token> tokens_of(const TextCoder& coder, const std::string& where, const std::string& text,
                                   size_t most = kMostTokens) {
  check_utf8(where, text);
  std::vector<text::Token> tokens = coder.tokens(text);
  if (tokens.empty()) throw IoError(where, "holds no word; expected a text");
  if (tokens.size() > most)
    throw IoError(where,
                  fmt::format("is {} tokens long; expected at most {}, so cut it into sentences", tokens.size(), most));
  return tokens;
}

data::Example encoded(const TextCoder& coder, const std::vector<text::Token>& tokens) {
  std::vector<std::string> words;
  for (const text::Token& token : tokens) words.push_back(token.text);
  return coder.encode(words);
}

}  // namespace

std::vector<std::string> text_files() { return {"vocab.txt", "features.txt", "labels.txt"}; }

train::Batches TextExamples::draw(int64_t batch_size, Generator& generator) const {
  return data::make_batches(texts, batch_size, &generator);
}

std::unique_ptr<train::Examples> TextExamples::first(int64_t count) const {
  auto some = std::make_unique<TextExamples>(texts);
  some->texts.examples.resize(static_cast<size_t>(count));
  return some;
}

std::string TextExamples::note() const {
  if (texts.truncated_examples == 0) return "";
  return fmt::format("{} of them cut to --max-len, {} tokens lost", words::grouped(texts.truncated_examples),
                     words::grouped(texts.truncated_tokens));
}

std::string TextExamples::note(const train::Batches& batches) const {
  return fmt::format(" ({:.1f} % padding)", 100 * data::padding_share(texts, batches));
}

std::unique_ptr<train::Examples> TextLearner::examples(const train::Corpus& corpus, train::Use use) const {
  return std::make_unique<TextExamples>(
      coder_.encode(text_corpus(corpus), use == train::Use::training ? options_.max_len : 0));
}

Tensor TextLearner::loss(const train::Examples& examples, std::span<const int64_t> rows) {
  data::Batch batch = data::collate(texts_of(examples), rows);
  if (model_->is_training() && (options_.token_dropout > 0 || options_.rare_dropout > 0)) {
    if (!hiding_.defined()) hiding_ = hiding_probability(coder_.words, options_);
    batch.ids = drop_tokens(batch.ids, hiding_);  // where the ids are, before they go to the model's device
  }
  batch = batch.to(model_->device());
  return loss_of((*model_)(batch), batch.labels);
}

std::vector<Answer> TextLearner::answers_to(const std::vector<data::Example>& examples) {
  return answer(*model_, examples,
                [this](const float* log_probs, int64_t length, int64_t classes, const std::vector<int64_t>& gold) {
                  return decode(log_probs, length, classes, gold);
                });
}

train::Evaluation TextLearner::evaluate(const train::Corpus& corpus, const train::Examples& examples) {
  const std::vector<data::Example>& rows = texts_of(examples).examples;
  train::Evaluation result;
  std::vector<Answer> answers = answers_to(rows);
  int64_t weight = 0;  // texts, or tokens for tags
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto n =
        std::count_if(rows[i].labels.begin(), rows[i].labels.end(), [&](int64_t c) { return c < classes(); });
    result.loss += answers[i].loss * static_cast<double>(n);
    weight += n;
  }
  if (weight > 0) result.loss /= static_cast<double>(weight);
  score(text_corpus(corpus), std::move(answers), result);
  return result;
}

std::string TextLearner::predict(const std::string& where, const std::string& text) {
  const Tokens tokens = tokens_of(coder_, where, text);
  return json(text, tokens, answers_to({encoded(coder_, tokens)})[0]);
}

std::string TextLearner::predict_for_people(const std::string& where, const std::string& text, bool colour) {
  const Tokens tokens = tokens_of(coder_, where, text);
  return for_people(text, tokens, answers_to({encoded(coder_, tokens)})[0], colour);
}

train::Attention TextLearner::attention(const std::string& where, const std::string& text, size_t most) {
  const Tokens tokens = tokens_of(coder_, where, text, most);
  const data::Example example = encoded(coder_, tokens);
  train::Attention attention;
  NoGrad no_grad;
  (*model_)(data::collate({example}).to(model_->device()), &attention.weights);
  attention.summary = summary(tokens, answers_to({example})[0]);
  for (const text::Token& token : tokens) attention.tokens.push_back(token.text);
  return attention;
}

Tensor TextLearner::surprise(const std::string& where, const std::string& text) {
  const data::Example example = encoded(coder_, tokens_of(coder_, where, text));
  return surprise_of((*model_)(data::collate({example}).to(model_->device())));
}

std::vector<train::Fact> TextLearner::facts(const train::Corpus& given, const train::Examples& train,
                                            const train::Examples& dev) {
  const TextCorpus& corpus = text_corpus(given);
  std::vector<std::string> parts;
  for (size_t i = 0; i < corpus.classes.size(); ++i)
    parts.push_back(fmt::format("{} ({})", corpus.classes[i], words::grouped(corpus.counts[i])));
  const std::string vocabulary = fmt::format(
      "{} seen {}; unknown: {:.1f} % of train tokens, {:.1f} % of dev", words::plural(known_words(), "word"),
      options_.min_count == 1 ? "once or more" : fmt::format("{} times or more", options_.min_count),
      100 * texts_of(train).unknown_rate(), 100 * texts_of(dev).unknown_rate());
  const std::string model =
      fmt::format("{} parameters: {}", words::grouped(model_->num_parameters()), size_of(options_));
  return {{heading(), fmt::format("{}", fmt::join(parts, ", "))}, {"vocabulary", vocabulary}, {"model", model}};
}

std::vector<std::string> TextLearner::description() {
  return {
      fmt::format("{}, {}, {}; {} parameters.", size_of(options_, true),
                  words::plural(options_.letters, "letter filter"),
                  options_.window ? "a window of three tokens" : "no window", words::grouped(model_->num_parameters())),
      fmt::format("Vocabulary {}; labels {}.", words::plural(known_words(), "word"), fmt::join(coder_.labels, ", "))};
}

std::vector<size_t> worst_of(const TextCorpus& corpus, const std::vector<Answer>& answers, size_t most) {
  std::vector<size_t> wrong;
  for (size_t i = 0; i < answers.size(); ++i)
    if (answers[i].labels != corpus.samples[i].labels) wrong.push_back(i);
  const auto cost = [&](size_t i) {  // of a whole text: long ones with many errors come first
    return answers[i].loss * static_cast<double>(corpus.samples[i].labels.size());
  };
  std::stable_sort(wrong.begin(), wrong.end(), [&](size_t a, size_t b) { return cost(a) > cost(b); });
  if (wrong.size() > most) wrong.resize(most);
  return wrong;
}

std::string start_of_colour(size_t label) {
  constexpr int kColours[] = {222, 117, 157, 219, 217, 147, 180, 252};
  return fmt::format("\033[38;5;16;48;5;{}m", kColours[label % std::size(kColours)]);
}

}  // namespace lemma::tasks
