// Tutorial 02: autograd. Text: docs/tutorials/02_autograd.md
#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "tutorial.h"

// ---- A scalar engine: numbers that remember how they were computed -------------------------------------------------

namespace scalar {

struct Cell;
using Value = std::shared_ptr<Cell>;

struct Cell {
  double data;      // the number
  double grad = 0;  // d(result) / d(this number), once backward has run
  int born = 0;     // which number it was to be made: inputs are always born before results
  std::vector<std::pair<Value, double>> inputs;  // what it was made of, and the derivative along that edge
};

Value make(double data, std::vector<std::pair<Value, double>> inputs = {}) {
  static int births = 0;
  return std::make_shared<Cell>(Cell{data, 0, ++births, std::move(inputs)});
}

// An operation is its value and one derivative for each input. This is all the calculus there is.
Value operator+(const Value& a, const Value& b) { return make(a->data + b->data, {{a, 1}, {b, 1}}); }
Value operator*(const Value& a, const Value& b) { return make(a->data * b->data, {{a, b->data}, {b, a->data}}); }
Value tanh(const Value& a) {
  const double y = std::tanh(a->data);
  return make(y, {{a, 1 - y * y}});
}
Value exp(const Value& a) { return make(std::exp(a->data), {{a, std::exp(a->data)}}); }

void collect(const Value& v, std::set<Value>& seen) {
  if (!seen.insert(v).second) return;
  for (const auto& [input, derivative] : v->inputs) collect(input, seen);
}

// Everything that `root` was made of, the youngest first: each result comes before its inputs.
std::vector<Value> youngest_first(const Value& root) {
  std::set<Value> seen;
  collect(root, seen);
  std::vector<Value> order(seen.begin(), seen.end());
  std::sort(order.begin(), order.end(), [](const Value& a, const Value& b) { return a->born > b->born; });
  for (const Value& v : order) v->grad = 0;
  root->grad = 1;
  return order;
}

// Right: a number passes its gradient on once it has received all of it, and what arrives is added.
void backward(const Value& root) {
  for (const Value& v : youngest_first(root))
    for (const auto& [input, derivative] : v->inputs) input->grad += derivative * v->grad;
}

// Bug 1: plain recursion walks on at once, before the other users of `input` have sent their share.
void walk_on_at_once(const Value& v) {
  for (const auto& [input, derivative] : v->inputs) {
    input->grad += derivative * v->grad;
    walk_on_at_once(input);
  }
}
void backward_by_recursion(const Value& root) {
  youngest_first(root);  // only to clear the gradients
  walk_on_at_once(root);
}

// Bug 2: `=` where `+=` belongs: the last user wins, the others are forgotten.
void backward_overwriting(const Value& root) {
  for (const Value& v : youngest_first(root))
    for (const auto& [input, derivative] : v->inputs) input->grad = derivative * v->grad;
}

}  // namespace scalar

// ---- The lesson ----------------------------------------------------------------------------------------------------

using namespace lemma;
using namespace tutorial;

// One formula for all of them: plain numbers, our scalar engine, and tensors. u is used three times, x and y twice.
template <class Number>
Number formula(const Number& x, const Number& y) {
  using std::exp, std::tanh;
  const Number u = tanh(x * y) + x;
  return u * u * y + exp(u);
}

