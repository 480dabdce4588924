// What operations record: rules keep what they name and nothing else, and one node may have several results.
#include "tape/record.h"

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

Tensor leaf(const std::vector<double>& values) { return tensor(values, {.dtype = float64, .requires_grad = true}); }

// Does record("op", {N inputs}, output, rules...) compile?
template <size_t N, class... Rules>
concept Records = requires(const TensorRef (&inputs)[N], Array output, Rules... rules) {
  record("op", inputs, output, rules...);
};
template <class Rule, size_t N = 2>
constexpr bool one_for_all = Records<N, Rule>;

const auto reads_0 = [](const Tensor& g, In<0>) { return g; };
const auto reads_1 = [](const Tensor& g, In<1>) { return g; };
const auto reads_2 = [](const Tensor& g, In<2>) { return g; };
const auto reads_output = [](const Tensor& g, Out) { return g; };
const auto reads_shapes = [](const Tensor& g, const Node&) { return g; };
const auto reads_if_wanted = [](const Tensor& g, For<1, In<0>>, For<0, Out>) -> Grads { return {g, g}; };
const auto reads_if_third = [](const Tensor& g, For<2, In<0>>) -> Grads { return {g, g}; };
const auto reads_number = [](const Tensor& g, double) { return g; };
const auto reads_anything = [](const Tensor& g, const auto&) { return g; };
const auto takes_no_gradient = [](double) { return Tensor(); };
const auto returns_nothing = [](const Tensor&) {};

template <class Rule>
using TypeOf = std::remove_const_t<Rule>;

static_assert(Records<1, TypeOf<decltype(reads_0)>>);
static_assert(Records<1, TypeOf<decltype(reads_output)>>);
static_assert(Records<2, TypeOf<decltype(reads_1)>, TypeOf<decltype(reads_shapes)>>);
static_assert(Records<2, NoGradient, TypeOf<decltype(reads_0)>>);
static_assert(one_for_all<TypeOf<decltype(reads_if_wanted)>>);

// An input that is not there cannot be read,
static_assert(!Records<1, TypeOf<decltype(reads_1)>>);
static_assert(!Records<2, TypeOf<decltype(reads_0)>, TypeOf<decltype(reads_2)>>);
static_assert(!one_for_all<TypeOf<decltype(reads_if_third)>>);
// nor anything that is not In, Out, For or the node;
static_assert(!Records<1, TypeOf<decltype(reads_number)>>);
static_assert(!Records<1, TypeOf<decltype(reads_anything)>>);
static_assert(!Records<1, TypeOf<decltype(takes_no_gradient)>>);
static_assert(!Records<1, TypeOf<decltype(returns_nothing)>>);
// every input needs its rule;
static_assert(!Records<2, TypeOf<decltype(reads_0)>>);
static_assert(!Records<1, TypeOf<decltype(reads_0)>, TypeOf<decltype(reads_0)>>);
// and the node hands out no values.
template <class N>
concept GivesValues = requires(const N& node) {
  node.saved_input(0);
}
|| requires(const N& node) { node.saved_output(0); };
static_assert(!GivesValues<Node>);

// A rule that captures a tensor would be a leak, and does not compile.
auto capturing(const Tensor& x) {
  return [x](const Tensor& g) { return g * x; };
}
static_assert(!Records<1, decltype(capturing(Tensor()))>);

size_t held(const Tensor& y) { return y.grad_fn()->bytes_held(); }
// Not a leaf, so that its memory counts as held.
Tensor inner(int64_t n) { return ones({n}, {.dtype = float64, .requires_grad = true}) * 1.0; }

}  // namespace

TEST_CASE("a node holds what its rules read, and only for gradients that are wanted") {
  const Tensor a = inner(100), b = inner(100), constant = ones({100}, {.dtype = float64});
  CHECK(held(a + b) == 0);
  CHECK(held(a * b) == 1600);
  CHECK(held(a * constant) == 800);  // the constant, for a's gradient; a itself is not needed
  CHECK(held(constant * a) == 800);
  CHECK(held(a / constant) == 800);   // the divisor
  CHECK(held(constant / a) == 1600);  // the divisor and the result
  CHECK(held(exp(a)) == 800);
  CHECK(held(sum(a)) == 0);
  CHECK(held(where(gt(a, 0), a, b)) == 100);  // the condition
}

