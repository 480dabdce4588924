// Rows: views.
#include <algorithm>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

using Run = std::function<Tensor(const Tensor&)>;

Row view_row(const std::string& op, const std::string& note, Run run, std::function<Grid(const Grid&)> reference,
             std::vector<Shapes> shapes) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [reference](const Grids& x) { return reference(x[0]); },
          {kReal},
          shapes};
}
// The same numbers in row-major order, under another shape.
Row same_order(const std::string& op, const std::string& note, Run run, std::function<Shape(const Shape&)> shape,
               std::vector<Shapes> shapes) {
  return view_row(
      op, note, run,
      [shape](const Grid& x) {
        return Grid{shape(x.shape), x.values};
      },
      shapes);
}
// Dim `dim` cut to `length` indices, the i-th of which is read from from(i).
Row cut(const std::string& op, const std::string& note, Run run, int dim, std::function<int64_t(int64_t)> length,
        std::function<int64_t(int64_t)> from, std::vector<Shapes> shapes) {
  return view_row(
      op, note, run,
      [=](const Grid& x) {
        Shape shape = x.shape;
        shape[dim] = length(shape[dim]);
        return make(shape, [&](Index i) {
          i[static_cast<size_t>(dim)] = from(i[static_cast<size_t>(dim)]);
          return x.at(i);
        });
      },
      shapes);
}

}  // namespace

