// Rows: elements by their rank, and counts.
#include <algorithm>
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

using Line = const std::vector<double>&;

std::vector<double> sorted(std::vector<double> line) {
  std::sort(line.begin(), line.end());
  return line;
}
double kth(Line line, size_t k) { return sorted(line)[k - 1]; }
double kth_at(Line line, size_t k) {
  return static_cast<double>(std::find(line.begin(), line.end(), kth(line, k)) - line.begin());
}
double middle(Line line) { return kth(line, (line.size() + 1) / 2); }
double middle_at(Line line) { return kth_at(line, (line.size() + 1) / 2); }
double between(Line line, double q, const std::string& how) {
  const double rank = q * static_cast<double>(line.size() - 1);
  const double low = sorted(line)[static_cast<size_t>(std::floor(rank))],
               high = sorted(line)[static_cast<size_t>(std::ceil(rank))];
  const double part = rank - std::floor(rank);
  if (how == "lower") return low;
  if (how == "higher") return high;
  if (how == "midpoint") return (low + high) / 2;
  if (how == "nearest") return sorted(line)[static_cast<size_t>(std::nearbyint(rank))];
  return low + part * (high - low);
}

Row along_1(const std::string& op, const std::string& note, bool keepdim, std::function<Tensor(const Tensor&)> run,
            std::function<double(Line)> fold,
            std::vector<Shapes> shapes = {{{2, 3, 2}}, {{2, 4, 1}}, {{1, 5}}, {{3, 37, 5}}}) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [=](const Grids& x) { return reduced(x[0], {1}, keepdim, fold); },
          {kReal},
          std::move(shapes)};
}
Row indices(Row row) {
  row.note += ", indices";
  row.order = 0;
  row.result = int64;
  return row;
}
Row whole_numbers(Row row) {
  row.note += ", int64";
  row.inputs = {{Input::integer, -9, 10}};
  row.order = 0;
  return row;
}
Row quantiles(const std::string& how) {
  return along_1(
      "quantile", how, false, [how](const Tensor& x) { return quantile(x, 0.4, 1, false, how); },
      [how](Line line) { return between(line, 0.4, how); });
}

}  // namespace

