#include "lemma/tasks/decision/model.h"

#include <algorithm>
#include <cmath>

#include "lemma/nn/init.h"
#include "lemma/nn/masks.h"
#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

int64_t seen_size(const worlds::World& world) {
  return static_cast<int64_t>(world.observe(worlds::State(world.axes().size(), 0.0)).size());
}
int64_t action_count(const worlds::World& world) { return static_cast<int64_t>(world.actions().size()); }

}  // namespace

double return_scale(const worlds::World& world) {
  return std::max(std::fabs(world.best_return()), std::fabs(world.worst_return()));
}

StepWindows StepWindows::to(Device device) const {
  return {to_go.to(device), seen.to(device), actions.to(device), times.to(device)};
}

DecisionNetwork::DecisionNetwork(const DecisionOptions& options, const worlds::World& world)
    : seen_mean(zeros({seen_size(world)})), seen_scale(ones({seen_size(world)})), context_(options.context) {
  register_buffer("seen_mean", seen_mean);
  register_buffer("seen_scale", seen_scale);
}

SequenceNetwork::SequenceNetwork(const DecisionOptions& options, const worlds::World& world)
    : DecisionNetwork(options, world),
      wanted(child(this, "wanted", 1, options.embed)),
      seen(child(this, "seen", seen_size(world), options.embed)),
      done(child(this, "done", action_count(world), options.embed)),
      when(child(this, "when", world.most_steps(), options.embed)),
      norm(child(this, "norm", options.embed)),
      dropout(child(this, "dropout", options.dropout)),
      head(child(this, "head", options.embed, action_count(world))) {
  if (options.model == "lstm")
    lstm = child(this, "lstm", options.embed, options.embed,
                 nn::RecurrentOptions{.num_layers = options.layers, .dropout = options.dropout});
  else
    encoder = child(this, "encoder", options.embed, options.heads, options.layers,
                    nn::EncoderOptions{.dim_feedforward = 4 * options.embed,
                                       .dropout = options.dropout,
                                       .activation = nn::Activation::gelu,
                                       .norm_first = true},
                    true);
  // Small: few episodes are long, and a late time that was never met must not be noise.
  nn::init::normal_(when.weight, 0, 0.02);
  nn::init::normal_(done.weight, 0, 0.5);
}

Tensor SequenceNetwork::operator()(const StepWindows& windows, std::vector<Tensor>* weights) const {
  const int64_t B = windows.times.size(0), K = windows.times.size(1);
  const Tensor time = when(windows.times);  // (B, K, D)
  const Tensor steps =
      stack({wanted(windows.to_go), seen(scaled(windows.seen)), done(windows.actions)}, 2);            // (B, K, 3, D)
  const Tensor tokens = dropout(norm((steps + time.unsqueeze(2)).reshape({B, 3 * K, time.size(2)})));  // (B, 3K, D)
  const Tensor read = lstm ? (*lstm)(tokens).output
                           : (*encoder)(tokens, {.attend = nn::attend_causal(3 * K, tokens.device())}, weights);
  return head(read.reshape({B, K, 3, time.size(2)}).select(2, 1));  // what is seen: (B, K, D) -> (B, K, A)
}

CloningNetwork::CloningNetwork(const DecisionOptions& options, const worlds::World& world)
    : DecisionNetwork(options, world),
      first(child(this, "first", seen_size(world), options.embed)),
      second(child(this, "second", options.embed, options.embed)),
      head(child(this, "head", options.embed, action_count(world))) {}

Tensor CloningNetwork::operator()(const StepWindows& windows, std::vector<Tensor>*) const {
  return head(relu(second(relu(first(scaled(windows.seen))))));
}

std::unique_ptr<DecisionNetwork> decision_network(const DecisionOptions& options, const worlds::World& world) {
  if (options.model == "mlp") return std::make_unique<CloningNetwork>(options, world);
  return std::make_unique<SequenceNetwork>(options, world);
}

}  // namespace lemma::tasks
