#pragma once
/// RotaryEmbedding: positions as rotations of queries and keys, so that their product sees only how far apart they are.

#include "lemma/nn/module.h"

namespace lemma::nn {

/// Each pair of features (x_2i, x_2i+1) of token t turns by the angle t / base^(2i / E):
/// y_2i = x_2i cos a - x_2i+1 sin a, y_2i+1 = x_2i sin a + x_2i+1 cos a. x, y: (..., T, E), E even: the width of a
/// head. Su et al., "RoFormer", 2021, section 3.4. The tables are not part of the state dict.
class RotaryEmbedding : public Module {
 public:
  /// Throws ValueError for an odd head_dim, or a base that is not above 1.
  explicit RotaryEmbedding(int64_t head_dim, int64_t max_len = 4096, double base = 10000);
  /// x are the tokens first, first + 1, ... Throws ShapeError where they end behind max_len.
  Tensor operator()(const Tensor& x, int64_t first = 0) const;
  std::string extra_repr() const override;

 private:
  int64_t head_dim_, max_len_;
  double base_;
  Tensor cosines_, sines_;  // (max_len, E/2), float64, on the CPU
};

}  // namespace lemma::nn
