#pragma once
/// The language model that reads token by token and keeps a state: LSTM or GRU.

#include "lemma/nn/activation.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/recurrent.h"
#include "tasks/lm/network.h"

namespace lemma::tasks {

/// x_t = E[id_t];  h_t = LSTM(h_t-1, dropout(x_t));  logits_t = (W dropout(h_t) + b) E^T, with one E for both uses.
/// Mikolov et al., "Recurrent neural network based language model", 2010; dropout as in Zaremba et al., 2014.
class RecurrentLanguageModel : public LanguageNetwork {
 public:
  RecurrentLanguageModel(const LmOptions& options, int64_t vocabulary);
  Tensor logits(const Tensor& ids, std::vector<Tensor>* weights = nullptr) const override;
  std::unique_ptr<nn::Decoding> decoding(int64_t never) const override;
  /// ids (B, T) behind what `state` has read, which becomes the state after them. Logits (B, T, V).
  Tensor read(const Tensor& ids, nn::RecurrentState& state) const;

  nn::Embedding embedding;
  nn::Dropout dropout;
  std::unique_ptr<nn::Recurrent> recurrent;
  nn::Linear out;  // from the state's width to the embeddings'
};

}  // namespace lemma::tasks
