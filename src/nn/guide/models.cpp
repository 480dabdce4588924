#include "lemma/nn/guide/models.h"

#include <algorithm>
#include <cmath>

#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::guide {

namespace {

void check_ids(const char* where, const Tensor& ids) {
  if (ids.dim() != 2 || ids.size(1) == 0)
    throw ShapeError(where, "ids are " + ids.shape().str() + "; expected (B, T) with T of 1 or more", {ids.shape()});
}

}  // namespace

SentimentClassifier::SentimentClassifier(int64_t vocab_size, int64_t embed_size, int64_t num_heads, int64_t num_classes)
    : embedding(child(this, "embedding", vocab_size, embed_size)),
      encoder_layer(child(this, "encoder_layer", embed_size, num_heads, embed_size * 4)),
      fc(child(this, "fc", embed_size, num_classes)) {}

Tensor SentimentClassifier::forward(const Tensor& ids) const {
  check_ids("SentimentClassifier", ids);
  const Tensor x = encoder_layer(embedding(ids));  // (B, T, D)
  return fc(mean(x, 1));                           // (B, D) -> (B, C)
}

NERModel::NERModel(int64_t vocab_size, int64_t embed_size, int64_t num_heads, int64_t num_entities)
    : embedding(child(this, "embedding", vocab_size, embed_size)),
      encoder_layer(child(this, "encoder_layer", embed_size, num_heads, embed_size * 4)),
      fc(child(this, "fc", embed_size, num_entities)) {}

Tensor NERModel::forward(const Tensor& ids) const {
  check_ids("NERModel", ids);
  return fc(encoder_layer(embedding(ids)));  // (B, T, D) -> (B, T, C)
}

std::function<double(int64_t)> lr_lambda(int64_t warmup_steps) {
  nn::check_positive("lr_lambda", "warmup_steps", warmup_steps);
  return [slope = std::pow(static_cast<double>(warmup_steps), -1.5)](int64_t step) {
    const double t = static_cast<double>(step);
    return std::min(std::pow(t + 1, -0.5), t * slope);
  };
}

}  // namespace lemma::guide
