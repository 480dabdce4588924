// Tensors: making them, reading them, seeing them through views.
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
}  // namespace

TEST_CASE("tensor() takes numbers, lists, nested lists and vectors") {
  CHECK(tensor(2.5).shape() == Shape{});
  CHECK(tensor(2.5).item() == 2.5);
  CHECK(tensor({1.0, 2.0}).shape() == Shape{2});
  const Tensor x = tensor({{{1, 2}, {3, 4}, {5, 6}}});
  CHECK(x.shape() == Shape{1, 3, 2});
  CHECK(x.to_vector<int64_t>() == Ints{1, 2, 3, 4, 5, 6});
  CHECK(tensor({7.0}).shape() == Shape{1});
  CHECK(tensor({}).shape() == Shape{0});
  CHECK(tensor({{}, {}}).shape() == Shape{2, 0});
  CHECK(tensor(std::vector<float>{1, 2, 3}).shape() == Shape{3});
  CHECK(tensor(std::vector<float>{}).shape() == Shape{0});
  CHECK_THROWS_WITH(tensor({{1, 2}, {3}}), "[tensor] a ragged list: one item has shape (2), another (1)");
  CHECK_THROWS_WITH(tensor({{1, 2}, {3, {4}}}), "[tensor] a ragged list: one item has shape (), another (1)");
}

TEST_CASE("dtypes follow the data as in PyTorch, unless asked for") {
  CHECK(tensor(1).dtype() == int64);
  CHECK(tensor(1.0).dtype() == float32);
  CHECK(tensor(true).dtype() == boolean);
  CHECK(tensor({1, 2}).dtype() == int64);
  CHECK(tensor({true, false}).dtype() == boolean);
  CHECK(tensor(std::vector<int>{1}).dtype() == int64);
  CHECK(tensor({1, 2}, {.dtype = float64}).dtype() == float64);
  CHECK(tensor({0.0, 2.0}, {.dtype = boolean}).to_vector<int64_t>() == Ints{0, 1});
  CHECK(tensor({1.9, -1.9}, {.dtype = int64}).to_vector<int64_t>() == Ints{1, -1});
  // int64 beyond 2^53 stays exact.
  CHECK(tensor(std::vector<int64_t>{9007199254740993}).to_vector<int64_t>() == Ints{9007199254740993});
}

TEST_CASE("zeros, ones, full, and the like of another tensor") {
  CHECK(zeros({2, 2}).to_vector<float>() == Floats{0, 0, 0, 0});
  CHECK(ones({3}, {.dtype = int64}).to_vector<int64_t>() == Ints{1, 1, 1});
  CHECK(full({2}, -1.5).to_vector<float>() == Floats{-1.5, -1.5});
  const Tensor x = ones({2, 1}, {.dtype = float64, .requires_grad = true});
  CHECK(zeros_like(x).dtype() == float64);
  CHECK(!zeros_like(x).requires_grad());
  CHECK(full_like(x, 3).to_vector<double>() == std::vector<double>{3, 3});
  CHECK(ones_like(x).shape() == Shape{2, 1});
  CHECK(empty({5, 0}).numel() == 0);
  CHECK_THROWS_WITH(zeros({2, -1}), "[tensor] dims cannot be negative, got (2, -1)");
  CHECK_THROWS_WITH(zeros({1 << 30, 1 << 30, 1 << 30}),
                    "[tensor] (1073741824, 1073741824, 1073741824) has too many elements for one tensor");
}

