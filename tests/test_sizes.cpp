// Absurd sizes end in an error of the library's, at once; numbers have one dim to work along, and only that.
#include <cstdint>
#include <functional>
#include <thread>

#include "lemma/ops.h"
#include "lemma/ops/convolution.h"
#include "lemma/ops/ctc.h"
#include "lemma/ops/normalization.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

TEST_CASE("sizes that no memory holds are refused in words") {
  const int64_t max = INT64_MAX, huge = int64_t{1} << 62, wide = int64_t{1} << 32;
  const Tensor x = ones({2}), m = ones({2, 2}), line = ones({1, 1, 5}), filter = ones({1, 1, 2});
  const std::vector<std::function<void()>> absurd = {
      [&] {
        reshape(x, {3, 6148914691236517206});
      },
      [&] {
        x.view({3, 6148914691236517206});
      },
      [&] { pad(x, 0, max, max); },
      [&] { pad(x, 0, max / 2, 0); },
      [&] { narrow(x, 0, 1, max); },
      [&] {
        expand(ones({1, 1}), {wide, wide});
      },
      [&] {
        expand(ones({1}), {huge, 4});
      },
      [&] { repeat(ones({1}), {huge}); },
      [&] {
        tile(x, {huge, huge});
      },
      [&] { repeat_interleave(x, huge); },
      [&] {
        repeat_interleave(x, tensor({max, max}));
      },
      [&] {
        repeat_interleave(x, tensor({int64_t{1} << 50, int64_t{1}}));
      },
      [&] { tril_indices(wide, wide); },
      [&] { triu_indices(huge, 1); },
      [&] { one_hot(arange(4), huge); },
      [&] { one_hot(tensor({max})); },
      [&] {
        zeros({huge, huge});
      },
      [&] { zeros({int64_t{1} << 59}, {.dtype = float64}); },
      [&] { arange(huge); },
      [&] { linspace(0, 1, huge); },
      [&] { eye(wide); },
      [&] { unfold(x, 0, max, 1); },
      [&] { diag_embed(x, INT64_MIN); },
      [&] { diag(x, max); },
      [&] { randperm(huge); },
      [&] { multinomial(x, huge, true); },
      [&] { bincount(tensor({max - 1})); },
      [&] { histc(x, huge); },
      [&] { topk(x, max); },
      [&] { conv1d(line, filter, {}, 1, max); },
      [&] { conv1d(line, filter, {}, 1, 0, max); },
      [&] { conv1d(line, filter, {}, 1, 0, 1, max); },
      [&] { conv_transpose1d(line, filter, {}, max); },
      [&] { conv_transpose1d(line, filter, {}, 1, max); },
      [&] { conv_transpose1d(line, filter, {}, 2, 0, 0, 1, max); },
      [&] { max_pool1d(line, max, 1, max / 2); },
      [&] { avg_pool1d(line, huge); },
      [&] { adaptive_avg_pool1d(line, max); },
      [&] { adaptive_max_pool1d(line, huge); },
      [&] { interpolate(line, max); },
      [&] { interpolate(line, wide * 1024, "linear"); },
      [&] {
        group_norm(ones({2, 4}), max);
      },
      [&] {
        ctc_loss(zeros({2, 1, 2}), tensor({{1}}), {max}, {1});
      },
  };
  for (size_t i = 0; i < absurd.size(); ++i) {
    INFO("number " << i);
    CHECK_THROWS_AS(absurd[i](), Error);
  }
  CHECK(slice(x, 0, 0, 2, max).shape() == Shape{1});
  CHECK(unfold(x, 0, 2, max).shape() == Shape{1, 2});
  CHECK(equal(triu(m, max), zeros({2, 2})));
  CHECK(equal(triu(m, INT64_MIN), m));
  CHECK(equal(tril(m, INT64_MIN), zeros({2, 2})));
  CHECK(equal(tril(m, max), m));
  CHECK(equal(round(x * 1.25, INT64_MIN), zeros({2})));
  CHECK(equal(round(x * 1.25, max), x * 1.25));
  CHECK(split(x, max).size() == 1);
  CHECK(conv1d(line, filter, {}, max).shape() == Shape{1, 1, 1});
  CHECK(max_pool1d(line, 2, max).shape() == Shape{1, 1, 1});
}