std::vector<Row> view_rows() {
  return {
      same_order(
          "reshape", "",
          [](const Tensor& x) {
            return reshape(x, {3, -1});
          },
          [](const Shape& s) {
            return Shape{3, s.numel() / 3};
          },
          {{{2, 3}}, {{3, 2, 1}}, {{3}}, {{3, 0}}, {{6, 5, 7}}}),
      same_order(
          "reshape", "to a scalar", [](const Tensor& x) { return reshape(x, {}); },
          [](const Shape&) { return Shape{}; }, {{{1, 1}}, {{}}}),
      same_order(
          "flatten", "", [](const Tensor& x) { return flatten(x); }, [](const Shape& s) { return Shape{s.numel()}; },
          {{{2, 3, 2}}, {{}}, {{0, 2}}, {{4}}}),
      same_order(
          "flatten", "dims 1 to 2", [](const Tensor& x) { return flatten(x, 1, 2); },
          [](const Shape& s) {
            return Shape{s[0], s[1] * s[2], s[3]};
          },
          {{{2, 3, 2, 1}}, {{2, 0, 2, 2}}}),
      same_order(
          "squeeze", "dim", [](const Tensor& x) { return squeeze(x, 1); },
          [](const Shape& s) {
            return Shape{s[0], s[2]};
          },
          {{{2, 1, 3}}, {{1, 1, 1}}, {{0, 1, 2}}}),
      same_order(
          "squeeze", "dim that is not 1", [](const Tensor& x) { return squeeze(x, 0); },
          [](const Shape& s) { return s; }, {{{2, 3}}}),
      same_order(
          "squeeze", "all", [](const Tensor& x) { return squeeze(x); },
          [](const Shape&) {
            return Shape{2, 3};
          },
          {{{2, 1, 3}}, {{1, 2, 3, 1}}}),
      same_order(
          "unsqueeze", "", [](const Tensor& x) { return unsqueeze(x, -1); },
          [](Shape s) {
            s.push_back(1);
            return s;
          },
          {{{2, 3}}, {{}}, {{0}}, {{1, 2, 1}}}),
      view_row(
          "permute", "",
          [](const Tensor& x) {
            return permute(x, {2, 0, -2});
          },
          [](const Grid& x) {
            return make({x.size(2), x.size(0), x.size(1)}, [&](const Index& i) { return x.at({i[1], i[2], i[0]}); });
          },
          {{{2, 3, 4}}, {{1, 2, 1}}, {{2, 0, 3}}, {{5, 6, 7}}}),
      view_row(
          "transpose", "", [](const Tensor& x) { return transpose(x, 0, -1); },
          [](const Grid& x) {
            return make({x.size(2), x.size(1), x.size(0)}, [&](const Index& i) { return x.at({i[2], i[1], i[0]}); });
          },
          {{{2, 3, 4}}, {{1, 2, 1}}, {{2, 0, 3}}}),
      view_row(
          "expand", "",
          [](const Tensor& x) {
            return expand(x, {2, -1, 3});
          },
          [](const Grid& x) {
            return make({2, x.size(-2), 3}, [&](const Index& i) { return x.at(i); });
          },
          {{{2, 1}}, {{1, 2, 1}}, {{2, 2, 3}}, {{1, 3}}, {{0, 1}}}),
      view_row(
          "expand", "a number",
          [](const Tensor& x) {
            return expand(x, {2, 2});
          },
          [](const Grid& x) {
            return make({2, 2}, [&](const Index& i) { return x.at(i); });
          },
          {{{}}, {{1}}}),
      cut(
          "narrow", "", [](const Tensor& x) { return narrow(x, 1, 1, 2); }, 1, [](int64_t) { return 2; },
          [](int64_t i) { return i + 1; }, {{{2, 4}}, {{2, 3, 2}}, {{0, 3}}}),
      cut(
          "narrow", "from the end", [](const Tensor& x) { return narrow(x, -1, -2, 1); }, 1, [](int64_t) { return 1; },
          [](int64_t) { return 2; }, {{{2, 4}}}),
      cut(
          "narrow", "nothing", [](const Tensor& x) { return narrow(x, 0, 1, 0); }, 0, [](int64_t) { return 0; },
          [](int64_t i) { return i; }, {{{2, 4}}}),
      cut(
          "slice", "", [](const Tensor& x) { return slice(x, 1, 1, -1); }, 1, [](int64_t n) { return n - 2; },
          [](int64_t i) { return i + 1; }, {{{2, 4}}, {{2, 5, 2}}, {{2, 2}}}),
      cut(
          "slice", "every second", [](const Tensor& x) { return slice(x, 0, 1, 100, 2); }, 0,
          [](int64_t n) { return n / 2; }, [](int64_t i) { return 2 * i + 1; }, {{{5}}, {{4, 3}}, {{1, 2}}, {{0, 2}}}),
      view_row(
          "select", "", [](const Tensor& x) { return select(x, 1, -2); },
          [](const Grid& x) {
            return make({x.size(0), x.size(2)}, [&](const Index& i) { return x.at({i[0], x.size(1) - 2, i[1]}); });
          },
          {{{2, 3, 2}}, {{1, 2, 1}}, {{0, 2, 3}}}),
      view_row(
          "select", "of a vector", [](const Tensor& x) { return select(x, 0, 1); },
          [](const Grid& x) {
            return Grid{{}, {x.values[1]}};
          },
          {{{3}}}),
      view_row(
          "diagonal", "", [](const Tensor& x) { return diagonal(x); },
          [](const Grid& x) {
            return make({std::min(x.size(0), x.size(1))}, [&](const Index& i) { return x.at({i[0], i[0]}); });
          },
          {{{3, 3}}, {{2, 4}}, {{4, 2}}, {{0, 2}}, {{1, 1}}}),
      view_row(
          "diagonal", "offset 1, dims -1 and 0", [](const Tensor& x) { return diagonal(x, 1, -1, 0); },
          [](const Grid& x) {
            return make({x.size(1), std::min(x.size(2), x.size(0) - 1)}, [&](const Index& i) {
              return x.at({i[1] + 1, i[0], i[1]});
            });
          },
          {{{3, 2, 2}}, {{3, 1, 4}}}),
      view_row(
          "diagonal", "offset -1", [](const Tensor& x) { return diagonal(x, -1); },
          [](const Grid& x) {
            return make({std::min(x.size(0) - 1, x.size(1))}, [&](const Index& i) { return x.at({i[0] + 1, i[0]}); });
          },
          {{{3, 3}}, {{4, 2}}}),
      view_row(
          "unfold", "overlapping", [](const Tensor& x) { return unfold(x, 0, 3, 1); },
          [](const Grid& x) {
            Shape shape = x.shape;
            shape[0] -= 2;
            shape.push_back(3);
            return make(shape, [&](Index i) {
              i[0] += i.back();
              i.pop_back();
              return x.at(i);
            });
          },
          {{{5}}, {{4, 2}}, {{3}}}),
      view_row(
          "unfold", "with gaps", [](const Tensor& x) { return unfold(x, -1, 2, 3); },
          [](const Grid& x) {
            return make({x.size(0), (x.size(1) - 2) / 3 + 1, 2}, [&](const Index& i) {
              return x.at({i[0], i[1] * 3 + i[2]});
            });
          },
          {{{2, 7}}, {{2, 2}}, {{0, 5}}}),
  };
}

}  // namespace optable
