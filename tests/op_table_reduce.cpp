// Rows: reductions and running sums.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

using Group = const std::vector<double>&;

double total(Group g) { return std::accumulate(g.begin(), g.end(), 0.0); }
double average(Group g) { return total(g) / static_cast<double>(g.size()); }
double product(Group g) { return std::accumulate(g.begin(), g.end(), 1.0, std::multiplies<>()); }
double largest(Group g) { return *std::max_element(g.begin(), g.end()); }
double smallest(Group g) { return *std::min_element(g.begin(), g.end()); }
double largest_at(Group g) { return static_cast<double>(std::max_element(g.begin(), g.end()) - g.begin()); }
double smallest_at(Group g) { return static_cast<double>(std::min_element(g.begin(), g.end()) - g.begin()); }
double length(Group g) { return std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0)); }
double log_sum_exp(Group g) {
  double s = 0;
  for (double x : g) s += std::exp(x);
  return std::log(s);
}
double spread(Group g, double correction) {
  double s = 0;
  for (double x : g) s += (x - average(g)) * (x - average(g));
  return s / (static_cast<double>(g.size()) - correction);
}

using Fold = double (*)(Group);
const std::vector<Shapes> kAnyShape = {{{2, 3, 2}}, {{3, 1, 2}}, {{2, 3, 70}}, {{70, 3, 2}}},
                          kWithEmpty = {{{2, 3, 2}}, {{3, 1, 2}}, {{2, 0, 2}}, {{2, 3, 70}}, {{70, 3, 2}}};

Row over(const std::string& op, std::vector<int> dims, bool keepdim, std::function<Tensor(const Tensor&)> run,
         std::function<double(Group)> fold, std::vector<Shapes> shapes = kAnyShape, Input input = kReal) {
  std::string note = dims.empty() ? "all" : "dims";
  for (int d : dims) note += " " + std::to_string(d);
  return {op,
          note + (keepdim ? ", keepdim" : ""),
          [run](const Tensors& x) { return run(x[0]); },
          [=](const Grids& x) { return reduced(x[0], dims, keepdim, fold); },
          {input},
          shapes};
}
Row whole(const std::string& op, Tensor (*run)(const Tensor&), Fold fold, bool empty_too) {
  Row row = over(op, {}, false, run, fold, {{{2, 3}}, {{}}, {{1, 1}}, {{19, 37}}});
  if (empty_too) row.shapes.push_back({{2, 0}});
  return row;
}
Row indices(Row row) {
  row.note += ", indices";
  row.order = 0;
  row.result = int64;
  return row;
}

std::vector<double> running_sums(Group line) {
  std::vector<double> out(line.size());
  std::partial_sum(line.begin(), line.end(), out.begin());
  return out;
}
std::vector<double> running_products(Group line) {
  std::vector<double> out(line.size());
  std::partial_sum(line.begin(), line.end(), out.begin(), std::multiplies<>());
  return out;
}
std::vector<double> running_logs(Group line) {
  std::vector<double> out;
  double s = 0;
  for (double x : line) out.push_back(std::log(s += std::exp(x)));
  return out;
}
// For each element, where the best of those up to it stands: the last of equals.
template <class Holds>
std::vector<double> running_at(Group line, Holds holds) {
  std::vector<double> out;
  size_t best = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (holds(line[i], line[best])) best = i;
    out.push_back(static_cast<double>(best));
  }
  return out;
}
std::vector<double> running_largest_at(Group line) { return running_at(line, std::greater_equal<>()); }
std::vector<double> running_smallest_at(Group line) { return running_at(line, std::less_equal<>()); }
std::vector<double> running_largest(Group line) {
  std::vector<double> out = running_largest_at(line);
  for (double& x : out) x = line[static_cast<size_t>(x)];
  return out;
}
std::vector<double> running_smallest(Group line) {
  std::vector<double> out = running_smallest_at(line);
  for (double& x : out) x = line[static_cast<size_t>(x)];
  return out;
}
const std::vector<Shapes> kRunning = {{{2, 3, 2}}, {{3, 1, 2}}, {{2, 0, 2}}, {{1, 7, 1}}, {{2, 19, 3}}};

}  // namespace