TEST_CASE("ranges and special matrices") {
  CHECK(arange(4).to_vector<int64_t>() == Ints{0, 1, 2, 3});
  CHECK(arange(1, 2, 0.25).to_vector<float>() == Floats{1, 1.25, 1.5, 1.75});
  CHECK(arange(3, 0, -1).to_vector<float>() == Floats{3, 2, 1});
  CHECK(arange(0).shape() == Shape{0});
  CHECK(arange(2.5).to_vector<float>() == Floats{0, 1, 2});
  CHECK(arange(2.5).dtype() == float32);
  // Integers make int64, a floating number among them float32.
  CHECK(arange(1, 5).to_vector<int64_t>() == Ints{1, 2, 3, 4});
  CHECK(arange(1, 5).dtype() == int64);
  CHECK(arange(int64_t{1}, 8, 3).dtype() == int64);
  CHECK(arange(1.0, 5).dtype() == float32);
  CHECK(arange(1, 5.0).dtype() == float32);
  CHECK(arange(0, 2, 0.5).dtype() == float32);
  CHECK(arange(0, 3, 1, {.dtype = float64}).dtype() == float64);
  CHECK(linspace(0, 1, 5).to_vector<float>() == Floats{0, 0.25, 0.5, 0.75, 1});
  CHECK(linspace(3, 4, 1).to_vector<float>() == Floats{3});
  CHECK(eye(2).to_vector<float>() == Floats{1, 0, 0, 1});
  const Tensor x = reshape(arange(1, 10), {3, 3});
  CHECK(tril(x).to_vector<float>() == Floats{1, 0, 0, 4, 5, 0, 7, 8, 9});
  CHECK(triu(x, 1).to_vector<float>() == Floats{0, 2, 3, 0, 0, 6, 0, 0, 0});
  CHECK(tril(x, -1).to_vector<float>() == Floats{0, 0, 0, 4, 0, 0, 7, 8, 0});
  CHECK(tril(ones({2, 2, 3}), 1).to_vector<float>() == Floats{1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1});
  CHECK_THROWS_WITH(arange(0, 1, 0), "[arange] cannot go from 0 to 1 in steps of 0");
  CHECK_THROWS_WITH(arange(INT64_MAX),
                    "[arange] no tensor can hold the numbers from 0 to 9223372036854775807 in steps of 1");
  CHECK_THROWS_WITH(arange(0, 1, -1), "[arange] cannot go from 0 to 1 in steps of -1");
  CHECK_THROWS_WITH(linspace(0, 1, -1), "[linspace] steps cannot be negative, got -1");
  CHECK_THROWS_WITH(tril(ones({2})), "[tril] needs at least two dims, got (2)");
}

TEST_CASE("from memory and back; item; raw pointers") {
  const float raw[] = {1, 2, 3, 4, 5, 6};
  const Tensor x = from_data(raw, {2, 3});
  CHECK(x.to_vector<float>() == Floats{1, 2, 3, 4, 5, 6});
  CHECK(x.transpose(0, 1).to_vector<int64_t>() == Ints{1, 4, 2, 5, 3, 6});  // row-major order of what is seen
  CHECK(from_data(raw, {2}, {.dtype = int64}).dtype() == int64);
  CHECK(tensor({0.0, 2.0}).to_vector<bool>() == std::vector<bool>{false, true});
  CHECK(x.to(Device::cpu()).data<float>()[4] == 5);
  Tensor y = x.to(Device::cpu()).clone();
  y.mutable_data<float>()[0] = 9;
  CHECK(y[0][0].item() == 9);
  CHECK(x[0][0].item() == 1);
  CHECK(y.version() == 1);
  CHECK(tensor(true).item() == 1);
  CHECK_THROWS_WITH(x.item(), "[item] only a tensor with one element is a number, got shape (2, 3)");
  CHECK_THROWS_WITH(x.data<double>(), "[data] the tensor is float32, asked for as float64");
  CHECK_THROWS_WITH(x.transpose(0, 1).data<float>(),
                    "[data] the tensor of shape (3, 2) is not contiguous; call contiguous() first");
}

