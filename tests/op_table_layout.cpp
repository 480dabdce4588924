// Rows: copies, casts, joining and parting.
#include <algorithm>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

Grid itself(const Grids& x) { return x[0]; }

// The grids one after another along `dim`.
Grid joined(const Grids& parts, int dim) {
  Shape shape = parts[0].shape;
  shape[dim] = 0;
  for (const Grid& part : parts) shape[dim] += part.shape[dim];
  return make(shape, [&](Index i) {
    int64_t& at = i[static_cast<size_t>(dim)];
    for (const Grid& part : parts) {
      if (at < part.shape[dim]) return part.at(i);
      at -= part.shape[dim];
    }
    return 0.0;
  });
}
Grid with_new_dim(Grid x, int dim) {
  x.shape.insert(dim, 1);
  return x;
}
// Rows `start` to `end` of dim 0.
Grid rows_of(const Grid& x, int64_t start, int64_t end) {
  Shape shape = x.shape;
  shape[0] = end - start;
  return make(shape, [&](Index i) {
    i[0] += start;
    return x.at(i);
  });
}
Grid doubled(const Grid& x) {
  return elementwise(x, [](double v) { return 2 * v; });
}

}  // namespace

std::vector<Row> layout_rows() {
  return {
      {"contiguous", "", [](const Tensors& x) { return contiguous(x[0]); }, itself, {kReal}, elementwise_cases()},
      {"contiguous",
       "of a transpose",
       [](const Tensors& x) { return contiguous(transpose(x[0], 0, 1)); },
       [](const Grids& x) {
         return make({x[0].size(1), x[0].size(0)}, [&](const Index& i) { return x[0].at({i[1], i[0]}); });
       },
       {kReal},
       {{{2, 3}}, {{1, 3}}, {{0, 3}}, {{37, 70}}}},
      {"clone", "", [](const Tensors& x) { return clone(x[0]); }, itself, {kReal}, elementwise_cases()},
      {"cast",
       "through float64",
       [](const Tensors& x) { return cast(cast(x[0], float64), x[0].dtype()); },
       itself,
       {kReal},
       elementwise_cases()},
      {"cast",
       "to int64",
       [](const Tensors& x) { return cast(x[0], int64); },
       [](const Grids& x) {
         return elementwise(x[0], [](double v) { return static_cast<double>(static_cast<int64_t>(v)); });
       },
       {kReal},
       elementwise_cases(),
       0,
       int64},
      {"cast",
       "to bool",
       [](const Tensors& x) { return cast(x[0], boolean); },
       [](const Grids& x) { return elementwise(x[0], [](double v) -> double { return v != 0; }); },
       {{Input::integer, -1, 2}},
       elementwise_cases(),
       0,
       boolean},
      {"cast",
       "bool to float64",
       [](const Tensors& x) { return cast(x[0], float64); },
       itself,
       {kMask},
       elementwise_cases(),
       0,
       float64},
      {"to",
       "the device it is on",
       [](const Tensors& x) { return to(x[0], x[0].device()); },
       itself,
       {kReal},
       elementwise_cases()},
      {"cat",
       "dim 0",
       [](const Tensors& x) { return cat(x); },
       [](const Grids& x) { return joined(x, 0); },
       {kReal, kReal, kReal},
       {{{2, 2}, {1, 2}, {3, 2}}, {{0, 2}, {1, 2}, {0, 2}}, {{1}, {2}, {1}}}},
      {"cat",
       "dim -1",
       [](const Tensors& x) { return cat(x, -1); },
       [](const Grids& x) { return joined(x, 1); },
       {kReal, kReal},
       {{{2, 2}, {2, 3}}, {{1, 0}, {1, 2}}, {{0, 1}, {0, 2}}}},
      {"cat", "one", [](const Tensors& x) { return cat(x, 0); }, itself, {kReal}, {{{2, 3}}}},
      {"stack",
       "dim 1",
       [](const Tensors& x) { return stack(x, 1); },
       [](const Grids& x) {
         return joined({with_new_dim(x[0], 1), with_new_dim(x[1], 1)}, 1);
       },
       {kReal, kReal},
       {{{2, 3}, {2, 3}}, {{1}, {1}}, {{0, 2}, {0, 2}}}},
      {"stack",
       "numbers",
       [](const Tensors& x) { return stack(x, -1); },
       [](const Grids& x) {
         return Grid{{2}, {x[0].values[0], x[1].values[0]}};
       },
       {kReal, kReal},
       {{{}, {}}}},
      // The parts are used unequally, so that their order and their gradients show.
      {"split",
       "uneven",
       [](const Tensors& x) {
         const std::vector<Tensor> parts = split(x[0], 2);
         return cat({parts[2], parts[0] * 2, parts[1]});
       },
       [](const Grids& x) {
         return joined({rows_of(x[0], 4, 5), doubled(rows_of(x[0], 0, 2)), rows_of(x[0], 2, 4)}, 0);
       },
       {kReal},
       {{{5}}, {{5, 2}}}},
      {"split",
       "by sizes",
       [](const Tensors& x) {
         const std::vector<Tensor> parts = split(x[0], std::vector<int64_t>{1, 0, 4});
         return cat({parts[2], parts[0] * 2, parts[1]});
       },
       [](const Grids& x) {
         return joined({rows_of(x[0], 1, 5), doubled(rows_of(x[0], 0, 1))}, 0);
       },
       {kReal},
       {{{5}}, {{5, 2}}}},
      {"chunk",
       "",
       [](const Tensors& x) {
         const std::vector<Tensor> parts = chunk(x[0], 2);
         return cat({parts[1], parts[0] * 2});
       },
       [](const Grids& x) {
         const int64_t half = (x[0].size(0) + 1) / 2;
         return joined({rows_of(x[0], half, x[0].size(0)), doubled(rows_of(x[0], 0, half))}, 0);
       },
       {kReal},
       {{{5, 2}}, {{4}}}},
      {"flip",
       "",
       [](const Tensors& x) {
         return flip(x[0], {0, 2});
       },
       [](const Grids& x) {
         return make(x[0].shape, [&](const Index& i) {
           return x[0].at({x[0].size(0) - 1 - i[0], i[1], x[0].size(2) - 1 - i[2]});
         });
       },
       {kReal},
       {{{2, 3, 2}}, {{1, 2, 3}}, {{2, 0, 2}}, {{5, 6, 35}}}},
      {"repeat",
       "",
       [](const Tensors& x) {
         return repeat(x[0], {2, 1, 3});
       },
       [](const Grids& x) {
         return make({2, x[0].size(-2), 3 * x[0].size(-1)}, [&](const Index& i) {
           return x[0].at({i[1], i[2] % x[0].size(-1)});
         });
       },
       {kReal},
       {{{2, 2}}, {{1, 1}}, {{0, 2}}}},
      {"repeat",
       "a number",
       [](const Tensors& x) { return repeat(x[0], {3}); },
       [](const Grids& x) { return make({3}, [&](const Index& i) { return x[0].at(i); }); },
       {kReal},
       {{{}}, {{1}}}},
      {"repeat",
       "no times",
       [](const Tensors& x) {
         return repeat(x[0], {0, 2});
       },
       [](const Grids&) {
         return Grid{{0, 4}, {}};
       },
       {kReal},
       {{{3, 2}}}},
      {"pad",
       "",
       [](const Tensors& x) { return pad(x[0], 1, 2, 1, 0.5); },
       [](const Grids& x) {
         Shape shape = x[0].shape;
         const int64_t n = shape[1];
         shape[1] += 3;
         return make(shape, [&](Index i) {
           i[1] -= 2;
           return i[1] < 0 || i[1] >= n ? 0.5 : x[0].at(i);
         });
       },
       {kReal},
       {{{2, 3}}, {{2, 1, 2}}, {{2, 0}}, {{0, 2}}}},
  };
}

}  // namespace optable
