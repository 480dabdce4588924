#pragma once
/// Slide 13: writing a sequence token by token.

#include <concepts>
#include <functional>
#include <vector>

#include "lemma/nn/module.h"
#include "lemma/random.h"

namespace lemma::guide {

/// Ids (1, T) -> logits (1, T, V).
using LanguageModel = std::function<Tensor(const Tensor&)>;

/// Draws each next token from softmax(last logits / temperature), until end_token (not kept) or max_length tokens. Low
/// temperatures prefer the likeliest token. Repaired: the guide uses an end_token that it is never given.
/// Throws ValueError for temperature <= 0 or max_length < 1, ShapeError if the model does not return (1, T, V).
std::vector<int64_t> generate_sequence(const LanguageModel& model, int64_t start_token, int64_t end_token,
                                       int64_t max_length = 50, double temperature = 1.0,
                                       Generator* generator = nullptr);

/// The same for a module, which it leaves in eval mode as the guide does.
template <std::derived_from<nn::Module> Model>
std::vector<int64_t> generate_sequence(Model& model, int64_t start_token, int64_t end_token, int64_t max_length = 50,
                                       double temperature = 1.0, Generator* generator = nullptr) {
  model.eval();
  const LanguageModel call = [&model](const Tensor& ids) { return model(ids); };
  return generate_sequence(call, start_token, end_token, max_length, temperature, generator);
}

}  // namespace lemma::guide
