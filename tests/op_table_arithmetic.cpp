// Rows: compositions of sums, products and bounds; what is finite; means with their spread.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

using Line = const std::vector<double>&;

Row of_three(const std::string& op, const std::string& note, std::function<Tensor(const Tensors&)> run,
             std::function<double(double, double, double)> reference, std::vector<Input> inputs) {
  return {
      op,
      note,
      std::move(run),
      [reference](const Grids& x) {
        return make(joint_shape(x[0].shape, joint_shape(x[1].shape, x[2].shape)),
                    [&](const Index& i) { return reference(x[0].at(i), x[1].at(i), x[2].at(i)); });
      },
      std::move(inputs),
      {{{2, 3}, {2, 3}, {2, 3}}, {{3}, {2, 1}, {}}, {{}, {}, {}}, {{2, 0}, {1, 1}, {0}}, {{19, 37}, {19, 37}, {37}}}};
}

Row whole_numbers(Row row) {
  row.note = "int64";
  for (Input& input : row.inputs) input = {Input::integer, -5, 6};
  row.order = 0;
  return row;
}
Row truth(Row row) {
  row.order = 0;
  row.result = boolean;
  return row;
}

// Numbers below 0 become NaN, those in [0, 1) infinite, some of them negative.
Tensor broken(const Tensor& x) {
  const Tensor seen = x.detach(), negative = lt(seen, 0);
  const auto below = [&](double bound) { return logical_and(lt(seen, bound), logical_not(negative)); };
  return masked_fill(masked_fill(masked_fill(x, below(1), INFINITY), below(0.5), -INFINITY), negative, NAN);
}
double mended(double x, double nan, double posinf, double neginf) {
  return x < 0 ? nan : x < 0.5 ? neginf : x < 1 ? posinf : x;
}

double average(Line g) { return std::accumulate(g.begin(), g.end(), 0.0) / static_cast<double>(g.size()); }
double variance(Line g, double correction) {
  double s = 0;
  for (double x : g) s += (x - average(g)) * (x - average(g));
  return s / (static_cast<double>(g.size()) - correction);
}
double length(Line g, double p) {
  double s = 0;
  for (double x : g) s = std::isinf(p) ? std::max(s, std::fabs(x)) : s + std::pow(std::fabs(x), p);
  return std::isinf(p) ? s : std::pow(s, 1 / p);
}

Row over_dim_1(const std::string& op, const std::string& note, std::function<Tensor(const Tensor&)> run,
               std::function<double(Line)> fold) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [fold](const Grids& x) { return reduced(x[0], {1}, false, fold); },
          {kReal},
          {{{2, 3, 2}}, {{2, 3, 20}}, {{1, 2}}}};
}
Row normalized(double p, int dim) {
  return {"normalize",
          "p " + std::to_string(p) + ", dim " + std::to_string(dim),
          [p, dim](const Tensors& x) { return normalize(x[0], p, dim); },
          [p, dim](const Grids& x) {
            return along(x[0], dim, [p](Line line) {
              std::vector<double> out = line;
              for (double& v : out) v /= length(line, p);
              return out;
            });
          },
          {kReal},
          {{{2, 3}}, {{3, 2, 2}}, {{19, 37}}}};
}

}  // namespace