TEST_CASE("rules of inputs whose gradient nobody wants do not run") {
  int runs[2] = {0, 0};
  int* count = runs;
  const auto once = [&](const Tensor& a, const Tensor& b) {
    return record(
        "both", {a, b}, a.detach().clone().array(),
        [count](const Tensor& g) {
          ++count[0];
          return g;
        },
        [count](const Tensor& g) {
          ++count[1];
          return g;
        });
  };
  const Tensor x = leaf({1, 2}), constant = tensor({1.0, 1.0}, {.dtype = float64});
  sum(once(x, constant)).backward();
  CHECK(runs[0] == 1);
  CHECK(runs[1] == 0);
  sum(once(constant, x)).backward();
  CHECK(runs[0] == 1);
  CHECK(runs[1] == 1);
}

TEST_CASE("the results of one operation share a node, which runs once") {
  const Tensor x = leaf({1, 2, 3, 4, 5});
  const std::vector<Tensor> parts = split(x * 1.0, 2, 0);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].grad_fn() == parts[2].grad_fn());
  CHECK(std::string(parts[0].grad_fn()->name()) == "split");
  CHECK(parts[0].grad_fn()->num_outputs() == 3);
  CHECK(parts[0].grad_fn()->output_shape(2) == Shape{1});
  CHECK(parts[0].grad_fn()->next_functions().size() == 1);
  sum(parts[0] * parts[1]).backward();  // the third is used by nobody
  CHECK(x.grad().to_vector<double>() == std::vector<double>{3, 4, 1, 2, 0});
  CHECK_THROWS_WITH(sum(parts[2]).backward(),
                    "[split] the graph was already walked and its saved values freed; call backward({}, true) first to "
                    "keep them, or detach() a tensor that you reuse from an earlier step");
}

TEST_CASE("several results: hooks, kept gradients and grad() tell them apart") {
  const Tensor x = leaf({1, 2, 3, 4});
  const std::vector<Tensor> parts = chunk(x * 1.0, 2);
  parts[0].retain_grad();
  parts[1].register_hook([](const Tensor& g) { return g * 10.0; });
  const Tensor y = sum(parts[0] * 3.0 + parts[1] * parts[1]);
  const std::vector<Tensor> asked = grad({y}, {parts[1], parts[0], x}, {.retain_graph = true});
  CHECK(asked[0].to_vector<double>() == std::vector<double>{60, 80});
  CHECK(asked[1].to_vector<double>() == std::vector<double>{3, 3});
  CHECK(asked[2].to_vector<double>() == std::vector<double>{3, 3, 60, 80});
  y.backward();
  CHECK(parts[0].grad().to_vector<double>() == std::vector<double>{6, 6});  // of both walks
  CHECK(!parts[1].grad().defined());
  CHECK(x.grad().to_vector<double>() == std::vector<double>{3, 3, 60, 80});
  CHECK_THROWS_WITH(grad({sum(chunk(x * 1.0, 2)[0])}, {parts[1]}),
                    "[grad] the outputs do not depend on input 0 of shape (2); pass allow_unused if that is intended");
}

TEST_CASE("several results: derivatives of every order") {
  const auto f = [](const std::vector<Tensor>& in) {
    const std::vector<Tensor> parts = split(in[0], 2, 1);
    return parts[0] * exp(parts[1]) + square(parts[0]);
  };
  const Tensor x = tensor({{0.5, -1.0, 0.25, 2.0}, {1.0, 0.5, -0.5, 0.75}}, {.dtype = float64});
  CHECK(gradcheck(f, {x}).ok);
  CHECK(gradgradcheck(f, {x}).ok);
  // A second result that reads the output, recorded by hand: y, z = e^x, 2 e^x.
  const auto twice = [](const std::vector<Tensor>& in) {
    const Tensor e = exp(in[0].detach());
    const std::vector<Tensor> results =
        record("twice", {in[0]}, std::vector<Array>{e.array(), (e * 2.0).array()}, [](const Grads& g, Out y) {
          const Tensor first = g[0].defined() ? g[0] * y : y * 0.0;
          return g[1].defined() ? first + g[1] * y * 2.0 : first;
        });
    return results[0] * results[1];
  };
  CHECK(gradcheck(twice, {x}).ok);
  CHECK(gradgradcheck(twice, {x}).ok);
}

TEST_CASE("without a graph several results are plain tensors") {
  NoGrad guard;
  const std::vector<Tensor> parts = split(leaf({1, 2, 3}), 2);
  CHECK(!parts[0].requires_grad());
  CHECK(parts[1].to_vector<double>() == std::vector<double>{3});
}

namespace {
// Outlives the thread's other variables: its graph is freed after main has ended.
Tensor of_the_program;
}  // namespace

TEST_CASE("a tensor with a graph may be freed last of all") {
  Tensor x = leaf({1, 2});
  for (int i = 0; i < 1000; ++i) x = x * 1.0;
  of_the_program = x;
  CHECK(of_the_program.requires_grad());
}
