#pragma once
/// The translation model: an encoder reads the source, a decoder writes the target; one table of embeddings serves
/// both, and is the last Linear.

#include "lemma/nn/embedding.h"
#include "lemma/nn/generate.h"
#include "lemma/nn/transformer.h"
#include "lemma/tasks/translation/options.h"

namespace lemma::tasks {

constexpr int64_t kPad = 0, kStart = 1, kEnd = 2;

/// x = dropout(sqrt(D) E[ids] + P);  h = Transformer(x_source, x_target);  logits = h E^T.  Pre-norm.
/// Vaswani et al., "Attention is all you need", 2017, sections 3.1 and 3.4.
class TranslationModel : public nn::Module {
 public:
  TranslationModel(const TranslationOptions& options, int64_t vocabulary);
  /// source: int64 (B, S), target: int64 (B, T), padded with kPad. Logits (B, T, V) of the token behind each.
  Tensor operator()(const Tensor& source, const Tensor& target) const;
  /// The source as the decoder sees it, (B, S, D).
  Tensor encode(const Tensor& source) const;
  /// The next T tokens of targets whose earlier ones are in the caches. `cross`, if given, receives one (B, H, T, S)
  /// per layer. Logits (B, T, V).
  Tensor decode(const Tensor& target, const Tensor& memory, const Tensor& real_source,
                std::vector<nn::DecoderCache>* caches, std::vector<Tensor>* cross = nullptr) const;

  nn::Embedding embedding;
  nn::Dropout dropout;
  nn::Transformer transformer;

 private:
  Tensor embed(const Tensor& ids, int64_t held) const;
};

std::vector<std::pair<std::string, Shape>> translation_shapes(const TranslationOptions& options, int64_t vocabulary);

/// The model as generate() sees it: one source, and targets that begin with kStart, in which kPad and kStart never
/// come.
class TranslationDecoding : public nn::Decoding {
 public:
  TranslationDecoding(const TranslationModel& model, const Tensor& source);
  Tensor next(const Tensor& ids) override;
  void select(const Tensor& rows) override;

 private:
  const TranslationModel& model_;
  Tensor real_, memory_;
  std::vector<nn::DecoderCache> caches_;
};

/// The likeliest next token again and again, for a batch of sources (B, S): at most `most` tokens each, without kEnd.
std::vector<std::vector<int64_t>> translate_batch(const TranslationModel& model, const Tensor& source, int64_t most);

}  // namespace lemma::tasks
