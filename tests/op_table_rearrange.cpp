// Rows: moving, turning, repeating, diagonals.
#include <algorithm>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

Row from(const std::string& op, const std::string& note, std::function<Tensor(const Tensor&)> run,
         std::function<Grid(const Grid&)> reference, std::vector<Shapes> shapes) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [reference](const Grids& x) { return reference(x[0]); },
          {kReal},
          std::move(shapes)};
}
Row places(const std::string& op, std::function<Tensor(Device)> run, std::vector<double> rows,
           std::vector<double> columns) {
  const int64_t n = static_cast<int64_t>(rows.size());
  rows.insert(rows.end(), columns.begin(), columns.end());
  return {op,
          "",
          [run](const Tensors& x) { return run(x[0].device()); },
          [rows, n](const Grids&) {
            return Grid{{2, n}, rows};
          },
          {kMask},
          {{{1}}},
          0,
          int64};
}

// x at the index that `map` makes of the result's.
Grid remapped(const Grid& x, const Shape& shape, const std::function<Index(const Index&)>& map) {
  return make(shape, [&](const Index& i) { return x.at(map(i)); });
}
Grid flat(Grid x) {
  x.shape = Shape(x.shape.numel());
  return x;
}
int64_t wrapped(int64_t i, int64_t n) { return ((i % n) + n) % n; }

}  // namespace