TEST_CASE("where nothing is, sizes and steps may be as large as they like, but no product overflows") {
  const int64_t max = INT64_MAX, wide = int64_t{1} << 40;
  const Tensor none = ones({0, 3}), m = ones({2, 2});
  // A dim of 0 counts as 1: the strides of the others, and views without it, must be numbers too.
  CHECK_THROWS_WITH(zeros({4, max / 2, 0}),
                    "[tensor] (4, 4611686018427387903, 0) has too many elements for one tensor");
  CHECK_THROWS_WITH(reshape(none, {0, wide, wide}),
                    "[reshape] (0, 1099511627776, 1099511627776) has too many elements for one tensor");
  CHECK_THROWS_WITH(expand(none, {wide, wide, 0, 3}),
                    "[expand] (1099511627776, 1099511627776, 0, 3) has too many elements for one tensor");
  CHECK_THROWS_WITH(unfold(expand(ones({1}), {wide}), 0, wide / 2, 1),
                    "[unfold] (549755813889, 549755813888) has too many elements for one tensor");
  CHECK(zeros({wide, 0}).strides() == Strides{0, 1});
  CHECK(reshape(none, {0, wide}).shape() == Shape{0, wide});
  // What has no elements begins nowhere, and one window has no next one.
  CHECK(diagonal(m, max).numel() == 0);
  CHECK(diagonal(m, INT64_MIN).numel() == 0);
  CHECK(unfold(m, 1, 2, max).shape() == Shape{2, 1, 2});
  CHECK(chunk(m, max).size() == 2);
  CHECK(unfold(m, 0, 2, max).to_vector<float>() == std::vector<float>{1, 1, 1, 1});
}

TEST_CASE("a number has dim 0 and -1 for operations along a dim, as in PyTorch") {
  const Tensor s = tensor(2.0), at = tensor(0);
  const auto each = [&](int64_t d) {
    return std::vector<std::function<void()>>{
        [=] { softmax(s, d); },
        [=] { log_softmax(s, d); },
        [=] { argmax(s, d); },
        [=] { cumsum(s, d); },
        [=] { cumprod(s, d); },
        [=] { sort(s, d); },
        [=] { max(s, d); },
        [=] { prod(s, d); },
        [=] { topk(s, 1, d); },
        [=] { gather(s, d, at); },
        [=] { sum(s, {d}); },
        [=] { mean(s, {d}); },
        [=] { amax(s, {d}); },
        [=] { logsumexp(s, {d}); },
        [=] { norm(s, {d}); },
        [=] { cummax(s, d); },
        [=] { argsort(s, d); },
        [=] { kthvalue(s, 1, d); },
        [=] { median(s, d); },
        [=] { index_select(s, d, at); },
        [=] { flip(s, {d}); },
        [=] { roll(s, 1, d); },
        [=] { squeeze(s, d); },
        [=] { scatter(s, d, at, s); },
        [=] { scatter(s, d, at, 1); },
        [=] { scatter_add(s, d, at, s); },
        [=] { transpose(s, d, d); },
        [=] { flatten(s, d, d); },
        [=] { logcumsumexp(s, d); },
        [=] { quantile(s, 0.5, d); },
        [=] { take_along_dim(s, at, d); },
        [=] { index_add(s, d, tensor({0}), tensor({1.0})); },
        [=] { repeat_interleave(s, 2, d); },
        [=] { normalize(s, 2, d); },
        [=] { count_nonzero(s, {d}); },
        [=] { softmin(s, d); },
        [=] { cummin(s, d); },
        [=] { var(s, {d}, 0); },
    };
  };
  for (const int64_t d : {0, -1, 1, -2, 5}) {
    const auto calls = each(d);
    for (size_t i = 0; i < calls.size(); ++i) {
      INFO("operation " << i << ", dim " << d);
      if (d == 0 || d == -1)
        CHECK_NOTHROW(calls[i]());
      else
        CHECK_THROWS_AS(calls[i](), ShapeError);
    }
  }
  CHECK(gather(s, 0, at).item() == 2);
  CHECK(topk(s, 1, 0).first.shape() == Shape{});
  CHECK(scatter_add(s, 0, at, s).item() == 4);
}

