// Rows: writing by index, and choosing by mask.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// Row-major number of an index of `shape`.
size_t number_of(const Shape& shape, const Index& at) {
  int64_t number = 0;
  for (int d = 0; d < shape.rank(); ++d) number = number * shape[d] + at[static_cast<size_t>(d)];
  return static_cast<size_t>(number);
}

// x, with combine(old, src[i]) at the place that index names along `dim`, one i after the other.
Grid scatter_loops(Grid y, int dim, const Grid& index, const std::function<double(double, const Index&)>& combine) {
  make(index.shape, [&](const Index& i) {
    Index to = i;
    to[static_cast<size_t>(dim)] = static_cast<int64_t>(index.at(i));
    double& place = y.values[number_of(y.shape, to)];
    place = combine(place, i);
    return 0.0;
  });
  return y;
}

// The elements of x where the mask is true.
Grid picked(const Grid& x, const Grid& mask) {
  Grid y{{0}, {}};
  const Shape shape = joint_shape(x.shape, mask.shape);
  make(shape, [&](const Index& i) {
    if (mask.at(i) != 0) y.values.push_back(x.at(i));
    return 0.0;
  });
  y.shape = Shape(static_cast<int64_t>(y.values.size()));
  return y;
}

}  // namespace

std::vector<Row> indexing_rows() {
  const std::vector<Shapes> with_src = {
      {{2, 3}, {2, 2}, {2, 2}}, {{3, 3}, {1, 4}, {1, 4}}, {{2, 3}, {2, 0}, {2, 0}}, {{20, 40}, {20, 50}, {20, 50}}};
  return {
      {"scatter",
       "repeats",
       [](const Tensors& x) { return scatter(x[0], 1, x[1], x[2]); },
       [](const Grids& x) { return scatter_loops(x[0], 1, x[1], [&](double, const Index& i) { return x[2].at(i); }); },
       {kReal, ids(3), kReal},
       with_src},
      {"scatter",
       "a number",
       [](const Tensors& x) { return scatter(x[0], 0, x[1], 0.5); },
       [](const Grids& x) { return scatter_loops(x[0], 0, x[1], [](double, const Index&) { return 0.5; }); },
       {kReal, ids(2)},
       {{{2, 3}, {4, 3}}, {{2, 3}, {1, 1}}, {{3}, {0}}, {{30, 37}, {50, 37}}}},
      {"index_add",
       "repeats, alpha",
       [](const Tensors& x) { return index_add(x[0], 1, x[1], x[2], -0.5); },
       [](const Grids& x) {
         Grid y = x[0];
         make(x[2].shape, [&](const Index& i) {
           Index to = i;
           to[1] = static_cast<int64_t>(x[1].at({i[1]}));
           y.values[number_of(y.shape, to)] -= 0.5 * x[2].at(i);
           return 0.0;
         });
         return y;
       },
       {kReal, ids(3), kReal},
       {{{2, 3}, {4}, {2, 4}}, {{2, 3, 2}, {1}, {2, 1, 2}}, {{2, 3}, {0}, {2, 0}}, {{20, 40}, {70}, {20, 70}}}},
      {"index_put",
       "repeats",
       [](const Tensors& x) { return index_put(x[0], {x[1]}, x[2]); },
       [](const Grids& x) {
         Grid y = x[0];
         make({x[1].size(0), y.size(1)}, [&](const Index& i) {
           y.values[number_of(y.shape, {static_cast<int64_t>(x[1].at({i[0]})), i[1]})] = x[2].at(i);
           return 0.0;
         });
         return y;
       },
       {kReal, ids(3), kReal},
       {{{3, 2}, {4}, {4, 2}}, {{3, 1}, {2}, {1}}, {{3, 2}, {2}, {}}, {{40, 20}, {70}, {70, 20}}}},
      {"masked_select",
       "",
       [](const Tensors& x) { return masked_select(x[0], x[1]); },
       [](const Grids& x) { return picked(x[0], x[1]); },
       {kReal, kMask},
       {{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{3}, {2, 1}}, {{}, {}}, {{0}, {0}}, {{19, 37}, {19, 37}}}},
      {"nonzero",
       "",
       [](const Tensors& x) { return nonzero(x[0]); },
       [](const Grids& x) {
         Grid y{{0, x[0].shape.rank()}, {}};
         make(x[0].shape, [&](const Index& i) {
           if (x[0].at(i) == 0) return 0.0;
           ++y.shape[0];
           for (int64_t at : i) y.values.push_back(static_cast<double>(at));
           return 0.0;
         });
         return y;
       },
       {{Input::integer, -1, 2}},
       {{{2, 3}}, {{4}}, {{}}, {{0}}, {{2, 0, 2}}, {{19, 37}}},
       0,
       int64},
      {"var",
       "biased, by a bool",
       [](const Tensors& x) { return var(x[0], 1, false); },
       [](const Grids& x) {
         return reduced(x[0], {1}, false, [](const std::vector<double>& v) {
           double mean = 0, squares = 0;
           for (double each : v) mean += each / static_cast<double>(v.size());
           for (double each : v) squares += (each - mean) * (each - mean);
           return squares / static_cast<double>(v.size());
         });
       },
       {kReal},
       {{{2, 3}}, {{3, 2, 2}}, {{4, 37}}}},
      {"std",
       "unbiased, by a bool",
       [](const Tensors& x) {
         return lemma::std(x[0], {0, 2}, true, true);
       },
       [](const Grids& x) {
         return reduced(x[0], {0, 2}, true, [](const std::vector<double>& v) {
           double mean = 0, squares = 0;
           for (double each : v) mean += each / static_cast<double>(v.size());
           for (double each : v) squares += (each - mean) * (each - mean);
           return std::sqrt(squares / static_cast<double>(v.size() - 1));
         });
       },
       {kReal},
       {{{2, 3, 2}}, {{3, 1, 2}}, {{4, 5, 7}}}},
  };
}

}  // namespace optable
