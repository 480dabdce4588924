#include "lemma/nn/guide/generate.h"

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "nn/checks.h"

namespace lemma::guide {

std::vector<int64_t> generate_sequence(const LanguageModel& model, int64_t start_token, int64_t end_token,
                                       int64_t max_length, double temperature, Generator* generator) {
  nn::check_positive("generate_sequence", "max_length", max_length);
  if (!(temperature > 0))
    throw ValueError("generate_sequence", "temperature is " + nn::number(temperature) + "; it must be above 0");
  NoGrad guard;
  std::vector<int64_t> sequence{start_token};
  while (static_cast<int64_t>(sequence.size()) < max_length) {
    const Tensor logits = model(tensor(sequence).unsqueeze(0));  // (1, T, V)
    if (logits.dim() != 3 || logits.size(0) != 1 || logits.size(1) != static_cast<int64_t>(sequence.size()))
      throw ShapeError("generate_sequence",
                       "the model returns " + logits.shape().str() + " for ids (1, " + std::to_string(sequence.size()) +
                           "); expected (1, " + std::to_string(sequence.size()) + ", V)",
                       {logits.shape()});
    const Tensor last = logits.select(0, 0).select(0, -1) / temperature;  // (V)
    const auto next = static_cast<int64_t>(multinomial(softmax(last, -1), 1, false, generator).item());
    if (next == end_token) break;
    sequence.push_back(next);
  }
  return sequence;
}

}  // namespace lemma::guide
