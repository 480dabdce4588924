// Edges where operations are easily wrong: ties, NaN, infinities, empty and zero-dim tensors. As PyTorch has them.
#include <cmath>
#include <limits>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
using Doubles = std::vector<double>;
using Ints = std::vector<int64_t>;

Tensor f64(const Doubles& values) { return tensor(values, {.dtype = float64}); }
Doubles values(const Tensor& x) { return x.to_vector<double>(); }
Ints ints(const Tensor& x) { return x.to_vector<int64_t>(); }
Doubles slope(const std::function<Tensor(const Tensor&)>& f, const Doubles& at) {
  const Tensor x = f64(at).requires_grad_();
  return values(grad(sum(f(x)), x));
}
}  // namespace

TEST_CASE("hard activations have no gradient on their bounds, unlike clamp") {
  CHECK(slope([](const Tensor& x) { return hardtanh(x); }, {-1, 0, 1, 2}) == Doubles{0, 1, 0, 0});
  CHECK(slope([](const Tensor& x) { return relu6(x); }, {0, 3, 6}) == Doubles{0, 1, 0});
  CHECK(slope([](const Tensor& x) { return hardsigmoid(x); }, {-3, 0, 3}) == Doubles{0, 1.0 / 6, 0});
  CHECK(slope([](const Tensor& x) { return hardswish(x); }, {-3, 0, 3, 4}) == Doubles{0, 0.5, 1, 1});
  CHECK(slope([](const Tensor& x) { return clamp_min(x, 1); }, {0, 1, 2}) == Doubles{0, 1, 1});
  CHECK(slope([](const Tensor& x) { return clamp_max(x, 1); }, {0, 1, 2}) == Doubles{1, 1, 0});
  CHECK(slope([](const Tensor& x) { return leaky_relu(x, 0.5); }, {-1, 0, 1}) == Doubles{0.5, 0.5, 1});
}

TEST_CASE("activations far out") {
  CHECK(values(silu(f64({-1000, 1000}))) == Doubles{0, 1000});
  CHECK(slope([](const Tensor& x) { return silu(x); }, {-1000, 1000}) == Doubles{0, 1});
  CHECK(values(leaky_relu(f64({INFINITY, -INFINITY}), 0.5)) == Doubles{INFINITY, -INFINITY});
  CHECK(slope([](const Tensor& x) { return leaky_relu(x, 0); }, {INFINITY, -2}) == Doubles{1, 0});
  for (const auto& f : {hardsigmoid, hardswish, silu, relu6}) CHECK(std::isnan(f(f64({NAN})).item()));
  for (const auto& f : {mish, selu, log_sigmoid, softplus}) CHECK(std::isnan(f(f64({NAN})).item()));
  CHECK(values(mish(f64({-1000, 1000}))) == Doubles{0, 1000});
  CHECK(values(elu(f64({-1000, 1000}))) == Doubles{-1, 1000});
  CHECK(values(log_sigmoid(f64({-1000, 1000}))) == Doubles{-1000, 0});
  CHECK(slope([](const Tensor& x) { return elu(x, 2); }, {-1000, 0, 1000}) == Doubles{0, 2, 1});
  CHECK(slope([](const Tensor& x) { return celu(x, 2); }, {-1000, 0, 1000}) == Doubles{std::exp(-500), 1, 1});
  CHECK(slope([](const Tensor& x) { return mish(x); }, {-1000, 0, 1000}) == Doubles{0, 0.6, 1});
  CHECK(slope([](const Tensor& x) { return log_sigmoid(x); }, {-1000, 0, 1000}) == Doubles{1, 0.5, 0});
  CHECK(slope([](const Tensor& x) { return softplus(x); }, {-1000, 0, 1000}) == Doubles{0, 0.5, 1});
}

TEST_CASE("softplus is smooth at 0, where its formula has a kink") {
  const Tensor x = f64({0}).requires_grad_();
  const Tensor first = grad(softplus(x).sum(), x, {.create_graph = true});
  CHECK(first.item() == 0.5);
  CHECK(grad(first.sum(), x).item() == 0.25);
}

