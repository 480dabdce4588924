#pragma once
/// The networks that act. They read the last K steps, each as three tokens: what is wanted, what is seen, what was
/// done.

#include <memory>

#include "lemma/nn/container.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/encoder.h"
#include "lemma/nn/layer_norm.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/recurrent.h"
#include "lemma/tasks/decision/options.h"
#include "lemma/worlds/world.h"

namespace lemma::tasks {

/// B windows of K steps; shorter ones are filled up on the right, where nothing that counts looks.
struct StepWindows {
  Tensor to_go;    ///< (B, K, 1) the return wanted from each step on, divided by the world's largest
  Tensor seen;     ///< (B, K, S) what is seen of the state
  Tensor actions;  ///< (B, K) int64, what was done then; at a step that is still to be taken, anything
  Tensor times;    ///< (B, K) int64, the number of the step in its episode
  StepWindows to(Device device) const;  ///< the same windows on `device`
};

class DecisionNetwork : public nn::Module {
 public:
  DecisionNetwork(const DecisionOptions& options, const worlds::World& world);
  /// Logits of the action of each step, (B, K, A). `weights`, where given, receives one (B, H, 3K, 3K) a layer.
  virtual Tensor operator()(const StepWindows& windows, std::vector<Tensor>* weights = nullptr) const = 0;
  virtual int64_t context() const { return context_; }  ///< how many steps it looks back on, this one among them

  /// (S) each: what is seen minus `seen_mean`, divided by `seen_scale`, is near 0; learnt from the data, and saved.
  Tensor seen_mean, seen_scale;

 protected:
  Tensor scaled(const Tensor& seen) const { return (seen - seen_mean) / seen_scale; }
  int64_t context_;
};

/// tokens r_0, s_0, a_0, r_1, ...: embedding of each kind + embedding of the time; norm; a causal encoder; the action
/// of step t from the vector of s_t, which knows r_t and all before. Chen et al., "Decision Transformer: reinforcement
/// learning via sequence modeling", 2021. With `lstm` the encoder is an LSTM over the same tokens.
class SequenceNetwork : public DecisionNetwork {
 public:
  SequenceNetwork(const DecisionOptions& options, const worlds::World& world);
  Tensor operator()(const StepWindows& windows, std::vector<Tensor>* weights = nullptr) const override;

  nn::Linear wanted, seen;
  nn::Embedding done, when;
  nn::LayerNorm norm;
  nn::Dropout dropout;
  std::unique_ptr<nn::TransformerEncoder> encoder;  ///< one of these two
  std::unique_ptr<nn::LSTM> lstm;
  nn::Linear head;
};

/// Behaviour cloning: two hidden layers from what is seen now to what the data's players did. It cannot be asked.
class CloningNetwork : public DecisionNetwork {
 public:
  CloningNetwork(const DecisionOptions& options, const worlds::World& world);
  Tensor operator()(const StepWindows& windows, std::vector<Tensor>* weights = nullptr) const override;
  int64_t context() const override { return 1; }

  nn::Linear first, second, head;
};

/// The network that the options ask for, for what is seen and done in `world`.
std::unique_ptr<DecisionNetwork> decision_network(const DecisionOptions& options, const worlds::World& world);

/// The largest return of a world, by which those wanted are divided.
double return_scale(const worlds::World& world);

}  // namespace lemma::tasks
