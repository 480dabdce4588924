#pragma once
/// The models that `lemma train` trains. Token embeddings of several kinds, positions, N encoder layers, and a head:
/// one class per text (SentimentModel) or one tag per token (NerModel). Padding changes nothing at a real token.

#include <memory>
#include <vector>

#include "lemma/data/dataset.h"
#include "lemma/nn/container.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/encoder.h"
#include "lemma/nn/linear.h"
#include "lemma/train/coder.h"
#include "lemma/train/config.h"

namespace lemma::train {

/// A word by its letters: y = W max over positions t of relu(left[c_(t-1)] + here[c_t] + right[c_(t+1)]), a convolution
/// of width 3 over letters. ids: (B, T, C) -> (B, T, D). Each end of the word counts as a letter (id 0).
class LetterFilters : public nn::Module {
 public:
  LetterFilters(int64_t letters, int64_t filters, int64_t embed);
  Tensor operator()(const Tensor& ids) const;

  nn::Embedding left, here, right;  // (letters, F)
  nn::Linear out;                   // F -> D
};

/// Batch -> (B, T, D): what each token means in its text.
///
/// e = dropout(word + s (shape + prefixes + suffixes) + letters), zero at padding;
/// e += gelu(W [e_(t-1), e_t, e_(t+1)]) with a window; then positions, and the encoder (pre-norm, GELU, final
/// LayerNorm).
class TextEncoder : public nn::Module {
 public:
  TextEncoder(const ModelConfig& config, const TextCoder& coder);
  /// `attention`, if given, receives one (B, H, T, T) per layer.
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const;

  nn::Embedding words;
  nn::ModuleList<nn::Embedding> features;
  std::unique_ptr<LetterFilters> letters;  // where asked for
  std::unique_ptr<nn::Linear> window;      // where asked for
  nn::TransformerEncoder encoder;

 private:
  Tensor embed(const data::Batch& batch) const;
  Tensor positions(int64_t length, Device device) const;
  ModelConfig config_;
  mutable Tensor positions_;  // (T, D) of the longest text so far; a pure function of its size, so it is not saved
};

/// What the trainer knows about a model.
class TextModel : public nn::Module {
 public:
  TextModel(const ModelConfig& config, const TextCoder& coder);
  /// (B, C) for classes, (B, T, C) for tags.
  virtual Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const = 0;
  const ModelConfig& config() const { return config_; }

  TextEncoder encoder;
  nn::Dropout dropout;
  nn::Linear fc;

 private:
  ModelConfig config_;
};

/// logits = fc(dropout(mean of the real tokens)).  (B, C)
class SentimentModel : public TextModel {
 public:
  using TextModel::TextModel;
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const override;
};

/// logits = fc(dropout(token)).  (B, T, C)
class NerModel : public TextModel {
 public:
  using TextModel::TextModel;
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const override;
};

std::unique_ptr<TextModel> make_model(const ModelConfig& config, const TextCoder& coder);

/// Mean cross-entropy over the labels that count: those of real tokens.
Tensor loss_of(const Tensor& logits, const Tensor& labels);

}  // namespace lemma::train
