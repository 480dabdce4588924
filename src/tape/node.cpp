#include "tape/node.h"

#include <atomic>

#include <fmt/format.h>

#include "lemma/tape/grad_mode.h"
#include "tape/record.h"

namespace lemma {
namespace {
std::atomic<uint64_t> next_sequence{1};
// Values this small are kept anyway, so that explain() and to_dot() can show them.
constexpr int64_t kShown = 16;
}  // namespace

TensorImpl::TensorImpl(Array a) : array(std::move(a)) {}
TensorImpl::~TensorImpl() = default;
void TensorImpl::destroy(TensorImpl* impl) { delete impl; }
Extras& TensorImpl::extras() { return extras_ ? *extras_ : *(extras_ = std::make_unique<Extras>()); }

Saved::Saved(const Array& a, bool keep)
    : array(keep ? a : Array(nullptr, a.shape(), a.strides(), 0, a.dtype())),
      device(a.device()),
      version(a.storage()->version()),
      kept(keep) {}

Node::Node(const char* name, const Array& output, Save save)
    : name_(name),
      sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)),
      output_(output, saves(save, Save::output) || output.numel() <= kShown) {
  output_.kept = saves(save, Save::output);
}

// Freeing a node may free its inputs' nodes, and so on down the chain: they queue here instead of nesting.
void Node::destroy(Node* node) {
  thread_local std::vector<Node*> queue;
  thread_local bool draining = false;
  queue.push_back(node);
  if (draining) return;
  draining = true;
  while (!queue.empty()) {
    Node* next = queue.back();
    queue.pop_back();
    delete next;  // its edges call destroy(), which queues
  }
  draining = false;
  if (queue.capacity() > 4096) std::vector<Node*>().swap(queue);
}

void Node::check_fresh(const Saved& saved, const char* what, size_t i) const {
  const std::string which = *what == 'i' ? fmt::format("input {}", i) : "the output";
  if (released_)
    throw GradError(name_,
                    "its saved values were freed by an earlier backward(); pass retain_graph to walk the graph twice");
  if (!saved.kept)
    throw GradError(name_, fmt::format("its rule asks for {}, which record() was not told to save", which));
  const uint32_t now = saved.array.storage()->version();
  if (now != saved.version)
    throw GradError(
        name_, fmt::format("{} of shape {} was changed in place after it was saved (version {}, now {}); change it "
                           "after backward(), or clone() it first",
                           which, saved.array.shape().str(), saved.version, now));
}

Tensor Node::input(size_t i) const {
  const Edge& edge = edges_[i];
  check_fresh(edge.saved, "input", i);
  if (edge.leaf && edge.leaf->array.storage() == edge.saved.array.storage()) return Tensor::from_impl(edge.leaf);
  Tensor value(edge.saved.array);
  value.impl()->node = edge.node;
  return value;
}

Tensor Node::output() const {
  check_fresh(output_, "output", 0);
  Tensor value(output_.array);
  value.impl()->node = Ref<Node>::share(const_cast<Node*>(this));
  return value;
}

void Node::release() {
  released_ = true;
  for (Edge& edge : edges_) edge.saved.release();
  if (output_.array.numel() > kShown) output_.release();
}

size_t Node::bytes_held() const {
  size_t bytes = 0;
  for (const Edge& edge : edges_)
    if (edge.saved.array.defined() && !edge.leaf) bytes += edge.saved.array.storage()->bytes();
  if (output_.kept && output_.array.defined()) bytes += output_.array.storage()->bytes();
  return bytes;
}

bool Recorder::wanted(std::span<const TensorRef> inputs) {
  if (!grad_enabled()) return false;
  for (const TensorRef& ref : inputs)
    if (ref.tensor->requires_grad()) return true;
  return false;
}

Tensor Recorder::finish(Node* raw, std::span<const TensorRef> inputs, Array output, Save save) {
  Ref<Node> node = Ref<Node>::adopt(raw);
  node->edges_.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    TensorImpl* impl = inputs[i].tensor->impl();
    const bool keep = (static_cast<uint32_t>(save) >> std::min<size_t>(i + 1, 31) & 1u) != 0;
    node->edges_.push_back(Edge{impl->node, !impl->node && impl->requires_grad ? Ref<TensorImpl>::share(impl) : nullptr,
                                Saved(impl->array, keep)});
  }
  if (watcher) watcher->recorded(*node);
  Tensor result(std::move(output));
  result.impl()->node = std::move(node);
  return result;
}

}  // namespace lemma