std::vector<Row> order_rows() {
  const auto everything = [](std::function<double(Line)> fold) {
    return [fold](const Grids& x) { return reduced(x[0], {}, false, fold); };
  };
  const std::vector<Shapes> any = {{{2, 3}}, {{}}, {{2, 2}}, {{19, 37}}};
  return {
      along_1(
          "kthvalue", "2nd", false, [](const Tensor& x) { return kthvalue(x, 2, 1).first; },
          [](Line g) { return kth(g, 2); }),
      along_1(
          "kthvalue", "3rd, keepdim", true, [](const Tensor& x) { return kthvalue(x, 3, 1, true).first; },
          [](Line g) { return kth(g, 3); }),
      indices(along_1(
          "kthvalue", "3rd", false, [](const Tensor& x) { return kthvalue(x, 3, 1).second; },
          [](Line g) { return kth_at(g, 3); })),
      whole_numbers(along_1(
          "kthvalue", "2nd", false, [](const Tensor& x) { return kthvalue(x, 2, 1).first; },
          [](Line g) { return kth(g, 2); })),
      along_1("median", "dim 1", false, [](const Tensor& x) { return median(x, 1).first; }, middle,
              {{{2, 3, 2}}, {{2, 4, 1}}, {{1, 1}}, {{0, 2}}, {{3, 37, 5}}}),
      along_1(
          "median", "dim 1, keepdim", true, [](const Tensor& x) { return median(x, 1, true).first; }, middle),
      indices(along_1(
          "median", "dim 1", false, [](const Tensor& x) { return median(x, 1).second; }, middle_at)),
      whole_numbers(along_1(
          "median", "dim 1", true, [](const Tensor& x) { return median(x, 1, true).first; }, middle)),
      {"median", "all", [](const Tensors& x) { return median(x[0]); }, everything(middle), {kReal}, any},
      {"median",
       "all, int64",
       [](const Tensors& x) { return median(x[0]); },
       everything(middle),
       {{Input::integer, -9, 10}},
       any,
       0},
      quantiles("linear"),
      quantiles("lower"),
      quantiles("higher"),
      quantiles("midpoint"),
      quantiles("nearest"),
      along_1(
          "quantile", "keepdim", true, [](const Tensor& x) { return quantile(x, 0.3, 1, true); },
          [](Line g) { return between(g, 0.3, "linear"); }),
      {"quantile",
       "all",
       [](const Tensors& x) { return quantile(x[0], 0.7); },
       everything([](Line g) { return between(g, 0.7, "linear"); }),
       {kReal},
       any},
      {"quantile",
       "several",
       [](const Tensors& x) { return quantile(x[0], x[1], 1); },
       [](const Grids& x) {
         return make({x[1].size(0), x[0].size(0)}, [&](const Index& i) {
           return reduced(x[0], {1}, false, [&](Line g) { return between(g, x[1].at({i[0]}), "linear"); }).at({i[1]});
         });
       },
       {kReal, {Input::real, 0.02, 0.97}},
       {{{2, 5}, {3}}, {{3, 2}, {1}}, {{19, 37}, {4}}}},
      {"quantile",
       "several, keepdim",
       [](const Tensors& x) { return quantile(x[0], x[1], 0, true); },
       [](const Grids& x) {
         return make({x[1].size(0), 1, x[0].size(1)}, [&](const Index& i) {
           return reduced(x[0], {0}, false, [&](Line g) { return between(g, x[1].at({i[0]}), "linear"); }).at({i[2]});
         });
       },
       {kReal, {Input::real, 0.02, 0.97}},
       {{{5, 2}, {3}}}},
      {"bincount",
       "",
       [](const Tensors& x) { return bincount(x[0]); },
       [](const Grids& x) {
         const double top = x[0].values.empty() ? -1 : *std::max_element(x[0].values.begin(), x[0].values.end());
         return make(static_cast<int64_t>(top) + 1, [&](const Index& i) {
           return static_cast<double>(std::count(x[0].values.begin(), x[0].values.end(), static_cast<double>(i[0])));
         });
       },
       {ids(7)},
       {{{5}}, {{1}}, {{0}}, {{703}}},
       0,
       int64},
      {"bincount",
       "weights, minlength",
       [](const Tensors& x) { return bincount(x[0], x[1], 9); },
       [](const Grids& x) {
         return make(9, [&](const Index& i) {
           double total = 0;
           for (int64_t k = 0; k < x[0].size(0); ++k)
             if (x[0].at({k}) == static_cast<double>(i[0])) total += x[1].at({k});
           return total;
         });
       },
       {ids(7), kReal},
       {{{5}, {5}}, {{1}, {1}}, {{703}, {703}}}},
      {"histc",
       "own range",
       [](const Tensors& x) { return histc(x[0], 4, -1, 1.5); },
       [](const Grids& x) {
         return make(4, [&](const Index& i) {
           double n = 0;
           for (double v : x[0].values)
             n += v >= -1 && v <= 1.5 && std::min(3.0, std::floor((v + 1) * 4 / 2.5)) == static_cast<double>(i[0]);
           return n;
         });
       },
       {kReal},
       {{{2, 3}}, {{}}, {{0}}, {{19, 37}}},
       0},
      {"histc",
       "from least to largest",
       [](const Tensors& x) { return histc(x[0], 3); },
       [](const Grids& x) {
         const auto [low, high] = std::minmax_element(x[0].values.begin(), x[0].values.end());
         return make(3, [&, low = *low, high = *high](const Index& i) {
           double n = 0;
           for (double v : x[0].values)
             n += std::min(2.0, std::floor((v - low) * 3 / (high - low))) == static_cast<double>(i[0]);
           return n;
         });
       },
       {kReal},
       {{{2, 3}}, {{2, 2}}, {{19, 38}}},
       0},
  };
}

}  // namespace optable
