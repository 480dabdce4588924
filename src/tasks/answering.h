#pragma once
/// A model that answers instead of learning: eval mode without a tape, and then as it was.

#include "lemma/autograd.h"
#include "lemma/nn/module.h"
#include "lemma/ops.h"

namespace lemma::tasks {

/// -ln P of the likeliest class, the mean over all but the last dimension of the logits.
inline Tensor surprise_of(const Tensor& logits) { return -amax(log_softmax(logits, -1), {-1}).mean(); }

class Answering {
 public:
  explicit Answering(nn::Module& module) : module_(module), training_(module.is_training()) { module.eval(); }
  ~Answering() { module_.train(training_); }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  NoGrad no_grad_;
  nn::Module& module_;
  bool training_;
};

}  // namespace lemma::tasks
