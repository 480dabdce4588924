// A C++ number beside a tensor: exact for int64, refused where the dtype cannot hold it.
#include <cmath>
#include <cstdint>

#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
constexpr int64_t kOdd = (int64_t{1} << 53) + 1;  // the first integer that a double rounds

std::vector<int64_t> integers(const Tensor& x) { return x.to_vector<int64_t>(); }
std::vector<bool> truths(const Tensor& x) { return x.to_vector<bool>(); }
}  // namespace

TEST_CASE("an int64 tensor takes every int64 exactly") {
  const Tensor x = full({1}, kOdd, {.dtype = int64});
  CHECK(integers(x) == std::vector{kOdd});
  CHECK(truths(x == kOdd - 1) == std::vector{false});
  CHECK(truths(x == kOdd) == std::vector{true});
  CHECK(truths(x > kOdd - 1) == std::vector{true});
  CHECK(truths((kOdd - 1) < x) == std::vector{true});
  CHECK(integers(x + kOdd) == std::vector{2 * kOdd});
  CHECK(integers(x - kOdd) == std::vector{int64_t{0}});
  CHECK(integers(kOdd - x) == std::vector{int64_t{0}});
  CHECK(integers(arange(1) * kOdd) == std::vector{int64_t{0}});
  CHECK(integers(arange(kOdd, kOdd + 2)) == std::vector{kOdd, kOdd + 1});
  CHECK(integers(arange(INT64_MIN, INT64_MAX, int64_t{1} << 62)) ==
        std::vector{INT64_MIN, -(int64_t{1} << 62), int64_t{0}, int64_t{1} << 62});
  CHECK(integers(masked_fill(x, x == kOdd, INT64_MAX)) == std::vector{INT64_MAX});
  CHECK(integers(clamp(x, kOdd + 2, INT64_MAX)) == std::vector{kOdd + 2});
  CHECK(integers(pad(x, 0, 1, 0, kOdd)) == std::vector{kOdd, kOdd});
  CHECK(integers(scatter(arange(1), 0, tensor({0}), kOdd)) == std::vector{kOdd});
  Tensor y = arange(1);
  y.fill_(kOdd).add_(2).sub_(kOdd);
  CHECK(integers(y) == std::vector{int64_t{2}});
  y[0] = kOdd;
  CHECK(integers(y) == std::vector{kOdd});
}

TEST_CASE("integers compare with fractions and with numbers beyond int64") {
  const Tensor x = tensor({1, 2});
  CHECK(truths(x < 1.5) == std::vector{true, false});
  CHECK(truths(x <= 1.5) == std::vector{true, false});
  CHECK(truths(x > 1.5) == std::vector{false, true});
  CHECK(truths(x >= 1.5) == std::vector{false, true});
  CHECK(truths(x == 1.5) == std::vector{false, false});
  CHECK(truths(x != 1.5) == std::vector{true, true});
  CHECK(truths(x < 1e19) == std::vector{true, true});
  CHECK(truths(x > 1e19) == std::vector{false, false});
  CHECK(truths(x > -INFINITY) == std::vector{true, true});
  CHECK(truths(x < NAN) == std::vector{false, false});
  CHECK(truths(x != NAN) == std::vector{true, true});
  CHECK(truths(tensor({true, false}) == 2) == std::vector{false, false});
}

