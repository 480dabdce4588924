#include "tasks/translation/learner.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/bleu.h"
#include "lemma/ops.h"
#include "lemma/text/utf8.h"
#include "tasks/answering.h"
#include "tasks/pieces.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kAtOnce = 64;

const PairExamples& pairs_of(const train::Examples& examples) { return dynamic_cast<const PairExamples&>(examples); }

// What the decoder is given: kStart, and the target without its last token.
Tensor shifted(const Tensor& target) {
  const Tensor start =
      full({target.size(0), 1}, static_cast<double>(kStart), {.dtype = int64, .device = Device::cpu()});
  return cat({start, target.narrow(1, 0, target.size(1) - 1)}, 1);
}

// No sensible translation is longer.
int64_t most_tokens(int64_t source) { return 2 * source + 10; }

std::string example(const std::string& source, const std::string& reference, const std::string& given) {
  return fmt::format("  {}\n    {}\n    {}\n", source, reference, given);
}

}  // namespace

TranslationLearner::TranslationLearner(const TranslationOptions& options, text::Bpe bpe)
    : options_(options), bpe_(std::move(bpe)), model_(options, bpe_.size()) {}

std::unique_ptr<train::Corpus> TranslationLearner::read(const std::string& path, bool replace_invalid) const {
  return read_as(path, {.replace_invalid = replace_invalid});
}

std::unique_ptr<train::Corpus> TranslationLearner::read_as(const std::string& path,
                                                           const train::ReadOptions& how) const {
  return read_pairs(path, how);
}

std::unique_ptr<train::Examples> TranslationLearner::examples(const train::Corpus& corpus, train::Use use) const {
  return encode_pairs(sentence_pairs(corpus), bpe_, options_.lower_case,
                      use == train::Use::training ? options_.max_len : 0);
}

Tensor TranslationLearner::loss(const train::Examples& examples, std::span<const int64_t> rows) {
  const PairExamples& pairs = pairs_of(examples);
  const Device device = model_.device();
  const Tensor source = pairs.batch_of(pairs.sources, rows), target = pairs.batch_of(pairs.targets, rows);
  const Tensor logits = model_(source.to(device), shifted(target).to(device));  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(2)}), target.to(device).reshape({-1}), {}, kPad, Reduction::mean,
                       model_.is_training() ? options_.label_smoothing : 0);
}

std::pair<double, int64_t> TranslationLearner::total_loss(const PairExamples& pairs) {
  double sum = 0;
  int64_t tokens = 0;
  for (const auto& rows : pairs.in_order_of_length(kAtOnce)) {
    int64_t count = 0;
    for (const int64_t row : rows) count += static_cast<int64_t>(pairs.targets[static_cast<size_t>(row)].size());
    sum += loss(pairs, rows).item() * static_cast<double>(count);
    tokens += count;
  }
  return {sum, tokens};
}

std::vector<std::string> TranslationLearner::translations(const PairExamples& pairs) {
  std::vector<std::string> texts(pairs.sources.size());
  for (const auto& rows : pairs.in_order_of_length(kAtOnce)) {
    const Tensor source = pairs.batch_of(pairs.sources, rows);
    const auto ids = translate_batch(model_, source.to(model_.device()), most_tokens(source.size(1)));
    for (size_t i = 0; i < rows.size(); ++i)
      texts[static_cast<size_t>(rows[i])] = text::replace_bad_bytes(bpe_.decode(ids[i]));
  }
  return texts;
}

train::Evaluation TranslationLearner::evaluate(const train::Corpus& given, const train::Examples& examples) {
  const Answering answering(model_);
  const SentencePairs& corpus = sentence_pairs(given);
  const PairExamples& pairs = pairs_of(examples);
  const auto [sum, tokens] = total_loss(pairs);
  std::vector<std::string> texts = translations(pairs), references;
  for (const std::string& target : corpus.targets) references.push_back(read(target));
  const data::Bleu bleu = data::bleu(texts, references);
  train::Evaluation result;
  result.loss = sum / static_cast<double>(tokens);
  result.score = bleu.score;
  result.json = fmt::format(R"({{"task":"translation","sentences":{},"bleu":{},"loss":{}}})", corpus.size(), bleu.score,
                            result.loss);
  result.report = [&corpus, bleu, texts = std::move(texts)](size_t some) {
    std::string out = fmt::format(
        "BLEU {:.2f}: 1 to 4 words right {:.1f}, {:.1f}, {:.1f}, {:.1f} %; {:.2f} for length\n\n"
        "Some sentences, their references, and what the model says:\n",
        bleu.score, bleu.precisions[0], bleu.precisions[1], bleu.precisions[2], bleu.precisions[3],
        bleu.brevity_penalty);
    for (size_t i = 0; i < std::min(some, texts.size()); ++i)
      out +=
          example(words::printable(corpus.sources[i]), words::printable(corpus.targets[i]), words::printable(texts[i]));
    return out;
  };
  return result;
}

std::string TranslationLearner::read(const std::string& text) const {
  return options_.lower_case ? text::lower(text) : text;
}

