#include "tasks/lm/learner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "lemma/text/utf8.h"
#include "tasks/answering.h"
#include "tasks/pieces.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kScoredTokens = 8192;  // at once
constexpr int64_t kIgnored = -100;

const Windows& windows_of(const train::Examples& examples) { return dynamic_cast<const Windows&>(examples); }

}  // namespace

LmLearner::LmLearner(const LmOptions& options, std::unique_ptr<Codec> codec)
    : options_(options), codec_(std::move(codec)), model_(language_network(options, codec_->size())) {}

std::unique_ptr<train::Corpus> LmLearner::read(const std::string& path, bool replace_invalid) const {
  return read_plain_text(path, replace_invalid);
}

std::unique_ptr<train::Examples> LmLearner::examples(const train::Corpus& corpus, train::Use use) const {
  return tasks::windows_of(plain_text(corpus), *codec_, options_.context, use);
}

Tensor LmLearner::loss(const train::Examples& examples, std::span<const int64_t> rows) {
  const auto [inputs, targets] = windows_of(examples).batch(rows, options_.context);  // (B, T)
  const Tensor logits = model_->logits(inputs.to(model_->device()));                  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(2)}), targets.to(model_->device()).reshape({-1}));
}

double LmLearner::total_loss(const Windows& windows) {
  const Answering answering(*model_);
  const int64_t N = windows.tokens(), T = std::min(N, options_.context), step = std::max<int64_t>(1, T / 2);
  std::vector<int64_t> begins = {0};
  while (begins.back() + T < N) begins.push_back(std::min(begins.back() + step, N - T));
  double sum = 0;
  const auto at_once = static_cast<size_t>(std::max<int64_t>(1, kScoredTokens / T));
  for (size_t i = 0; i < begins.size(); i += at_once) {
    const size_t end = std::min(i + at_once, begins.size());
    auto [inputs, targets] = windows.batch(std::span(begins).subspan(i, end - i), T);
    for (size_t k = i; k < end; ++k)  // what the window before has scored
      if (const int64_t seen = k == 0 ? 0 : begins[k - 1] + T - begins[k]; seen > 0)
        targets.select(0, static_cast<int64_t>(k - i)).narrow(0, 0, seen).fill_(kIgnored);
    const Tensor logits = model_->logits(inputs.to(model_->device())).to(float32).reshape({-1, codec_->size()});
    const Tensor each =
        cross_entropy(logits, targets.to(model_->device()).reshape({-1}), {}, kIgnored, Reduction::none);
    sum += each.to(float64).sum().item();
  }
  return sum + static_cast<double>(windows.unknown) * unknown_cost(codec_->size() - 1);
}

train::Evaluation LmLearner::evaluate(const train::Corpus& corpus, const train::Examples& examples) {
  const Windows& windows = windows_of(examples);
  const double total = total_loss(windows);
  const auto characters = static_cast<double>(corpus.size());
  train::Evaluation result;
  result.loss = total / static_cast<double>(windows.tokens());
  result.score = total / characters;
  result.json = fmt::format(R"({{"task":"lm","characters":{},"loss_per_character":{},"perplexity":{}}})", corpus.size(),
                            result.score, std::exp(result.score));
  result.report = [this, score = result.score](size_t) {
    Generator chance{.seed = 1};
    const std::string text =
        generate("prompt", "", {.options = {.max = 300, .temperature = 0.8, .generator = &chance}});
    return fmt::format(
        "Loss per character {:.4f}, {:.4f} bits, perplexity {:.3f}. What it writes, at temperature 0.8:\n\n{}\n", score,
        score / std::log(2.0), std::exp(score), words::printable(text, true));
  };
  return result;
}

