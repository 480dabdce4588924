// Rows: reading and adding by index, and order.
#include <algorithm>
#include <numeric>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

Grid gather_loops(const Grid& x, int dim, const Grid& index) {
  return make(index.shape, [&](Index i) {
    i[static_cast<size_t>(dim)] = static_cast<int64_t>(index.at(i));
    return x.at(i);
  });
}

std::vector<double> order_of(const std::vector<double>& line, bool descending) {
  std::vector<double> order(line.size());
  std::iota(order.begin(), order.end(), 0.0);
  std::stable_sort(order.begin(), order.end(), [&](double a, double b) {
    const double x = line[static_cast<size_t>(a)], y = line[static_cast<size_t>(b)];
    return descending ? x > y : x < y;
  });
  return order;
}
std::vector<double> sorted(std::vector<double> line, bool descending) {
  std::stable_sort(line.begin(), line.end());
  if (descending) std::reverse(line.begin(), line.end());
  return line;
}
std::vector<double> first(std::vector<double> line, size_t k) {
  line.resize(k);
  return line;
}

using Line = const std::vector<double>&;

}  // namespace

std::vector<Row> index_rows() {
  const std::vector<Shapes> lines = {{{2, 4}}, {{3, 3}}, {{1, 3}}, {{3, 70}}};
  const Input few{Input::integer, 0, 4};  // with equal ones: sorting must be stable
  return {
      {"embedding",
       "",
       [](const Tensors& x) { return embedding(x[0], x[1]); },
       [](const Grids& x) {
         Shape shape = x[1].shape;
         shape.push_back(x[0].size(1));
         return make(shape, [&](Index i) {
           const int64_t column = i.back();
           i.pop_back();
           return x[0].at({static_cast<int64_t>(x[1].at(i)), column});
         });
       },
       {kReal, ids(4)},
       {{{4, 3}, {5}}, {{4, 1}, {2, 3}}, {{5, 3}, {}}, {{4, 2}, {0}}, {{4, 70}, {40}}}},
      {"gather",
       "dim 0",
       [](const Tensors& x) { return gather(x[0], 0, x[1]); },
       [](const Grids& x) { return gather_loops(x[0], 0, x[1]); },
       {kReal, ids(3)},
       {{{3, 3}, {4, 2}}, {{3, 2, 2}, {1, 2, 1}}, {{3}, {5}}, {{3, 2}, {0, 2}}, {{40, 37}, {50, 37}}}},
      {"gather",
       "dim -1",
       [](const Tensors& x) { return gather(x[0], -1, x[1]); },
       [](const Grids& x) { return gather_loops(x[0], 1, x[1]); },
       {kReal, ids(3)},
       {{{2, 3}, {2, 5}}, {{2, 3}, {1, 1}}, {{2, 3}, {2, 0}}}},
      {"scatter_add",
       "with repeats",
       [](const Tensors& x) { return scatter_add(x[0], 1, x[1], x[2]); },
       [](const Grids& x) {
         Grid y = x[0];
         make(x[1].shape, [&](const Index& i) {
           y.values[static_cast<size_t>(i[0] * y.size(1)) + static_cast<size_t>(x[1].at(i))] += x[2].at(i);
           return 0.0;
         });
         return y;
       },
       {kReal, ids(3), kReal},
       {{{2, 3}, {2, 5}, {2, 5}}, {{2, 4}, {1, 1}, {1, 1}}, {{2, 3}, {2, 0}, {2, 0}}, {{30, 40}, {20, 50}, {20, 50}}}},
      {"index_select",
       "",
       [](const Tensors& x) { return index_select(x[0], 1, x[1]); },
       [](const Grids& x) {
         Shape shape = x[0].shape;
         shape[1] = x[1].size(0);
         return make(shape, [&](Index i) {
           i[1] = static_cast<int64_t>(x[1].at({i[1]}));
           return x[0].at(i);
         });
       },
       {kReal, ids(3)},
       {{{2, 3}, {5}}, {{2, 3, 2}, {1}}, {{2, 3}, {0}}, {{0, 3}, {2}}}},
      {"take_along_dim",
       "",
       [](const Tensors& x) { return take_along_dim(x[0], x[1], 1); },
       [](const Grids& x) {
         Shape shape = joint_shape({x[0].size(0), 1}, {x[1].size(0), 1});
         shape[1] = x[1].size(1);
         return make(shape, [&](const Index& i) { return x[0].at({i[0], static_cast<int64_t>(x[1].at(i))}); });
       },
       {kReal, ids(3)},
       {{{2, 3}, {2, 2}}, {{2, 3}, {1, 4}}, {{1, 3}, {3, 2}}}},
      {"one_hot",
       "",
       [](const Tensors& x) { return one_hot(x[0], 3); },
       [](const Grids& x) {
         Shape shape = x[0].shape;
         shape.push_back(3);
         return make(shape, [&](Index i) -> double {
           const double column = static_cast<double>(i.back());
           i.pop_back();
           return x[0].at(i) == column;
         });
       },
       {ids(3)},
       {{{4}}, {{2, 2}}, {{}}, {{0}}},
       0,
       int64},
      {"sort",
       "",
       [](const Tensors& x) { return sort(x[0]).first; },
       [](const Grids& x) { return along(x[0], -1, [](Line l) { return sorted(l, false); }); },
       {kReal},
       lines},
      {"sort",
       "descending, dim 0",
       [](const Tensors& x) { return sort(x[0], 0, true).first; },
       [](const Grids& x) { return along(x[0], 0, [](Line l) { return sorted(l, true); }); },
       {kReal},
       lines},
      {"sort",
       "indices, equal values",
       [](const Tensors& x) { return sort(x[0]).second; },
       [](const Grids& x) { return along(x[0], -1, [](Line l) { return order_of(l, false); }); },
       {few},
       lines,
       0,
       int64},
      {"argsort",
       "descending, equal values",
       [](const Tensors& x) { return argsort(x[0], 1, true); },
       [](const Grids& x) { return along(x[0], 1, [](Line l) { return order_of(l, true); }); },
       {few},
       lines,
       0,
       int64},
      {"argsort",
       "dim 0",
       [](const Tensors& x) { return argsort(x[0], 0); },
       [](const Grids& x) { return along(x[0], 0, [](Line l) { return order_of(l, false); }); },
       {kReal},
       lines,
       0,
       int64},
      {"topk",
       "",
       [](const Tensors& x) { return topk(x[0], 2).first; },
       [](const Grids& x) { return along(x[0], -1, [](Line l) { return first(sorted(l, true), 2); }); },
       {kReal},
       lines},
      {"topk",
       "smallest",
       [](const Tensors& x) { return topk(x[0], 1, 1, false).first; },
       [](const Grids& x) { return along(x[0], 1, [](Line l) { return first(sorted(l, false), 1); }); },
       {kReal},
       lines},
      {"topk",
       "indices",
       [](const Tensors& x) { return topk(x[0], 2).second; },
       [](const Grids& x) { return along(x[0], -1, [](Line l) { return first(order_of(l, true), 2); }); },
       {kReal},
       lines,
       0,
       int64},
  };
}

}  // namespace optable
