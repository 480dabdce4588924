// Tests of the tests: gradcheck accepts right gradients and catches every kind of wrong one.
#include <cmath>
#include <memory>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tape/record.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

using Inputs = std::vector<Tensor>;

// y = x^3 with whatever gradient the test hands in.
struct Cube : Function {
  explicit Cube(std::function<Tensor(const Tensor& x, const Tensor& g)> rule) : rule_(std::move(rule)) {}
  const char* name() const override { return "cube"; }
  Tensor forward(FunctionContext& context, const Inputs& in) override {
    context.save_for_backward({in[0]});
    return in[0] * in[0] * in[0];
  }
  Inputs backward(FunctionContext& context, const Tensor& g) override { return {rule_(context.saved()[0], g)}; }
  std::function<Tensor(const Tensor&, const Tensor&)> rule_;
};

// y = a b with whatever gradients the test hands in.
template <class... Rules>
Tensor product_with(const Tensor& a, const Tensor& b, Rules... rules) {
  const Tensor y = a.detach() * b.detach();
  return record("product", {a, b}, y.array(), rules...);
}

Tensor numbers() { return tensor({{0.5, -1.25, 2.0}, {1.5, 0.75, -0.5}}, {.dtype = float64}); }

GradCheckResult check_cube(std::function<Tensor(const Tensor&, const Tensor&)> rule) {
  return gradcheck([rule](const Inputs& x) { return lemma::apply(std::make_shared<Cube>(rule), x); }, {numbers()});
}

}  // namespace

TEST_CASE("gradcheck accepts a right gradient and says how close it was") {
  const GradCheckResult result = check_cube([](const Tensor& x, const Tensor& g) { return g * x * x * 3.0; });
  CHECK(result.ok);
  CHECK(result.max_error < 1e-8);
  CHECK(result.message.rfind("gradients agree: largest relative error ", 0) == 0);
}

TEST_CASE("gradcheck catches a gradient scaled by 1.01") {
  const GradCheckResult result = check_cube([](const Tensor& x, const Tensor& g) { return g * x * x * 3.0 * 1.01; });
  CHECK(!result.ok);
  CHECK(result.max_error == Approx(0.01 / 1.01).epsilon(1e-4));
  CHECK(std::fabs(result.analytic / result.numeric - 1.01) < 1e-6);
  CHECK(result.message.rfind("GRADIENTS DIFFER: largest relative error 9.90e-03, at element ", 0) == 0);
}

TEST_CASE("gradcheck catches a gradient scaled by 1.00001 too") {
  CHECK(!check_cube([](const Tensor& x, const Tensor& g) { return g * x * x * 3.00003; }).ok);
}

TEST_CASE("gradcheck catches a missing term") {
  // y = x sin x; the rule forgets that x itself varies.
  const auto f = [](const Inputs& in) {
    const Tensor x = in[0], y = x.detach() * sin(x.detach());
    return record("x_sin_x", {x}, y.array(), [](const Tensor& g, In<0> at) { return g * at * cos(at); });
  };
  CHECK(!gradcheck(f, {numbers()}).ok);
}

TEST_CASE("gradcheck catches a sign error on one dim") {
  const GradCheckResult result = check_cube([](const Tensor& x, const Tensor& g) {
    const Tensor right = g * x * x * 3.0;
    return cat({narrow(right, 1, 0, 2), -narrow(right, 1, 2, 1)}, 1);
  });
  CHECK(!result.ok);
  CHECK(result.element % 3 == 2);  // the last column
  CHECK(result.analytic == Approx(-result.numeric));
}

TEST_CASE("gradcheck catches an input used twice whose contributions are not added") {
  // x * x recorded as a product of two inputs: right rule, both contributions.
  const auto by_lhs = [](const Tensor& g, In<0> lhs) { return g * lhs; };
  const auto by_rhs = [](const Tensor& g, In<1> rhs) { return g * rhs; };
  CHECK(gradcheck([&](const Inputs& x) { return product_with(x[0], x[0], by_rhs, by_lhs); }, {numbers()}).ok);
  // Only one of them arrives: what an engine that writes "=" for "+=" does.
  CHECK(!gradcheck([&](const Inputs& x) { return product_with(x[0], x[0], no_gradient, by_lhs); }, {numbers()}).ok);
}

TEST_CASE("a missing sum over broadcast dims is refused by the engine, and caught where shapes happen to fit") {
  // y = a + b with b (3) broadcast into a (2, 3); the rule hands g to both.
  const auto f = [](const Inputs& in) {
    const Tensor y = in[0].detach() + in[1].detach();
    return record("sloppy_add", {in[0], in[1]}, y.array(), [](const Tensor& g) -> Grads { return {g, g}; });
  };
  CHECK_THROWS_WITH(gradcheck(f, {numbers(), tensor({1.0, 2.0, 3.0}, {.dtype = float64})}),
                    "[sloppy_add] its rule returned a gradient of shape (2, 3) for input 1 of shape (3)");
  // Shape right, values wrong: the first row instead of the sum of rows.
  const auto picks_a_row = [](const Inputs& in) {
    const Tensor y = in[0].detach() + in[1].detach();
    return record("sloppy_add", {in[0], in[1]}, y.array(), [](const Tensor& g) -> Grads {
      return {g, select(g, 0, 0)};
    });
  };
  const GradCheckResult result = gradcheck(picks_a_row, {numbers(), tensor({1.0, 2.0, 3.0}, {.dtype = float64})});
  CHECK(!result.ok);
  CHECK(result.input == 1);
}

TEST_CASE("gradcheck catches an operation that forgot to record") {
  CHECK(!gradcheck([](const Inputs& x) { return x[0].detach() * 2.0; }, {numbers()}).ok);
}

TEST_CASE("gradgradcheck catches a first derivative that is right but does not record its own") {
  const auto frozen = [](const Inputs& x) {
    return lemma::apply(
        std::make_shared<Cube>([](const Tensor& v, const Tensor& g) { return g * (v * v).detach() * 3.0; }), x);
  };
  CHECK(gradcheck(frozen, {numbers()}).ok);
  CHECK(!gradgradcheck(frozen, {numbers()}).ok);
  const auto living = [](const Inputs& x) {
    return lemma::apply(std::make_shared<Cube>([](const Tensor& v, const Tensor& g) { return g * v * v * 3.0; }), x);
  };
  CHECK(gradgradcheck(living, {numbers()}).ok);
}

TEST_CASE("gradcheck catches a NaN in a gradient") {
  CHECK(!check_cube([](const Tensor& x, const Tensor& g) { return g * log(x - 10.0); }).ok);
}

TEST_CASE("gradcheck refuses what it cannot judge") {
  const auto identity = [](const Inputs& x) { return x[0] * 1.0; };
  CHECK_THROWS_WITH(gradcheck(identity, {tensor({1.0, 2.0})}),
                    "[gradcheck] input 0 is float32; differences need float64");
  CHECK_THROWS_WITH(gradcheck(identity, {Tensor()}), "[gradcheck] input 0 is undefined");
  CHECK_THROWS_WITH(gradcheck([](const Inputs& x) { return x[0].to(float32); }, {numbers()}),
                    "[gradcheck] the function returned float32, not float64");
}
