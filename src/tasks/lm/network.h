#pragma once
/// What every language model can do, whatever it is made of.

#include <memory>
#include <vector>

#include "lemma/nn/generate.h"
#include "lemma/nn/module.h"
#include "lemma/tasks/lm/options.h"

namespace lemma::tasks {

class LanguageNetwork : public nn::Module {
 public:
  /// ids: int64 (B, T). (B, T, V): what follows each token. `weights`, if given, receives one (B, H, T, T) per layer.
  /// Throws ValueError where they are asked of a network without attention.
  virtual Tensor logits(const Tensor& ids, std::vector<Tensor>* weights = nullptr) const = 0;
  /// The network as generate() sees it. `never`: a token that is not to be written; -1: none.
  virtual std::unique_ptr<nn::Decoding> decoding(int64_t never) const = 0;
};

/// The network that the options ask for.
std::unique_ptr<LanguageNetwork> language_network(const LmOptions& options, int64_t vocabulary);
/// Tensors and shapes of it, checked before anything is made; a vocabulary of 0 is any.
std::vector<std::pair<std::string, Shape>> lm_shapes(const LmOptions& options, int64_t vocabulary);
/// "width 128, 4 heads, 4 layers, feed-forward 512", "LSTM, width 128, 2 layers, state 224".
/// `sentence`: it begins with a capital.
std::string lm_size(const LmOptions& options, bool sentence = false);
/// Logits (N, V) in which token `never` cannot be chosen; -1: all can.
Tensor without(const Tensor& logits, int64_t never);

}  // namespace lemma::tasks