TEST_CASE("what PyTorch allows: no dims to flip, an empty vector in cat, an index of one number, empty extremes") {
  CHECK(equal(flip(arange(3), Dims{}), arange(3)));
  CHECK(equal(cat({zeros({0}), ones({2, 3})}), ones({2, 3})));
  CHECK(index_select(arange(3), 0, tensor(1)).shape() == Shape{1});
  CHECK(all(amax(zeros({0, 3}), {0}) == -INFINITY));
  CHECK(all(amin(zeros({0, 3}), {0}) == INFINITY));
  CHECK(all(amax(zeros({0, 3}, {.dtype = int64}), {0}) == INT64_MIN));
  CHECK(!any(amax(zeros({0, 3}).to(boolean), {0})));
  CHECK_THROWS_AS(max(zeros({0})), ShapeError);
  CHECK(equal(linear(ones({2, 3}), ones({3})), full({2}, 3)));
  CHECK(equal(linear(zeros({2, 0}), zeros({3, 0}), ones({3})), ones({2, 3})));
  CHECK(argmax(tensor({{1.0, 5.0}, {3.0, 4.0}})).item<int64_t>() == 1);
  CHECK(one_hot(tensor({0, 2})).shape() == Shape{2, 3});
  CHECK(split(arange(5), std::vector<int64_t>{2, 3})[1].shape() == Shape{3});
  CHECK_THROWS_AS(split(arange(5), std::vector<int64_t>{2, 2}), ShapeError);
  CHECK(equal(where(tensor({true, false}), tensor({1.0, 2.0}), 0), tensor({1.0, 0.0})));
}

TEST_CASE("einsum: dots, an implied result, dims of size 1") {
  const Tensor a = randn({2, 3, 4}), b = randn({2, 4, 5}), m = randn({3, 4});
  CHECK(allclose(einsum("...ij,...jk->...ik", {a, b}), matmul(a, b), 1e-5, 1e-6));
  CHECK(allclose(einsum("...ij,...jk", {a, b}), matmul(a, b), 1e-5, 1e-6));
  CHECK(allclose(einsum("ij,...jk->...ik", {m, b}), matmul(m, b), 1e-5, 1e-6));
  CHECK(allclose(einsum("ij,jk", {m, b[0]}), matmul(m, b[0]), 1e-5, 1e-6));
  CHECK(allclose(einsum("ba", {m}), m.t()));
  CHECK(allclose(einsum("ii", {ones({3, 3})}), tensor(3.0)));
  CHECK(allclose(einsum("ij,ij->ij", {m, ones({1, 4}) * 2}), m * 2));
  CHECK(allclose(einsum("ij,ij", {m, ones({1, 4}) * 2}), sum(m) * 2, 1e-5, 1e-6));
  CHECK(allclose(einsum("...->...", {a}), a));
  CHECK_THROWS_AS(einsum("...ij....,jk", {a, m}), ShapeError);
  CHECK_THROWS_AS(einsum("ij,jk->ik", {m}), ShapeError);
  CHECK_THROWS_AS(einsum("ijkl...->i", {m}), ShapeError);
}

TEST_CASE("threads draw numbers of their own, and manual_seed restarts them all") {
  manual_seed(5);
  const Tensor here = rand({4});
  Tensor there, again;
  std::thread([&] { there = rand({4}); }).join();
  CHECK(!equal(here, there));
  std::thread([&] {
    manual_seed(5);
    again = rand({4});
  }).join();
  CHECK(equal(here, again));
}
