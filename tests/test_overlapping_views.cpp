// Views whose elements meet in memory, after expand() and in windows that overlap: what their gradient is once the
// tensor that they look at was written.
#include <functional>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

using Doubles = std::vector<double>;

// Gradients by a (2, 3) and b (3) of a view of the product, where a is multiplied in place after the view is taken, and
// where it is not.
void same(const char* what, const std::function<Tensor(const Tensor&)>& view) {
  INFO(what);
  Doubles values[2], da[2], db[2];
  for (const int written : {0, 1}) {
    const Tensor x = tensor({{0.5, -1.0, 2.0}, {1.5, 3.0, -0.5}}, {.dtype = float64, .requires_grad = true});
    const Tensor b = tensor({1.25, 0.75, -2.0}, {.dtype = float64, .requires_grad = true});
    Tensor a = x * 1.0;
    const Tensor before = view(a);
    if (written) a *= b;
    const Tensor y = written ? before : view(a * b);
    const Tensor weights = reshape(arange(y.numel()).to(float64) * 0.3 + 0.1, y.shape());
    sum(y * y * weights).backward();
    values[written] = y.to_vector<double>();
    da[written] = x.grad().to_vector<double>();
    db[written] = b.grad().to_vector<double>();
  }
  CHECK(values[0] == values[1]);
  for (size_t i = 0; i < 6; ++i) CHECK(da[0][i] == Approx(da[1][i]));
  for (size_t i = 0; i < 3; ++i) CHECK(db[0][i] == Approx(db[1][i]));
}

}  // namespace

TEST_CASE("views whose elements meet in memory have the whole gradient after their base was written") {
  same("expanded", [](const Tensor& a) { return expand(unsqueeze(a, 0), {4, 2, 3}); });
  same("a row, expanded", [](const Tensor& a) { return expand(a[1], {2, 2, 3}); });
  same("windows that overlap", [](const Tensor& a) { return unfold(a, 1, 2, 1); });
  same("windows of windows", [](const Tensor& a) { return unfold(unfold(a, 1, 2, 1), 2, 2, 1); });
  same("windows of what was stretched", [](const Tensor& a) { return unfold(expand(a, {3, 2, 3}), 2, 2, 1); });
  same("windows, stretched and turned", [](const Tensor& a) {
    return transpose(expand(unsqueeze(unfold(reshape(a, {6}), 0, 3, 1), 1), {4, 3, 3}), 0, 2);
  });
  same("a part of what was expanded", [](const Tensor& a) { return expand(unsqueeze(a, 0), {4, 2, 3})[2][1]; });
  same("nothing, expanded", [](const Tensor& a) { return expand(unsqueeze(narrow(a, 0, 1, 0), 0), {4, 0, 3}); });
}

TEST_CASE("and so has their second derivative") {
  const Tensor x = tensor({1.0, 2.0}, {.dtype = float64, .requires_grad = true});
  Tensor a = x * 1.0;
  const Tensor seen = expand(a, {3, 2});
  a *= 2.0;
  const Tensor g = grad(sum(seen * seen), x, {.create_graph = true});  // of 3 (2 x)^2
  CHECK(g.to_vector<double>() == Doubles{24, 48});
  CHECK(grad(sum(g), x).to_vector<double>() == Doubles{24, 24});
}
