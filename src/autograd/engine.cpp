#include "autograd/engine.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "autograd/anomaly.h"
#include "lemma/autocast.h"
#include "lemma/autograd/anomaly.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::engine {
namespace {

bool later(const Node* a, const Node* b) { return a->sequence() < b->sequence(); }

// Rules run in the dtypes of the forward pass, also where backward() is called inside an Autocast block.
struct NoAutocast {
  Autocast cpu{Device::cpu(), std::nullopt, false}, cuda{Device::cuda(), std::nullopt, false};
};

bool nobody_else_has(const Tensor& x) {
  return x.impl()->use_count() == 1 && x.array().is_unique() && x.is_contiguous();
}

// In place when the sum so far is nobody else's, so that a long list of contributions needs no memory.
void add_to(Tensor& sum, const Tensor& grad, bool create_graph) {
  if (!sum.defined()) {
    sum = grad;
    return;
  }
  if (!create_graph && nobody_else_has(sum))
    sum.add_(grad);
  else
    sum = add(sum, grad);
}

// Runs the hooks on a complete gradient.
void run_hooks(const Extras& extras, Tensor& grad, const char* op) {
  const std::vector<Hook> hooks = extras.hooks;  // a hook may remove itself
  // A hook that writes into its gradient must not change another branch's.
  if (!hooks.empty() && !nobody_else_has(grad)) grad = clone(grad);
  for (const Hook& hook : hooks) {
    Tensor replaced = hook.call(grad);
    if (!replaced.defined()) continue;
    if (replaced.shape() != grad.shape() || replaced.dtype() != grad.dtype())
      throw GradError(op, fmt::format("a hook returned a gradient of {} {} for one of {} {}", name(replaced.dtype()),
                                      replaced.shape().str(), name(grad.dtype()), grad.shape().str()));
    if (replaced.device() != grad.device())
      throw GradError(op, fmt::format("a hook returned a gradient on {} for one on {}", replaced.device().str(),
                                      grad.device().str()));
    grad = replaced;
  }
}

void check_rule(const Node& node, const Grads& grads) {
  if (grads.size() != node.num_inputs())
    throw GradError(node.name(),
                    fmt::format("its rule returned {} gradients for {} inputs", grads.size(), node.num_inputs()));
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || !node.needs(i)) continue;
    const Saved& input = node.edges()[i].saved;
    if (grads[i].shape() != input.array.shape())
      throw GradError(node.name(), fmt::format("its rule returned a gradient of shape {} for input {} of shape {}",
                                               grads[i].shape().str(), i, input.array.shape().str()));
    if (grads[i].dtype() != input.array.dtype())
      throw GradError(node.name(), fmt::format("its rule returned a {} gradient for input {} of dtype {}",
                                               name(grads[i].dtype()), i, name(input.array.dtype())));
    if (grads[i].device() != input.device)
      throw GradError(node.name(), fmt::format("its rule returned a gradient on {} for input {} on {}",
                                               grads[i].device().str(), i, input.device.str()));
  }
}

std::mutex& accumulating() {
  static std::mutex* mutex = [] {
    static auto* one = new std::mutex;  // a child of fork() gets it unlocked
    ::pthread_atfork([] { one->lock(); }, [] { one->unlock(); }, [] { one->unlock(); });
    return one;
  }();
  return *mutex;
}

class Walk {
 public:
  Walk(const GradOptions& options, const std::vector<const void*>& targets)
      : options_(options), results_(targets.size()) {
    for (size_t i = 0; i < targets.size(); ++i) target_index_.emplace(targets[i], i);
    keep_ = options.retain_graph || options.create_graph;
  }

  // With targets: finds the nodes behind `roots` that lead to one. The rest is neither run nor freed.
  void find_useful(const std::vector<Root>& roots) {
    if (target_index_.empty()) return;
    std::vector<Node*> found;
    std::unordered_set<Node*> seen;
    const auto add = [&](Node* node) {
      if (node && seen.insert(node).second) found.push_back(node);
    };
    for (const Root& root : roots) add(root.tensor.impl()->node.get());
    for (size_t i = 0; i < found.size(); ++i)
      for (const Edge& edge : found[i]->edges()) add(edge.node.get());
    std::sort(found.begin(), found.end(), later);  // inputs before results
    for (Node* node : found)
      for (const Edge& edge : node->edges())
        if (leads_to_target(edge.node.get(), key_of(edge))) useful_.insert(node);
  }

  void deliver(Node* node, uint32_t output, TensorImpl* leaf, const Tensor& grad) {
    if (!target_index_.empty() && !leads_to_target(node, key_of(node, output, leaf))) return;
    if (node) {
      auto [place, is_new] = pending_.try_emplace(node);
      if (is_new) {
        place->second.reserve(node->num_outputs());
        for (size_t i = 0; i < node->num_outputs(); ++i) place->second.emplace_back();
        heap_.push_back(node);
        std::push_heap(heap_.begin(), heap_.end(), later);
      }
      add_to(place->second[output], grad, options_.create_graph);
    } else if (leaf) {
      auto [place, is_new] = leaf_index_.try_emplace(leaf, leaves_.size());
      if (is_new) leaves_.push_back({Ref<TensorImpl>::share(leaf), Tensor()});
      add_to(leaves_[place->second].grad, grad, options_.create_graph);
    }
  }

