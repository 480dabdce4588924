// The tape: what backward() and grad() compute, and how graphs are reused, cut and differentiated again.
#include <cmath>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
Tensor leaf(double value) { return tensor(value, {.dtype = float64, .requires_grad = true}); }
Tensor leaf(std::vector<double> values) { return tensor(values, {.dtype = float64, .requires_grad = true}); }
}  // namespace

TEST_CASE("the documents' example: e = (a + b)(b + 1)") {
  Tensor a = tensor(2.0, {.requires_grad = true});
  Tensor b = tensor(1.0, {.requires_grad = true});
  Tensor c = a + b;
  Tensor d = b + 1;
  Tensor e = c * d;
  e.backward();
  CHECK(e.item() == 6);
  CHECK(a.grad().item() == 2);
  CHECK(b.grad().item() == 5);
}

TEST_CASE("gradients add up over backward() calls until they are set to zero") {
  Tensor x = leaf(3);
  (x * x).backward();
  (x * 2).backward();
  CHECK(x.grad().item() == 8);
  x.zero_grad();
  CHECK(!x.grad().defined());
  (x * 2).backward();
  CHECK(x.grad().item() == 2);
}

TEST_CASE("a value used in many places gets the sum: diamonds, towers of diamonds, a leaf used 1,000 times") {
  Tensor x = leaf(2);
  const Tensor left = x * 3, right = x * x;
  (left * right).backward();  // 3 x^3
  CHECK(x.grad().item() == 36);

  Tensor y = leaf(1), tower = y;
  for (int i = 0; i < 60; ++i) tower = tower + tower;  // 2^60 paths, 60 nodes
  tower.backward();
  CHECK(y.grad().item() == std::pow(2.0, 60));

  Tensor z = leaf(0.5), total = z;
  for (int i = 1; i < 1000; ++i) total = total + z;
  total.backward();
  CHECK(z.grad().item() == 1000);
}

TEST_CASE("a node runs once, after all of its uses, however the graph was built") {
  // The order trap of a recursive engine: `b` is used early and late.
  Tensor a = leaf(2);
  int calls = 0;
  const Tensor b = a * a;
  b.register_hook([&](const Tensor& g) {
    ++calls;
    CHECK(g.item() == 1 + 3 + 4);  // complete when the hook sees it
    return Tensor();
  });
  const Tensor c = b * 3, d = b + c, e = d + b * 4;
  e.backward();
  CHECK(calls == 1);
  CHECK(a.grad().item() == 8 * 4);
}

TEST_CASE("only leaves keep .grad; intermediates on request") {
  Tensor x = leaf(3);
  const Tensor h = x * x, kept = x * 2;
  kept.retain_grad();
  (h * kept).backward();
  CHECK(!h.grad().defined());
  CHECK(kept.grad().item() == 9);
  CHECK(x.grad().item() == 54);  // 2 x^3
  CHECK(x.is_leaf());
  CHECK(!h.is_leaf());
  CHECK(h.requires_grad());
}

TEST_CASE("hooks see, replace and leave; a hook of a leaf too") {
  Tensor x = leaf(3);
  std::vector<double> seen;
  const Tensor h = x * 2;
  h.register_hook([&](const Tensor& g) {
    seen.push_back(g.item());
    return g * 10;
  });
  const int64_t second = h.register_hook([&](const Tensor& g) {
    seen.push_back(g.item());
    return Tensor();
  });
  const int64_t of_leaf = x.register_hook([](const Tensor& g) { return -g; });
  h.backward({}, true);
  CHECK(seen == std::vector<double>{1, 10});
  CHECK(x.grad().item() == -20);
  h.remove_hook(second);
  x.remove_hook(of_leaf);
  x.zero_grad();
  h.backward();
  CHECK(seen == std::vector<double>{1, 10, 1});
  CHECK(x.grad().item() == 20);

  const Tensor y = leaf(1) * 1;
  y.register_hook([](const Tensor& g) { return expand(g, {2}); });
  CHECK_THROWS_WITH(y.backward(), "[mul] a hook returned a gradient of float64 (2) for one of float64 ()");
}

