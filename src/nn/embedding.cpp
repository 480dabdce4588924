#include "lemma/nn/embedding.h"

#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {

Embedding::Embedding(int64_t num_embeddings, int64_t embedding_dim, int64_t padding_idx)
    : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim), padding_idx_(padding_idx) {
  check_positive("Embedding", "num_embeddings", num_embeddings);
  check_positive("Embedding", "embedding_dim", embedding_dim);
  if (padding_idx < -1 || padding_idx >= num_embeddings)
    throw IndexError("Embedding",
                     "padding_idx " + std::to_string(padding_idx) + " is outside [0, " +
                         std::to_string(num_embeddings) + "); -1 means none",
                     padding_idx, num_embeddings);
  weight = empty({num_embeddings, embedding_dim});
  init::normal_(weight);
  if (padding_idx >= 0) {
    Tensor row = weight.select(0, padding_idx);
    init::constant_(row, 0);
  }
  register_parameter("weight", weight);
}

Tensor Embedding::forward(const Tensor& ids) const { return embedding(weight, ids, padding_idx_); }

std::string Embedding::extra_repr() const {
  const std::string sizes = fmt::format("{}, {}", num_embeddings_, embedding_dim_);
  return padding_idx_ < 0 ? sizes : fmt::format("{}, padding_idx={}", sizes, padding_idx_);
}

}  // namespace lemma::nn
