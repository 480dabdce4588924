// Rows: comparison, logic, selection.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// Integers from a small range, so that equal pairs occur.
Row comparison(const std::string& op, Tensor (*run)(const Tensor&, const Tensor&),
               double (*reference)(double, double)) {
  Row row = binary(op, run, reference, {Input::integer, 0, 3}, {Input::integer, 0, 3});
  row.order = 0;
  row.result = boolean;
  return row;
}
Row with_number(const std::string& op, Tensor (*run)(const Tensor&, Number), double (*reference)(double, double)) {
  return {op,
          "number",
          [run](const Tensors& x) { return run(x[0], 1); },
          [reference](const Grids& x) { return elementwise(x[0], [&](double v) { return reference(v, 1); }); },
          {{Input::integer, 0, 3}},
          elementwise_cases(),
          0,
          boolean};
}
Row logic(const std::string& op, Tensor (*run)(const Tensor&, const Tensor&), double (*reference)(double, double)) {
  Row row = comparison(op, run, reference);
  row.inputs = {kMask, kMask};
  return row;
}
Row of_reals(Row row) {
  row.note = "reals";
  row.inputs = {kReal, kReal};
  return row;
}

double is_eq(double a, double b) { return a == b; }
double is_ne(double a, double b) { return a != b; }
double is_lt(double a, double b) { return a < b; }
double is_le(double a, double b) { return a <= b; }
double is_gt(double a, double b) { return a > b; }
double is_ge(double a, double b) { return a >= b; }

Grid truth(bool value) { return {{}, {value ? 1.0 : 0.0}}; }
bool every(const Grid& x, bool wanted) {
  for (double v : x.values)
    if ((v != 0) != wanted) return false;
  return true;
}

}  // namespace

std::vector<Row> compare_rows() {
  return {
      comparison("eq", lemma::eq, is_eq),
      comparison("ne", lemma::ne, is_ne),
      comparison("lt", lemma::lt, is_lt),
      comparison("le", lemma::le, is_le),
      comparison("gt", lemma::gt, is_gt),
      comparison("ge", lemma::ge, is_ge),
      of_reals(comparison("lt", lemma::lt, is_lt)),
      of_reals(comparison("eq", lemma::eq, is_eq)),
      with_number("eq", lemma::eq, is_eq),
      with_number("ne", lemma::ne, is_ne),
      with_number("lt", lemma::lt, is_lt),
      with_number("le", lemma::le, is_le),
      with_number("gt", lemma::gt, is_gt),
      with_number("ge", lemma::ge, is_ge),
      logic("logical_and", lemma::logical_and, [](double a, double b) -> double { return a != 0 && b != 0; }),
      logic("logical_or", lemma::logical_or, [](double a, double b) -> double { return a != 0 || b != 0; }),
      logic("logical_xor", lemma::logical_xor, is_ne),
      {"logical_not",
       "",
       [](const Tensors& x) { return logical_not(x[0]); },
       [](const Grids& x) { return elementwise(x[0], [](double v) -> double { return v == 0; }); },
       {kMask},
       elementwise_cases(),
       0,
       boolean},
      {"isnan",
       "of sqrt: NaN below 0",
       [](const Tensors& x) { return isnan(sqrt(x[0])); },
       [](const Grids& x) { return elementwise(x[0], [](double v) -> double { return v < 0; }); },
       {kReal},
       elementwise_cases(),
       0,
       boolean},
      {"where",
       "else a number",
       [](const Tensors& x) { return where(x[0], x[1], 3); },
       [](const Grids& x) {
         return make(joint_shape(x[0].shape, x[1].shape),
                     [&](const Index& i) { return x[0].at(i) != 0 ? x[1].at(i) : 3; });
       },
       {kMask, kReal},
       {{{2, 3}, {2, 3}}, {{3}, {2, 1}}, {{}, {}}}},
      {"where",
       "a number or else",
       [](const Tensors& x) { return where(x[0], -2, x[1]); },
       [](const Grids& x) {
         return make(joint_shape(x[0].shape, x[1].shape),
                     [&](const Index& i) { return x[0].at(i) != 0 ? -2 : x[1].at(i); });
       },
       {kMask, kReal},
       {{{2, 3}, {2, 3}}, {{3}, {2, 1}}, {{}, {}}}},
      {"where",
       "",
       [](const Tensors& x) { return where(x[0], x[1], x[2]); },
       [](const Grids& x) {
         return make(joint_shape(x[0].shape, joint_shape(x[1].shape, x[2].shape)),
                     [&](const Index& i) { return x[0].at(i) != 0 ? x[1].at(i) : x[2].at(i); });
       },
       {kMask, kReal, kReal},
       {{{2, 3}, {2, 3}, {2, 3}},
        {{3}, {2, 1}, {}},
        {{2, 3}, {}, {1, 3}},
        {{}, {}, {}},
        {{2, 0}, {1, 1}, {0}},
        {{19, 37}, {19, 37}, {19, 37}}}},
      {"masked_fill",
       "",
       [](const Tensors& x) { return masked_fill(x[0], x[1], 9); },
       [](const Grids& x) {
         return make(x[0].shape, [&](const Index& i) { return x[1].at(i) != 0 ? 9.0 : x[0].at(i); });
       },
       {kReal, kMask},
       {{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{2, 3}, {2, 1}}, {{}, {}}, {{2, 0}, {1}}, {{19, 37}, {37}}}},
      {"all",
       "",
       [](const Tensors& x) { return tensor(all(x[0])); },
       [](const Grids& x) { return truth(every(x[0], true)); },
       {kMask},
       {{{1}}, {{2, 3}}, {{0}}, {{}}},
       0,
       boolean},
      {"any",
       "",
       [](const Tensors& x) { return tensor(any(x[0])); },
       [](const Grids& x) { return truth(!every(x[0], false)); },
       {kMask},
       {{{1}}, {{2, 3}}, {{0}}, {{}}},
       0,
       boolean},
      {"allclose",
       "0.001 beside a tolerance around it",
       [](const Tensors& x) {
         return tensor({allclose(x[0], x[0] + 1e-3, 0, 1.1e-3), allclose(x[0], x[0] + 1e-3, 0, 0.9e-3),
                        allclose(x[0], x[0] * 1.001, 1.1e-3, 0), allclose(x[0], x[0] * 1.001, 0.9e-3, 0)});
       },
       [](const Grids&) {
         return Grid{{4}, {1, 0, 1, 0}};
       },
       {kReal},
       {{{2, 3}}, {{1}}, {{19, 37}}},
       0,
       boolean},
      {"equal",
       "",
       [](const Tensors& x) {
         return tensor({equal(x[0], x[0]), equal(x[0], x[1]), equal(x[0], clone(x[0])), equal(x[0], flatten(x[0]))});
       },
       [](const Grids&) {
         return Grid{{4}, {1, 0, 1, 0}};
       },
       {kReal, kReal},
       {{{2, 3}, {2, 3}}, {{1, 1}, {1, 1}}},
       0,
       boolean},
  };
}

}  // namespace optable
