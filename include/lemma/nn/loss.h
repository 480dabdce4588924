#pragma once
/// The losses as modules: each keeps its options and calls the function in ops.h, where the formulas are.

#include "lemma/nn/module.h"
#include "lemma/ops.h"
#include "lemma/ops/ctc.h"

namespace lemma::nn {

struct CrossEntropyOptions {
  Tensor weight = {};  ///< (C) class weights
  int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;
};

/// logits: (N, C) or (N, C, d...), target: int64 (N) or (N, d...). Zero, with zero gradient, when every target is
/// ignored.
class CrossEntropyLoss : public Module {
 public:
  explicit CrossEntropyLoss(const CrossEntropyOptions& options = {}) : options_(options) {
    if (options_.weight.defined()) register_buffer("weight", options_.weight);
  }
  /// The loss; errors are those of cross_entropy.
  Tensor operator()(const Tensor& logits, const Tensor& target) const {
    return cross_entropy(logits, target, options_.weight, options_.ignore_index, options_.reduction,
                         options_.label_smoothing);
  }

 private:
  CrossEntropyOptions options_;
};

struct NLLOptions {
  Tensor weight = {};
  int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};

/// The same on log-probabilities.
class NLLLoss : public Module {
 public:
  explicit NLLLoss(const NLLOptions& options = {}) : options_(options) {
    if (options_.weight.defined()) register_buffer("weight", options_.weight);
  }
  /// The loss; errors are those of nll_loss.
  Tensor operator()(const Tensor& log_probs, const Tensor& target) const {
    return nll_loss(log_probs, target, options_.weight, options_.ignore_index, options_.reduction);
  }

 private:
  NLLOptions options_;
};

/// Losses of an input and a target of the same shape.
template <Tensor (*loss)(const Tensor&, const Tensor&, Reduction)>
class PairLoss : public Module {
 public:
  explicit PairLoss(Reduction reduction = Reduction::mean) : reduction_(reduction) {}
  Tensor operator()(const Tensor& input, const Tensor& target) const { return loss(input, target, reduction_); }

 private:
  Reduction reduction_;
};
struct BCEWithLogitsLoss : PairLoss<binary_cross_entropy_with_logits> {
  using PairLoss::PairLoss;
};
struct MSELoss : PairLoss<mse_loss> {
  using PairLoss::PairLoss;
};
struct L1Loss : PairLoss<l1_loss> {
  using PairLoss::PairLoss;
};

/// The loss of labels without times: log_probs (T, N, C), targets int64 (N, S), the lengths of both. Formula and errors
/// are those of ctc_loss, in ops/ctc.h.
class CTCLoss : public Module {
 public:
  explicit CTCLoss(int64_t blank = 0, Reduction reduction = Reduction::mean, bool zero_infinity = false)
      : blank_(blank), reduction_(reduction), zero_infinity_(zero_infinity) {}
  /// A scalar, or (N) with Reduction::none.
  Tensor operator()(const Tensor& log_probs, const Tensor& targets, const std::vector<int64_t>& input_lengths,
                    const std::vector<int64_t>& target_lengths) const {
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, blank_, reduction_, zero_infinity_);
  }

 private:
  int64_t blank_;
  Reduction reduction_;
  bool zero_infinity_;
};

}  // namespace lemma::nn