TEST_CASE("handles share, views share, clones do not") {
  Tensor x = zeros({2, 3});
  Tensor same = x, view = x.transpose(0, 1), row = x[1], copy = x.clone();
  CHECK(same.is_same(x));
  CHECK(!view.is_same(x));
  row.fill_(5);
  CHECK(same.to_vector<float>() == Floats{0, 0, 0, 5, 5, 5});
  CHECK(view.to_vector<float>() == Floats{0, 5, 0, 5, 0, 5});
  CHECK(copy.to_vector<float>() == Floats(6, 0));
  CHECK(x.detach().array().storage() == x.array().storage());
  // What is contiguous already is not copied; what is not, is.
  CHECK(x.contiguous().is_same(x));
  CHECK(view.contiguous().array().storage() != x.array().storage());
  CHECK(x.reshape({3, 2}).array().storage() == x.array().storage());
  CHECK(view.reshape({6}).array().storage() != x.array().storage());
  CHECK(x.expand({4, 2, 3}).array().storage() == x.array().storage());
}

TEST_CASE("views reach rank 8, and no further") {
  Tensor x = arange(256);
  Tensor y = x.reshape({2, 2, 2, 2, 2, 2, 2, 2});
  CHECK(y.dim() == 8);
  CHECK(y.permute({7, 6, 5, 4, 3, 2, 1, 0}).permute({7, 6, 5, 4, 3, 2, 1, 0}).to_vector<int64_t>() ==
        x.to_vector<int64_t>());
  CHECK(y.permute({7, 6, 5, 4, 3, 2, 1, 0}).contiguous().to_vector<int64_t>()[1] == 128);
  CHECK(y.select(7, 1).select(0, 1).reshape({64}).to_vector<int64_t>()[0] == 129);
  CHECK(sum(y, {0, 2, 4, 6}).to_vector<int64_t>()[0] == 8 * (128 + 32 + 8 + 2));
  CHECK((y + y.transpose(0, 7)).to_vector<int64_t>()[1] == 129);
  CHECK_THROWS_WITH(y.unsqueeze(0), "[shape] (2, 2, 2, 2, 2, 2, 2, 2) has 8 dims already, the most supported");
  CHECK_THROWS_WITH(zeros({1, 1, 1, 1, 1, 1, 1, 1, 1}), "[shape] 9 dims given; at most 8 are supported");
}

TEST_CASE("view() never copies; reshape() copies only where it must") {
  const Tensor x = reshape(arange(24), {2, 3, 4});
  CHECK(x.view({6, -1}).shape() == Shape{6, 4});
  CHECK(x.narrow(2, 0, 2).view({6, 2}).to_vector<int64_t>() == Ints{0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21});
  CHECK(x.transpose(0, 1).view({3, 2, 2, 2}).select(0, 1).to_vector<int64_t>() == Ints{4, 5, 6, 7, 16, 17, 18, 19});
  CHECK_THROWS_WITH(x.transpose(1, 2).view({24}),
                    "[view] (2, 4, 3) with strides (12, 1, 4) cannot be viewed as (24) without a copy; use reshape() "
                    "or contiguous()");
  CHECK(x.transpose(1, 2).reshape({24}).to_vector<int64_t>()[1] == 4);
  CHECK(x.view({1, 2, 1, 3, 4, 1}).squeeze().shape() == Shape{2, 3, 4});
}

TEST_CASE("tensors without elements, and without dims") {
  const Tensor none = zeros({2, 0});
  CHECK(none.numel() == 0);
  CHECK(none.to_vector<float>().empty());
  CHECK(none.is_contiguous());
  CHECK(none.reshape({0, 5}).shape() == Shape{0, 5});
  CHECK(cat({none, ones({2, 1})}, 1).shape() == Shape{2, 1});
  CHECK(sum(none).item() == 0);
  CHECK(prod(none).item() == 1);
  CHECK(std::isnan(mean(none).item()));
  CHECK(sum(none, 1).to_vector<float>() == Floats{0, 0});
  CHECK(split(none, 2, 1).size() == 1);
  CHECK(matmul(zeros({2, 0}), zeros({0, 3})).to_vector<float>() == Floats(6, 0));
  const Tensor number = tensor(3.0);
  CHECK(number.dim() == 0);
  CHECK(number.numel() == 1);
  CHECK((number + ones({2})).to_vector<float>() == Floats{4, 4});
  CHECK(number.reshape({1, 1}).shape() == Shape{1, 1});
  CHECK(softmax(number, 0).item() == 1);
  CHECK(sum(number).item() == 3);
  CHECK(max(number).item() == 3);
}