TEST_CASE("rounding: halfway to the even one, signs and integers kept") {
  CHECK(values(round(f64({0.5, 1.5, 2.5, -0.5, -1.5, 2.4}))) == Doubles{0, 2, 2, -0.0, -2, 2});
  CHECK(std::signbit(round(f64({-0.5})).item()));
  CHECK(std::signbit(ceil(f64({-0.5})).item()));
  CHECK(std::signbit(trunc(f64({-0.5})).item()));
  CHECK(values(round(f64({2.346, 0.125, -17}), 2)) == Doubles{2.35, 0.12, -17});
  CHECK(values(round(f64({25, 35, -14}), -1)) == Doubles{20, 40, -10});
  CHECK(round(tensor({3, -4})).dtype() == int64);
  CHECK(values(trunc(f64({2.7, -2.7}))) == Doubles{2, -2});
  CHECK(values(frac(f64({2.5, -2.5}))) == Doubles{0.5, -0.5});
  Tensor whole = tensor({1, 2});
  ceil(whole).fill_(9);  // a copy
  CHECK(ints(whole) == Ints{1, 2});
}

TEST_CASE("divisions with a remainder: whose sign, and what infinities and zeros give") {
  const Tensor a = f64({7, -7, 7, -7}), b = f64({3, 3, -3, -3});
  CHECK(values(remainder(a, b)) == Doubles{1, 2, -2, -1});
  CHECK(values(fmod(a, b)) == Doubles{1, -1, 1, -1});
  CHECK(values(floor_divide(a, b)) == Doubles{2, -3, -3, 2});
  CHECK(values(div(a, b, "trunc")) == Doubles{2, -2, -2, 2});
  const Tensor i = a.to(int64), j = b.to(int64);
  CHECK(ints(remainder(i, j)) == Ints{1, 2, -2, -1});
  CHECK(ints(fmod(i, j)) == Ints{1, -1, 1, -1});
  CHECK(ints(floor_divide(i, j)) == Ints{2, -3, -3, 2});
  CHECK(ints(div(i, j, "trunc")) == Ints{2, -2, -2, 2});
  const int64_t least = std::numeric_limits<int64_t>::min();
  const Tensor edge = tensor(Ints{least, least + 1});
  CHECK(ints(floor_divide(edge, -1)) == Ints{least, -(least + 1)});  // wraps, as negation does
  CHECK(ints(remainder(edge, -1)) == Ints{0, 0});
  CHECK(ints(fmod(edge, -1)) == Ints{0, 0});
  CHECK(values(remainder(f64({5, -5, 5, 0}), f64({INFINITY, INFINITY, -INFINITY, -3}))) ==
        Doubles{5, INFINITY, -INFINITY, 0});
  CHECK(values(fmod(f64({5, -5}), f64({INFINITY, INFINITY}))) == Doubles{5, -5});
  CHECK(values(floor_divide(f64({5, -5, 1, -1}), f64({INFINITY, INFINITY, 0, 0}))) ==
        Doubles{0, -1, INFINITY, -INFINITY});
  for (const Tensor& x :
       {remainder(f64({1}), 0), fmod(f64({1}), 0), floor_divide(f64({0}), 0), fmod(f64({INFINITY}), 2)})
    CHECK(std::isnan(x.item()));
  CHECK(floor_divide(f64({1}), 0.1).item() == 9);  // 0.1 is a little more than a tenth
  CHECK(slope([](const Tensor& x) { return remainder(x, f64({3, 3})); }, {5, -7}) == Doubles{1, 1});
  CHECK(slope([](const Tensor& y) { return remainder(f64({5, -7}), y); }, {3, 3}) == Doubles{-1, 3});
  CHECK(slope([](const Tensor& y) { return fmod(f64({5, -7}), y); }, {3, 3}) == Doubles{-1, 2});
  CHECK(slope([](const Tensor& x) { return floor_divide(x, 2); }, {5, -7}) == Doubles{0, 0});
}

