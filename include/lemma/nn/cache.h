#pragma once
/// KeyValueCache: keys and values of the tokens that an attention layer has seen. A model that writes one token at a
/// time then computes one row instead of all: the attention of token t costs O(t), not O(t^2).

#include <utility>

#include "lemma/tensor.h"

namespace lemma::nn {

/// For inference: what is kept has no history on the tape.
class KeyValueCache {
 public:
  /// Puts k and v (B, H, T, E) behind what is held and returns all of it, (B, H, length(), E). The room doubles where
  /// it ends, so T tokens are copied O(T) times in all. Throws ShapeError where B, H or E differ from what is held,
  /// GradError for tensors that the tape records.
  std::pair<Tensor, Tensor> append(const Tensor& k, const Tensor& v);
  /// What is held, without adding. Undefined tensors where it is empty.
  std::pair<Tensor, Tensor> held() const;
  /// Tokens held.
  int64_t length() const { return length_; }
  /// Keeps the sequences `rows`, int64 (N), in that order: a row may come twice, as the best of several beams does.
  void select(const Tensor& rows);
  void clear() { *this = {}; }

 private:
  Tensor keys_, values_;  // (B, H, room, E)
  int64_t length_ = 0;
};

}  // namespace lemma::nn
