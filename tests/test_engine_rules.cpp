// The tape's guards: in-place writes, rules that return the wrong thing, functions by the user, searching for a NaN.
#include <cmath>
#include <memory>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tape/record.h"
#include "tests/catch.h"
#include "tests/find_text.h"

using namespace lemma;

// Named with external linkage, so that the call trace can show it.
__attribute__((noinline)) Tensor a_users_function(const Tensor& x) { return log(x) * 2.0; }

namespace {

Tensor leaf(double value) { return tensor(value, {.dtype = float64, .requires_grad = true}); }
Tensor leaf(std::vector<double> values) { return tensor(values, {.dtype = float64, .requires_grad = true}); }

// An operation "broken" of one input whose rule is `rule`.
template <class Rule>
Tensor broken(const Tensor& x, Rule rule) {
  return record("broken", {x}, x.detach().clone().array(), rule);
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

using Inputs = std::vector<Tensor>;
// A Function made of two lambdas.
struct Made : Function {
  std::function<Tensor(FunctionContext&, const Inputs&)> run;
  std::function<Inputs(FunctionContext&, const Tensor&)> rule;
  const char* name() const override { return "made"; }
  Tensor forward(FunctionContext& context, const Inputs& in) override { return run(context, in); }
  Inputs backward(FunctionContext& context, const Tensor& g) override { return rule(context, g); }
};
Tensor made(const Inputs& in, std::function<Tensor(FunctionContext&, const Inputs&)> run,
            std::function<Inputs(FunctionContext&, const Tensor&)> rule) {
  auto function = std::make_shared<Made>();
  function->run = std::move(run);
  function->rule = std::move(rule);
  return lemma::apply(function, in);
}

}  // namespace

TEST_CASE("in-place writes: refused where the tape looks, noticed where a saved value changed") {
  Tensor x = leaf({1, 2});
  CHECK_THROWS_WITH(x.add_(1.0), "[add_] writing in place to a tensor that requires a gradient needs a NoGrad block");
  CHECK_THROWS_WITH(x.mutable_data<double>(),
                    "[mutable_data] writing in place to a tensor that requires a gradient needs a NoGrad block");
  const Tensor y = x * x;
  {
    NoGrad guard;
    x.mul_(2);
  }
  CHECK(x.version() == 1);
  CHECK_THROWS_WITH(
      sum(y).backward(),
      "[mul] input 1 of shape (2) was changed in place after it was saved (version 0, now 1); change it after "
      "backward(), or clone() it first");
  // What a rule does not need may change: add saves nothing.
  Tensor z = leaf({1, 2});
  const Tensor s = sum(z + z);
  {
    NoGrad guard;
    z.fill_(7);
  }
  s.backward();
  CHECK(z.grad().to_vector<double>() == std::vector<double>{2, 2});
  // The output, and a write through a view.
  Tensor e = exp(leaf({0, 1}));
  {
    NoGrad guard;
    e[0].fill_(0);
  }
  CHECK_THROWS_WITH(
      sum(e).backward(),
      "[exp] the output of shape (2) was changed in place after it was saved (version 0, now 1); change it after "
      "backward(), or clone() it first");
}

TEST_CASE("in-place writes do what they say") {
  Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  x.add_(tensor({10.0, 20.0})).mul_(2).add_(tensor(1.0), 0.5);
  CHECK(x.to_vector<float>() == std::vector<float>{22.5, 44.5, 26.5, 48.5});
  x[1].zero_();
  x.transpose(0, 1)[0].sub_(tensor({0.5, 1.0}));
  CHECK(x.to_vector<float>() == std::vector<float>{22, 44.5, -1, 0});
  x.copy_(x.transpose(0, 1));  // overlapping: as if copied first
  CHECK(x.to_vector<float>() == std::vector<float>{22, -1, 44.5, 0});
  x.copy_(tensor({1, 2}));  // broadcast and cast
  CHECK(x.to_vector<float>() == std::vector<float>{1, 2, 1, 2});
  x.mul_(x);
  CHECK(x.to_vector<float>() == std::vector<float>{1, 4, 1, 4});
  CHECK_THROWS_WITH(x.add_(ones({3})), "[add_] shapes (2, 2) and (3) cannot be broadcast: dim -1 is 2 and 3");
  CHECK_THROWS_WITH(x.add_(ones({2, 2, 2})), "[add_] (2, 2, 2) does not broadcast into (2, 2)");
  CHECK_THROWS_WITH(
      x.mul_(ones({2}, {.dtype = float64})),
      "[mul_] dtypes differ: lhs is float32 (2, 2), rhs is float64 (2); cast one side, e.g. with .to(float32)");
  Tensor stretched = expand(ones({1}), {3});
  CHECK_THROWS_WITH(
      stretched.fill_(1),
      "[fill_] the tensor of shape (3) is expanded: several elements are one in memory; clone() it first");
}

TEST_CASE("rules that return the wrong count, shape or dtype are refused by name") {
  const Tensor x = leaf({1, 2});
  const Tensor w = tensor({1.0, 1.0}, {.dtype = float64});
  CHECK_THROWS_WITH(broken(x,
                           [](const Tensor& g) -> Grads {
                             return {g, g};
                           })
                        .backward(w),
                    "[broken] its rule returned 2 gradients for 1 inputs");
  CHECK_THROWS_WITH(broken(x, [](const Tensor& g) { return sum(g); }).backward(w),
                    "[broken] its rule returned a gradient of shape () for input 0 of shape (2)");
  CHECK_THROWS_WITH(broken(x, [](const Tensor& g) { return g.to(float32); }).backward(w),
                    "[broken] its rule returned a float32 gradient for input 0 of dtype float64");
  CHECK(!x.grad().defined());
}

TEST_CASE("a user's Function: saved input, saved output, saved other, needs_input_grad") {
  // From the input.
  Tensor x = leaf({1, 2});
  const auto cube = [](const Inputs& in) {
    return made(
        in,
        [](FunctionContext& c, const Inputs& i) {
          c.save_for_backward({i[0]});
          return i[0] * i[0] * i[0];
        },
        [](FunctionContext& c, const Tensor& g) -> Inputs { return {g * c.saved()[0] * c.saved()[0] * 3.0}; });
  };
  sum(cube({x})).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{3, 12});
  CHECK(gradgradcheck(cube, {x}).ok);
  // From the output.
  const auto my_exp = [](const Inputs& in) {
    return made(
        in,
        [](FunctionContext& c, const Inputs& i) {
          const Tensor y = exp(i[0]);
          c.save_for_backward({y});
          return y;
        },
        [](FunctionContext& c, const Tensor& g) -> Inputs { return {g * c.saved()[0]}; });
  };
  CHECK(gradcheck(my_exp, {x}).ok);
  CHECK(gradgradcheck(my_exp, {x}).ok);
  // Something else as well: a mask, and two inputs of which one wants nothing.
  std::vector<bool> needs;
  const auto masked = [&](const Inputs& in) {
    return made(
        in,
        [](FunctionContext& c, const Inputs& i) {
          const Tensor m = gt(i[0], i[1]).to(float64);
          c.save_for_backward({m, i[0]});
          return i[0] * m;
        },
        [&](FunctionContext& c, const Tensor& g) -> Inputs {
          needs = {c.needs_input_grad(0), c.needs_input_grad(1)};
          return {g * c.saved()[0], Tensor()};
        });
  };
  Tensor y = leaf({1, 5});
  sum(masked({y, tensor({3.0, 3.0}, {.dtype = float64})})).backward();
  CHECK(y.grad().to_vector<double>() == std::vector<double>{0, 1});
  CHECK(needs == std::vector<bool>{true, false});
  // forward may ask too; under NoGrad nobody wants anything.
  const auto asks = [&](FunctionContext& c, const Inputs& i) {
    needs = {c.needs_input_grad(0), c.needs_input_grad(1)};
    return i[0] * i[1];
  };
  made({y, tensor({3.0, 3.0}, {.dtype = float64})}, asks, nullptr);
  CHECK(needs == std::vector<bool>{true, false});
  {
    NoGrad guard;
    made({y, y}, asks, nullptr);
  }
  CHECK(needs == std::vector<bool>{false, false});
  // forward may hand back its input.
  Tensor z = leaf(4);
  const Tensor same = made(
      {z}, [](FunctionContext&, const Inputs& i) { return i[0]; },
      [](FunctionContext&, const Tensor& g) -> Inputs { return {g * 7.0}; });
  CHECK(!same.is_same(z));
  same.backward();
  CHECK(z.grad().item() == 7);
}

