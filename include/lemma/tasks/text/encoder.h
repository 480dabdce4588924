#pragma once
/// What the models for text share: token embeddings of several kinds, positions, N encoder layers, and a Linear at the
/// end. Padding changes nothing at a real token.

#include <memory>
#include <mutex>
#include <vector>

#include "lemma/data/encoded_texts.h"
#include "lemma/nn/container.h"
#include "lemma/nn/convolution.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/encoder.h"
#include "lemma/nn/layer_norm.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/recurrent.h"
#include "lemma/tasks/text/coder.h"
#include "lemma/tasks/text/options.h"

namespace lemma::tasks {

/// A word by its letters: y = W max over positions t of relu(left[c_(t-1)] + here[c_t] + right[c_(t+1)]), a convolution
/// of width 3 over letters. ids: (B, T, C) -> (B, T, D). Each end of the word counts as a letter (id 0).
class LetterFilters : public nn::Module {
 public:
  LetterFilters(int64_t letters, int64_t filters, int64_t embed);
  Tensor operator()(const Tensor& ids) const;  ///< (B, T, C) -> (B, T, D)

  nn::Embedding left, here, right;  // (letters, F)
  nn::Linear out;                   // F -> D
};

/// Convolutions in place of attention: h = x + dropout(gelu(conv(norm(x)))) in each layer, five tokens wide, zero at
/// padding; then a LayerNorm. x: (B, T, D) -> (B, T, D). Collobert et al., "Natural language processing (almost) from
/// scratch", 2011.
class TokenFilters : public nn::Module {
 public:
  TokenFilters(int64_t embed, int64_t layers, double dropout);
  Tensor operator()(const Tensor& x, const Tensor& mask) const;  ///< mask: (B, T), true at real tokens

  nn::ModuleList<nn::LayerNorm> norms;
  nn::ModuleList<nn::Conv1d> convolutions;
  nn::LayerNorm norm;

 private:
  double dropout_;
};

/// Batch -> (B, T, D): what each token means in its text.
///
/// e = dropout(word + s (shape + prefixes + suffixes) + letters), zero at padding;
/// e += gelu(W [e_(t-1), e_t, e_(t+1)]) with a window; then one of three: positions and a Transformer's encoder
/// (pre-norm, GELU, final LayerNorm), an LSTM in both directions, or convolutions.
class TextEncoder : public nn::Module {
 public:
  TextEncoder(const TextOptions& options, const TextCoder& coder);
  /// `attention`, if given, receives one (B, H, T, T) per layer. Throws ValueError where there is none.
  Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const;

  nn::Embedding words;
  nn::ModuleList<nn::Embedding> features;
  std::unique_ptr<LetterFilters> letters;           // if the options ask for it
  std::unique_ptr<nn::Linear> window;               // if the options ask for it
  std::unique_ptr<nn::TransformerEncoder> encoder;  // one of these three
  std::unique_ptr<nn::LSTM> lstm;
  std::unique_ptr<TokenFilters> cnn;

 private:
  Tensor embed(const data::Batch& batch) const;
  Tensor positions(int64_t length, Device device) const;
  TextOptions options_;
  mutable Tensor positions_;  // (T, D) of the longest text so far; a pure function of its size, so it is not saved
  mutable std::mutex positions_lock_;  // threads may share a model
};

/// An encoder, and a Linear for one class per text or one tag per token.
class TextModel : public nn::Module {
 public:
  TextModel(const TextOptions& options, const TextCoder& coder);
  /// (B, C) for classes, (B, T, C) for tags. `attention`, if given, receives one (B, H, T, T) per layer.
  virtual Tensor operator()(const data::Batch& batch, std::vector<Tensor>* attention = nullptr) const = 0;

  TextEncoder encoder;
  nn::Dropout dropout;
  nn::Linear fc;
};

/// "width 128, 4 heads, 1 layer, feed-forward 256", "LSTM, width 128, 1 layer". `sentence`: it begins with a capital.
std::string size_of(const TextOptions& options, bool sentence = false);
/// The shape of everything in its state dict, checked when a file is loaded; 0: a size that the options do not tell,
/// but the coder does, if given.
std::vector<std::pair<std::string, Shape>> shapes_of(const TextOptions& options, const TextCoder* coder = nullptr);
/// Throws MemoryError where the weights of such a model would not fit into memory: before the first is made.
void require_room(const TextOptions& options, const TextCoder& coder);

/// Mean cross-entropy over the labels that count: those of real tokens.
Tensor loss_of(const Tensor& logits, const Tensor& labels);

}  // namespace lemma::tasks
