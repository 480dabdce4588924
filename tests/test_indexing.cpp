// Parts by position: what brackets read and write, against loops over positions written here, and their errors.
#include "lemma/indexing.h"

#include <functional>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

using Doubles = std::vector<double>;
using Place = std::vector<int64_t>;

// 0, 1, 2, ... in a shape: an element is its own position, so what was read shows where it was read.
Tensor numbered(const Shape& shape) { return arange(shape.numel()).to(float64).reshape(shape); }

// The numbers of x's elements that a part of `shape` holds, by a rule from the part's position to x's.
Doubles places(const Shape& x, const Shape& shape, const std::function<Place(const Place&)>& rule) {
  Doubles all;
  Place at(static_cast<size_t>(shape.rank()), 0);
  for (int64_t n = shape.numel(); n > 0; --n) {
    const Place from = rule(at);
    int64_t number = 0;
    for (int d = 0; d < x.rank(); ++d) number = number * x[d] + from[static_cast<size_t>(d)];
    all.push_back(static_cast<double>(number));
    for (int d = shape.rank() - 1; d >= 0 && ++at[static_cast<size_t>(d)] == shape[d]; --d)
      at[static_cast<size_t>(d)] = 0;
  }
  return all;
}

struct Case {
  const char* what;
  std::vector<TensorIndex> indices;
  Shape shape;  // of the part of (2, 3, 4)
  std::function<Place(const Place&)> from;
};

// Expected shapes and places are NumPy's, except for x[0, :, index], where PyTorch and Lemma take the number first.
std::vector<Case> cases() {
  const Tensor rows = tensor({1, 0, 1}), last = tensor({3, -1, 0}), grid = tensor({{0, 2}, {-1, 1}});
  const Tensor middle = tensor({true, false, true}), face = tensor({{true, false, false}, {false, true, true}});
  const Place two = {1, 0, 1}, ends = {3, 3, 0};
  return {
      {"a number",
       {1},
       {3, 4},
       [](const Place& i) {
         return Place{1, i[0], i[1]};
       }},
      {"a number from the end",
       {All, -1},
       {2, 4},
       [](const Place& i) {
         return Place{i[0], 2, i[1]};
       }},
      {"all numbers",
       {1, 2, 3},
       {},
       [](const Place&) {
         return Place{1, 2, 3};
       }},
      {"slices",
       {All, Slice(1, 3), Slice(None, -1)},
       {2, 2, 3},
       [](const Place& i) {
         return Place{i[0], i[1] + 1, i[2]};
       }},
      {"a step",
       {Ellipsis, Slice(1, None, 2)},
       {2, 3, 2},
       [](const Place& i) {
         return Place{i[0], i[1], 2 * i[2] + 1};
       }},
      {"clipped ends", {Slice(-9, 9)}, {2, 3, 4}, [](const Place& i) { return i; }},
      {"an empty slice", {All, Slice(2, 1)}, {2, 0, 4}, [](const Place& i) { return i; }},
      {"Ellipsis in the middle",
       {0, Ellipsis, 1},
       {3},
       [](const Place& i) {
         return Place{0, i[0], 1};
       }},
      {"Ellipsis for nothing",
       {0, 1, Ellipsis, 2},
       {},
       [](const Place&) {
         return Place{0, 1, 2};
       }},
      {"None",
       {None, 1, All, None},
       {1, 3, 1, 4},
       [](const Place& i) {
         return Place{1, i[1], i[3]};
       }},
      {"an index tensor",
       {rows},
       {3, 3, 4},
       [=](const Place& i) {
         return Place{two[i[0]], i[1], i[2]};
       }},
      {"an index tensor from the end",
       {Ellipsis, last},
       {2, 3, 3},
       [=](const Place& i) {
         return Place{i[0], i[1], ends[i[2]]};
       }},
      {"an index of two dims",
       {All, grid},
       {2, 2, 2, 4},
       [](const Place& i) {
         return Place{i[0], std::vector<int64_t>{0, 2, 2, 1}[2 * i[1] + i[2]], i[3]};
       }},
      {"neighbours",
       {All, tensor({0, 2}), tensor({1, -1})},
       {2, 2},
       [](const Place& i) {
         return Place{i[0], 2 * i[1], 2 * i[1] + 1};
       }},
      {"neighbours that broadcast",
       {All, tensor({{0}, {2}}), tensor({1, -1})},
       {2, 2, 2},
       [](const Place& i) {
         return Place{i[0], 2 * i[1], 2 * i[2] + 1};
       }},
      {"apart: to the front",
       {rows, All, last},
       {3, 3},
       [=](const Place& i) {
         return Place{two[i[0]], i[1], ends[i[0]]};
       }},
      {"apart by None",
       {All, tensor({0, 2}), None, tensor({1, -1})},
       {2, 2, 1},
       [](const Place& i) {
         return Place{i[1], 2 * i[0], 2 * i[0] + 1};
       }},
      {"a number, then an index",
       {0, All, last},
       {3, 3},
       [=](const Place& i) {
         return Place{0, i[0], ends[i[1]]};
       }},
      {"an index, then a slice",
       {All, tensor({2, 0}), Slice(None, None, 3)},
       {2, 2, 2},
       [](const Place& i) {
         return Place{i[0], 2 - 2 * i[1], 3 * i[2]};
       }},
      {"an index of no elements", {tensor({}, {.dtype = int64})}, {0, 3, 4}, [](const Place& i) { return i; }},
      {"an index that is a number",
       {All, tensor(1)},
       {2, 4},
       [](const Place& i) {
         return Place{i[0], 1, i[1]};
       }},
      {"a mask of one dim",
       {All, middle},
       {2, 2, 4},
       [](const Place& i) {
         return Place{i[0], 2 * i[1], i[2]};
       }},
      {"a mask of two dims",
       {face},
       {3, 4},
       [](const Place& i) {
         return Place{i[0] > 0, std::vector<int64_t>{0, 1, 2}[i[0]], i[1]};
       }},
      {"a mask and a number",
       {face, 3},
       {3},
       [](const Place& i) {
         return Place{i[0] > 0, std::vector<int64_t>{0, 1, 2}[i[0]], 3};
       }},
      {"a mask and an index",
       {All, middle, tensor({0, 1})},
       {2, 2},
       [](const Place& i) {
         return Place{i[0], 2 * i[1], i[1]};
       }},
      {"a mask that is false", {tensor({false, false})}, {0, 3, 4}, [](const Place& i) { return i; }},
  };
}

}  // namespace