std::vector<Row> reduce_rows() {
  const Input counts{Input::integer, -4, 5};
  std::vector<Row> rows = {
      whole("sum", lemma::sum, total, true),
      whole("prod", lemma::prod, product, true),
      whole("mean", lemma::mean, average, false),
      whole("max", lemma::max, largest, false),
      whole("min", lemma::min, smallest, false),
      whole("norm", lemma::norm, length, false),
      over(
          "sum", {0}, false, [](const Tensor& x) { return sum(x, 0); }, total, kWithEmpty),
      over(
          "sum", {-2}, true, [](const Tensor& x) { return sum(x, -2, true); }, total, kWithEmpty),
      over(
          "sum", {2}, false, [](const Tensor& x) { return sum(x, 2); }, total, kWithEmpty),
      over(
          "sum", {0, 2}, false,
          [](const Tensor& x) {
            return sum(x, {2, 0});
          },
          total, kWithEmpty),
      over(
          "mean", {1}, false, [](const Tensor& x) { return mean(x, 1); }, average),
      over(
          "mean", {0, 1}, true,
          [](const Tensor& x) {
            return mean(x, {0, 1}, true);
          },
          average),
      over("prod", {1}, false, [](const Tensor& x) { return prod(x, 1); }, product,
           {{{2, 3, 2}}, {{3, 1, 2}}, {{2, 0, 2}}}),
      over("prod", {-1}, true, [](const Tensor& x) { return prod(x, -1, true); }, product,
           {{{2, 3, 2}}, {{3, 1, 2}}, {{2, 0, 2}}}),
      over(
          "amax", {1}, false, [](const Tensor& x) { return amax(x, 1); }, largest),
      over(
          "amax", {0, 2}, true,
          [](const Tensor& x) {
            return amax(x, {0, 2}, true);
          },
          largest),
      over(
          "amin", {1}, false, [](const Tensor& x) { return amin(x, 1); }, smallest),
      over(
          "amin", {0, 2}, true,
          [](const Tensor& x) {
            return amin(x, {0, 2}, true);
          },
          smallest),
      over(
          "max", {1}, false, [](const Tensor& x) { return max(x, 1).first; }, largest),
      over(
          "max", {-1}, true, [](const Tensor& x) { return max(x, -1, true).first; }, largest),
      over(
          "min", {0}, false, [](const Tensor& x) { return min(x, 0).first; }, smallest),
      indices(over(
          "max", {1}, false, [](const Tensor& x) { return max(x, 1).second; }, largest_at)),
      indices(over(
          "min", {1}, true, [](const Tensor& x) { return min(x, 1, true).second; }, smallest_at)),
      indices(over(
          "argmax", {0}, false, [](const Tensor& x) { return argmax(x, 0); }, largest_at)),
      indices(over(
          "argmax", {-1}, true, [](const Tensor& x) { return argmax(x, -1, true); }, largest_at)),
      indices(over(
          "argmin", {1}, false, [](const Tensor& x) { return argmin(x, 1); }, smallest_at)),
      over(
          "var", {1}, false, [](const Tensor& x) { return var(x, 1); }, [](Group g) { return spread(g, 1); },
          {{{2, 3, 2}}, {{2, 3, 70}}}),
      over(
          "var", {}, false, [](const Tensor& x) { return var(x, {}, 0); }, [](Group g) { return spread(g, 0); }),
      over(
          "std", {0, 2}, true,
          [](const Tensor& x) {
            return lemma::std(x, {0, 2}, 1, true);
          },
          [](Group g) { return std::sqrt(spread(g, 1)); }),
      over(
          "logsumexp", {1}, false, [](const Tensor& x) { return logsumexp(x, 1); }, log_sum_exp, kWithEmpty),
      over(
          "logsumexp", {0, 2}, true,
          [](const Tensor& x) {
            return logsumexp(x, {0, 2}, true);
          },
          log_sum_exp),
      over(
          "norm", {1}, false, [](const Tensor& x) { return norm(x, {1}); }, length),
      over(
          "norm", {0, 2}, true,
          [](const Tensor& x) {
            return norm(x, {0, 2}, true);
          },
          length),
      {"cumsum",
       "dim 1",
       [](const Tensors& x) { return cumsum(x[0], 1); },
       [](const Grids& x) { return along(x[0], 1, running_sums); },
       {kReal},
       kWithEmpty},
      {"cumsum",
       "dim -1",
       [](const Tensors& x) { return cumsum(x[0], -1); },
       [](const Grids& x) { return along(x[0], -1, running_sums); },
       {kReal},
       {{{4}}, {{2, 0}}, {{19, 37}}}},
      {"cumprod",
       "dim 1",
       [](const Tensors& x) { return cumprod(x[0], 1); },
       [](const Grids& x) { return along(x[0], 1, running_products); },
       {kReal},
       kRunning},
      {"logcumsumexp",
       "dim 1",
       [](const Tensors& x) { return logcumsumexp(x[0], 1); },
       [](const Grids& x) { return along(x[0], 1, running_logs); },
       {kReal},
       kRunning},
      {"cummax",
       "dim 1",
       [](const Tensors& x) { return cummax(x[0], 1).first; },
       [](const Grids& x) { return along(x[0], 1, running_largest); },
       {kReal},
       kRunning},
      {"cummin",
       "dim -2",
       [](const Tensors& x) { return cummin(x[0], -2).first; },
       [](const Grids& x) { return along(x[0], 1, running_smallest); },
       {kReal},
       kRunning},
      indices({"cummax",
               "ties",
               [](const Tensors& x) { return cummax(x[0], 1).second; },
               [](const Grids& x) { return along(x[0], 1, running_largest_at); },
               {{Input::integer, 0, 4}},
               kRunning}),
      indices({"cummin",
               "ties",
               [](const Tensors& x) { return cummin(x[0], 1).second; },
               [](const Grids& x) { return along(x[0], 1, running_smallest_at); },
               {{Input::integer, 0, 4}},
               kRunning}),
  };
  for (auto [op, row] :
       {std::pair{"sum", over(
                             "sum", {1}, false, [](const Tensor& x) { return sum(x, 1); }, total, kWithEmpty, counts)},
        std::pair{"prod",
                  over(
                      "prod", {1}, false, [](const Tensor& x) { return prod(x, 1); }, product, kAnyShape, counts)},
        std::pair{"amax",
                  over(
                      "amax", {1}, false, [](const Tensor& x) { return amax(x, 1); }, largest, kAnyShape, counts)},
        std::pair{"cumsum", over(
                                "cumsum", {1}, false, [](const Tensor& x) { return sum(cumsum(x, 1), 1); },
                                [](Group g) { return total(running_sums(g)); }, kAnyShape, counts)}}) {
    row.note = "int64";
    row.order = 0;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace optable
