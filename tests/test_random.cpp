// Random numbers: the same for a seed, whatever the threads and however draws are split; and distributed as they should
// be.
#include <algorithm>
#include <cmath>

#include "lemma/core/threads.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
constexpr int64_t kMany = 200'000;
using Ints = std::vector<int64_t>;

double moment(const Tensor& x, int k, double centre) {
  double total = 0;
  for (double v : x.to_vector<double>()) total += std::pow(v - centre, k);
  return total / static_cast<double>(x.numel());
}
struct Threads {
  explicit Threads(int n) : before(num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  int before;
};
}  // namespace

TEST_CASE("a seed gives the same numbers, another seed others, and a stream goes on") {
  manual_seed(3);
  const auto a = randn({100}).to_vector<float>(), b = randn({100}).to_vector<float>();
  manual_seed(3);
  CHECK(randn({100}).to_vector<float>() == a);
  CHECK(randn({100}).to_vector<float>() == b);
  CHECK(a != b);
  manual_seed(4);
  CHECK(randn({100}).to_vector<float>() != a);
}

TEST_CASE("numbers do not depend on the number of threads") {
  for (DType dtype : {float32, float64}) {
    std::vector<double> uniform, normal;
    for (int threads : {1, 2, 3, 8}) {
      Threads scope(threads);
      Generator g{11, 5};
      const auto u = rand({kMany}, {.dtype = dtype}, &g).to_vector<double>(),
                 n = randn({kMany}, {.dtype = dtype}, &g).to_vector<double>();
      if (threads == 1) {
        uniform = u;
        normal = n;
      }
      CHECK(u == uniform);
      CHECK(n == normal);
    }
  }
}

TEST_CASE("numbers do not depend on how a draw is split") {
  for (DType dtype : {float32, float64}) {
    for (bool normal : {false, true}) {
      const auto draw = [&](Generator& g, int64_t n) {
        return normal ? randn({n}, {.dtype = dtype}, &g) : rand({n}, {.dtype = dtype}, &g);
      };
      Generator whole{9, 0}, parts{9, 0};
      const Tensor once = draw(whole, 1000);
      const Tensor pieces = cat({draw(parts, 1), draw(parts, 7), draw(parts, 500), draw(parts, 492)});
      CHECK(equal(once, pieces));
      CHECK(whole.offset == parts.offset);
      Generator later{9, 500};  // a saved state goes on where it was
      CHECK(equal(draw(later, 500), narrow(once, 0, 500, 500)));
    }
  }
}

TEST_CASE("uniform numbers lie in [0, 1) and fill it evenly") {
  for (DType dtype : {float32, float64}) {
    Generator g{1, 0};
    const Tensor u = rand({kMany}, {.dtype = dtype}, &g);
    CHECK(min(u).item() >= 0);
    CHECK(max(u).item() < 1);
    // Five standard errors of each moment.
    CHECK(std::fabs(moment(u, 1, 0.5)) < 5 * std::sqrt(1.0 / 12 / kMany));
    CHECK(std::fabs(moment(u, 2, 0.5) - 1.0 / 12) < 5 * std::sqrt((1.0 / 80 - 1.0 / 144) / kMany));
    std::vector<int> bins(20, 0);
    for (double v : u.to_vector<double>()) ++bins[static_cast<size_t>(v * 20)];
    double chi = 0;
    for (int n : bins) chi += (n - kMany / 20.0) * (n - kMany / 20.0) / (kMany / 20.0);
    CHECK(chi < 50);  // 19 degrees of freedom: beyond 50 once in 8,000
  }
}

TEST_CASE("normal numbers have the moments of a standard normal, and no correlation from one to the next") {
  for (DType dtype : {float32, float64}) {
    Generator g{2, 0};
    const Tensor x = randn({kMany}, {.dtype = dtype}, &g);
    const double n = static_cast<double>(kMany);
    CHECK(std::fabs(moment(x, 1, 0)) < 5 / std::sqrt(n));
    CHECK(std::fabs(moment(x, 2, 0) - 1) < 5 * std::sqrt(2 / n));
    CHECK(std::fabs(moment(x, 3, 0)) < 5 * std::sqrt(15 / n));
    CHECK(std::fabs(moment(x, 4, 0) - 3) < 5 * std::sqrt(96 / n));
    const double next = mean(narrow(x, 0, 0, kMany - 1) * narrow(x, 0, 1, kMany - 1)).item();
    CHECK(std::fabs(next) < 5 / std::sqrt(n));
    CHECK(max(abs(x)).item() > 4);
    CHECK(!any(isnan(x)));
  }
}

TEST_CASE("randint draws only what its dtype can hold") {
  CHECK_THROWS_WITH(randint(0, 300, {2}, {.dtype = boolean}),
                    "[randint] bools are 0 or 1; the range [0, 300) holds others");
  CHECK_THROWS_WITH(randint(0, 100000, {2}, {.dtype = float16}),
                    "[randint] the number 99999 is beyond float16, whose largest is 65504");
  CHECK(randint(0, 2, {2}, {.dtype = boolean}).dtype() == boolean);
}