TEST_CASE("detach cuts; NoGrad records nothing; EnableGrad records inside it") {
  Tensor x = leaf(3);
  (x.detach() * x).backward();
  CHECK(x.grad().item() == 3);
  {
    NoGrad off;
    CHECK(!grad_enabled());
    CHECK(!(x * 2).requires_grad());
    {
      EnableGrad on;
      CHECK((x * 2).requires_grad());
    }
    CHECK(!grad_enabled());
  }
  CHECK(grad_enabled());
  CHECK(!tensor({1, 2}).requires_grad());
}

TEST_CASE("grad() returns gradients without touching any .grad") {
  Tensor x = leaf(3), y = leaf(4);
  const Tensor z = x * x * y;
  const std::vector<Tensor> g = grad({z}, {x, y});
  CHECK(g[0].item() == 24);
  CHECK(g[1].item() == 9);
  CHECK(!x.grad().defined());
  // Several outputs, own starting gradients.
  const Tensor v = leaf({1, 2});
  const Tensor weights = tensor({10.0, 20.0}, {.dtype = float64});
  CHECK(grad({v * v, v * 3}, {v}, {weights, weights})[0].to_vector<double>() == std::vector<double>{50, 140});
  const std::vector<Tensor> kept = grad({v * v}, {v}, {weights}, {.retain_graph = true, .create_graph = true});
  CHECK(kept[0].to_vector<double>() == std::vector<double>{20, 80});
  CHECK(kept[0].requires_grad());
  CHECK(grad(v * v, v, weights).to_vector<double>() == std::vector<double>{20, 80});
  CHECK_THROWS_WITH(grad({v * v}, {v}, {weights, weights}), "[grad] 2 grad_outputs for 1 outputs");
  // Of intermediates, of an output itself, and of the same input twice.
  const Tensor h = x * 2, top = h * h;
  CHECK(grad(top, h, {.retain_graph = true}).item() == 12);
  CHECK(grad(top, top, {.retain_graph = true}).item() == 1);
  const std::vector<Tensor> same = grad({top}, {x, x});
  CHECK(same[0].item() == 24);
  CHECK(same[1].item() == 24);
}

TEST_CASE("grad_fn() is the operation that computed a tensor, and leads on to those before it") {
  const Tensor x = leaf({1, 2}), y = exp(x) * tensor({3.0, 4.0}, {.dtype = float64});
  CHECK(!x.grad_fn());
  CHECK(x.grad_fn() == nullptr);
  const auto fn = y.grad_fn();
  CHECK(std::string(fn->name()) == "mul");
  CHECK(fn->num_inputs() == 2);
  CHECK(fn->input_shape(0) == Shape{2});
  CHECK(fn->input_dtype(1) == float64);
  CHECK(fn->input_device(1) == y.device());
  CHECK(fn->output_shape() == Shape{2});
  CHECK(fn->output_dtype() == float64);
  CHECK(fn->output_device() == y.device());
  CHECK(fn->needs(0));
  CHECK(!fn->needs(1));  // a constant
  const auto next = fn->next_functions();
  REQUIRE(next.size() == 2);
  CHECK(std::string(next[0]->name()) == "exp");
  CHECK(next[0]->sequence() < fn->sequence());
  CHECK(next[1] == nullptr);
  CHECK(next[0]->next_functions()[0] == nullptr);  // x is a leaf
}

TEST_CASE("grad() walks no further than the inputs asked for") {
  Tensor x = leaf(3), w = leaf(2);
  const Tensor h = x * x;
  int below = 0;
  x.register_hook([&](const Tensor&) {
    ++below;
    return Tensor();
  });
  const Tensor g = grad(h * w, h);
  CHECK(g.item() == 2);
  CHECK(below == 0);
  h.backward(g);  // the part below h is still there
  CHECK(x.grad().item() == 12);
  CHECK(below == 1);
}

TEST_CASE("an input that the outputs do not depend on") {
  Tensor x = leaf(3), other = leaf(std::vector<double>{1, 2});
  CHECK_THROWS_WITH(grad({x * 2}, {other}),
                    "[grad] the outputs do not depend on input 0 of shape (2); pass allow_unused if that is intended");
  CHECK(!grad({x * 2}, {other}, {.allow_unused = true})[0].defined());
}

