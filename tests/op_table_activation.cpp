// Rows: activations.
#include <algorithm>
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

double silu_of(double x) { return x / (1 + std::exp(-x)); }
double elu_of(double x, double alpha) { return x > 0 ? x : alpha * std::expm1(x); }
double cut(double x, double low, double high) { return std::min(std::max(x, low), high); }
double hardsigmoid_of(double x) { return cut(x + 3, 0, 6) / 6; }

Row with(const std::string& op, const std::string& note, std::function<Tensor(const Tensor&)> run,
         std::function<double(double)> reference, double low = -2, double high = 2) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [reference](const Grids& x) { return elementwise(x[0], reference); },
          {{Input::real, low, high}},
          elementwise_cases()};
}

}  // namespace

std::vector<Row> activation_rows() {
  Row whole = with(
      "hardtanh", "int64", [](const Tensor& x) { return hardtanh(x, -2, 3); }, [](double x) { return cut(x, -2, 3); });
  whole.inputs = {{Input::integer, -5, 6}};
  whole.order = 0;
  return {
      unary("silu", lemma::silu, silu_of, -6, 6),
      unary(
          "mish", lemma::mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -6, 6),
      unary(
          "log_sigmoid", lemma::log_sigmoid, [](double x) { return -std::log1p(std::exp(-x)); }, -6, 6),
      with(
          "elu", "", [](const Tensor& x) { return elu(x); }, [](double x) { return elu_of(x, 1); }),
      with(
          "elu", "alpha 0.7", [](const Tensor& x) { return elu(x, 0.7); }, [](double x) { return elu_of(x, 0.7); }),
      with(
          "celu", "", [](const Tensor& x) { return celu(x, 0.7); },
          [](double x) { return x > 0 ? x : 0.7 * std::expm1(x / 0.7); }),
      unary("selu", lemma::selu, [](double x) { return 1.0507009873554805 * elu_of(x, 1.6732632423543772); }),
      with(
          "leaky_relu", "", [](const Tensor& x) { return leaky_relu(x); },
          [](double x) { return x > 0 ? x : 0.01 * x; }),
      with(
          "leaky_relu", "slope 0.3", [](const Tensor& x) { return leaky_relu(x, 0.3); },
          [](double x) { return x > 0 ? x : 0.3 * x; }),
      with(
          "hardtanh", "", [](const Tensor& x) { return hardtanh(x); }, [](double x) { return cut(x, -1, 1); }),
      with(
          "hardtanh", "own bounds", [](const Tensor& x) { return hardtanh(x, -0.5, 1.25); },
          [](double x) { return cut(x, -0.5, 1.25); }),
      whole,
      unary(
          "relu6", lemma::relu6, [](double x) { return cut(x, 0, 6); }, -3, 9),
      unary("hardsigmoid", lemma::hardsigmoid, hardsigmoid_of, -5, 5),
      unary(
          "hardswish", lemma::hardswish, [](double x) { return x * hardsigmoid_of(x); }, -5, 5),
      {"glu",
       "dim 1",
       [](const Tensors& x) { return glu(x[0], 1); },
       [](const Grids& x) {
         const int64_t half = x[0].size(1) / 2;
         return make({x[0].size(0), half}, [&](const Index& i) {
           return x[0].at({i[0], i[1]}) / (1 + std::exp(-x[0].at({i[0], i[1] + half})));
         });
       },
       {kReal},
       {{{2, 4}}, {{3, 2}}, {{2, 0}}, {{19, 38}}}},
      {"softmin",
       "dim 1",
       [](const Tensors& x) { return softmin(x[0], 1); },
       [](const Grids& x) {
         return along(x[0], 1, [](const std::vector<double>& line) {
           double total = 0;
           std::vector<double> out;
           for (double v : line) total += std::exp(-v);
           for (double v : line) out.push_back(std::exp(-v) / total);
           return out;
         });
       },
       {kReal},
       {{{2, 3}}, {{3, 1}}, {{2, 0}}, {{19, 37}}}},
  };
}

}  // namespace optable