TEST_CASE("randint covers its range, and only that") {
  Generator g{3, 0};
  const Tensor x = randint(-2, 3, {10000}, {.dtype = int64}, &g);
  CHECK(x.dtype() == int64);
  std::vector<int> counts(5, 0);
  for (int64_t v : x.to_vector<int64_t>()) ++counts.at(static_cast<size_t>(v + 2));
  for (int n : counts) CHECK(std::abs(n - 2000) < 200);
  CHECK(randint(7, 8, {3}).to_vector<int64_t>() == Ints{7, 7, 7});
  CHECK_THROWS_WITH(randint(3, 3, {1}), "[randint] the range [3, 3) is empty");
}

TEST_CASE("randperm is an order of all numbers, each place as likely") {
  Generator g{4, 0};
  Ints order = randperm(1000, &g).to_vector<int64_t>();
  CHECK(order != randperm(1000, &g).to_vector<int64_t>());
  std::sort(order.begin(), order.end());
  CHECK(order == arange(1000).to_vector<int64_t>());
  std::vector<int> first(4, 0);
  for (int i = 0; i < 4000; ++i) ++first[static_cast<size_t>(randperm(4, &g)[0].item())];
  for (int n : first) CHECK(std::abs(n - 1000) < 150);
  CHECK(randperm(0).numel() == 0);
  CHECK_THROWS_WITH(randperm(-1), "[randperm] n cannot be negative, got -1");
}

TEST_CASE("multinomial draws in proportion, with and without replacement") {
  Generator g{5, 0};
  const Tensor p = tensor({1.0, 0.0, 3.0, 6.0});
  std::vector<int> counts(4, 0);
  for (int64_t v : multinomial(p, 20000, true, &g).to_vector<int64_t>()) ++counts.at(static_cast<size_t>(v));
  CHECK(counts[1] == 0);
  CHECK(std::abs(counts[0] - 2000) < 250);
  CHECK(std::abs(counts[2] - 6000) < 400);
  CHECK(std::abs(counts[3] - 12000) < 400);
  // Without: the first of each draw has the same proportions, no index comes twice, and 0 never comes.
  std::vector<int> first(4, 0);
  for (int i = 0; i < 5000; ++i) {
    const Ints drawn = multinomial(p, 3, false, &g).to_vector<int64_t>();
    ++first.at(static_cast<size_t>(drawn[0]));
    Ints sorted = drawn;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != Ints{0, 2, 3}) FAIL("drew " << drawn[0] << " " << drawn[1] << " " << drawn[2]);
  }
  CHECK(std::abs(first[0] - 500) < 120);
  CHECK(std::abs(first[3] - 3000) < 200);
  const Tensor rows = multinomial(tensor({{1.0, 0.0}, {0.0, 1.0}}), 5, true, &g);
  CHECK(rows.shape() == Shape{2, 5});
  CHECK(rows.to_vector<int64_t>() == Ints{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
}

TEST_CASE("multinomial says what is wrong with its probabilities") {
  const std::string bad = "[multinomial] each row needs finite, non-negative probabilities with a positive sum";
  CHECK_THROWS_WITH(multinomial(tensor({0.0, 0.0}), 1), bad);
  CHECK_THROWS_WITH(multinomial(tensor({-1.0, 2.0}), 1), bad);
  CHECK_THROWS_WITH(multinomial(tensor({NAN, 2.0f}), 1), bad);
  CHECK_THROWS_WITH(multinomial(tensor({1.0, 0.0}), 2),
                    "[multinomial] cannot draw 2 different samples: a row has only 1 non-zero probabilities");
  CHECK_THROWS_WITH(multinomial(tensor({1.0}), 0), "[multinomial] num_samples must be at least 1, got 0");
  CHECK_THROWS_WITH(multinomial(ones({1, 1, 1}), 1), "[multinomial] needs (N) or (B, N), got (1, 1, 1)");
}

TEST_CASE("dropout keeps its share, and scales what stays") {
  manual_seed(6);
  const Tensor y = dropout(ones({kMany}), 0.3, true);
  CHECK(std::fabs(mean(y).item() - 1) < 0.01);
  const double kept = mean(ne(y, 0).to(float32)).item();
  CHECK(std::fabs(kept - 0.7) < 5 * std::sqrt(0.3 * 0.7 / kMany));
  CHECK(max(y).item() == Approx(1 / 0.7));
}

TEST_CASE("a generator's single numbers, and draws of other dtypes") {
  Generator g{7, 0}, same{7, 0};
  const double u = g.uniform();
  CHECK(u >= 0);
  CHECK(u < 1);
  CHECK(same.uniform() == u);
  for (int i = 0; i < 1000; ++i) {
    const int64_t n = g.below(3);
    if (n < 0 || n > 2) FAIL("below(3) gave " << n);
  }
  CHECK_THROWS_WITH(rand({2}, {.dtype = int64}), "[rand] draws floating-point numbers, not int64; see randint");
}
