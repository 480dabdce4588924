#pragma once
/// Embedding: a learned vector for each id.

#include "lemma/nn/layer.h"

namespace lemma::nn {

/// ids: int64, any shape (...) -> (..., D). weight: (V, D), N(0, 1) as in PyTorch. Row `padding_idx` (-1: none)
/// starts at zero and gets no gradient. Throws IndexError for an id outside [0, V).
class Embedding : public Layer {
 public:
  Embedding(int64_t num_embeddings, int64_t embedding_dim, int64_t padding_idx = -1);
  Tensor forward(const Tensor& ids) const override;
  std::string extra_repr() const override;

  Tensor weight;

 private:
  int64_t num_embeddings_, embedding_dim_, padding_idx_;
};

}  // namespace lemma::nn
