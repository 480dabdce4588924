// Tutorial 02: autograd. Text: docs/tutorials/02_autograd.md
#include "02_breaks.h"

using namespace lemma;
using namespace tutorial;

// One formula for all of them: plain numbers, our scalar engine, and tensors. u is used three times, x and y twice.
template <class Number>
Number formula(const Number& x, const Number& y) {
  using std::exp, std::tanh;
  const Number u = tanh(x * y) + x;
  return u * u * y + exp(u);
}

// The branches of a tree in ASCII, with --plain.
std::string branches(std::string tree) {
  for (const auto& [line, letters] : {std::pair{"├─", "|-"}, {"└─", "`-"}, {"│", "|"}})
    for (size_t at = 0; plain() && (at = tree.find(line)) != std::string::npos;)
      tree.replace(at, std::string(line).size(), letters);
  return tree;
}

int lesson() {
  begin("02: autograd",
        "How does a program find the derivative of a result with respect to everything it was computed from?",
        "a moment", 1);

  section("From school: how much does the result move when the input moves a little?");
  say("f(x) = x * x at x = 3. Move x by 0.001 and divide the change of f by the change of x:");
  const auto f = [](double v) { return v * v; };
  check("(f(3.001) - f(3)) / 0.001", 6.001, (f(3.001) - f(3)) / 0.001, 1e-9);
  check("f'(3), from 2x", 6, central_difference(f, 3), 1e-8);
  say("\nOne function after another: g(x) = 10 f(x). x moves f 6 times as much, f moves g 10 times as much:");
  check("g'(3): multiply, 6 * 10", 60, central_difference([&](double v) { return 10 * f(v); }, 3), 1e-7);
  say("\nOne number used in two places: k(x) = f(x) + 10 x. It moves k along both paths:");
  check("k'(3): add, 6 + 10", 16, central_difference([&](double v) { return f(v) + 10 * v; }, 3), 1e-7);
  say("\nSeveral inputs: move one and hold the others. p(a, b) = a * b at a = 2, b = 5:");
  check("dp/da, with b = 5 held", 5, central_difference([](double a) { return a * 5; }, 2), 1e-8);
  check("dp/db, with a = 2 held", 2, central_difference([](double b) { return 2 * b; }, 5), 1e-8);
  say("  These are partial derivatives. All of them together, (5, 2), are the gradient of p.");

  section("By hand: e = (a + b) * (b + 1) at a = 2, b = 1");
  say("  a=2 --1--> c=3 --2--\\");
  say("             /         > e=6     Each edge carries the derivative of its right end by its left end.");
  say("  b=1 --1---+         /          de/da = 2*1 = 2          one path from a to e");
  say("     \\--1--> d=2 --3-/           de/db = 2*1 + 3*1 = 5    two paths from b, added");

  section("The same with the 40 lines of 02_engine.h");
  const scalar::Value a = scalar::make(2), b = scalar::make(1), one = scalar::make(1);
  const scalar::Value c = a + b, d = b + one, e = c * d;
  scalar::backward(e);
  check("e", 6, e->data);
  check("de/da", 2, a->grad);
  check("de/db", 5, b->grad);
  say("  Two rules: a number passes its gradient on when it has all of it, and what arrives is added, never assigned.");
  say("  --break all breaks them, one after the other.");

  section("The same numbers from Tensor");
  Tensor ta = tensor(2.0, {.requires_grad = true}), tb = tensor(1.0, {.requires_grad = true});
  named(ta, "a"), named(tb, "b");
  const Tensor tc = named(ta + tb, "c"), td = named(tb + 1, "d"), te = named(tc * td, "e");
  fmt::print("The graph, as text:\n\n{}\n", branches(explain(te)));
  const std::string dot = to_dot(te);
  say("The graph with a derivative on each edge, for Graphviz (save it and run dot -Tsvg):\n");
  fmt::print("{}\n", dot);
  claim("the edges carry 1, 2 and 3",
        dot.find("label=\"2\"") != std::string::npos && dot.find("label=\"3\"") != std::string::npos);
  te.backward();
  check("e", 6, te.item());
  check("a.grad()", "tensor(2.)", ta.grad().to(Device::cpu()).str());
  check("b.grad()", "tensor(5.)", tb.grad().to(Device::cpu()).str());

  section("A harder formula, three ways: f(x, y) = u^2 y + e^u with u = tanh(x y) + x, at (0.5, -1.5)");
  const double x = 0.5, y = -1.5;
  check("f, by calculator", 0.8462, formula(x, y));
  const double dx = central_difference([&](double v) { return formula(v, y); }, x);
  const double dy = central_difference([&](double v) { return formula(x, v); }, y);
  const scalar::Value sx = scalar::make(x), sy = scalar::make(y);
  scalar::backward(formula(sx, sy));
  check("df/dx: differences, scalar engine", dx, sx->grad, 1e-8);
  check("df/dy: differences, scalar engine", dy, sy->grad, 1e-8);
  const Tensor tx = tensor(x, {.dtype = float64, .requires_grad = true}),
               ty = tensor(y, {.dtype = float64, .requires_grad = true});
  formula(tx, ty).backward();
  check("df/dx: differences, Tensor", dx, tx.grad().item(), 1e-8);
  check("df/dy: differences, Tensor", dy, ty.grad().item(), 1e-8);
  const auto both = [](const std::vector<Tensor>& in) { return formula(in[0], in[1]); };
  claim("and gradcheck, which does this for any function", static_cast<bool>(gradcheck(both, {tx, ty})));

  section("The operations of step 01 have gradients, too");
  // L = sum of w times the result: then dL/d(result) is w, and we can follow it back.
  const Tensor row = tensor({1.0, 2.0, 3.0}, {.requires_grad = true});
  (row.expand({2, 3}) * tensor({{1.0, 2.0, 3.0}, {10.0, 20.0, 30.0}})).sum().backward();
  check("expand used each number twice: sum", {11, 22, 33}, row.grad());
  const Tensor table = tensor({{1.0, 2.0}, {3.0, 4.0}}, {.requires_grad = true});
  (table.sum(1) * tensor({5.0, 7.0})).sum().backward();
  check("sum(1): each number of row i gets i's share", {5, 5, 7, 7}, table.grad());
  const Tensor moved = tensor({{1.0, 2.0}, {3.0, 4.0}}, {.requires_grad = true});
  (moved.t() * tensor({{10.0, 20.0}, {30.0, 40.0}})).sum().backward();
  check("transpose: moved back", {10, 30, 20, 40}, moved.grad());

  return finish(
      {"A derivative says how much the result moves per move of the input. Along a path they multiply, over paths "
       "they add.",
       "A result remembers its inputs and one derivative per edge; backward walks from results to inputs.",
       "A number passes its gradient on only when it is complete: results before inputs, never plain recursion.",
       "Gradients are added, never assigned: a number that is used twice gets two shares."},
      {"Give the scalar engine sin and a division, and check both by central differences.",
       "Chain 30 doublings, q = q + q. How many calls does walk_on_at_once make? And how many numbers does backward "
       "visit?",
       "collect() recurses, so a chain of a million numbers overflows the stack; and so does freeing one, since each "
       "Cell frees its inputs. Do both with a stack of your own.",
       "Call te.backward() a second time and read the message. Then call zero_grad() on ta and tb, make a fresh "
       "graph e2 = (ta + tb) * (tb + 1) and call e2.backward({}, true), which keeps it, twice. What is tb.grad()?",
       "Try h = 1e-1, 1e-5, 1e-9 and 1e-13 in central_difference. Why is it worse at both ends?"},
      "scripts/tutorial.sh 03");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_topological_order", .mistake = "backward by plain recursion", .show = no_topological_order},
              {.name = "overwritten", .mistake = "gradients are assigned, not added", .show = overwritten},
              {.name = "no_zero_grad", .mistake = "gradients of the last step are still there", .show = no_zero_grad}});
}