TEST_CASE("a user's Function that returns the wrong thing, or whose saved value went stale") {
  const Tensor x = leaf({1, 2});
  const auto run = [](FunctionContext&, const Inputs& i) { return i[0] * 2.0; };
  const Tensor w = tensor({1.0, 1.0}, {.dtype = float64});
  CHECK_THROWS_WITH(made({x}, run, [](FunctionContext&, const Tensor&) -> Inputs { return {}; }).backward(w),
                    "[made] its rule returned 0 gradients for 1 inputs");
  CHECK_THROWS_WITH(made({x}, run, [](FunctionContext&, const Tensor& g) -> Inputs { return {sum(g)}; }).backward(w),
                    "[made] its rule returned a gradient of shape () for input 0 of shape (2)");
  CHECK_THROWS_WITH(made(
                        {x}, [](FunctionContext&, const Inputs&) { return Tensor(); }, nullptr),
                    "[made] forward returned an undefined tensor");
  CHECK_THROWS_WITH(made({x, Tensor()}, run, nullptr), "[made] input 1 is undefined");
  CHECK_THROWS_WITH(made(
                        {x}, [](FunctionContext& c, const Inputs& i) { return i[c.needs_input_grad(1)]; }, nullptr),
                    "[needs_input_grad] input 1 of a function of 1 inputs");
  Tensor other = tensor({1.0, 1.0}, {.dtype = float64});
  const Tensor y = made(
      {x},
      [&](FunctionContext& c, const Inputs& i) {
        c.save_for_backward({other});
        return i[0] * other;
      },
      [](FunctionContext& c, const Tensor& g) -> Inputs { return {g * c.saved()[0]}; });
  other.fill_(3);
  CHECK_THROWS_WITH(y.backward(w), "[made] a saved tensor of shape (2) was changed in place after it was saved");
}