TEST_CASE("what no int64 can hold is refused") {
  const Tensor x = arange(2);
  CHECK_THROWS_AS(full({2}, 1e19, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(full({2}, 1.5, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(full({2}, UINT64_MAX, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(arange(2).fill_(NAN), DTypeError);
  CHECK_THROWS_AS(pad(x, 0, 1, 0, -INFINITY), DTypeError);
  CHECK_THROWS_AS(masked_fill(x, x == 0, INFINITY), DTypeError);
  CHECK_THROWS_AS(x + 0.5, DTypeError);
  CHECK_THROWS_AS(clamp(x, 0.5, 1), DTypeError);
  CHECK_THROWS_AS(arange(3).mul_(0.5), DTypeError);
  CHECK_THROWS_AS(tensor({1.5e19}, {.dtype = int64}), DTypeError);
}

TEST_CASE("what fills a tensor must be a number of its dtype") {
  CHECK_THROWS_WITH(full({2}, 1e39), "[full] the number 1e+39 is beyond float32, whose largest is 3.4028e+38");
  CHECK_THROWS_AS(full({2}, 65520, {.dtype = float16}), ValueError);
  CHECK(full({}, 65519, {.dtype = float16}).item() == 65504);
  CHECK_THROWS_AS(zeros({2}).fill_(-1e39), ValueError);
  CHECK_THROWS_AS(masked_fill(zeros({2}, {.dtype = float16}), tensor({true, false}), -1e9), ValueError);
  CHECK(masked_fill(zeros({1}), tensor({true}), -INFINITY).item() == -INFINITY);
  CHECK(full({}, 1e39, {.dtype = float64}).item() == 1e39);
}

TEST_CASE("clamp gives a NaN bound, and the high one where the low one is above it") {
  CHECK(clamp(tensor({1.0, 2.0}), 5, 3).to_vector<float>() == std::vector{3.f, 3.f});
  for (const Tensor& y : {clamp(tensor({1.0, 2.0}), NAN, 3), clamp(tensor({1.0, 2.0}), 0, NAN)}) CHECK(all(isnan(y)));
  Tensor x = tensor({0.0, 1.0, 3.0, 4.0}, {.requires_grad = true});
  clamp(x, 1, 3).sum().backward();
  CHECK(x.grad().to_vector<float>() == std::vector{0.f, 1.f, 1.f, 0.f});
}

TEST_CASE("integers divide, multiply and take powers as in PyTorch") {
  const Tensor a = tensor({7, -7}), b = tensor({2, 2});
  CHECK((a / b).to_vector<float>() == std::vector{3.5f, -3.5f});
  CHECK((a / 2).to_vector<float>() == std::vector{3.5f, -3.5f});
  CHECK((7 / b).to_vector<float>() == std::vector{3.5f, 3.5f});
  CHECK(integers(pow(a, 3)) == std::vector<int64_t>{343, -343});
  CHECK(integers(pow(b, tensor({62, -1}))) == std::vector<int64_t>{int64_t{1} << 62, 0});
  CHECK_THROWS_AS(pow(a, -1), ValueError);
  const Tensor m = tensor({{1, 2}, {3, 4}}), big = tensor({{kOdd, 0}, {0, 1}});
  CHECK(integers(matmul(m, big)) == std::vector<int64_t>{kOdd, 2, 3 * kOdd, 4});
  CHECK(integers(matmul(m, tensor({1, 1}))) == std::vector<int64_t>{3, 7});
  const Tensor v = tensor({1, kOdd}), batch = m.unsqueeze(0);
  CHECK(integers(dot(v, tensor({1, 1}))) == std::vector<int64_t>{1 + kOdd});
  CHECK(integers(mv(m, v)) == std::vector<int64_t>{1 + 2 * kOdd, 3 + 4 * kOdd});
  for (const Tensor& square : {mm(m, m), bmm(batch, batch), einsum("ij,jk->ik", {m, m}), tensordot(m, m, 1),
                               linear(m, m.transpose(0, 1)), addmm(zeros_like(m), m, m)})
    CHECK(integers(square) == std::vector<int64_t>{7, 10, 15, 22});
  CHECK(integers(floor(v)) == integers(v));
  CHECK(matmul(zeros({2, 0}, {.dtype = int64}), zeros({0, 3}, {.dtype = int64})).shape() == Shape{2, 3});
  CHECK(integers(tensor({INT64_MAX}) + 1) == std::vector{INT64_MIN});  // wraps around
}

TEST_CASE("sums and products of int64 wrap around, whichever way they are added up") {
  const Tensor x = tensor({INT64_MAX, INT64_MAX, int64_t{3}}), rows = stack({x, x});
  CHECK(sum(x).item<int64_t>() == 1);
  CHECK(prod(x).item<int64_t>() == 3);
  CHECK(integers(sum(rows, 0)) == std::vector<int64_t>{-2, -2, 6});
  CHECK(integers(prod(rows, 0)) == std::vector<int64_t>{1, 1, 9});
  CHECK(integers(sum(rows.t(), 0)) == std::vector<int64_t>{1, 1});
  CHECK(integers(cumsum(x, 0)) == std::vector<int64_t>{INT64_MAX, -2, 1});
  CHECK(integers(cumprod(x, 0)) == std::vector<int64_t>{INT64_MAX, 1, 3});
  const Tensor twice = tensor({0, 0, 0});
  CHECK(integers(scatter_add(tensor({1}), 0, twice, x)) == std::vector<int64_t>{2});
  CHECK(integers(index_add(tensor({1}), 0, twice, x)) == std::vector<int64_t>{2});
  CHECK(integers(index_add(zeros_like(rows), 0, tensor({1, 1}), rows)) == std::vector<int64_t>{0, 0, 0, -2, -2, 6});
  CHECK(integers(matmul(rows, tensor({1, 1, 1}))) == std::vector<int64_t>{1, 1});
}

TEST_CASE("bools are sorted, multiplied, counted and compared") {
  const Tensor x = tensor({true, false, true});
  CHECK(truths(sort(x).first) == std::vector{false, true, true});
  CHECK(prod(x).item<int64_t>() == 0);
  CHECK(integers(cumsum(x, 0)) == std::vector<int64_t>{1, 1, 2});
  CHECK(truths(amax(x)) == std::vector{true});
  CHECK(truths(amin(x)) == std::vector{false});
  CHECK(argmin(x).item<int64_t>() == 1);
  CHECK(truths(logical_and(tensor({2.0, 0.0}), tensor({1, 1}))) == std::vector{true, false});
  CHECK(truths(logical_not(tensor({2, 0}))) == std::vector{false, true});
  CHECK_THROWS_AS(tensor({6}) & tensor({3}), DTypeError);
}

TEST_CASE("randint draws from ranges of any width") {
  manual_seed(3);
  const Tensor all_of_them = randint(INT64_MIN, INT64_MAX, {2000});
  CHECK(any(all_of_them < 0));
  CHECK(any(all_of_them > 0));
  CHECK(any(remainder(all_of_them, 2) == 1));  // all bits are random, the lowest too
  const int64_t low = -(int64_t{1} << 62) - 5, high = int64_t{1} << 62;
  const Tensor x = randint(low, high, {2000}), y = randint(kOdd, kOdd + (int64_t{1} << 40), {2000});
  CHECK((all(x >= low) && all(x < high) && any(x < 0) && any(x > 0)));
  CHECK((all(y >= kOdd) && any(remainder(y, 2) == 0) && any(remainder(y, 2) == 1)));
  const Tensor wide = randint(-5 - (int64_t{1} << 62), INT64_MAX, {2000});
  CHECK(all(wide >= -5 - (int64_t{1} << 62)));
  Generator generator{1, 0};
  bool odd = false;
  for (int i = 0; i < 20; ++i) odd = odd || generator.below(int64_t{1} << 60) % 2 == 1;
  CHECK(odd);
}

TEST_CASE("a list of numbers beyond int64 is refused, one within is exact") {
  CHECK_THROWS_AS(tensor({UINT64_MAX}), DTypeError);
  CHECK_THROWS_AS(tensor(std::vector<uint64_t>{uint64_t{1} << 63}), DTypeError);
  CHECK_THROWS_AS(tensor({NAN}, {.dtype = int64}), DTypeError);
  CHECK(integers(tensor({INT64_MAX, INT64_MIN})) == std::vector{INT64_MAX, INT64_MIN});
  CHECK(integers(tensor({1.5}, {.dtype = int64})) == std::vector<int64_t>{1});
}
