#include "lemma/tape/node.h"

#include <atomic>

#include <fmt/format.h>

#include "lemma/tape/grad_mode.h"
#include "tape/record.h"

namespace lemma {
namespace {
std::atomic<uint64_t> sequences{1};
// Values this small are kept anyway, so that explain() and to_dot() can show them.
constexpr int64_t kShown = 16;
}  // namespace

TensorImpl::TensorImpl(Array&& a) : array(std::move(a)) {}
TensorImpl::~TensorImpl() = default;
void TensorImpl::destroy(TensorImpl* impl) { delete impl; }
Extras& TensorImpl::extras() { return extras_ ? *extras_ : *(extras_ = std::make_unique<Extras>()); }

Saved::Saved(const Array& a, bool keep)
    : array(keep ? a : Array(nullptr, a.shape(), a.strides(), 0, a.dtype())),
      device(a.device()),
      version(a.storage()->version()),
      kept(keep) {}

Node::Node(const char* name, std::span<const Array> outputs, uint32_t saved_outputs)
    : name_(name), sequence_(sequences.fetch_add(1, std::memory_order_relaxed)) {
  outputs_.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool keep = (saved_outputs >> std::min<size_t>(i, 31) & 1u) != 0;
    outputs_.push_back({Saved(outputs[i], keep || outputs[i].numel() <= kShown), nullptr});
    outputs_[i].saved.kept = keep;
  }
}

uint64_t Recorder::next_sequence() { return sequences.load(std::memory_order_relaxed); }

std::vector<Ref<Node>> Node::next_functions() const {
  std::vector<Ref<Node>> next;
  for (const Edge& edge : edges_) next.push_back(edge.node);
  return next;
}

// Freeing a node may free its inputs' nodes, and so on down the chain: they line up here instead of nesting. Two bare
// variables and a link in each node, so that it also works for tensors that outlive the thread's other variables.
void Node::destroy(Node* node) {
  constinit thread_local Node* doomed = nullptr;
  constinit thread_local bool draining = false;
  node->next_doomed_ = doomed;
  doomed = node;
  if (draining) return;
  draining = true;
  while (doomed) {
    Node* next = doomed;
    doomed = next->next_doomed_;
    delete next;  // its edges call destroy(), which lines up
  }
  draining = false;
}

void Node::check_fresh(const Saved& saved, const char* what, size_t i) const {
  if (released_)
    throw GradError(name_,
                    "its saved values were freed by an earlier backward(); pass retain_graph to walk the graph twice");
  const uint32_t now = saved.array.storage()->version();
  if (now == saved.version) return;
  const std::string which = *what == 'i' ? fmt::format("input {}", i) : "the output";
  throw GradError(name_, fmt::format("{} of shape {} was changed in place after it was saved (version {}, now {}); "
                                     "change it after backward(), or clone() it first",
                                     which, saved.array.shape().str(), saved.version, now));
}

Tensor Node::saved_input(size_t i) const {
  const Edge& edge = edges_[i];
  check_fresh(edge.saved, "input", i);
  if (edge.leaf && edge.leaf->array.storage() == edge.saved.array.storage()) return Tensor::from_impl(edge.leaf);
  Tensor value(edge.saved.array);
  value.impl()->node = edge.node;
  value.impl()->output = edge.output;
  return value;
}

Tensor Node::saved_output(size_t i) const {
  check_fresh(outputs_[i].saved, "output", i);
  Tensor value(outputs_[i].saved.array);
  value.impl()->node = Ref<Node>::share(const_cast<Node*>(this));
  value.impl()->output = static_cast<uint32_t>(i);
  return value;
}

void Node::release() {
  released_ = true;
  for (Edge& edge : edges_) edge.saved.release();
  for (Output& output : outputs_)
    if (output.saved.array.numel() > kShown) output.saved.release();
}

size_t Node::bytes_held() const {
  size_t bytes = 0;
  for (const Edge& edge : edges_)
    if (edge.saved.array.defined() && !edge.leaf) bytes += edge.saved.array.storage()->bytes();
  for (const Output& output : outputs_)
    if (output.saved.kept && output.saved.array.defined()) bytes += output.saved.array.storage()->bytes();
  return bytes;
}

bool Recorder::wanted(std::span<const TensorRef> inputs) {
  if (!grad_enabled()) return false;
  for (const TensorRef& ref : inputs)
    if (ref.tensor->requires_grad()) return true;
  return false;
}

uint32_t Recorder::wants(std::span<const TensorRef> inputs) {
  uint32_t bits = 0;
  for (size_t i = 0; i < inputs.size() && i < 32; ++i)
    bits |= static_cast<uint32_t>(inputs[i].tensor->requires_grad()) << i;
  return bits;
}

void Recorder::note_base(TensorImpl* from, const Tensor& result) {
  TensorImpl* base = from->base ? from->base.get() : from;
  result.impl()->base = Ref<TensorImpl>::share(base);
  result.impl()->writes = base->writes;
}

Ref<Node> Recorder::connect(Node* raw, std::span<const TensorRef> inputs, uint32_t saved_inputs) {
  Ref<Node> node = Ref<Node>::adopt(raw);
  node->edges_.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    TensorImpl* impl = inputs[i].tensor->impl();
    if (impl->stale()) impl->refresh();
    const bool keep = (saved_inputs >> std::min<size_t>(i, 31) & 1u) != 0;
    node->edges_.push_back(Edge{impl->node, !impl->node && impl->requires_grad ? Ref<TensorImpl>::share(impl) : nullptr,
                                Saved(impl->array, keep), impl->output});
  }
  if (watcher) watcher->recorded(*node);
  return node;
}

Tensor Recorder::result(const Ref<Node>& node, Array output, uint32_t number) {
  Tensor tensor(std::move(output));
  tensor.impl()->node = node;
  tensor.impl()->output = number;
  return tensor;
}

}  // namespace lemma
