#include "lemma/tasks/text/token_dropout.h"

#include "lemma/ops.h"
#include "lemma/random.h"

namespace lemma::tasks {

Tensor hiding_probability(const text::Vocabulary& words, const TextOptions& options) {
  std::vector<float> p(static_cast<size_t>(words.size()), 0.0F);
  for (int64_t id = text::Vocabulary::unk + 1; id < words.size(); ++id) {
    const auto count = static_cast<double>(words.count(id));
    const double rare = options.rare_dropout > 0 ? options.rare_dropout / (options.rare_dropout + count) : 0;
    p[static_cast<size_t>(id)] = static_cast<float>(1 - (1 - options.token_dropout) * (1 - rare));
  }
  return from_data(p.data(), {words.size()});
}

Tensor drop_tokens(const Tensor& ids, const Tensor& probability) {
  const Tensor p = index_select(probability, 0, ids.reshape({-1})).reshape(ids.shape());
  return where(lt(rand(ids.shape(), {.device = ids.device()}), p),
               full_like(ids, static_cast<double>(text::Vocabulary::unk)), ids);
}

}  // namespace lemma::tasks
