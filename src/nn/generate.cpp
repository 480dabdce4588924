#include "lemma/nn/generate.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "nn/beam_search.h"

namespace lemma::nn {

namespace {

void check(const GenerateOptions& options, const std::vector<int64_t>& prompt) {
  const auto need = [](bool good, const char* what, double value, const char* expected) {
    if (!good) throw ValueError("generate", fmt::format("{} is {}; expected {}", what, value, expected));
  };
  if (prompt.empty()) throw ValueError("generate", "the prompt is empty; expected at least one token");
  need(options.max >= 0, "max", static_cast<double>(options.max), "0 or more");
  need(options.temperature >= 0 && std::isfinite(options.temperature), "temperature", options.temperature,
       "0, which takes the likeliest token, or more");
  need(options.top_k >= 0, "top_k", static_cast<double>(options.top_k), "1 or more, or 0 for all tokens");
  need(options.top_p > 0 && options.top_p <= 1, "top_p", options.top_p, "a probability above 0, at most 1");
  need(options.beams >= 1, "beams", static_cast<double>(options.beams), "1 or more");
  need(options.length_penalty >= 0 && std::isfinite(options.length_penalty), "length_penalty", options.length_penalty,
       "0 or more");
  need(options.repetition_penalty > 0 && std::isfinite(options.repetition_penalty), "repetition_penalty",
       options.repetition_penalty, "a number above 0; 1 changes nothing");
}

}  // namespace

std::vector<int64_t> generate(Decoding& model, const std::vector<int64_t>& prompt, const GenerateOptions& options) {
  check(options, prompt);
  const NoGrad guard;
  if (options.beams > 1) return beam_search(model, prompt, options);
  std::vector<int64_t> all = prompt;
  Tensor ids = tensor(prompt).unsqueeze(0);  // (1, T)
  for (int64_t i = 0; i < options.max; ++i) {
    const Tensor logits = model.next(ids);  // (1, V)
    const int64_t token = draw_token(logits.to_vector<double>(), all, options);
    all.push_back(token);
    if (token == options.end || (options.on_token && !options.on_token(token))) break;
    ids = tensor({{token}});
  }
  return {all.begin() + static_cast<std::ptrdiff_t>(prompt.size()), all.end()};
}

}  // namespace lemma::nn