int lesson() {
  begin("02: autograd",
        "How does a program find the derivative of a result with respect to everything it was computed from?",
        "a moment", 1);

  section("By hand: e = (a + b) * (b + 1) at a = 2, b = 1");
  say("  a=2 --1--> c=3 --2--\\");
  say("             /         > e=6     Each edge carries the derivative of its right end by its left end.");
  say("  b=1 --1---+         /          de/da = 2*1 = 2          one path from a to e");
  say("     \\--1--> d=2 --3-/           de/db = 2*1 + 3*1 = 5    two paths from b, added");

  section("The same with 40 lines of engine");
  const scalar::Value a = scalar::make(2), b = scalar::make(1), one = scalar::make(1);
  const scalar::Value c = a + b, d = b + one, e = c * d;
  scalar::backward(e);
  check("e", 6, e->data);
  check("de/da", 2, a->grad);
  check("de/db", 5, b->grad);

  section("Two classic bugs, made on purpose");
  say("Bug 1, recursion. p = 1, q = p + p, r = q + q, so r = 4 p and dr/dp = 4.");
  const scalar::Value p = scalar::make(1), q = p + p, r = q + q;
  scalar::backward(r);
  check("in the right order, dr/dp", 4, p->grad);
  scalar::backward_by_recursion(r);
  check("by recursion: wrong, as it must be", 6, p->grad);
  say("  q passes 1 on after its first share, then 2 after its second: p gets 2*1 + 2*2 = 6.");
  say("\nBug 2, `=` for `+=`. In e above b is used twice:");
  scalar::backward_overwriting(e);
  check("overwritten: wrong, as it must be", 2, b->grad);
  say("  the path through d (3) came first and was overwritten by the path through c (2).");

  section("The same numbers from Tensor");
  Tensor ta = tensor(2.0, {.requires_grad = true}), tb = tensor(1.0, {.requires_grad = true});
  named(ta, "a"), named(tb, "b");
  const Tensor tc = named(ta + tb, "c"), td = named(tb + 1, "d"), te = named(tc * td, "e");
  fmt::print("The graph, as text:\n\n{}\n", explain(te));
  const std::string dot = to_dot(te);
  fmt::print("The graph with a derivative on each edge, for Graphviz (save it and run dot -Tsvg):\n\n{}\n", dot);
  claim("the edges carry 1, 2 and 3",
        dot.find("label=\"2\"") != std::string::npos && dot.find("label=\"3\"") != std::string::npos);
  te.backward();
  check("e", 6, te.item());
  check("a.grad()", 2, ta.grad().item());
  check("b.grad()", 5, tb.grad().item());

  section("A harder formula, three ways: f(x, y) = u^2 y + e^u with u = tanh(x y) + x, at (0.5, -1.5)");
  const double x = 0.5, y = -1.5, h = 1e-5;
  check("f, by calculator", 0.8462, formula(x, y));
  // Central differences: no graph, no rules, only the definition of a derivative.
  const double dx = (formula(x + h, y) - formula(x - h, y)) / (2 * h);
  const double dy = (formula(x, y + h) - formula(x, y - h)) / (2 * h);
  const scalar::Value sx = scalar::make(x), sy = scalar::make(y);
  scalar::backward(formula(sx, sy));
  check("df/dx: differences, scalar engine", dx, sx->grad, 1e-8);
  check("df/dy: differences, scalar engine", dy, sy->grad, 1e-8);
  const Tensor tx = tensor(x, {.dtype = float64, .requires_grad = true}),
               ty = tensor(y, {.dtype = float64, .requires_grad = true});
  formula(tx, ty).backward();
  check("df/dx: differences, Tensor", dx, tx.grad().item(), 1e-8);
  check("df/dy: differences, Tensor", dy, ty.grad().item(), 1e-8);
  const auto f = [](const std::vector<Tensor>& in) { return formula(in[0], in[1]); };
  claim("and gradcheck, which does this for any function", static_cast<bool>(gradcheck(f, {tx, ty})));

  return finish(
      {"A result remembers its inputs and one derivative per edge; backward multiplies along paths and adds over them.",
       "A number passes its gradient on only when it is complete: results before inputs, never plain recursion.",
       "Gradients are added, never assigned: a number that is used twice gets two shares."},
      {"Give the scalar engine sin and a division, and check both by central differences.",
       "Chain 30 doublings, q = q + q. How many calls does walk_on_at_once make? And backward?",
       "collect() recurses. How long a chain breaks it? Rewrite it with a stack of your own.",
       "Call te.backward() a second time and read the message. Then call zero_grad() on ta and tb, make a fresh\n"
       "     graph e2 = (ta + tb) * (tb + 1) and call e2.backward({}, true), which keeps it, twice. What is tb.grad()?",
       "Make a graph in which the order of birth matters but bug 1 happens to give the right answer."},
      "build/tutorials/03_linear");
}

int main(int argc, char** argv) { return run(lesson, argc, argv); }