std::vector<Row> rearrange_rows() {
  const std::vector<Shapes> matrices = {{{2, 3}}, {{1, 3}}, {{0, 3}}, {{19, 37}}},
                            three = {{{2, 3, 2}}, {{1, 2, 3}}, {{2, 0, 3}}, {{5, 7, 9}}};
  const auto swapped = [](const Grid& x) {
    return remapped(x, {x.size(1), x.size(0)}, [](const Index& i) { return Index{i[1], i[0]}; });
  };
  return {
      from(
          "expand_as", "",
          [](const Tensor& x) {
            return expand_as(x, zeros({2, 3, 4}));
          },
          [](const Grid& x) {
            return remapped(x, {2, 3, 4}, [](const Index& i) { return i; });
          },
          {{{3, 1}}, {{}}, {{2, 1, 4}}}),
      from(
          "broadcast_to", "",
          [](const Tensor& x) {
            return broadcast_to(x, {2, 3, 2});
          },
          [](const Grid& x) {
            return remapped(x, {2, 3, 2}, [](const Index& i) { return i; });
          },
          {{{3, 1}}, {{2}}, {{}}, {{2, 1, 1}}}),
      from(
          "view_as", "",
          [](const Tensor& x) {
            return view_as(contiguous(x), zeros({x.size(1), x.size(0)}));
          },
          [](const Grid& x) {
            return Grid{{x.size(1), x.size(0)}, x.values};
          },
          matrices),
      from(
          "reshape_as", "",
          [](const Tensor& x) {
            return reshape_as(x, zeros({x.size(1), x.size(0)}));
          },
          [](const Grid& x) {
            return Grid{{x.size(1), x.size(0)}, x.values};
          },
          matrices),
      from(
          "swapaxes", "", [](const Tensor& x) { return swapaxes(x, 0, -1); }, swapped, matrices),
      from(
          "swapdims", "", [](const Tensor& x) { return swapdims(x, 1, 0); }, swapped, matrices),
      from(
          "movedim", "one", [](const Tensor& x) { return movedim(x, 0, -1); },
          [](const Grid& x) {
            return remapped(x, {x.size(1), x.size(2), x.size(0)}, [](const Index& i) {
              return Index{i[2], i[0], i[1]};
            });
          },
          three),
      from(
          "movedim", "two",
          [](const Tensor& x) {
            return movedim(x, {2, 0}, {0, 1});
          },
          [](const Grid& x) {
            return remapped(x, {x.size(2), x.size(0), x.size(1)}, [](const Index& i) {
              return Index{i[1], i[2], i[0]};
            });
          },
          three),
      from(
          "roll", "one dim", [](const Tensor& x) { return roll(x, 4, 1); },
          [](const Grid& x) {
            return remapped(x, x.shape, [&](const Index& i) { return Index{i[0], wrapped(i[1] - 4, x.size(1))}; });
          },
          matrices),
      from(
          "roll", "flat", [](const Tensor& x) { return roll(x, -2); },
          [](const Grid& x) {
            Grid y = x;
            for (size_t i = 0; i < y.values.size(); ++i)
              y.values[i] = x.values[static_cast<size_t>(wrapped(static_cast<int64_t>(i) + 2, x.shape.numel()))];
            return y;
          },
          {{{2, 3}}, {{}}, {{0}}, {{19, 37}}}),
      from(
          "roll", "two dims",
          [](const Tensor& x) {
            return roll(x, {1, -1}, {0, -1});
          },
          [](const Grid& x) {
            return remapped(x, x.shape, [&](const Index& i) {
              return Index{wrapped(i[0] - 1, x.size(0)), wrapped(i[1] + 1, x.size(1))};
            });
          },
          matrices),
      from(
          "rot90", "once", [](const Tensor& x) { return rot90(x); },
          [](const Grid& x) {
            return remapped(x, {x.size(1), x.size(0)}, [&](const Index& i) {
              return Index{i[1], x.size(1) - 1 - i[0]};
            });
          },
          matrices),
      from(
          "rot90", "back", [](const Tensor& x) { return rot90(x, -1); },
          [](const Grid& x) {
            return remapped(x, {x.size(1), x.size(0)}, [&](const Index& i) {
              return Index{x.size(0) - 1 - i[1], i[0]};
            });
          },
          matrices),
      from(
          "rot90", "twice",
          [](const Tensor& x) {
            return rot90(x, 6, {1, 0});
          },
          [](const Grid& x) {
            return remapped(x, x.shape, [&](const Index& i) {
              return Index{x.size(0) - 1 - i[0], x.size(1) - 1 - i[1]};
            });
          },
          matrices),
      from(
          "tile", "fewer counts than dims", [](const Tensor& x) { return tile(x, 3); },
          [](const Grid& x) {
            return remapped(x, {x.size(0), 3 * x.size(1)}, [&](const Index& i) {
              return Index{i[0], i[1] % x.size(1)};
            });
          },
          matrices),
      from(
          "tile", "more counts than dims",
          [](const Tensor& x) {
            return tile(x, {2, 2});
          },
          [](const Grid& x) {
            return remapped(x, {2, 2 * x.size(0)}, [&](const Index& i) { return Index{i[1] % x.size(0)}; });
          },
          {{{3}}, {{1}}, {{0}}}),
      from(
          "repeat_interleave", "dim 1", [](const Tensor& x) { return repeat_interleave(x, 3, 1); },
          [](const Grid& x) {
            return remapped(x, {x.size(0), 3 * x.size(1)}, [](const Index& i) { return Index{i[0], i[1] / 3}; });
          },
          matrices),
      from(
          "repeat_interleave", "flat", [](const Tensor& x) { return repeat_interleave(x, 2); },
          [](const Grid& x) {
            const Grid line = flat(x);
            return remapped(line, 2 * line.shape.numel(), [](const Index& i) { return Index{i[0] / 2}; });
          },
          {{{2, 3}}, {{}}, {{0}}}),
      {"repeat_interleave",
       "a count each",
       [](const Tensors& x) { return repeat_interleave(x[0], x[1], 0); },
       [](const Grids& x) {
         std::vector<int64_t> rows;
         for (int64_t i = 0; i < x[0].size(0); ++i) rows.insert(rows.end(), static_cast<size_t>(x[1].at({i})), i);
         return make({static_cast<int64_t>(rows.size()), x[0].size(1)}, [&](const Index& i) {
           return x[0].at({rows[static_cast<size_t>(i[0])], i[1]});
         });
       },
       {kReal, ids(3)},
       {{{4, 3}, {4}}, {{1, 2}, {1}}, {{19, 37}, {19}}}},
      {"repeat_interleave",
       "one count for all, flat",
       [](const Tensors& x) { return repeat_interleave(x[0], x[1]); },
       [](const Grids& x) {
         const Grid line = flat(x[0]);
         const int64_t times = static_cast<int64_t>(x[1].values[0]);
         return make(line.shape.numel() * times, [&](const Index& i) { return line.at({i[0] / times}); });
       },
       {kReal, {Input::integer, 2, 3}},
       {{{2, 3}, {1}}, {{4}, {}}}},
      from(
          "unbind", "", [](const Tensor& x) { return unbind(x)[1]; },
          [](const Grid& x) { return remapped(x, x.size(1), [](const Index& i) {
                                return Index{1, i[0]};
                              }); },
          {{{2, 3}}, {{3, 0}}, {{19, 37}}}),
      from(
          "unbind", "all of dim 1", [](const Tensor& x) { return stack(unbind(x, 1)); },
          [](const Grid& x) {
            return remapped(x, {x.size(1), x.size(0)}, [](const Index& i) { return Index{i[1], i[0]}; });
          },
          {{{2, 3}}, {{1, 1}}, {{0, 2}}}),
      {"meshgrid",
       "",
       [](const Tensors& x) {
         const std::vector<Tensor> grids = meshgrid({x[0], x[1]});
         return grids[0] * grids[1] + grids[1];
       },
       [](const Grids& x) {
         const int64_t n = x[0].shape.numel(), m = x[1].shape.numel();
         return make({n, m}, [&](const Index& i) {
           return x[0].values[static_cast<size_t>(i[0])] * x[1].values[static_cast<size_t>(i[1])] +
                  x[1].values[static_cast<size_t>(i[1])];
         });
       },
       {kReal, kReal},
       {{{2}, {3}}, {{}, {2}}, {{0}, {2}}}},
      {"meshgrid",
       "xy",
       [](const Tensors& x) {
         const std::vector<Tensor> grids = meshgrid({x[0], x[1], x[2]}, "xy");
         return grids[0] * grids[1] + grids[2];
       },
       [](const Grids& x) {
         return make({x[1].size(0), x[0].size(0), x[2].size(0)},
                     [&](const Index& i) { return x[0].at({i[1]}) * x[1].at({i[0]}) + x[2].at({i[2]}); });
       },
       {kReal, kReal, kReal},
       {{{2}, {3}, {2}}}},
      from(
          "diag", "of a vector, above", [](const Tensor& x) { return diag(x, 1); },
          [](const Grid& x) {
            return make({x.size(0) + 1, x.size(0) + 1},
                        [&](const Index& i) { return i[1] == i[0] + 1 ? x.at({i[0]}) : 0; });
          },
          {{{3}}, {{1}}, {{0}}, {{70}}}),
      from(
          "diag", "of a matrix, below", [](const Tensor& x) { return diag(x, -1); },
          [](const Grid& x) {
            return remapped(x, std::min(x.size(0) - 1, x.size(1)), [](const Index& i) {
              return Index{i[0] + 1, i[0]};
            });
          },
          {{{3, 2}}, {{2, 3}}, {{1, 3}}, {{19, 37}}}),
      from(
          "diag_embed", "", [](const Tensor& x) { return diag_embed(x); },
          [](const Grid& x) {
            return make({x.size(0), x.size(1), x.size(1)}, [&](const Index& i) {
              return i[1] == i[2] ? x.at({i[0], i[1]}) : 0;
            });
          },
          matrices),
      from(
          "diag_embed", "below, in front", [](const Tensor& x) { return diag_embed(x, -2, 0, 2); },
          [](const Grid& x) {
            return make({x.size(1) + 2, x.size(0), x.size(1) + 2}, [&](const Index& i) {
              return i[0] == i[2] + 2 ? x.at({i[1], i[2]}) : 0;
            });
          },
          {{{2, 3}}, {{1, 1}}}),
      from(
          "trace", "", [](const Tensor& x) { return trace(x); },
          [](const Grid& x) {
            double total = 0;
            for (int64_t i = 0; i < std::min(x.size(0), x.size(1)); ++i) total += x.at({i, i});
            return Grid{{}, {total}};
          },
          {{{2, 3}}, {{3, 3}}, {{0, 2}}, {{37, 19}}}),
      places("tril_indices", [](Device device) { return tril_indices(3, 2, 0, {.dtype = int64, .device = device}); },
             {0, 1, 1, 2, 2}, {0, 0, 1, 0, 1}),
      places("triu_indices", [](Device device) { return triu_indices(2, 4, 1, {.dtype = int64, .device = device}); },
             {0, 0, 0, 1, 1}, {1, 2, 3, 2, 3}),
  };
}

}  // namespace optable
