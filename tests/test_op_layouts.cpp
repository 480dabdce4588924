// Every row of the table: whatever an input's strides and offset are, values and gradients are those of a contiguous
// input.
#include <algorithm>
#include <cmath>

#include "tests/catch.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

// The same values in the same shape, laid out differently; undefined where the layout needs more dims.
Tensor transposed(const Tensor& x) { return x.dim() < 2 ? Tensor() : transpose(transpose(x, 0, -1).clone(), 0, -1); }
Tensor rotated(const Tensor& x) {
  if (x.dim() < 3) return {};
  Dims order, back;
  for (int i = 0; i < x.dim(); ++i) {
    order.push_back((i + 1) % x.dim());
    back.push_back((i + x.dim() - 1) % x.dim());
  }
  return permute(permute(x, order).clone(), back);
}
// A part of something larger: an offset, and gaps between rows.
Tensor sliced(const Tensor& x) {
  if (x.dim() == 0) return {};
  Tensor larger = x;
  for (int d = 0; d < x.dim(); ++d) {
    Shape before = larger.shape(), after = larger.shape();
    before[d] = 1;
    after[d] = 2;
    const TensorOptions options{.dtype = x.dtype(), .device = x.device()};
    larger = cat({ones(before, options), larger, ones(after, options)}, d);
  }
  for (int d = 0; d < x.dim(); ++d) larger = narrow(larger, d, 1, x.size(d));
  return larger;
}
// Every second element of memory. Serves zero-dim tensors too.
Tensor strided(const Tensor& x) {
  Shape pairs = x.shape();
  if (pairs.rank() == kMaxRank) return {};
  pairs.push_back(2);
  return select(expand(unsqueeze(x, -1), pairs).clone(), -1, 1);
}
// Stride 0 along one dim: the values are those of its first index throughout.
template <int dim>
Tensor stretched(const Tensor& x) {
  const int d = dim < 0 ? x.dim() + dim : dim;
  if (d < 0 || d >= x.dim() || x.size(d) < 2) return {};
  return expand(narrow(x, d, 0, 1).clone(), x.shape());
}

struct Layout {
  const char* name;
  Tensor (*apply)(const Tensor&);
};
const Layout kLayouts[] = {{"transposed", transposed},
                           {"rotated", rotated},
                           {"sliced", sliced},
                           {"strided", strided},
                           {"stride 0 first", stretched<0>},
                           {"stride 0 last", stretched<-1>}};

// Largest difference, relative to the largest entry.
double distance(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined() ? 0 : INFINITY;
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return INFINITY;
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double worst = 0, scale = 1;
  for (double v : y) scale = std::max(scale, std::fabs(v));
  for (size_t i = 0; i < x.size(); ++i) {
    const double error = x[i] == y[i] ? 0 : std::fabs(x[i] - y[i]) / scale;
    worst = error <= worst ? worst : error;
  }
  return worst;
}

// Runs the row on `inputs` and on contiguous copies of them.
void compare_with_contiguous(const Row& row, const Tensors& inputs, double tolerance) {
  Tensors plain;
  for (const Tensor& x : inputs) plain.push_back(x.clone());
  const double values = distance(row.run(inputs), row.run(plain));
  CHECK(values <= tolerance);
  if (row.order == 0) return;
  const Tensors a = gradients(row, inputs), b = gradients(row, plain);
  for (size_t i = 0; i < a.size(); ++i) CHECK(distance(a[i], b[i]) <= tolerance);
}

}  // namespace

TEST_CASE("values and gradients do not depend on how inputs lie in memory") {
  size_t combinations = 0, without_contiguity = 0;
  for (const Row& row : table()) {
    for (const Shapes& shapes : row.shapes) {
      for (DType dtype : {float32, float64}) {
        const Tensors inputs = draw(row, shapes, dtype);
        for (const Layout& layout : kLayouts) {
          // Each input alone, then all of them.
          for (size_t k = 0; k <= inputs.size(); ++k) {
            Tensors moved = inputs;
            bool any_moved = false;
            for (size_t i = 0; i < inputs.size(); ++i) {
              if (k < inputs.size() && i != k) continue;
              if (const Tensor x = layout.apply(inputs[i]); x.defined()) {
                moved[i] = x;
                any_moved = true;
                without_contiguity += !x.is_contiguous();
              }
            }
            if (!any_moved || (inputs.size() == 1 && k == 1)) continue;
            ++combinations;
            std::string what =
                row.name() + " " + name(dtype) + ", " + layout.name + ", input " + std::to_string(k) + " of";
            for (const Shape& shape : shapes) what += " " + shape.str();
            INFO(what);
            try {
              compare_with_contiguous(row, moved, dtype == float32 ? 2e-6 : 1e-13);
            } catch (const Error& error) {
              FAIL_CHECK(error.what());
            }
          }
        }
      }
    }
  }
  CHECK(combinations > 5000);
  CHECK(without_contiguity > 4000);
}

TEST_CASE("the layouts hold the values they should") {
  const Tensor x = reshape(arange(24.0, 48.0), {2, 3, 4});
  for (const Layout& layout : kLayouts) {
    const Tensor y = layout.apply(x);
    INFO(layout.name);
    CHECK(y.shape() == x.shape());
    CHECK(!y.is_contiguous());
    if (layout.apply != static_cast<Tensor (*)(const Tensor&)>(stretched<0>) &&
        layout.apply != static_cast<Tensor (*)(const Tensor&)>(stretched<-1>))
      CHECK(y.to_vector<float>() == x.to_vector<float>());
  }
  CHECK(sliced(x).array().offset() > 0);
  CHECK(strided(tensor(2.0)).item() == 2.0);
}
