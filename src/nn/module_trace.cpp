#include "lemma/nn/module_trace.h"

#include <algorithm>
#include <unordered_map>

#include "lemma/core/error.h"
#include "tape/record.h"

namespace lemma::nn {

namespace {

// Nodes with these numbers were made by that module.
struct Span {
  std::string path;
  uint64_t begin = 0, end = 0;
};

struct Parameter {
  std::string owner, name;
};

bool within(const std::string& path, const std::string& module) {
  return path.size() > module.size() && path.starts_with(module) && path[module.size()] == '.';
}

}  // namespace

struct ModuleTrace::Watched {
  struct Hooked {
    Module* module;
    int64_t before, after;
  };
  std::vector<Hooked> hooked;
  std::vector<std::string> silent;  // run no hooks; outer ones first
  std::vector<Span> open, closed;
  std::unordered_map<const TensorImpl*, Parameter> parameters;

  void begin(const std::string& path) { open.push_back({path, Recorder::next_sequence()}); }
  void end(const std::string& path) {
    while (!open.empty()) {  // calls that threw are still open
      const Span span = open.back();
      open.pop_back();
      if (span.path != path) continue;
      closed.push_back({path, span.begin, Recorder::next_sequence()});
      return;
    }
  }
  std::vector<Span> spans(const GraphPicture& graph) const;
};

ModuleTrace::ModuleTrace(Module& root) : watched_(std::make_unique<Watched>()) {
  Watched* w = watched_.get();
  for (const auto& [name, tensor] : root.named_parameters()) {
    const size_t dot = name.rfind('.');
    w->parameters.emplace(tensor.impl(), dot == std::string::npos
                                             ? Parameter{"", name}
                                             : Parameter{name.substr(0, dot), name.substr(dot + 1)});
  }
  for (const auto& [path, module] : root.named_modules()) {
    if (path.empty()) continue;
    try {
      const int64_t before =
          module->register_forward_pre_hook([w, path = path](const Module&, const Tensor&) { w->begin(path); });
      const int64_t after = module->register_forward_hook(
          [w, path = path](const Module&, const Tensor&, const Tensor&) { w->end(path); });
      w->hooked.push_back({module, before, after});
    } catch (const ValueError&) {
      w->silent.push_back(path);
    }
  }
}

ModuleTrace::~ModuleTrace() {
  for (const auto& [module, before, after] : watched_->hooked)
    module->remove_forward_hook(before), module->remove_forward_hook(after);
}

// Those of the calls, and for modules without hooks the hulls of what they hold.
std::vector<Span> ModuleTrace::Watched::spans(const GraphPicture& graph) const {
  std::vector<Span> all = closed;
  std::unordered_map<std::string, Span> uses;  // by owner: the operations on its parameters
  for (const GraphPicture::Edge& edge : graph.edges) {
    const auto found = parameters.find(graph.vertices[edge.from].leaf);
    if (graph.vertices[edge.from].leaf == nullptr || found == parameters.end()) continue;
    const uint64_t number = graph.vertices[edge.to].sequence;
    const auto [use, fresh] = uses.try_emplace(found->second.owner, Span{found->second.owner, number, number + 1});
    use->second.begin = std::min(use->second.begin, number), use->second.end = std::max(use->second.end, number + 1);
  }
  for (auto path = silent.rbegin(); path != silent.rend(); ++path) {  // inner ones first
    Span hull{*path, UINT64_MAX, 0};
    const auto add = [&](const Span& part) {
      hull.begin = std::min(hull.begin, part.begin), hull.end = std::max(hull.end, part.end);
    };
    for (const Span& part : all)
      if (within(part.path, *path)) add(part);
    if (const auto use = uses.find(*path); use != uses.end()) add(use->second);
    if (hull.begin < hull.end) all.push_back(hull);
  }
  return all;
}

std::vector<std::string> ModuleTrace::modules(const GraphPicture& graph) const {
  const std::vector<Span> spans = watched_->spans(graph);
  std::vector<std::string> modules;
  for (const GraphPicture::Vertex& v : graph.vertices) {
    const Span* innermost = nullptr;
    for (const Span& span : spans) {
      if (v.sequence < span.begin || v.sequence >= span.end) continue;
      const uint64_t length = span.end - span.begin, best = innermost ? innermost->end - innermost->begin : UINT64_MAX;
      if (length < best || (length == best && span.path.size() > innermost->path.size())) innermost = &span;
    }
    const auto parameter = watched_->parameters.find(v.leaf);
    modules.push_back(v.leaf      ? (parameter == watched_->parameters.end() ? "" : parameter->second.owner)
                      : innermost ? innermost->path
                                  : "");
  }
  return modules;
}

void ModuleTrace::name_parameters(GraphPicture& graph) const {
  for (GraphPicture::Vertex& v : graph.vertices)
    if (const auto found = watched_->parameters.find(v.leaf); v.leaf && found != watched_->parameters.end())
      v.name = found->second.name;
}

}  // namespace lemma::nn