TEST_CASE("functions at the ends of their range") {
  CHECK(values(expm1(f64({-1000, 1e-12, 1000}))) == Doubles{-1, std::expm1(1e-12), INFINITY});
  CHECK(values(expm1(tensor({-1000.0f, 1000.0f}))) == Doubles{-1, INFINITY});
  CHECK(values(log2(f64({0, 8, 0.25}))) == Doubles{-INFINITY, 3, -2});
  CHECK(values(log2(tensor({8.0f, 32.0f, 0.125f}))) == Doubles{3, 5, -3});
  CHECK(values(log10(f64({0, 1000}))) == Doubles{-INFINITY, 3});
  CHECK(values(exp2(f64({-2000, 10, 2000}))) == Doubles{0, 1024, INFINITY});
  CHECK(values(sinh(f64({-1000, 1000}))) == Doubles{-INFINITY, INFINITY});
  CHECK(values(cosh(f64({-1000, 1000}))) == Doubles{INFINITY, INFINITY});
  CHECK(values(atan(f64({-INFINITY, INFINITY}))) == Doubles{-std::atan(HUGE_VAL), std::atan(HUGE_VAL)});
  CHECK(values(atanh(f64({-1, 1}))) == Doubles{-INFINITY, INFINITY});
  for (const Tensor& x :
       {asin(f64({2})), acos(f64({-2})), acosh(f64({0.5})), atanh(f64({2})), log2(f64({-1})), log10(f64({-1}))})
    CHECK(std::isnan(x.item()));
  CHECK(erfc(f64({10})).item() == Approx(2.088487583762545e-45));
  CHECK(values(hypot(tensor({3e38f, 0.0f}), tensor({1e38f, 0.0f})))[0] == Approx(3.162278e38));
  CHECK(slope([](const Tensor& x) { return hypot(x, f64({0})); }, {0}) == Doubles{0});
  CHECK(slope([](const Tensor& x) { return hypot(x, f64({4})); }, {3})[0] == Approx(0.6));
  CHECK(slope([](const Tensor& x) { return atan2(x, f64({0, -0.0, 1e-200})); }, {0, 0, 0})[0] == 0);
  CHECK(slope([](const Tensor& x) { return atan2(x, f64({1e-200})); }, {0})[0] == Approx(1e200));
  CHECK(values(atan2(f64({0, 1, -1}), f64({-1, 0, 0}))) == Doubles{std::acos(-1), std::asin(1), -std::asin(1)});
}

TEST_CASE("logaddexp far apart, equal and infinite") {
  CHECK(values(logaddexp(f64({1000, -1000, 0}), f64({0, 0, 0}))) == Doubles{1000, 0, std::log(2)});
  CHECK(logaddexp(f64({0}), f64({-40})).item() == std::log1p(std::exp(-40)));
  CHECK(values(logaddexp(f64({-INFINITY, INFINITY, -INFINITY}), f64({-INFINITY, INFINITY, 3}))) ==
        Doubles{-INFINITY, INFINITY, 3});
  CHECK(std::isnan(logaddexp(f64({NAN}), f64({1})).item()));
  CHECK(slope(
            [](const Tensor& x) {
              return logaddexp(x, f64({-INFINITY, INFINITY, 0, 0}));
            },
            {-INFINITY, INFINITY, 0, 1000}) == Doubles{0.5, 0.5, 0.5, 1});
}

TEST_CASE("running products, log-sums and extremes: zeros, NaN and ties") {
  CHECK(slope([](const Tensor& x) { return cumprod(x, 0); }, {2, 0, 3, 0}) == Doubles{1, 8, 0, 0});
  CHECK(ints(cumprod(tensor({2, 3, -4}), 0)) == Ints{2, 6, -24});
  CHECK(cumprod(tensor(3.0), 0).item() == 3);
  CHECK(values(logcumsumexp(f64({-INFINITY, -INFINITY, 0, 1000}), 0)) == Doubles{-INFINITY, -INFINITY, 0, 1000});
  const auto [value, index] = cummax(tensor({1.0f, 3.0f, 3.0f, NAN, 5.0f, NAN, 1.0f}), 0);
  CHECK(ints(index) == Ints{0, 1, 2, 3, 3, 5, 5});
  CHECK(value[2].item() == 3);
  for (int64_t i : {3, 4, 5, 6}) CHECK(std::isnan(value[i].item()));
  CHECK(ints(cummin(tensor({2, 1, 1, 3}), 0).second) == Ints{0, 1, 2, 2});
  CHECK(slope([](const Tensor& x) { return cummax(x, 0).first; }, {1, 3, 2, 3}) == Doubles{1, 2, 0, 1});
  CHECK(cummax(tensor(3.0), 0).second.item() == 0);
}

TEST_CASE("lerp reaches both ends exactly") {
  const Tensor a = f64({0.1, 1e16, 3}), b = f64({0.7, 1, 3});
  CHECK(values(lerp(a, b, 0)) == values(a));
  CHECK(values(lerp(a, b, 1)) == values(b));
  CHECK(values(lerp(a, b, f64({0, 1, 0.5}))) == Doubles{0.1, 1, 3});
}