TEST_CASE("a user's Function that saves an intermediate is refused where its second derivative would be wrong") {
  // y = sin(x)^2; what is saved is neither x nor y, so the walk back sees a number where cos(x) should go on.
  const auto squared_sine = [](bool as_input) {
    return [as_input](const Inputs& in) {
      return made(
          in,
          [as_input](FunctionContext& c, const Inputs& i) {
            const Tensor s = sin(i[0]);
            c.save_for_backward({i[0], as_input ? i[0] : s, gt(s, 0)});
            return s * s;
          },
          [as_input](FunctionContext& c, const Tensor& g) -> Inputs {
            const Tensor x = c.saved()[0], s = as_input ? sin(c.saved()[1]) : c.saved()[1];
            CHECK(c.saved()[2].dtype() == boolean);  // a mask is a constant anyway
            return {g * 2.0 * s * cos(x)};
          });
    };
  };
  const Tensor x = leaf({0.5, 1.5});
  CHECK(gradcheck(squared_sine(false), {x}).ok);
  CHECK_THROWS_WITH(grad({sum(squared_sine(false)({x}))}, {x}, {.create_graph = true}),
                    "[made] create_graph would take the saved float64 tensor of shape (2) for a constant, since it is "
                    "neither an input nor the result; compute it in backward() from those, or keep a true constant in "
                    "the Function itself");
  CHECK(gradgradcheck(squared_sine(true), {x}).ok);
}

TEST_CASE("DetectAnomaly names the first operation that makes a NaN or an Inf") {
  DetectAnomaly on;
  const Tensor x = leaf({-1, 2});
  const std::string nan = message_of([&] { a_users_function(x * 2.0); });
  INFO(nan);
  CHECK(contains(
      nan, "[log] the result of shape (2) holds a NaN; inputs (2); before it: mul; called from a_users_function()"));
  const std::string inf = message_of([&] { reciprocal(relu(x)); });
  INFO(inf);
  CHECK(contains(inf, "[reciprocal] the result of shape (2) holds an Inf; inputs (2); before it: relu"));
  // Backward: the root of 0 has an infinite slope.
  const Tensor root = sqrt(relu(x * 3.0));
  const std::string slope = message_of([&] { sum(root).backward(); });
  INFO(slope);
  CHECK(contains(slope,
                 "[sqrt] the gradient for input 0 holds an Inf; inputs (2); the operation was: sqrt <- relu <- mul"));
}

TEST_CASE("DetectAnomaly is quiet about masks of -inf, and off by default") {
  const Tensor x = leaf({-1, 2});
  CHECK(std::isnan(log(x).to_vector<double>()[0]));
  CHECK(!DetectAnomaly::enabled());
  DetectAnomaly on;
  const Tensor q = reshape(leaf({1, 2, 3, 4}), {1, 2, 2});
  const Tensor y = scaled_dot_product_attention(q, q, q, tensor({{false, false}, {true, false}}), 0, true);
  sum(y).backward();
  CHECK(DetectAnomaly::enabled());
}

TEST_CASE("integers and results of integers need no gradient, and cannot ask for one") {
  Tensor ids = tensor({1, 2});
  CHECK_THROWS_WITH(ids.requires_grad_(), "[requires_grad_] only floating tensors have gradients, this one is int64");
  const Tensor x = leaf({1, 2});
  CHECK(!argmax(x, 0).requires_grad());
  CHECK(!gt(x, 0).requires_grad());
  CHECK(!x.to(int64).requires_grad());
  CHECK(x.to(float32).requires_grad());
  Tensor h = x * 2;
  CHECK_THROWS_WITH(h.requires_grad_(false),
                    "[requires_grad_] only a leaf can stop requiring a gradient; use detach() on a result");
  CHECK_THROWS_WITH(ids.retain_grad(), "[retain_grad] the tensor does not require a gradient");
  CHECK_THROWS_WITH(ids.register_hook([](const Tensor& g) { return g; }),
                    "[register_hook] the tensor does not require a gradient");
  CHECK_THROWS_WITH(h.set_grad(ones({3})), "[set_grad] the gradient has shape (3), the tensor (2)");
}
