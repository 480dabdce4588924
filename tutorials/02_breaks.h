#pragma once
/// The classic mistakes of tutorial 02, made on purpose, and what finds them: central differences, for all of them.

#include "02_engine.h"
#include "tutorial.h"

namespace scalar {

// Wrong: plain recursion walks on at once, before the other users of `input` have sent their share.
inline void walk_on_at_once(const Value& v) {
  for (const auto& [input, derivative] : v->inputs) {
    input->grad += derivative * v->grad;
    walk_on_at_once(input);
  }
}
inline void backward_by_recursion(const Value& root) {
  youngest_first(root);  // only to clear the gradients
  walk_on_at_once(root);
}

// Wrong: `=` where `+=` belongs. The last user wins, the others are forgotten.
inline void backward_overwriting(const Value& root) {
  for (const Value& v : youngest_first(root))
    for (const auto& [input, derivative] : v->inputs) input->grad = derivative * v->grad;
}

}  // namespace scalar

namespace tutorial {

/// (f(x + h) - f(x - h)) / 2h: no graph and no rules, only what a derivative is.
template <class F>
double central_difference(const F& f, double x, double h = 1e-5) {
  return (f(x + h) - f(x - h)) / (2 * h);
}

inline void no_topological_order() {
  say("p = 1, q = p + p, r = q + q, so r = 4 p and dr/dp = 4.");
  const scalar::Value p = scalar::make(1), q = p + p, r = q + q;
  const double wanted = central_difference([](double x) { return (x + x) + (x + x); }, 1);
  scalar::backward(r);
  check("in the right order, dr/dp", wanted, p->grad);
  scalar::backward_by_recursion(r);
  check("by recursion: wrong, as it must be", 6, p->grad);
  say("  q passes 1 on after its first share, then 2 after its second: p gets 2*1 + 2*2 = 6.");
  claim("what finds it: central differences say 4, not 6", std::abs(p->grad - wanted) > 1);
  say("\nOn a graph where each number is used once, recursion is right, and a test sees nothing: s = tanh(p * 3).");
  const scalar::Value s = scalar::tanh(p * scalar::make(3));
  scalar::backward_by_recursion(s);
  check("ds/dp by recursion", central_difference([](double x) { return std::tanh(x * 3); }, 1), p->grad);
}

inline void overwritten() {
  say("e = (a + b) * (b + 1) at a = 2, b = 1: b is used twice.");
  const scalar::Value a = scalar::make(2), b = scalar::make(1), c = a + b, d = b + scalar::make(1), e = c * d;
  scalar::backward_overwriting(e);
  check("`=` for `+=`: wrong, as it must be", 2, b->grad);
  say("  the path through d (3) came first and was overwritten by the path through c (2).");
  const double wanted = central_difference([](double x) { return (2 + x) * (x + 1); }, 1);
  claim("what finds it: central differences say 5, not 2", std::abs(b->grad - wanted) > 1);
}

inline void no_zero_grad() {
  using namespace lemma;
  say("The same formula with tensors, as in two steps of training, and no zero_grad() between them:");
  Tensor a = tensor(2.0, {.requires_grad = true}), b = tensor(1.0, {.requires_grad = true});
  for (int step = 1; step <= 2; ++step) {
    ((a + b) * (b + 1)).backward();
    check(fmt::format("b.grad() after backward {}", step), 5.0 * step, b.grad().item());
  }
  say("  backward adds, since a number may be used in several places. It cannot know that a new step has begun.");
  const double wanted = central_difference([](double x) { return (2 + x) * (x + 1); }, 1);
  claim("what finds it: central differences still say 5", std::abs(b.grad().item() - wanted) > 1);
  a.zero_grad(), b.zero_grad();
  ((a + b) * (b + 1)).backward();
  check("after zero_grad(), b.grad()", wanted, b.grad().item());
}

}  // namespace tutorial