TEST_CASE("products that leave something out") {
  const Tensor nan = full({2, 2}, NAN), a = tensor({{1.0, 2.0}, {3.0, 4.0}});
  CHECK(values(addmm(nan, a, a, 0)) == Doubles{7, 10, 15, 22});  // beta = 0: NaN or not
  CHECK(std::isnan(addmm(nan, a, a)[0][0].item()));
  CHECK(values(addcmul(a, a, a, 0)) == values(a));
}

TEST_CASE("what is finite, and what replaces the rest") {
  const Tensor x = f64({1, NAN, INFINITY, -INFINITY});
  CHECK(isfinite(x).to_vector<bool>() == std::vector<bool>{true, false, false, false});
  CHECK(isinf(x).to_vector<bool>() == std::vector<bool>{false, false, true, true});
  constexpr double kMost = std::numeric_limits<double>::max();
  CHECK(values(nan_to_num(x)) == Doubles{1, 0, kMost, -kMost});
  CHECK(values(nan_to_num(x, 2, 3)) == Doubles{1, 2, 3, -kMost});
  CHECK(slope([](const Tensor& y) { return nan_to_num(y) * 2; }, values(x)) == Doubles{2, 0, 0, 0});
  CHECK(values(nan_to_num(x.to(float32))) ==
        Doubles{1, 0, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()});
  CHECK(values(nan_to_num(x.to(float16))) == Doubles{1, 0, 65504, -65504});
  CHECK(values(nan_to_num(x.to(bfloat16))) == Doubles{1, 0, 0x1.FEp127, -0x1.FEp127});
}

TEST_CASE("vectors of length 0 stay where they are, and have finite gradients") {
  const Tensor x = zeros({1, 3}, {.dtype = float64});
  for (double p : {1.0, 2.0, 3.0}) CHECK(values(normalize(x, p)) == Doubles{0, 0, 0});
  CHECK(values(cosine_similarity(x, ones({1, 3}, {.dtype = float64}))) == Doubles{0});
  for (double g : slope(
           [](const Tensor& v) {
             return cosine_similarity(reshape(v, {1, 3}), ones({1, 3}, {.dtype = float64}));
           },
           {0, 0, 0}))
    CHECK(std::isfinite(g));
}

TEST_CASE("median: the lower of two, NaN wins, equals share the gradient of the whole") {
  CHECK(median(f64({4, 1, 3, 2})).item() == 2);
  CHECK(median(tensor({4, 1, 3, 2})).item() == 2);
  CHECK(median(tensor({4, 1, 3, 2})).dtype() == int64);
  CHECK(std::isnan(median(f64({1, NAN, 2})).item()));
  CHECK(std::isnan(median(zeros({0})).item()));
  CHECK(slope([](const Tensor& x) { return median(x); }, {1, 2, 2, 3}) == Doubles{0, 0.5, 0.5, 0});
  CHECK(slope([](const Tensor& x) { return median(x, 0).first; }, {1, 2, 2, 3}) == Doubles{0, 1, 0, 0});
  const auto [value, index] = median(tensor({{3.0f, 1.0f, 2.0f}, {1.0f, NAN, 0.0f}}), 1);
  CHECK(value[0].item() == 2);
  CHECK(std::isnan(value[1].item()));
  CHECK(ints(index) == Ints{2, 1});
  CHECK(median(tensor(5.0), 0).first.item() == 5);
}

TEST_CASE("k-th smallest: NaN counts as the largest, equals in their order") {
  CHECK(kthvalue(f64({NAN, 2, 1}), 2).first.item() == 2);
  CHECK(std::isnan(kthvalue(f64({NAN, 2, 1}), 3).first.item()));
  CHECK(kthvalue(f64({2, 1, 1}), 1).second.item() == 1);
  CHECK(kthvalue(f64({2, 1, 1}), 2).second.item() == 2);
  CHECK(kthvalue(tensor(5.0), 1).first.item() == 5);
}

