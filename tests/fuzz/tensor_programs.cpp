// Programs of tensor operations with any arguments: each step gives a tensor or one of Lemma's errors, the same for a
// view as for its contiguous copy, and what it recorded can be differentiated or is refused in words.
#include <cmath>

#include "tests/fuzz/machine.h"

using namespace lemma;
using fuzz::Machine;
using fuzz::Operation;

namespace {

struct Outcome {
  std::vector<Tensor> results;
  std::optional<std::string> error;
};

Outcome step(const Operation& op, Machine& m) {
  Outcome outcome;
  outcome.error = fuzz::refused(op.name, [&] { outcome.results = op.run(m); });
  return outcome;
}

bool out_of_memory(const Outcome& outcome) {
  return outcome.error && outcome.error->find("memory") != std::string::npos;
}

// Sums may be taken in another order, so only numbers of ordinary size are compared, and those not to the last bit.
void compare(const Tensor& a, const Tensor& b) {
  fuzz::require(a.defined() == b.defined(), "defined for a view alone");
  if (!a.defined()) return;
  fuzz::require(a.shape() == b.shape() && a.dtype() == b.dtype(), "another shape or dtype than of contiguous copies");
  if (a.numel() > fuzz::kLargest) return;
  const auto left = a.to_vector<double>(), right = b.to_vector<double>();
  double scale = 1;
  for (size_t i = 0; i < left.size(); ++i) scale = std::max({scale, std::abs(left[i]), std::abs(right[i])});
  if (!(scale < 1e4)) return;
  const double within = scale * (is_half(a.dtype()) ? 0.05 : is_floating(a.dtype()) ? 1e-3 : 0);
  for (size_t i = 0; i < left.size(); ++i)
    fuzz::require(std::isnan(left[i]) == std::isnan(right[i]) && !(std::abs(left[i] - right[i]) > within),
                  "another value than of contiguous copies");
}

void check_copies(const Operation& op, const Machine& before, const Outcome& outcome) {
  const NoGrad no_grad;
  Machine m = before;
  m.copies = true;
  const Outcome again = step(op, m);
  if (out_of_memory(outcome) || out_of_memory(again)) return;
  fuzz::require(outcome.error.has_value() == again.error.has_value(),
                "an error for a view alone, or for its copy alone");
  fuzz::require(outcome.results.size() == again.results.size(), "another number of results than of contiguous copies");
  for (size_t i = 0; i < again.results.size(); ++i) compare(outcome.results[i], again.results[i]);
}

void finish(Machine& m) {
  const Tensor x = m.any();
  fuzz::refused("printing", [&] { x.str(), x.describe(); });
  if (m.in.flag()) fuzz::refused("explain", [&] { explain(x); });
  fuzz::refused("backward", [&] { x.backward(m.in.flag() ? m.like(x) : Tensor(), m.in.flag()); });
  for (const Tensor& each : m.pool)
    if (const Tensor g = each.is_leaf() ? each.grad() : Tensor(); g.defined())
      fuzz::require(g.shape() == each.shape() && g.dtype() == each.dtype(), "a gradient of another shape or dtype");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int limited = ::setenv("LEMMA_MEMORY_LIMIT", "64M", 0);
  static const bool loud = std::getenv("LEMMA_FUZZ_LOUD");
  fuzz::require(limited == 0, "the environment could not be set");
  manual_seed(1);
  Machine m(fuzz::Bytes(data, size));
  for (int steps = 0; steps < 40 && !m.in.empty(); ++steps) {
    const auto& all = fuzz::operations();
    const Operation& op = all[m.in.byte() % all.size()];
    const Machine before = m;
    const Outcome outcome = step(op, m);
    if (loud) std::fprintf(stderr, "%s: %s\n", op.name, outcome.error.value_or("done").c_str());
    if (loud)
      for (const Tensor& x : outcome.results)
        if (x.defined() && x.numel() < 1000) std::fprintf(stderr, "%s\n%s\n", x.describe().c_str(), x.str().c_str());
    if (op.kind == Operation::pure) check_copies(op, before, outcome);
    for (const Tensor& x : outcome.results) m.keep(x);
  }
  finish(m);
  return 0;
}