TEST_CASE("second and third derivatives by create_graph") {
  const Tensor x = leaf(2);
  const Tensor y = x * x * x * x;
  const Tensor first = grad(y, x, {.create_graph = true});
  const Tensor second = grad(first, x, {.create_graph = true});
  const Tensor third = grad(second, x, {.create_graph = true});
  const Tensor fourth = grad(third, x);
  CHECK(first.item() == 32);
  CHECK(second.item() == 48);
  CHECK(third.item() == 48);
  CHECK(fourth.item() == 24);

  // A gradient penalty: d/dx of |d tanh(x)/dx|^2 = 2 (1 - t^2) * (-2 t (1 - t^2)).
  Tensor v = leaf({0.3, -0.7});
  const Tensor slope = grad(sum(tanh(v)), v, {.create_graph = true});
  sum(slope * slope).backward();
  for (int i = 0; i < 2; ++i) {
    const double t = std::tanh(v.to_vector<double>()[static_cast<size_t>(i)]), s = 1 - t * t;
    CHECK(v.grad()[i].item() == Approx(-4 * t * s * s));
  }
}

TEST_CASE("without create_graph the gradient is a constant") {
  const Tensor x = leaf(2);
  CHECK(!grad(x * x, x).requires_grad());
  CHECK(grad(x * x, x, {.create_graph = true}).requires_grad());
}

TEST_CASE("a second walk is refused in words, unless the graph was retained") {
  Tensor x = leaf(3);
  const Tensor y = x * x;
  y.backward();
  CHECK_THROWS_WITH(
      y.backward(),
      "[mul] the graph was already walked and its saved values freed; call backward({}, true) first to keep them, or "
      "detach() a tensor that you reuse from an earlier step");
  CHECK(x.grad().item() == 6);  // the failed walk added nothing
  const Tensor z = x * x;
  z.backward({}, true);
  z.backward();
  CHECK(x.grad().item() == 18);
}

TEST_CASE("backward() of a leaf, with a given gradient, and of what needs none") {
  Tensor x = leaf({1, 2});
  x.backward(tensor({5.0, 6.0}, {.dtype = float64}));
  CHECK(x.grad().to_vector<double>() == std::vector<double>{5, 6});
  (x * x).backward(tensor({1.0, 10.0}, {.dtype = float64}));
  CHECK(x.grad().to_vector<double>() == std::vector<double>{7, 46});
  CHECK_THROWS_WITH((x * 2).backward(),
                    "[backward] needs a scalar, got shape (2); pass a gradient, or reduce with sum() or mean()");
  CHECK_THROWS_WITH((x * 2).backward(ones({3})), "[backward] the gradient has shape (3), the tensor (2)");
  CHECK_THROWS_WITH((x * 2).backward(ones({2})), "[backward] the gradient is float32, the tensor float64");
  CHECK_THROWS_WITH(ones({}).backward(),
                    "[backward] the tensor of shape () does not depend on anything that requires a gradient; set "
                    "requires_grad on the inputs, and compute outside of NoGrad");
  CHECK_THROWS_WITH(Tensor().backward(), "[backward] the tensor is undefined");
}

TEST_CASE("no two leaves' .grad share memory, nor with the gradient that was passed in") {
  Tensor a = leaf({1, 2}), b = leaf({3, 4});
  const Tensor g = tensor({1.0, 1.0}, {.dtype = float64});
  (a + b).backward(g);  // add hands the same gradient to both
  CHECK(a.grad().array().storage() != b.grad().array().storage());
  CHECK(a.grad().array().storage() != g.array().storage());
  {
    NoGrad guard;
    a.grad().mul_(100);
  }
  CHECK(b.grad().to_vector<double>() == std::vector<double>{1, 1});
  CHECK(g.to_vector<double>() == std::vector<double>{1, 1});
  Tensor c = leaf({1, 2});
  c.backward(g);
  CHECK(c.grad().array().storage() != g.array().storage());
  // Views of one gradient: reshape and expand hand on the same memory.
  Tensor d = leaf({1, 2}), e = leaf({1, 2});
  (reshape(d, {2, 1}) + reshape(e, {2, 1})).backward(ones({2, 1}, {.dtype = float64}));
  CHECK(d.grad().array().storage() != e.grad().array().storage());
}