TEST_CASE("brackets read what NumPy's and PyTorch's do") {
  const Tensor x = numbered({2, 3, 4});
  for (const Case& c : cases()) {
    INFO(c.what);
    const Tensor part = x.index(c.indices);
    CHECK(part.shape() == c.shape);
    CHECK(part.to_vector<double>() == places({2, 3, 4}, c.shape, c.from));
  }
}

TEST_CASE("brackets write where they read, whatever is there to be written") {
  for (const Case& c : cases()) {
    INFO(c.what);
    const Doubles where = places({2, 3, 4}, c.shape, c.from);
    Tensor x = numbered({2, 3, 4}), y = x.clone(), z = x.clone();
    Doubles numbers = x.to_vector<double>(), values = numbers, sums = numbers;
    const Tensor source = full(c.shape, 100, {.dtype = float64}) + numbered(c.shape);
    for (size_t i = 0; i < where.size(); ++i) {
      numbers[static_cast<size_t>(where[i])] = -1;
      values[static_cast<size_t>(where[i])] = 100 + static_cast<double>(i);
      sums[static_cast<size_t>(where[i])] += 100 + static_cast<double>(i);
    }
    x.index_put_(c.indices, tensor(-1.0, {.dtype = float64}));
    CHECK(x.to_vector<double>() == numbers);
    y.index_put_(c.indices, source);
    CHECK(y.to_vector<double>() == values);
    z.index_put_(c.indices, source, true);
    CHECK(z.to_vector<double>() == sums);
  }
}

TEST_CASE("a value loses the leading dims of size 1 that its place lacks") {
  Tensor x = zeros({3});
  x[0] = tensor({1.0});
  x[{1}] = tensor({{2.0}});
  x[{Slice(2, 3)}] = tensor({{3.0}});
  CHECK(x.to_vector<float>() == std::vector{1.f, 2.f, 3.f});
  CHECK_THROWS_AS(x[0] = tensor({1.0, 2.0}), ShapeError);
}

TEST_CASE("gradients through brackets, read and written, of the first and second order") {
  const Tensor x = numbered({2, 3, 4}) * 0.1 + 0.05;
  for (const Case& c : cases()) {
    INFO(c.what);
    const Tensor values = full(c.shape, 0.3, {.dtype = float64}) + numbered(c.shape) * 0.07;
    const auto read = [&](const std::vector<Tensor>& in) { return square(in[0].index(c.indices)); };
    const auto write = [&](const std::vector<Tensor>& in) { return square(index_put(in[0], c.indices, in[1])); };
    const auto add = [&](const std::vector<Tensor>& in) { return square(index_put(in[0], c.indices, in[1], true)); };
    const auto in_place = [&](const std::vector<Tensor>& in) {
      Tensor y = in[0] * 1.0;
      y.index_put_(c.indices, in[1]);
      return square(y);
    };
    for (const auto& result : {gradcheck(read, {x}), gradgradcheck(read, {x}), gradcheck(write, {x, values}),
                               gradgradcheck(write, {x, values}), gradcheck(add, {x, values}),
                               gradcheck(in_place, {x, values}), gradgradcheck(in_place, {x, values})}) {
      INFO(result.message);
      CHECK(result.ok);
    }
  }
}

