#pragma once
/// Embedding: a learned vector for each id.

#include "lemma/nn/module.h"

namespace lemma::nn {

/// ids: int64, any shape (...) -> (..., D). weight: (V, D), N(0, 1) as in PyTorch. Row `padding_idx` (-1: none)
/// starts at zero and gets no gradient. Throws IndexError for an id outside [0, V).
class Embedding : public Module {
 public:
  Embedding(int64_t num_embeddings, int64_t embedding_dim, int64_t padding_idx = -1);
  Tensor operator()(const Tensor& ids) const;

  Tensor weight;

 private:
  int64_t padding_idx_;
};

}  // namespace lemma::nn