std::vector<Row> arithmetic_rows() {
  const auto blend = [](double a, double b, double w) { return a + w * (b - a); };
  const Input share{Input::real, -0.3, 1.3};
  Row with_number = binary("lerp", nullptr, nullptr);
  with_number.note = "number";
  with_number.run = [](const Tensors& x) { return lerp(x[0], x[1], 0.25); };
  with_number.reference = [](const Grids& x) {
    return elementwise(x[0], x[1], [](double a, double b) { return a + 0.25 * (b - a); });
  };
  Row second_half = with_number;
  second_half.note = "number in the second half";
  second_half.run = [](const Tensors& x) { return lerp(x[0], x[1], 0.875); };
  second_half.reference = [](const Grids& x) {
    return elementwise(x[0], x[1], [](double a, double b) { return a + 0.875 * (b - a); });
  };
  const auto count = [](Line g) {
    return static_cast<double>(g.size()) - static_cast<double>(std::count(g.begin(), g.end(), 0.0));
  };
  const Input few{Input::integer, 0, 3};
  return {
      of_one(
          "clamp_min", "", [](const Tensor& x) { return clamp_min(x, 0.5); },
          [](double x) { return std::fmax(x, 0.5); }),
      of_one(
          "clamp_max", "", [](const Tensor& x) { return clamp_max(x, 0.5); },
          [](double x) { return std::fmin(x, 0.5); }),
      whole_numbers(of_one(
          "clamp_min", "", [](const Tensor& x) { return clamp_min(x, 2); }, [](double x) { return std::fmax(x, 2); })),
      with_number,
      second_half,
      of_three("lerp", "tensor", [](const Tensors& x) { return lerp(x[0], x[1], x[2]); }, blend, {kReal, kReal, share}),
      of_three(
          "addcmul", "", [](const Tensors& x) { return addcmul(x[0], x[1], x[2]); },
          [](double c, double a, double b) { return c + a * b; }, {kReal, kReal, kReal}),
      of_three(
          "addcmul", "value", [](const Tensors& x) { return addcmul(x[0], x[1], x[2], -0.5); },
          [](double c, double a, double b) { return c - 0.5 * a * b; }, {kReal, kReal, kReal}),
      whole_numbers(of_three(
          "addcmul", "", [](const Tensors& x) { return addcmul(x[0], x[1], x[2], 2); },
          [](double c, double a, double b) { return c + 2 * a * b; }, {kReal, kReal, kReal})),
      of_three(
          "addcdiv", "", [](const Tensors& x) { return addcdiv(x[0], x[1], x[2], 1.5); },
          [](double c, double a, double b) { return c + 1.5 * a / b; }, {kReal, kReal, kPositive}),
      truth(of_one(
          "isinf", "", [](const Tensor& x) { return isinf(broken(x)); },
          [](double x) -> double { return x >= 0 && x < 1; })),
      truth(of_one(
          "isfinite", "", [](const Tensor& x) { return isfinite(broken(x)); },
          [](double x) -> double { return x >= 1; })),
      truth(whole_numbers(of_one(
          "isinf", "", [](const Tensor& x) { return isinf(x); }, [](double) { return 0.0; }))),
      truth(whole_numbers(of_one(
          "isfinite", "", [](const Tensor& x) { return isfinite(x); }, [](double) { return 1.0; }))),
      of_one(
          "nan_to_num", "own numbers", [](const Tensor& x) { return nan_to_num(broken(x), 3, 4, 5); },
          [](double x) { return mended(x, 3, 4, 5); }),
      of_one(
          "nan_to_num", "", [](const Tensor& x) { return nan_to_num(masked_fill(x, lt(x.detach(), 0), NAN)); },
          [](double x) { return x < 0 ? 0 : x; }),
      whole_numbers(of_one(
          "nan_to_num", "", [](const Tensor& x) { return nan_to_num(x, 7); }, [](double x) { return x; })),
      over_dim_1(
          "var_mean", "var", [](const Tensor& x) { return var_mean(x, 1).first; },
          [](Line g) { return variance(g, 1); }),
      over_dim_1(
          "var_mean", "mean", [](const Tensor& x) { return var_mean(x, 1, 0).second; }, average),
      over_dim_1(
          "std_mean", "std", [](const Tensor& x) { return std_mean(x, 1, 0).first; },
          [](Line g) { return std::sqrt(variance(g, 0)); }),
      over_dim_1(
          "std_mean", "mean", [](const Tensor& x) { return std_mean(x, 1).second; }, average),
      {"count_nonzero",
       "dim 1",
       [](const Tensors& x) { return count_nonzero(x[0], 1); },
       [count](const Grids& x) { return reduced(x[0], {1}, false, count); },
       {few},
       {{{2, 3, 2}}, {{2, 0}}, {{19, 37}}},
       0,
       int64},
      {"count_nonzero",
       "mask, all",
       [](const Tensors& x) { return count_nonzero(x[0]); },
       [count](const Grids& x) { return reduced(x[0], {}, false, count); },
       {kMask},
       {{{2, 3}}, {{}}, {{19, 37}}},
       0,
       int64},
      normalized(2, 1),
      normalized(1, 0),
      normalized(3, -1),
      normalized(INFINITY, 1),
      {"cosine_similarity",
       "",
       [](const Tensors& x) { return cosine_similarity(x[0], x[1]); },
       [](const Grids& x) {
         const Grid product = elementwise(x[0], x[1], [](double a, double b) { return a * b; });
         Grid y = reduced(product, {1}, false, [](Line g) { return std::accumulate(g.begin(), g.end(), 0.0); });
         const auto lengths = [&](const Grid& v) {
           return reduced(make(product.shape, [&](const Index& i) { return v.at(i); }), {1}, false,
                          [](Line g) { return length(g, 2); });
         };
         const Grid a = lengths(x[0]), b = lengths(x[1]);
         for (size_t i = 0; i < y.values.size(); ++i) y.values[i] /= a.values[i] * b.values[i];
         return y;
       },
       {kReal, kReal},
       {{{2, 3}, {2, 3}}, {{2, 3, 2}, {3, 1}}, {{19, 37}, {19, 37}}}},
  };
}

}  // namespace optable