Tensor TranslationLearner::source_of(const std::string& where, const std::string& text) const {
  if (const auto bad = text::find_bad_byte(text))
    throw IoError(where,
                  fmt::format("byte 0x{:02x} at column {} is not UTF-8; expected UTF-8 text", bad->value, bad->column));
  const std::string_view words = text::trim(text);
  if (words.empty()) throw IoError(where, "holds no word; expected a sentence to translate");
  std::vector<int64_t> ids = bpe_.encode(read(std::string(words)));
  ids.push_back(kEnd);
  if (options_.max_len > 0 && static_cast<int64_t>(ids.size()) > options_.max_len)
    throw IoError(where, fmt::format("is {} tokens long; expected at most {}, so cut it into sentences", ids.size(),
                                     options_.max_len));
  return from_data(ids.data(), {1, static_cast<int64_t>(ids.size())}).to(model_.device());
}

std::string TranslationLearner::generate(const std::string& where, const std::string& prompt,
                                         const train::Writing& how) {
  if (!how.end.empty())
    throw ValueError("--end", "a translation ends where the model says so; --end is for models of lm");
  const Tensor source = source_of(where, prompt);
  const Answering answering(model_);
  nn::GenerateOptions options = how.options;
  options.end = kEnd;
  WholeCharacters pieces(how.on_text);
  options.on_token = [&](int64_t token) {
    if (token != kEnd) pieces.add(bpe_.decode(std::span(&token, 1)));
    return true;
  };
  TranslationDecoding decoding(model_, source);
  std::vector<int64_t> written = nn::generate(decoding, {kStart}, options);
  if (!written.empty() && written.back() == kEnd) written.pop_back();
  const std::string text = text::replace_bad_bytes(bpe_.decode(written));
  pieces.end(text);
  return text;
}

Tensor TranslationLearner::surprise(const std::string& where, const std::string& text) {
  const Tensor source = source_of(where, text);
  std::vector<int64_t> ids = {kStart};
  {
    const Answering answering(model_);
    const std::vector<int64_t> written = translate_batch(model_, source, most_tokens(source.size(1)))[0];
    ids.insert(ids.end(), written.begin(), written.end());
  }
  const Tensor target = from_data(ids.data(), {1, static_cast<int64_t>(ids.size())}).to(model_.device());
  return surprise_of(model_(source, target));
}

train::Attention TranslationLearner::attention(const std::string& where, const std::string& text, size_t most) {
  const Tensor source = source_of(where, text);
  if (source.size(1) > static_cast<int64_t>(most))
    throw IoError(where, fmt::format("is {} tokens long; expected at most {}", source.size(1), most));
  const Answering answering(model_);
  std::vector<int64_t> ids = translate_batch(model_, source, most_tokens(source.size(1)))[0];
  if (ids.size() + 1 > most)
    throw IoError(where, fmt::format("has a translation of {} tokens; expected at most {}", ids.size() + 1, most));
  train::Attention attention;
  attention.summary = fmt::format("The model translates it as {}; each token that it writes looks at the source.",
                                  words::quote(text::replace_bad_bytes(bpe_.decode(ids))));
  const auto named = [&](int64_t id) { return piece_text(bpe_.decode(std::span(&id, 1))); };
  for (const int64_t id : source.to_vector<int64_t>()) attention.keys.push_back(named(id));
  for (const int64_t id : ids) attention.tokens.push_back(named(id));
  attention.tokens.push_back(named(kEnd));
  ids.insert(ids.begin(), kStart);  // row t looks for the token after ids[t]
  const Tensor target = from_data(ids.data(), {1, static_cast<int64_t>(ids.size())}).to(model_.device());
  model_.decode(target, model_.encode(source), nn::attend_tokens(source, kPad), nullptr, &attention.weights);
  return attention;
}

std::string TranslationLearner::predict_for_people(const std::string& where, const std::string& text, bool) {
  const Tensor source = source_of(where, text);
  const Answering answering(model_);
  return text::replace_bad_bytes(bpe_.decode(translate_batch(model_, source, most_tokens(source.size(1)))[0]));
}

std::string TranslationLearner::predict(const std::string& where, const std::string& text) {
  const nlohmann::ordered_json json = {{"text", text}, {"translation", predict_for_people(where, text, false)}};
  return json.dump();
}

std::vector<train::Fact> TranslationLearner::facts(const train::Corpus&, const train::Examples&,
                                                   const train::Examples&) {
  return {{"tokens", words::plural(bpe_.size(), "byte-pair token") + ", for both languages"},
          {"model",
           fmt::format("{} parameters: width {}, {}, {} each way, feed-forward {}",
                       words::grouped(model_.num_parameters()), options_.embed, words::plural(options_.heads, "head"),
                       words::plural(options_.layers, "layer"), options_.ff)}};
}

std::vector<std::string> TranslationLearner::description() {
  return {fmt::format("Width {}, {}, {} each way, feed-forward {}; {} parameters.", options_.embed,
                      words::plural(options_.heads, "head"), words::plural(options_.layers, "layer"), options_.ff,
                      words::grouped(model_.num_parameters())),
          fmt::format("Tokens: {}, for both languages{}.", words::plural(bpe_.size(), "byte-pair token"),
                      options_.lower_case ? ", in lower case" : "")};
}

}  // namespace lemma::tasks
