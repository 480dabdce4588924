#pragma once
/// The language model: embeddings, causal encoder layers, and the embeddings again as the last Linear.

#include "lemma/nn/embedding.h"
#include "lemma/nn/encoder.h"
#include "tasks/lm/network.h"

namespace lemma::tasks {

/// x_t = E[id_t] + P[t];  h = norm(layers(dropout(x)));  logits = h E^T.  Pre-norm, GELU, each token attending to
/// itself and those before it. E is one tensor for both uses. Radford et al., "Language models are unsupervised
/// multitask learners", 2019; tied embeddings: Press and Wolf, 2017.
class LanguageModel : public LanguageNetwork {
 public:
  LanguageModel(const LmOptions& options, int64_t vocabulary);
  /// ids: int64 (B, T), T tokens behind the `held` ones of the caches. Logits (B, T, V). `weights`, if given, receives
  /// one (B, H, T, T) per layer.
  Tensor operator()(const Tensor& ids, std::vector<Tensor>* weights = nullptr,
                    std::vector<nn::KeyValueCache>* caches = nullptr) const;
  Tensor logits(const Tensor& ids, std::vector<Tensor>* weights = nullptr) const override {
    return (*this)(ids, weights);
  }
  std::unique_ptr<nn::Decoding> decoding(int64_t never) const override;
  int64_t context() const { return positions.weight.size(0); }

  nn::Embedding embedding, positions;
  nn::Dropout dropout;
  nn::TransformerEncoder encoder;
};

/// The model as generate() sees it. Where the context ends, the last half of it goes on as a new one.
class LanguageDecoding : public nn::Decoding {
 public:
  /// `never`: a token that is not to be written; -1: none. `cached` false computes every token anew, for comparison.
  explicit LanguageDecoding(const LanguageModel& model, int64_t never = -1, bool cached = true)
      : model_(model), never_(never), cached_(cached) {}
  Tensor next(const Tensor& ids) override;
  void select(const Tensor& rows) override;

 private:
  const LanguageModel& model_;
  int64_t never_;
  bool cached_;
  Tensor seen_;  // (N, T): the tokens that the next one follows from
  std::vector<nn::KeyValueCache> caches_;
};

}  // namespace lemma::tasks
