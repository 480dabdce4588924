// Rows: elementwise operations of two tensors, and of a tensor and a number.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// A tensor and a number: elementwise as a unary operation.
Row with_number(const std::string& op, const std::string& note, std::function<Tensor(const Tensor&)> run,
                std::function<double(double)> reference, Input input = kReal) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [reference](const Grids& x) { return elementwise(x[0], reference); },
          {input},
          elementwise_cases()};
}

Row on_integers(Row row) {
  row.note = "int64";
  row.inputs = {{Input::integer, -5, 6}, {Input::integer, -5, 6}};
  row.order = 0;
  return row;
}

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
      on_integers(binary("add", lemma::add, plus)),
      on_integers(binary("sub", lemma::sub, minus)),
      on_integers(binary("mul", lemma::mul, times)),
      on_integers(binary("maximum", lemma::maximum, std::fmax)),
      on_integers(binary("minimum", lemma::minimum, std::fmin)),
      with_number(
          "add", "number", [](const Tensor& x) { return add(x, 1.5); }, [](double x) { return x + 1.5; }),
      with_number(
          "sub", "number", [](const Tensor& x) { return sub(x, 1.5); }, [](double x) { return x - 1.5; }),
      with_number(
          "mul", "number", [](const Tensor& x) { return mul(x, -1.5); }, [](double x) { return x * -1.5; }),
      with_number(
          "div", "number", [](const Tensor& x) { return div(x, 1.5); }, [](double x) { return x / 1.5; }),
      with_number(
          "rsub", "", [](const Tensor& x) { return rsub(1.5, x); }, [](double x) { return 1.5 - x; }),
      with_number(
          "rdiv", "", [](const Tensor& x) { return rdiv(1.5, x); }, [](double x) { return 1.5 / x; }, kPositive),
      with_number(
          "pow", "number", [](const Tensor& x) { return pow(x, 2.5); }, [](double x) { return std::pow(x, 2.5); },
          kPositive),
      with_number(
          "pow", "number, negative base", [](const Tensor& x) { return pow(x, 3); },
          [](double x) { return x * x * x; }),
      with_number(
          "pow", "to the 0", [](const Tensor& x) { return pow(x, 0); }, [](double) { return 1.0; }),
      with_number(
          "clamp", "", [](const Tensor& x) { return clamp(x, -1, 0.5); },
          [](double x) { return std::fmin(std::fmax(x, -1), 0.5); }),
  };
}

}  // namespace optable