TEST_CASE("what a tensor says about itself") {
  const Tensor x = zeros({2, 3}, {.dtype = float64});
  CHECK(x.size(0) == 2);
  CHECK(x.size(-1) == 3);
  CHECK(x.strides() == Strides{3, 1});
  CHECK(x.t().strides() == Strides{1, 3});
  CHECK(x.device() == default_device());
  CHECK(Tensor().defined() == false);
  CHECK_THROWS_WITH(Tensor().shape(), "[tensor] the tensor is undefined");
  CHECK_THROWS_WITH(x.size(2), "[size] dim 2 is out of range for (2, 3); valid: -2..1");
}

TEST_CASE("sizes by name, and what a tensor is") {
  const Tensor x = zeros({2, 3, 5});
  const auto [batch, time, width] = x.sizes<3>();
  CHECK(batch == 2);
  CHECK(time == 3);
  CHECK(width == 5);
  CHECK(x.sizes() == Shape{2, 3, 5});
  CHECK(x.sizes().size() == 3);
  CHECK(x.ndim() == 3);
  CHECK(x.is_floating_point());
  CHECK(!arange(3).is_floating_point());
  CHECK(x.element_size() == 4);
  CHECK(tensor(true).element_size() == 1);
  CHECK_THROWS_WITH(x.sizes<2>(), "[sizes] 2 sizes are asked for, the shape is (2, 3, 5)");
}

TEST_CASE("item as a type is exact, or refused") {
  constexpr int64_t big = 9007199254740993;  // 2^53 + 1, not a double
  CHECK(tensor(big).item<int64_t>() == big);
  CHECK(tensor(std::numeric_limits<int64_t>::min()).item<int64_t>() == std::numeric_limits<int64_t>::min());
  CHECK(tensor(3.0).item<int>() == 3);
  CHECK(tensor(7).item<uint8_t>() == 7);
  CHECK(tensor(7).item<size_t>() == 7);
  CHECK(tensor(true).item<bool>());
  CHECK(!tensor(0).item<bool>());
  CHECK(tensor(2.5).item<float>() == 2.5f);
  CHECK(tensor(2.5).item<double>() == 2.5);
  CHECK_THROWS_WITH(tensor(2.5).item<int64_t>(),
                    "[item] 2.5 is not a whole number from -9223372036854775808 to 9223372036854775807, as the type "
                    "asked for has; use item<double>()");
  CHECK_THROWS_WITH(tensor(300).item<uint8_t>(),
                    "[item] 300 is not a whole number from 0 to 255, as the type asked for has; use item<double>()");
  CHECK_THROWS_WITH(tensor(2).item<bool>(),
                    "[item] 2 is not a whole number from 0 to 1, as the type asked for has; use item<double>()");
  CHECK_THROWS_AS(tensor(1e30).item<int64_t>(), DTypeError);
  CHECK_THROWS_AS(tensor(NAN).item<int>(), DTypeError);
  CHECK_THROWS_WITH(zeros({2}).item<int64_t>(), "[item] only a tensor with one element is a number, got shape (2)");
}

