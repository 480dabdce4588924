#pragma once
/// MultiheadAttention: every token attends to the others through H small heads side by side.
///
/// head_h = softmax(q_h k_h^T / sqrt(D / H)) v_h,  y = [head_1 ... head_H] W_out^T + b_out.
/// Vaswani et al., "Attention is all you need", 2017, section 3.2.

#include "lemma/nn/cache.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/masks.h"
#include "lemma/nn/module.h"

namespace lemma::nn {

/// `attend_keys` and `attend` are bool, true where a query may attend (lemma/nn/masks.h).
struct AttentionOptions {
  Tensor attend_keys = {};           ///< (B, Tk): keys that may be attended to, such as real tokens
  Tensor attend = {};                ///< (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk): keys that each query may attend to
  bool need_weights = true;          ///< also return the attention weights
  bool average_attn_weights = true;  ///< averaged over the heads, (B, Tq, Tk); else (B, H, Tq, Tk)
  /// Keys and values of earlier calls: this call's stand behind them, and Tk counts both.
  KeyValueCache* cache = nullptr;
  /// The keys and values never change, as those of a source text: computed in the first call, taken from the cache
  /// afterwards.
  bool fixed_keys = false;
};

struct AttentionResult {
  Tensor output;   ///< (B, Tq, D)
  Tensor weights;  ///< before dropout; undefined without need_weights
};

/// Parameters as in PyTorch: in_proj_weight (3D, D) for q, k, v stacked, Xavier-uniform; in_proj_bias
/// (3D), zero; out_proj.weight (D, D), out_proj.bias (D), zero. Batch first. A query that may attend to nothing gets
/// zeros before out_proj.
class MultiheadAttention : public Module {
 public:
  /// Throws ValueError unless num_heads divides embed_dim.
  MultiheadAttention(int64_t embed_dim, int64_t num_heads, double dropout = 0, bool with_bias = true);
  /// query: (B, Tq, D), key and value: (B, Tk, D). Throws ShapeError for other shapes and for masks that do not fit,
  /// DTypeError for a mask that is not bool.
  AttentionResult operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const AttentionOptions& options = {}) const;

  Tensor in_proj_weight, in_proj_bias;
  Linear out_proj;

 private:
  struct Heads {
    Tensor q, k, v;  // (B, H, T, D/H)
  };
  Heads project(const Tensor& query, const Tensor& key, const Tensor& value) const;
  Heads project(const Tensor& query, const Tensor& key, const Tensor& value, const AttentionOptions& options) const;
  Tensor heads(const Tensor& x) const;
  Tensor third(const Tensor& x, int64_t i) const;
  void check(const Tensor& query, const Tensor& key, const Tensor& value) const;
  void check_mask(const Tensor& mask, const Heads& heads) const;

  int64_t embed_dim_, num_heads_;
  double dropout_;
};

}  // namespace lemma::nn
