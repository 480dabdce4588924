// Programs of operations on float64 tensors: where the result is smooth, its gradient, and the gradient of that, are
// what finite differences say.
#include <cmath>

#include "tests/fuzz/machine.h"

using namespace lemma;
using fuzz::Machine;

namespace {

// Nothing on the way may be infinite or NaN: 0 times that is a NaN gradient even where the result does not show it.
// Nor may a slope be without bounds, as that of a root at 0 and of acos at 1, or 0^0 be asked for.
bool ordinary(const std::string& op, const Tensor& result) {
  if (!is_floating(result.dtype())) return true;
  const NoGrad no_grad;
  const Tensor y = abs(result.detach());
  if (!all(lt(y, 1e6))) return false;
  if (op.starts_with("pow") && lemma::any(eq(y, 1))) return false;
  if (op == "sqrt" || op == "acosh" || op.starts_with("pow")) return all(gt(y, 1e-9));
  if (op == "asin" || op == "acos") return all(gt(abs(op == "asin" ? cos(y) : sin(y)), 1e-9));
  return true;
}

// The result of a program on one input, weighted and summed to a number. What it refuses, it leaves out.
Tensor run(const fuzz::Bytes& program, const Tensor& input, bool loud) {
  manual_seed(1);
  Machine m(program);
  m.reals = true;
  m.pool.push_back(mul(input, 1));
  Tensor last = m.pool.front();
  for (int steps = 0; steps < 8 && !m.in.empty(); ++steps) {
    const auto& all = fuzz::operations();
    const fuzz::Operation& op = all[m.in.byte() % all.size()];
    std::vector<Tensor> results;
    const auto error = fuzz::refused(op.name, [&] { results = op.run(m); });
    if (loud) std::fprintf(stderr, "%s: %s\n", op.name, error.value_or("done").c_str());
    for (const Tensor& x : results) {
      if (!x.defined() || x.numel() > fuzz::kLargest) continue;
      if (loud && x.numel() < 100) std::fprintf(stderr, "%s\n", x.str().c_str());
      if (!ordinary(op.name, x)) return full({}, NAN, {.dtype = float64});
      m.keep(x);
      if (x.requires_grad()) last = x;
    }
  }
  const Tensor weights = sin(add(arange(0.0, static_cast<double>(last.numel()), 1.0, {.dtype = float64}), 0.7));
  return sum(mul(reshape(last, Shape{last.numel()}), weights));
}

using Program = std::function<Tensor(const Tensor&)>;

double value(const Program& f, const Tensor& x, int64_t i, double by) {
  std::vector<double> values = x.to_vector<double>();
  values[static_cast<size_t>(i)] += by;
  return f(from_data(values.data(), x.shape()).requires_grad_()).item();
}

// The derivative along element i, where differences of two widths, to both sides, agree that there is one.
std::optional<double> numeric(const Program& f, const Tensor& x, int64_t i) {
  const double h = 1e-4, here = value(f, x, i, 0);
  const double up = value(f, x, i, h), down = value(f, x, i, -h), near_up = value(f, x, i, h / 8),
               near_down = value(f, x, i, -h / 8);
  const double wide = (up - down) / (2 * h), narrow = (near_up - near_down) / (h / 4);
  const double right = (near_up - here) / (h / 8), left = (here - near_down) / (h / 8);
  const double scale = 1 + std::abs(narrow) + std::abs(here) * 1e-3;
  if (!(std::abs(here) < 1e4 && scale < 1e4)) return std::nullopt;
  if (!(std::abs(wide - narrow) < 1e-5 * scale && std::abs(right - left) < 1e-2 * scale)) return std::nullopt;
  return narrow;
}

// Undefined where the program's result does not depend on the input.
Tensor gradient(const Program& f, const Tensor& input, bool again) {
  const Tensor y = f(input);
  if (!y.requires_grad()) return {};
  return grad(std::vector<Tensor>{y}, {input}, {.create_graph = again, .allow_unused = true})[0];
}

void check(const Program& f, const Tensor& input, const char* what, bool loud) {
  Tensor analytic;
  const auto error = fuzz::refused(what, [&] { analytic = gradient(f, input, false); });
  if (error && loud) std::fprintf(stderr, "%s\n", error->c_str());
  if (error || !analytic.defined()) return;
  const std::vector<double> found = analytic.to_vector<double>();
  for (int64_t i = 0; i < std::min<int64_t>(input.numel(), 4); ++i) {
    const auto expected = numeric(f, input, i);
    const double got = found[static_cast<size_t>(i)];
    if (loud) std::fprintf(stderr, "%s: %g, by differences %g\n", what, got, expected.value_or(NAN));
    if (expected && !(std::abs(got - *expected) < 1e-3 * (1 + std::abs(*expected))))
      fuzz::finding(std::string(what) + " along element " + std::to_string(i) + " is " + std::to_string(got) +
                    ", by differences " + std::to_string(*expected));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int limited = ::setenv("LEMMA_MEMORY_LIMIT", "64M", 0);
  static const bool loud = std::getenv("LEMMA_FUZZ_LOUD");
  fuzz::require(limited == 0, "the environment could not be set");
  fuzz::Bytes in(data, size);
  Machine first(in);
  first.reals = true;
  const bool twice = first.in.flag();
  const Tensor input = first.filled(first.shape(), float64).requires_grad_();
  if (input.numel() == 0) return 0;
  const fuzz::Bytes program = first.in;
  bool say = loud;
  const Program f = [&](const Tensor& x) { return run(program, x, std::exchange(say, false)); };
  check(f, input, "the gradient", loud);
  if (!twice) return 0;
  const Tensor weights = cos(add(arange(0.0, static_cast<double>(input.numel()), 1.0, {.dtype = float64}), 0.3));
  const Program slope = [&](const Tensor& x) {
    const Tensor g = gradient(f, x, true);
    return g.defined() ? sum(mul(reshape(g, Shape{x.numel()}), weights)) : sum(mul(x, 0));
  };
  check(slope, input, "the gradient's gradient", loud);
  return 0;
}