  void drain() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      Node* node = heap_.back();
      heap_.pop_back();
      auto place = pending_.find(node);
      Grads grads = std::move(place->second);
      pending_.erase(place);
      visit(*node, grads);
    }
  }

  // All gradients are added, or none: what may throw comes first. Threads that share parameters take turns.
  std::vector<Tensor> finish(bool accumulate) {
    for (Leaf& leaf : leaves_) {
      if (leaf.impl->has_extras()) finish_gradient(leaf.impl->extras(), leaf.grad, "leaf");
      capture(key_of(*leaf.impl), leaf.grad);
    }
    if (accumulate) {
      const std::lock_guard lock(accumulating());
      for (Leaf& leaf : leaves_) make_ready(*leaf.impl, leaf.grad);
      for (Leaf& leaf : leaves_) accumulate_into(*leaf.impl, leaf.grad);
    }
    for (auto& [extras, grad] : retained_) extras->grad = std::move(grad);
    return std::move(results_);
  }

 private:
  bool leads_to_target(Node* node, const void* key) const {
    return target_index_.count(key) > 0 || (node && useful_.count(node) > 0);
  }

  struct Leaf {
    Ref<TensorImpl> impl;
    Tensor grad;
  };

  void capture(const void* key, const Tensor& grad) {
    if (target_index_.empty()) return;
    auto [begin, end] = target_index_.equal_range(key);
    for (auto it = begin; it != end; ++it) results_[it->second] = grad;
  }

  void visit(Node& node, Grads& arrived) {
    for (uint32_t i = 0; i < arrived.size(); ++i) {
      if (!arrived[i].defined()) continue;
      if (node.output(i).has_extras()) finish_gradient(node.output(i).extras(), arrived[i], node.name());
      capture(key_of(&node, i, nullptr), arrived[i]);
    }
    if (!target_index_.empty() && !useful_.count(&node)) return;
    if (node.released())
      throw GradError(
          node.name(),
          "the graph was already walked and its saved values freed; call backward({}, true) first to keep them, or "
          "detach() a tensor that you reuse from an earlier step");
    const Grads grads = [&] {
      InsideRule inside;
      return node.apply(arrived);
    }();
    check_rule(node, grads);
    if (DetectAnomaly::enabled()) inspect_gradients(node, grads);
    if (!keep_) node.release();
    for (size_t i = 0; i < grads.size(); ++i)
      if (const Edge& edge = node.edges()[i]; grads[i].defined())
        deliver(edge.node.get(), edge.output, edge.leaf.get(), grads[i]);
  }

  // Runs the hooks on a complete gradient, and keeps it where retain_grad() asked for it.
  void finish_gradient(Extras& extras, Tensor& grad, const char* op) {
    run_hooks(extras, grad, op);
    if (extras.retain)
      retained_.emplace_back(&extras, extras.grad.defined() ? add(extras.grad, grad.detach()) : clone(grad.detach()));
  }

  // A leaf owns its .grad: it is never shared with another tensor, so it may be scaled in place.
  static bool adds_in_place(const TensorImpl& leaf) {
    return leaf.grad && leaf.grad->use_count() == 1 && leaf.grad->array.is_unique() && leaf.grad->array.is_contiguous();
  }
  // `grad` becomes what the leaf's is replaced by, or what is added to it in place.
  static void make_ready(TensorImpl& leaf, Tensor& grad) {
    if (grad.dtype() != leaf.array.dtype() || grad.shape() != leaf.array.shape() ||
        grad.device() != leaf.array.device())
      throw GradError(
          "backward",
          fmt::format("a leaf was {} {} on {} in the forward pass and is {} {} on {} now; run forward again",
                      name(grad.dtype()), grad.shape().str(), grad.device().str(), name(leaf.array.dtype()),
                      leaf.array.shape().str(), leaf.array.device().str()));
    if (leaf.grad && !adds_in_place(leaf))
      grad = add(Tensor::from_impl(Ref<TensorImpl>::share(leaf.grad.get())), grad);
    else if (!leaf.grad && !nobody_else_has(grad))
      grad = clone(grad.detach());
  }
  static void accumulate_into(TensorImpl& leaf, const Tensor& grad) {
    if (adds_in_place(leaf))
      Tensor::from_impl(Ref<TensorImpl>::share(leaf.grad.get())).add_(grad);
    else
      leaf.grad = Ref<TensorImpl>::share(grad.impl());
  }

  const GradOptions& options_;
  bool keep_ = false;
  std::vector<Node*> heap_;
  std::unordered_map<Node*, Grads> pending_;  // one per output
  std::unordered_map<TensorImpl*, size_t> leaf_index_;
  std::vector<Leaf> leaves_;
  std::unordered_multimap<const void*, size_t> target_index_;
  std::unordered_set<Node*> useful_;
  std::vector<Tensor> results_;
  std::vector<std::pair<Extras*, Tensor>> retained_;
};

}  // namespace

std::vector<Tensor> run(const std::vector<Root>& roots, const std::vector<const void*>& targets,
                        const GradOptions& options, bool accumulate) {
  const std::vector<Root> alive = roots;  // a hook may drop the user's last handle
  const GradMode mode(options.create_graph);
  const NoAutocast as_recorded;
  Walk walk(options, targets);
  walk.find_useful(alive);
  for (const Root& root : alive) {
    TensorImpl* impl = root.tensor.impl();
    walk.deliver(impl->node.get(), impl->output, impl->node ? nullptr : impl, root.grad);
  }
  walk.drain();
  return walk.finish(accumulate);
}

}  // namespace lemma::engine