TEST_CASE("parts by numbers and slices are views, those by tensors are copies") {
  Tensor x = numbered({3, 4});
  const Tensor view = x[{Slice(1, 3), -1}], copy = x[tensor({0, 1})];
  x[1] = 50.0;
  CHECK(view.to_vector<double>() == Doubles{50, 11});
  CHECK(copy.to_vector<double>() == Doubles{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(view.array().storage() == x.array().storage());
}

TEST_CASE("assigning to brackets writes through; assigning to a variable does not") {
  Tensor x = zeros({2, 3});
  x[0] = tensor({1.0, 2.0, 3.0});
  CHECK(x.to_vector<double>() == Doubles{1, 2, 3, 0, 0, 0});
  x[1][2] = 7.0;
  x.select(1, 0) = tensor(-1.0);
  CHECK(x.to_vector<double>() == Doubles{-1, 2, 3, -1, 0, 7});
  x[0] = x[1];
  CHECK(x.to_vector<double>() == Doubles{-1, 0, 7, -1, 0, 7});
  x[{Ellipsis, 1}] = 4;
  x[{All, Slice(2)}] = tensor({{5.0}, {6.0}});
  CHECK(x.to_vector<double>() == Doubles{-1, 4, 5, -1, 4, 6});
  x[x < 0] = 0.0;
  x[tensor({true, false})] = tensor({9.0, 8.0, 7.0});
  CHECK(x.to_vector<double>() == Doubles{9, 8, 7, 0, 4, 6});
  x[0] += 1;
  x[{All, 1}] *= tensor({2.0, 3.0});
  x[x > 11] -= 10.0;
  x[tensor({0})] /= 2.0;
  CHECK(x.to_vector<double>() == Doubles{5, 4, 4, 0, 2, 6});
  x[Slice(None, 1)] = x[Slice(1, None)];
  CHECK(x.to_vector<double>() == Doubles{0, 2, 6, 0, 2, 6});

  Tensor row = x[0], part = x[tensor({0})];
  auto indexed = x[x > 5];
  row = ones({3});
  part = ones({1});
  indexed = ones({1});
  indexed += 1.0;
  CHECK(indexed.to_vector<double>() == Doubles{2});
  CHECK(x.to_vector<double>() == Doubles{0, 2, 6, 0, 2, 6});
  // A temporary is written through wherever it comes from, even from a function.
  const auto first = [&] { return x[0]; };
  first() = ones({3});
  CHECK(x.to_vector<double>() == Doubles{1, 1, 1, 0, 2, 6});
  // Integers and masks.
  Tensor ids = arange(4), mask = tensor({true, true, false});
  ids[-1] = 9;
  ids[ids == 1] = 8;
  mask[0] = false;
  CHECK(ids.to_vector<int64_t>() == std::vector<int64_t>{0, 8, 2, 9});
  CHECK(mask.to_vector<bool>() == std::vector<bool>{false, true, false});
  mask[tensor({2})] = true;
  CHECK(mask.to_vector<bool>() == std::vector<bool>{false, true, true});
}

TEST_CASE("of several values for one element the last counts, and has the gradient") {
  const Tensor base = zeros({3}, {.dtype = float64});
  const Tensor v = tensor({1.0, 2.0, 3.0, 4.0}, {.dtype = float64, .requires_grad = true});
  const Tensor y = index_put(base, {tensor({2, 0, 2, 0})}, v);
  CHECK(y.to_vector<double>() == Doubles{4, 0, 3});
  sum(y * tensor({10.0, 20.0, 30.0}, {.dtype = float64})).backward();
  CHECK(v.grad().to_vector<double>() == Doubles{0, 0, 30, 10});
  CHECK(index_put(base, {tensor({2, 0, 2, 0})}, v, true).to_vector<double>() == Doubles{6, 0, 4});
  // A NaN that is overwritten is gone.
  CHECK(scatter(zeros({2}), 0, tensor({1, 1}), tensor({NAN, 5.0})).to_vector<double>() == Doubles{0, 5});
}

TEST_CASE("nonzero and masked_select read in row-major order") {
  const Tensor x = tensor({{0.0, 2.0}, {-1.0, 0.0}, {0.0, 3.0}});
  CHECK(nonzero(x).shape() == Shape{3, 2});
  CHECK(nonzero(x).to_vector<int64_t>() == std::vector<int64_t>{0, 1, 1, 0, 2, 1});
  CHECK(nonzero(x > 5).shape() == Shape{0, 2});
  CHECK(nonzero(tensor(1.0)).shape() == Shape{1, 0});
  CHECK(nonzero(tensor(0)).shape() == Shape{0, 0});
  CHECK(masked_select(x, x != 0).to_vector<double>() == Doubles{2, -1, 3});
  CHECK(masked_select(x, tensor({true, false})).to_vector<double>() == Doubles{0, -1, 0});
  CHECK(masked_select(tensor({1.0, 2.0}), tensor({{true}, {false}, {true}})).to_vector<double>() ==
        Doubles{1, 2, 1, 2});
}

TEST_CASE("a tensor is a range of its rows") {
  Tensor x = numbered({3, 2});
  Doubles sums;
  for (const Tensor& row : x) sums.push_back(row.sum().item());
  CHECK(sums == Doubles{1, 5, 9});
  for (Tensor row : x) row[0] = -1.0;
  CHECK(x.to_vector<double>() == Doubles{-1, 1, -1, 3, -1, 5});
  int rows = 0;
  for (const Tensor& row : zeros({0, 4})) rows += row.dim();
  CHECK(rows == 0);
  CHECK(std::vector<Tensor>(x.begin(), x.end()).size() == 3);
  CHECK_THROWS_WITH(tensor(1.0).begin(), "[begin] a tensor of shape () has no rows to walk over; it is a number");
}

TEST_CASE("wrong indices are refused in words") {
  Tensor x = numbered({2, 3});
  CHECK_THROWS_WITH(x[2], "[select] index 2 is out of range for dim 0 of (2, 3), which has size 2");
  CHECK_THROWS_WITH((x[{0, 0, 0}]), "[index] the indices pick from 3 dims, but (2, 3) has 2");
  CHECK_THROWS_WITH((x[{Ellipsis, 0, Ellipsis}]),
                    "[index] Ellipsis appears 2 times among the indices; at most one is allowed");
  CHECK_THROWS_WITH((x[{All, Slice(None, None, -1)}]),
                    "[slice] step must be at least 1, got -1; use flip() to go backwards");
  CHECK_THROWS_WITH((x[{All, tensor({0, 3})}]),
                    "[index] index 3 is out of range for dim 1 of (2, 3), which has size 3");
  CHECK_THROWS_WITH((x[{All, tensor({-4})}]), "[index] index -4 is out of range for dim 1 of (2, 3), which has size 3");
  CHECK_THROWS_WITH(x[tensor({0.0})], "[index] an index tensor must be int64 or bool, got float32 (1)");
  CHECK_THROWS_WITH(x[tensor({true})], "[index] the mask of shape (1) does not fit dims 0 to 0 of (2, 3)");
  CHECK_THROWS_WITH(x[tensor(true)], "[index] a mask of shape () has no dims to pick from");
  CHECK_THROWS_WITH((x[{tensor({0, 1}), tensor({0, 1, 2})}]),
                    "[index] shapes (2) and (3) cannot be broadcast: dim -1 is 2 and 3");
  CHECK_THROWS_WITH(x[Tensor()],
                    "[index] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  CHECK_THROWS_WITH(x[0] = ones({2}, {.dtype = float64}),
                    "[copy_] shapes (3) and (2) cannot be broadcast: dim -1 is 3 and 2");
  CHECK_THROWS_WITH(x[tensor({0})] = ones({2, 3}, {.dtype = float64}),
                    "[index_put] values of shape (2, 3) do not broadcast into the part, whose shape is (1, 3)");
  CHECK_THROWS_WITH(x[tensor({0})] = ones({3}),
                    "[index_put] dtypes differ: lhs is float64 (2, 3), rhs is float32 (3); cast one side, e.g. with "
                    ".to(float64)");
  Tensor ids = arange(3);
  CHECK_THROWS_WITH(ids[0] = 0.5,
                    "[fill_] the number 0.5 is not an integer, and the tensor () is int64; cast it with .to(float32)");
  CHECK_THROWS_WITH(
      scatter(x, 0, tensor({0}), tensor({1.0}, {.dtype = float64})),
      "[scatter] index (1) does not fit (2, 3): ranks must be equal, and sizes no larger except along dim 0");
  CHECK_THROWS_WITH(scatter(x, 0, tensor({{2}}), 1), "[scatter] index 2 at position (0, 0) is outside [0, 2)");
  CHECK_THROWS_WITH(scatter(x, 0, tensor({{1}}), ones({1, 2}, {.dtype = float64})),
                    "[scatter] src (1, 2) and index (1, 1) must have the same shape");
  CHECK_THROWS_WITH(index_add(x, 1, tensor({0, 1}), ones({2, 3}, {.dtype = float64})),
                    "[index_add] index (2) must have one dim, and src (2, 3) one slice of (2, 3) along dim 1 for each "
                    "number in it");
}
