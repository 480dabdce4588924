// Rows: elementwise operations of one tensor. One line each.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {
double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
double rsqrt_of(double x) { return 1 / std::sqrt(x); }
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double reciprocal_of(double x) { return 1 / x; }

// The same operation on int64: values alone.
Row on_integers(Row row) {
  row.note = "int64";
  row.inputs = {{Input::integer, -5, 6}};
  row.order = 0;
  return row;
}
Row decimals(int64_t places, double scale) {
  Row row = unary("round", nullptr, nullptr, -40, 40);
  row.note = "decimals " + std::to_string(places);
  row.run = [places](const Tensors& x) { return round(x[0], places); };
  row.reference = [scale](const Grids& x) {
    return elementwise(x[0], [scale](double v) { return std::nearbyint(v * scale) / scale; });
  };
  return row;
}
}  // namespace

std::vector<Row> unary_rows() {
  return {
      unary("neg", lemma::neg, [](double x) { return -x; }),
      unary("abs", lemma::abs, std::fabs),
      unary("sign", lemma::sign, sign_of),
      unary("exp", lemma::exp, std::exp),
      unary("log", lemma::log, std::log, 0.2, 3),
      unary("log1p", lemma::log1p, std::log1p, -0.8, 3),
      unary("sqrt", lemma::sqrt, std::sqrt, 0.2, 3),
      unary("rsqrt", lemma::rsqrt, rsqrt_of, 0.2, 3),
      unary("sin", lemma::sin, std::sin, -4, 4),
      unary("cos", lemma::cos, std::cos, -4, 4),
      unary("tanh", lemma::tanh, std::tanh),
      unary("sigmoid", lemma::sigmoid, sigmoid_of, -6, 6),
      unary("relu", lemma::relu, [](double x) { return std::fmax(x, 0); }),
      unary("erf", lemma::erf, std::erf),
      unary("reciprocal", lemma::reciprocal, reciprocal_of, 0.3, 3),
      unary("floor", lemma::floor, std::floor),
      unary("square", lemma::square, [](double x) { return x * x; }),
      unary("expm1", lemma::expm1, std::expm1),
      unary("exp2", lemma::exp2, std::exp2),
      unary("log2", lemma::log2, std::log2, 0.2, 3),
      unary("log10", lemma::log10, std::log10, 0.2, 3),
      unary("erfc", lemma::erfc, std::erfc),
      unary("tan", lemma::tan, std::tan, -1.2, 1.2),
      unary("asin", lemma::asin, std::asin, -0.9, 0.9),
      unary("acos", lemma::acos, std::acos, -0.9, 0.9),
      unary("atan", lemma::atan, std::atan, -4, 4),
      unary("sinh", lemma::sinh, std::sinh),
      unary("cosh", lemma::cosh, std::cosh),
      unary("asinh", lemma::asinh, std::asinh, -4, 4),
      unary("acosh", lemma::acosh, std::acosh, 1.2, 4),
      unary("atanh", lemma::atanh, std::atanh, -0.9, 0.9),
      unary("ceil", lemma::ceil, std::ceil),
      unary("trunc", lemma::trunc, std::trunc),
      unary(
          "round", [](const Tensor& x) { return round(x); }, std::nearbyint),
      decimals(1, 10),
      decimals(-1, 0.1),
      unary("frac", lemma::frac, [](double x) { return x - std::trunc(x); }),
      on_integers(unary("ceil", lemma::ceil, std::ceil)),
      on_integers(unary("trunc", lemma::trunc, std::trunc)),
      on_integers(unary(
          "round", [](const Tensor& x) { return round(x); }, std::nearbyint)),
      on_integers(unary("neg", lemma::neg, [](double x) { return -x; })),
      on_integers(unary("abs", lemma::abs, std::fabs)),
      on_integers(unary("sign", lemma::sign, sign_of)),
      on_integers(unary("square", lemma::square, [](double x) { return x * x; })),
      unary("gelu", lemma::gelu, [](double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }),
      unary("softplus", lemma::softplus, [](double x) { return std::log(1 + std::exp(x)); }),
  };
}

}  // namespace optable