TEST_CASE("quantiles: ends, halves, NaN and infinities") {
  const Tensor x = f64({3, 1, 2});
  CHECK(values(quantile(x, f64({0, 0.25, 0.5, 1}))) == Doubles{1, 1.5, 2, 3});
  const Tensor ten = reshape(arange(10.0).to(float64), {10});
  for (const auto& [how, expected] : std::vector<std::pair<std::string, double>>{
           {"lower", 4}, {"higher", 5}, {"midpoint", 4.5}, {"nearest", 4}, {"linear", 4.5}})
    CHECK(quantile(ten, 0.5, {}, false, how).item() == expected);  // halfway, nearest takes the even rank
  CHECK(quantile(narrow(ten, 0, 0, 4), 0.5, {}, false, "nearest").item() == 2);
  CHECK(std::isnan(quantile(f64({1, NAN, 2}), 0).item()));
  CHECK(values(quantile(tensor({{1.0f, NAN}, {1.0f, 3.0f}}), 0.5, 1))[1] == 2);
  CHECK(quantile(f64({1, INFINITY, INFINITY}), 0.75).item() == INFINITY);
  CHECK(quantile(f64({1, 2, INFINITY}), 0.5).item() == 2);
  CHECK(quantile(x, 0.5, {}, true).shape() == Shape{1});
  CHECK(quantile(ones({2, 3}), tensor({0.1, 0.2}), {}, true).shape() == Shape{2, 1, 1});
  CHECK(quantile(ones({2, 3}), tensor({0.1, 0.2}), 0).shape() == Shape{2, 3});
  CHECK(quantile(tensor(4.0), 0.3, 0).item() == 4);
}

TEST_CASE("counts: bounds belong to the outer intervals, what lies outside does not count") {
  CHECK(values(histc(tensor({0.0, 1.0, 2.0, 3.0}), 3, 0, 3)) == Doubles{1, 1, 2});
  CHECK(values(histc(tensor({-1.0f, 0.5f, NAN, 9.0f}), 2, 0, 1)) == Doubles{0, 1});
  CHECK(values(histc(tensor({1.0, 1.0, 1.0}), 4)) == Doubles{0, 0, 3, 0});  // all equal: from one below to one above
  CHECK(values(histc(zeros({0}), 2)) == Doubles{0, 0});
  CHECK(histc(ones({3}, {.dtype = float16}), 2, 0, 2).dtype() == float16);
  CHECK(ints(bincount(tensor({1, 1, 3}))) == Ints{0, 2, 0, 1});
  CHECK(ints(bincount(tensor({1}), {}, 4)) == Ints{0, 1, 0, 0});
  CHECK(ints(bincount(zeros({0}, {.dtype = int64}), {}, 2)) == Ints{0, 0});
  CHECK(bincount(tensor({1, 1}), tensor({2, 3})).dtype() == float64);
  CHECK(bincount(tensor({1, 1}), tensor({0.5, 1.5})).dtype() == float32);
  CHECK(count_nonzero(tensor({0.0f, NAN, -2.0f})).item() == 2);
}

TEST_CASE("moves of nothing and of numbers") {
  CHECK(roll(zeros({2, 0}), 3, 1).shape() == Shape{2, 0});
  CHECK(roll(tensor(2.0), 5).item() == 2);
  CHECK(values(roll(tensor({1, 2, 3}), 7)) == Doubles{3, 1, 2});
  const Tensor x = tensor({1.0, 2.0});
  roll(x, 2, 0).fill_(9);  // a copy even where nothing moves
  rot90(x.reshape({1, 2}), 4).fill_(9);
  diag(reshape(x, {1, 2})).fill_(9);
  CHECK(values(x) == Doubles{1, 2});
  CHECK(unbind(zeros({0, 2})).empty());
  CHECK(values(tile(tensor(3), {2, 2})) == Doubles{3, 3, 3, 3});
  CHECK(repeat_interleave(x, 0).shape() == Shape{0});
  CHECK(movedim(tensor(1.0), Dims{}, Dims{}).item() == 1);
  CHECK(meshgrid({tensor(1.0), x})[0].shape() == Shape{1, 2});
  CHECK(tril_indices(0, 3).shape() == Shape{2, 0});
}

TEST_CASE("tensors like another") {
  Tensor x = zeros({2, 3}, {.dtype = float64});
  CHECK(empty_like(x).dtype() == float64);
  CHECK(empty_like(x.to(int64)).shape() == Shape{2, 3});
  Generator a{3, 0}, b{3, 0};
  CHECK(equal(rand_like(x, &a), rand({2, 3}, {.dtype = float64}, &b)));
  CHECK(equal(randn_like(x.to(bfloat16), &a), randn({2, 3}, {.dtype = bfloat16}, &b)));
  CHECK(!rand_like(x.requires_grad_()).requires_grad());
}
