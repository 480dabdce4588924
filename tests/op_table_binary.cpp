// Rows: elementwise operations of two tensors, and of a tensor and a number.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

Row on_integers(Row row) {
  row.note = "int64";
  row.inputs = {{Input::integer, -5, 6}, {Input::integer, -5, 6}};
  row.order = 0;
  return row;
}
Row divided_integers(Row row, double low, double high) {
  row.note = "int64";
  row.inputs = {{Input::integer, -9, 10}, {Input::integer, low, high}};
  row.order = 0;
  return row;
}
const Input kNegative{Input::real, -2.5, -0.3};
double floored(double a, double b) { return std::floor(a / b); }
double rest(double a, double b) { return a - b * std::floor(a / b); }

}  // namespace

std::vector<Row> binary_rows() {
  const auto plus = [](double a, double b) { return a + b; };
  const auto minus = [](double a, double b) { return a - b; };
  const auto times = [](double a, double b) { return a * b; };
  return {
      binary("add", lemma::add, plus),
      binary("sub", lemma::sub, minus),
      binary("mul", lemma::mul, times),
      binary(
          "div", lemma::div, [](double a, double b) { return a / b; }, kReal, kPositive),
      binary("pow", lemma::pow, std::pow, kPositive, kReal),
      binary("maximum", lemma::maximum, std::fmax),
      binary("minimum", lemma::minimum, std::fmin),
      binary("atan2", lemma::atan2, std::atan2),
      binary("hypot", lemma::hypot, std::hypot),
      binary("logaddexp", lemma::logaddexp, [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }),
      binary("floor_divide", lemma::floor_divide, floored, kReal, kPositive),
      binary("floor_divide", lemma::floor_divide, floored, kReal, kNegative),
      binary("remainder", lemma::remainder, rest, kReal, kPositive),
      binary("remainder", lemma::remainder, rest, kReal, kNegative),
      binary("fmod", lemma::fmod, std::fmod, kReal, kPositive),
      binary("fmod", lemma::fmod, std::fmod, kReal, kNegative),
      binary(
          "true_divide", lemma::true_divide, [](double a, double b) { return a / b; }, kReal, kPositive),
      binary(
          "div", [](const Tensor& a, const Tensor& b) { return div(a, b, "floor"); }, floored, kReal, kNegative),
      binary(
          "div", [](const Tensor& a, const Tensor& b) { return div(a, b, "trunc"); },
          [](double a, double b) { return std::trunc(a / b); }, kReal, kNegative),
      divided_integers(binary("floor_divide", lemma::floor_divide, floored), 1, 5),
      divided_integers(binary("floor_divide", lemma::floor_divide, floored), -4, 0),
      divided_integers(binary("remainder", lemma::remainder, rest), 1, 5),
      divided_integers(binary("remainder", lemma::remainder, rest), -4, 0),
      divided_integers(binary("fmod", lemma::fmod, std::fmod), 1, 5),
      divided_integers(binary("fmod", lemma::fmod, std::fmod), -4, 0),
      divided_integers(binary(
                           "div", [](const Tensor& a, const Tensor& b) { return div(a, b, "trunc"); },
                           [](double a, double b) { return std::trunc(a / b); }),
                       -4, 0),
      of_one(
          "floor_divide", "number", [](const Tensor& x) { return floor_divide(x, 0.75); },
          [](double x) { return floored(x, 0.75); }),
      of_one(
          "remainder", "number", [](const Tensor& x) { return remainder(x, -0.75); },
          [](double x) { return rest(x, -0.75); }),
      of_one(
          "fmod", "number", [](const Tensor& x) { return fmod(x, 0.75); }, [](double x) { return std::fmod(x, 0.75); }),
      of_one(
          "true_divide", "number", [](const Tensor& x) { return true_divide(x, 1.5); },
          [](double x) { return x / 1.5; }),
      of_one(
          "div", "number, floor", [](const Tensor& x) { return div(x, -0.75, "floor"); },
          [](double x) { return floored(x, -0.75); }),
      on_integers(binary("add", lemma::add, plus)),
      on_integers(binary("sub", lemma::sub, minus)),
      on_integers(binary("mul", lemma::mul, times)),
      on_integers(binary("maximum", lemma::maximum, std::fmax)),
      on_integers(binary("minimum", lemma::minimum, std::fmin)),
      of_one(
          "add", "number", [](const Tensor& x) { return add(x, 1.5); }, [](double x) { return x + 1.5; }),
      of_one(
          "sub", "number", [](const Tensor& x) { return sub(x, 1.5); }, [](double x) { return x - 1.5; }),
      of_one(
          "mul", "number", [](const Tensor& x) { return mul(x, -1.5); }, [](double x) { return x * -1.5; }),
      of_one(
          "div", "number", [](const Tensor& x) { return div(x, 1.5); }, [](double x) { return x / 1.5; }),
      of_one(
          "rsub", "", [](const Tensor& x) { return rsub(1.5, x); }, [](double x) { return 1.5 - x; }),
      of_one(
          "rdiv", "", [](const Tensor& x) { return rdiv(1.5, x); }, [](double x) { return 1.5 / x; }, kPositive),
      of_one(
          "pow", "number", [](const Tensor& x) { return pow(x, 2.5); }, [](double x) { return std::pow(x, 2.5); },
          kPositive),
      of_one(
          "pow", "number, negative base", [](const Tensor& x) { return pow(x, 3); },
          [](double x) { return x * x * x; }),
      of_one(
          "pow", "to the 0", [](const Tensor& x) { return pow(x, 0); }, [](double) { return 1.0; }),
      of_one(
          "clamp", "", [](const Tensor& x) { return clamp(x, -1, 0.5); },
          [](double x) { return std::fmin(std::fmax(x, -1), 0.5); }),
  };
}

}  // namespace optable
