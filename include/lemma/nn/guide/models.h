#pragma once
/// Slides 9, 10 and 12: the two models and the learning-rate rule. They do not know about padding: every id counts as a
/// word.

#include <functional>

#include "lemma/nn/embedding.h"
#include "lemma/nn/guide/encoder.h"

namespace lemma::guide {

/// ids (B, T) -> logits (B, C): embedding, one encoder layer with a feed-forward four times as wide, mean over the
/// tokens, fc.
class SentimentClassifier : public nn::Layer {
 public:
  SentimentClassifier(int64_t vocab_size, int64_t embed_size, int64_t num_heads, int64_t num_classes);
  Tensor forward(const Tensor& ids) const override;

  nn::Embedding embedding;
  EncoderLayer encoder_layer;
  nn::Linear fc;
};

/// ids (B, T) -> logits (B, T, C): the same without the mean.
class NERModel : public nn::Layer {
 public:
  NERModel(int64_t vocab_size, int64_t embed_size, int64_t num_heads, int64_t num_entities);
  Tensor forward(const Tensor& ids) const override;

  nn::Embedding embedding;
  EncoderLayer encoder_layer;
  nn::Linear fc;
};

/// min((step + 1)^-0.5, step * warmup_steps^-1.5) for optim::LambdaLR: rises to its peak, about 1 / sqrt(warmup_steps),
/// then falls. Give the optimiser lr = 1. The guide gives it lr = 0, which the rule then multiplies, so nothing is
/// ever learnt.
std::function<double(int64_t)> lr_lambda(int64_t warmup_steps = 4000);

}  // namespace lemma::guide
