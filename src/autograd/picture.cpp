// The graph as a text tree and as a drawing.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "autograd/engine.h"
#include "lemma/autograd/picture.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"

namespace lemma {
namespace {

constexpr int64_t kSmall = 6;  // tensors up to this many elements show their values

std::string compact(const Array& array) {
  if (!array.defined() || array.numel() > kSmall || array.numel() == 0) return "";
  const std::vector<double> values = Tensor(array).to_vector<double>();
  std::string text;
  for (double x : values) text += (text.empty() ? "" : " ") + fmt::format("{:.5g}", x + 0.0);  // -0 would only puzzle
  return array.rank() == 0 ? text : "[" + text + "]";
}

std::string bytes_text(size_t n) {
  if (n < 1024) return fmt::format("{} B", n);
  return n < 1048576 ? fmt::format("{:.1f} KiB", static_cast<double>(n) / 1024)
                     : fmt::format("{:.1f} MiB", static_cast<double>(n) / 1048576);
}

struct Vertex {
  const Node* node = nullptr;
  const TensorImpl* leaf = nullptr;
  Array array;
  Tensor grad;
  std::string name;
};

Vertex vertex_of(Node* node, uint32_t number, TensorImpl* leaf, const Saved* constant) {
  Vertex v;
  v.node = node;
  v.leaf = leaf;
  if (node) {
    Node::Output& output = node->output(number);
    v.array = output.saved.array;
    if (output.has_extras()) {
      v.name = output.extras().name;
      v.grad = output.extras().grad;
    }
  } else if (leaf) {
    v.array = leaf->array;
    v.grad = Tensor::from_impl(leaf->grad);
    if (leaf->has_extras()) v.name = const_cast<TensorImpl*>(leaf)->extras().name;
  } else {
    v.array = constant->array;
  }
  return v;
}

std::string describe(const Vertex& v) {
  std::string line = v.name.empty() ? "" : v.name + " = ";
  line += v.node ? v.node->name() : v.leaf ? "leaf" : "constant";
  line += " " + v.array.shape().str();
  if (v.array.dtype() != DType::float32) line += std::string(" ") + name(v.array.dtype());
  if (const std::string value = compact(v.array); !value.empty()) line += " = " + value;
  if (v.grad.defined()) {
    const std::string g = compact(v.grad.array());
    line += g.empty() ? "  grad kept" : "  grad " + g;
  }
  if (v.node && v.node->released())
    line += "  (freed)";
  else if (v.node && v.node->bytes_held() > 0)
    line += fmt::format("  holds {}", bytes_text(v.node->bytes_held()));
  return line;
}

// A name inside a Graphviz label.
std::string quoted(const std::string& name) {
  std::string text;
  for (char c : name) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return text;
}

struct Step {
  Vertex vertex;
  std::string prefix;
  bool last;
};

}  // namespace

std::string explain(const Tensor& root) {
  if (!root.defined()) return "undefined\n";
  std::string text;
  size_t held = 0, nodes = 0, more = 0;
  std::unordered_map<const Node*, bool> seen;
  TensorImpl* impl = root.impl();
  Vertex top = vertex_of(impl->node.get(), impl->output, impl->node ? nullptr : impl, nullptr);
  std::vector<Step> stack{{top, "", true}};  // a stack of our own: graphs may be a million deep
  while (!stack.empty()) {
    const Step step = stack.back();
    stack.pop_back();
    const bool is_root = step.vertex.node == top.node && nodes == 0;
    const bool repeated = step.vertex.node && !seen.emplace(step.vertex.node, true).second;
    if (step.vertex.node && !repeated) {
      ++nodes;
      held += step.vertex.node->bytes_held();
    }
    if (seen.size() > 400) {  // a tree nobody reads to the end
      more += !repeated;
    } else {
      text += step.prefix +
              (is_root     ? ""
               : step.last ? "└─ "
                           : "├─ ") +
              describe(step.vertex) + (repeated ? "  (shown above)" : "") + "\n";
    }
    if (!step.vertex.node || repeated) continue;
    const auto& edges = step.vertex.node->edges();
    const std::string below = is_root ? "" : step.prefix + (step.last ? "   " : "│  ");
    for (size_t i = edges.size(); i-- > 0;)
      stack.push_back({vertex_of(edges[i].node.get(), edges[i].output, edges[i].leaf.get(), &edges[i].saved),
                       seen.size() > 400 ? "" : below, i + 1 == edges.size()});
  }
  if (more > 0) text += fmt::format("... and {} more\n", more);
  return text + fmt::format("{} operations hold {}\n", nodes, bytes_text(held));
}

namespace {

// Between scalars, the rule applied to 1 is the derivative along each edge.
Grads derivatives(const Vertex& v) {
  if (!v.node || v.array.numel() != 1 || v.node->num_outputs() != 1 || v.node->released()) return {};
  NoGrad guard;
  Grads one;
  one.push_back(full(v.array.shape(), 1, {.dtype = v.array.dtype(), .device = v.node->output_device()}));
  return v.node->apply(one);
}

GraphPicture picture_of(const char* where, const Tensor& root) {
  if (!root.defined() || !root.requires_grad())
    throw GradError(where, "the tensor has no graph: nothing it depends on requires a gradient");
  // Every result of a node and every leaf once, results before inputs.
  std::vector<Edge> found;
  std::unordered_map<const void*, size_t> index;
  const auto add = [&](const Edge& edge) {
    if (index.emplace(engine::key_of(edge), found.size()).second) found.push_back(edge);
  };
  TensorImpl* impl = root.impl();
  add({impl->node, impl->node ? nullptr : Ref<TensorImpl>::share(impl), Saved(impl->array, true), impl->output});
  for (size_t i = 0; i < found.size(); ++i) {
    if (!found[i].node) continue;
    const Node& node = *found[i].node;
    for (const Edge& edge : node.edges())
      if (edge.wanted()) add(edge);
  }
  std::vector<const void*> keys;
  for (const Edge& one : found) keys.push_back(engine::key_of(one));
  const std::vector<Tensor> grads = engine::run({{root, ones_like(root)}}, keys, {.retain_graph = true}, false);

  GraphPicture picture;
  for (size_t i = 0; i < found.size(); ++i) {
    const Vertex v = vertex_of(found[i].node.get(), found[i].output, found[i].leaf.get(), nullptr);
    const NoGrad guard;
    picture.vertices.push_back({v.node ? v.node->name() : "leaf", v.name, v.array.shape(), compact(v.array),
                                grads[i].defined() ? compact(grads[i].array()) : "",
                                grads[i].defined() ? norm(grads[i]).item() : NAN, v.node ? v.node->sequence() : 0,
                                v.leaf});
    if (!v.node) continue;
    const Grads local = derivatives(v);
    const auto& inputs = v.node->edges();
    for (size_t e = 0; e < inputs.size(); ++e) {
      if (!inputs[e].wanted()) continue;
      const bool shown = e < local.size() && local[e].defined() && local[e].numel() == 1;
      picture.edges.push_back({index[engine::key_of(inputs[e])], i, shown ? local[e].item() : NAN});
    }
  }
  return picture;
}

}  // namespace

GraphPicture picture(const Tensor& root) { return picture_of("picture", root); }

std::string to_dot(const Tensor& root) {
  const GraphPicture picture = picture_of("to_dot", root);
  std::string text =
      "digraph lemma {\n  rankdir=BT; node [shape=box, fontname=\"monospace\"]; edge [fontname=\"monospace\"];\n";
  for (size_t i = 0; i < picture.vertices.size(); ++i) {
    const GraphPicture::Vertex& v = picture.vertices[i];
    std::string label = v.name.empty() ? v.op : v.sequence ? quoted(v.name) + " = " + v.op : quoted(v.name);
    label += v.value.empty() ? "\\n" + v.shape.str() : "\\nvalue " + v.value;
    if (!v.grad.empty()) label += "\\ngrad " + v.grad;
    text += fmt::format("  n{} [label=\"{}\"{}];\n", i, label, v.sequence ? "" : ", style=rounded");
  }
  for (const GraphPicture::Edge& edge : picture.edges)
    text += fmt::format("  n{} -> n{}{};\n", edge.from, edge.to,
                        std::isnan(edge.derivative) ? "" : fmt::format(" [label=\"{:.5g}\"]", edge.derivative));
  return text + "}\n";
}

Tensor named(const Tensor& x, const std::string& name) {
  if (!x.defined()) throw Error("named", "the tensor is undefined");
  TensorImpl& impl = *x.impl();
  (impl.node ? impl.node->output(impl.output).extras() : impl.extras()).name = name;
  return x;
}

}  // namespace lemma
