#pragma once
/// The training loop that tutorials 10 and 11 share. `lemma train` does the same with more care: lemma/train/trainer.h.

#include <vector>

#include "lemma/data/batches.h"
#include "lemma/data/encoded_texts.h"
#include "lemma/lemma.h"
#include "lemma/text/vocabulary.h"

namespace tutorial {

/// Calls visit(batch) for every batch in eval mode: dropout off, nothing recorded.
template <class Visit>
void each_batch(lemma::nn::Module& model, const lemma::data::EncodedTexts& dataset, Visit visit) {
  lemma::NoGrad guard;
  model.eval();
  for (const auto& indices : lemma::data::make_batches(dataset, 64)) visit(lemma::data::collate(dataset, indices));
  model.train();
}

/// Trains on loss(batch): AdamW, the learning rate rising over the first tenth of the steps and then falling to 0,
/// gradients clipped to norm 1, batches of 32 texts of similar length. Returns the mean loss of each epoch (one pass
/// over the data). docs/tutorials/10_sentiment.md explains why.
template <class Loss>
std::vector<double> fit(lemma::nn::Module& model, const lemma::data::EncodedTexts& dataset, int epochs, Loss loss) {
  const std::vector<lemma::Tensor> parameters = model.parameters();
  lemma::optim::AdamW adam(parameters, {.lr = 1e-3});
  const int64_t steps = epochs * ((dataset.size() + 31) / 32);
  lemma::optim::WarmupLinearLR schedule(adam, steps / 10, steps);
  lemma::Generator shuffle{.seed = 1};
  std::vector<double> curve;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    double sum = 0;
    const auto batches = lemma::data::make_batches(dataset, 32, &shuffle);
    for (const auto& indices : batches) {
      adam.zero_grad();
      const lemma::Tensor value = loss(lemma::data::collate(dataset, indices));
      value.backward();
      lemma::optim::clip_grad_norm_(parameters, 1.0);
      adam.step();
      schedule.step();
      sum += value.item();
    }
    curve.push_back(sum / static_cast<double>(batches.size()));
  }
  return curve;
}

/// Each real word becomes <unk> with probability p, so that a model cannot rely on any single one. ids, real: (B, T).
inline lemma::Tensor drop_words(const lemma::Tensor& ids, const lemma::Tensor& real, double p) {
  const lemma::Tensor dropped = logical_and(real, lt(lemma::rand(ids.shape()), p));
  return where(dropped, full_like(ids, static_cast<double>(lemma::text::Vocabulary::unk)), ids);
}

}  // namespace tutorial