TEST_CASE("comparison and logic are operators") {
  const Tensor a = tensor({1.0, 2.0, 3.0}), b = tensor({2.0, 2.0, 2.0});
  const auto bits = [](const Tensor& x) {
    CHECK(x.dtype() == boolean);
    return x.to_vector<int64_t>();
  };
  CHECK(bits(a == b) == Ints{0, 1, 0});
  CHECK(bits(a != b) == Ints{1, 0, 1});
  CHECK(bits(a < b) == Ints{1, 0, 0});
  CHECK(bits(a <= b) == Ints{1, 1, 0});
  CHECK(bits(a > b) == Ints{0, 0, 1});
  CHECK(bits(a >= b) == Ints{0, 1, 1});
  CHECK(bits(a == 2) == Ints{0, 1, 0});
  CHECK(bits(a != 2) == Ints{1, 0, 1});
  CHECK(bits(a < 2) == Ints{1, 0, 0});
  CHECK(bits(a <= 2) == Ints{1, 1, 0});
  CHECK(bits(a > 2) == Ints{0, 0, 1});
  CHECK(bits(a >= 2) == Ints{0, 1, 1});
  CHECK(bits(2 == a) == Ints{0, 1, 0});
  CHECK(bits(2 != a) == Ints{1, 0, 1});
  CHECK(bits(2 < a) == Ints{0, 0, 1});
  CHECK(bits(2 <= a) == Ints{0, 1, 1});
  CHECK(bits(2 > a) == Ints{1, 0, 0});
  CHECK(bits(2 >= a) == Ints{1, 1, 0});
  const Tensor p = tensor({true, true, false}), q = tensor({true, false, false});
  CHECK(bits(p & q) == Ints{1, 0, 0});
  CHECK(bits(p | q) == Ints{1, 1, 0});
  CHECK(bits(p ^ q) == Ints{0, 1, 0});
  CHECK(bits(~p) == Ints{0, 0, 1});
  CHECK(bits((a > 1) & ~(b == a)) == Ints{0, 0, 1});
  CHECK_THROWS_WITH(arange(2) & arange(2), "[logical_and] both inputs must be bool, got int64 (2)");
  CHECK_THROWS_WITH(~arange(2), "[logical_not] the input must be bool, got int64 (2)");
}

// Shapes, strides and lists of dims are three types.
template <class X>
concept PermutesByShape = requires(X x) {
  permute(x, x.shape());
};
template <class X>
concept SumsOverShape = requires(X x) {
  sum(x, x.shape());
};
template <class X>
concept ReshapesToStrides = requires(X x) {
  reshape(x, x.strides());
};
static_assert(!PermutesByShape<Tensor> && !SumsOverShape<Tensor> && !ReshapesToStrides<Tensor>);
static_assert(!std::is_convertible_v<Shape, Dims> && !std::is_convertible_v<Dims, Shape>);
static_assert(!std::is_convertible_v<Shape, Strides> && !std::is_convertible_v<Strides, Shape>);
static_assert(!std::is_convertible_v<Dims, Strides> && !std::is_convertible_v<Strides, Dims>);

TEST_CASE("a list of dims, a shape and strides print alike, and turn into each other where that is said") {
  std::ostringstream out;
  out << Shape{2, 3} << Strides{3, 1} << Dims{-1} << ' ' << float32 << ' ' << boolean << ' ' << Device::cpu() << ' '
      << Device::cuda(1);
  CHECK(out.str() == "(2, 3)(3, 1)(-1) float32 bool cpu cuda:1");
  CHECK(Dims(Shape{1, 0}) == Dims{1, 0});
  CHECK_THROWS_WITH((Dims{0, 1, 2, 3, 4, 5, 6, 7, 8}), "[shape] 9 dims given; at most 8 are supported");
}

TEST_CASE("std and var take PyTorch's bool for unbiased, not for a correction or keepdim") {
  const Tensor x = tensor({{1.0, 2.0, 4.0}});
  CHECK(x.var(1, true).item() == Approx(x.var(1).item()));
  CHECK(x.var(1, false).item() == Approx(x.var(1, 0).item()));
  CHECK(x.std(1, true, true).shape() == Shape{1, 1});
  CHECK(lemma::std(x, 1, false).item() == Approx(std::sqrt(14.0 / 9.0)));
  CHECK(lemma::std(x, 1, true).item() == Approx(std::sqrt(7.0 / 3.0)));
}
