#include "autograd/anomaly.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/autograd/anomaly.h"

namespace lemma {
namespace {

// 0 when all are finite, else 'N' where there is a NaN, or 'I' where there is only an Inf.
char first_bad(const Array& array) {
  if (!is_floating(array.dtype())) return 0;
  char bad = 0;
  for (double x : Tensor(array).to_vector<double>()) {
    if (std::isnan(x)) return 'N';
    if (std::isinf(x)) bad = 'I';
  }
  return bad;
}

// An Inf that the caller wrote, as attention masks do, or that came in with an input, is no news. A NaN always is.
bool expected_inf(const char* op, std::span<const TensorRef> inputs) {
  if (op == std::string_view("masked_fill") || op == std::string_view("pad")) return true;
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const TensorRef& input) { return first_bad(input.tensor->array()) == 'I'; });
}

std::string describe_inputs(const Node& node) {
  std::vector<std::string> shapes;
  for (size_t i = 0; i < node.num_inputs(); ++i) shapes.push_back(node.input_shape(i).str());
  return fmt::format("{}", fmt::join(shapes, " and "));
}

// "matmul <- relu <- matmul": what came before, along the first input that has a history.
std::string provenance(const Node* node) {
  std::string chain;
  for (int step = 0; node && step < 6; ++step) {
    chain += (step ? " <- " : "") + std::string(node->name());
    const Node* next = nullptr;
    for (const Edge& edge : node->edges())
      if (edge.node && !next) next = edge.node.get();
    node = next;
  }
  return chain;
}

std::string called_from(const std::vector<std::string>& trace) {
  return trace.empty() ? "" : fmt::format("; called from {}", fmt::join(trace, " <- "));
}

// "demo::step(lemma::Tensor const&)" -> "demo::step"; "void f<int>(int)" -> "f<int>".
std::string bare_name(const char* symbol) {
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : symbol;
  name = name.substr(0, name.find('('));
  int depth = 0;
  for (size_t i = name.size(); i-- > 0;) {
    depth += name[i] == '>' ? 1 : name[i] == '<' ? -1 : 0;
    if (name[i] == ' ' && depth == 0) return name.substr(i + 1);
  }
  return name;
}

// Names of the functions below the library on the call stack, innermost first.
std::vector<std::string> call_trace() {
  void* frames[48];
  const int count = backtrace(frames, 48);
  std::vector<std::string> names;
  for (int i = 0; i < count && names.size() < 4; ++i) {
    Dl_info info;
    if (!dladdr(frames[i], &info) || !info.dli_sname) continue;
    const std::string name = bare_name(info.dli_sname);
    const bool library = name.rfind("lemma::", 0) == 0 && name.rfind("lemma::nn::", 0) != 0;
    if (library || name.empty() || name[0] == '_' || name.rfind("std::", 0) == 0) continue;
    names.push_back(name + "()");
    if (name == "main") break;
  }
  return names;
}

class Detective final : public Watcher {
 public:
  void computed(const char* op, std::span<const TensorRef> inputs, const Array& output) override {
    const char bad = first_bad(output);
    if (!bad || (bad == 'I' && expected_inf(op, inputs))) return;
    std::vector<std::string> shapes, chains;
    for (const TensorRef& ref : inputs) {
      shapes.push_back(ref.tensor->shape().str());
      if (ref.tensor->grad_fn() && chains.empty()) chains.push_back(provenance(ref.tensor->grad_fn().get()));
    }
    throw GradError(op, fmt::format("the result of shape {} holds {}; inputs {}{}{}", output.shape().str(),
                                    bad == 'N' ? "a NaN" : "an Inf", fmt::join(shapes, " and "),
                                    chains.empty() ? "" : "; before it: " + chains[0], called_from(call_trace())));
  }
  void recorded(Node& node) override { node.output(0).extras().trace = call_trace(); }
};
Detective detective;
thread_local bool looking = false;  // inside a rule too, where there is no watcher

}  // namespace

DetectAnomaly::DetectAnomaly() : previous_(looking) {
  looking = true;
  watcher = &detective;
}
DetectAnomaly::~DetectAnomaly() {
  looking = previous_;
  if (!looking) watcher = nullptr;
}
bool DetectAnomaly::enabled() { return looking; }

void inspect_gradients(const Node& node, const Grads& grads) {
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || !node.needs(i)) continue;
    const char bad = first_bad(grads[i].array());
    if (!bad) continue;
    std::vector<std::string> trace;
    if (node.output(0).has_extras()) trace = const_cast<Node&>(node).output(0).extras().trace;
    throw GradError(node.name(), fmt::format("the gradient for input {} holds {}; inputs {}; the operation was: {}{}",
                                             i, bad == 'N' ? "a NaN" : "an Inf", describe_inputs(node),
                                             provenance(&node), called_from(trace)));
  }
}

}  // namespace lemma