std::string LmLearner::predict(const std::string& where, const std::string& text) {
  PlainText corpus;
  corpus.path = where;
  corpus.text = text;
  if (text.empty()) throw IoError(where, "holds no character; expected a text");
  check_utf8(where, text);
  const auto windows = tasks::windows_of(corpus, *codec_, options_.context, train::Use::scoring);
  const double score = total_loss(*windows) / static_cast<double>(corpus.size());
  const nlohmann::ordered_json json = {
      {"text", text}, {"characters", corpus.size()}, {"loss_per_character", score}, {"perplexity", std::exp(score)}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void LmLearner::check_utf8(const std::string& where, const std::string& text) const {
  if (codec_->unknown() < 0) return;
  if (const auto bad = text::find_bad_byte(text))
    throw IoError(where,
                  fmt::format("byte 0x{:02x} at column {} is not UTF-8; expected UTF-8 text", bad->value, bad->column));
}

std::vector<int64_t> LmLearner::known_ids(const std::string& where, const std::string& text) const {
  check_utf8(where, text);
  std::vector<int64_t> ids = codec_->encode(text);
  const auto strange = std::find(ids.begin(), ids.end(), codec_->unknown());
  if (strange == ids.end()) return ids;
  size_t at = 0;  // one id is one character
  for (auto i = ids.begin(); i != strange; ++i) at += text::code_point_at(text, at).length;
  throw IoError(where,
                fmt::format("holds {}, which the model does not know; it was trained on {}",
                            words::quote(text.substr(at, text::code_point_at(text, at).length)), codec_->told()));
}

int64_t LmLearner::end_token(const std::string& end) const {
  if (end.empty()) return -1;
  const std::vector<int64_t> ids = codec_->encode(end);
  if (ids.size() == 1 && ids[0] != codec_->unknown()) return ids[0];
  throw ValueError("--end",
                   fmt::format("{} is no token of this model, whose tokens are {}", words::quote(end), codec_->told()));
}

std::string LmLearner::generate(const std::string& where, const std::string& prompt, const train::Writing& how) {
  std::vector<int64_t> ids = known_ids(where, prompt);
  if (static_cast<int64_t>(ids.size()) > options_.context)
    throw IoError(where, fmt::format("is {} long; expected at most {}, which the model looks at",
                                     words::plural(static_cast<int64_t>(ids.size()), "token"), options_.context));
  if (ids.empty()) ids.push_back(codec_->start());
  const Answering answering(*model_);
  nn::GenerateOptions options = how.options;
  options.end = end_token(how.end);
  WholeCharacters pieces(how.on_text);
  options.on_token = [&](int64_t token) {
    if (token != options.end) pieces.add(codec_->decode(std::span(&token, 1)));
    return true;
  };
  const std::unique_ptr<nn::Decoding> decoding = model_->decoding(codec_->unknown());
  std::vector<int64_t> written = nn::generate(*decoding, ids, options);
  if (!written.empty() && written.back() == options.end) written.pop_back();
  const std::string text = text::replace_bad_bytes(codec_->decode(written));
  pieces.end(text);
  return text;
}

Tensor LmLearner::input_of(const std::string& where, const std::string& text, size_t most) const {
  const std::vector<int64_t> ids = known_ids(where, text);
  const size_t fits = std::min(most, static_cast<size_t>(options_.context));
  if (ids.empty()) throw IoError(where, "holds no character; expected a text");
  if (ids.size() > fits) throw IoError(where, fmt::format("is {} tokens long; expected at most {}", ids.size(), fits));
  return from_data(ids.data(), {1, static_cast<int64_t>(ids.size())}).to(model_->device());
}

Tensor LmLearner::surprise(const std::string& where, const std::string& text) {
  const Tensor input = input_of(where, text, static_cast<size_t>(options_.context));
  return surprise_of(model_->logits(input).select(1, input.size(1) - 1));
}

train::Attention LmLearner::attention(const std::string& where, const std::string& text, size_t most) {
  const Tensor input = input_of(where, text, most);
  const Answering answering(*model_);
  train::Attention attention;
  const Tensor logits = model_->logits(input, &attention.weights);
  const Tensor last = softmax(logits.select(1, input.size(1) - 1), 1).select(0, 0);  // (V)
  const int64_t best = argmax(last, 0).item<int64_t>();
  for (const int64_t id : input.to_vector<int64_t>())
    attention.tokens.push_back(piece_text(codec_->decode(std::span(&id, 1))));
  attention.summary = fmt::format("The model expects {} next, with probability {:.3f}.",
                                  words::quote(codec_->decode(std::span(&best, 1))), last[best].item());
  return attention;
}

std::vector<train::Fact> LmLearner::facts(const train::Corpus&, const train::Examples& train, const train::Examples&) {
  return {{"tokens", fmt::format("{}; windows of {}, {} an epoch", codec_->told(), options_.context,
                                 words::grouped(train.size()))},
          {"model", fmt::format("{} parameters: {}", words::grouped(model_->num_parameters()), lm_size(options_))}};
}

std::vector<std::string> LmLearner::description() {
  return {fmt::format("{}, context {}; {} parameters.", lm_size(options_, true), options_.context,
                      words::grouped(model_->num_parameters())),
          fmt::format("Tokens: {}.", codec_->told())};
}

}  // namespace lemma::tasks
