// Every row of the table: values against a double-precision reference, and a row for every operation.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/catch.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

std::string where_of(const Row& row, const Shapes& shapes, DType dtype) {
  std::string text = row.name() + " on";
  for (const Shape& shape : shapes) text += " " + shape.str();
  return text + " " + name(dtype);
}

DType expected_dtype(const Row& row, const Tensors& inputs) {
  if (row.result) return *row.result;
  for (const Tensor& x : inputs)
    if (is_floating(x.dtype())) return x.dtype();
  return inputs[0].dtype();
}

// The largest |y - reference|, relative where the reference is above 1.
double error_of(const std::vector<double>& y, const std::vector<double>& reference) {
  double worst = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double error =
        y[i] == reference[i] ? 0 : std::fabs(y[i] - reference[i]) / std::max(1.0, std::fabs(reference[i]));
    worst = error <= worst ? worst : error;  // a NaN stays
  }
  return worst;
}

}  // namespace

TEST_CASE("each operation's values equal a double-precision reference in float32 and float64") {
  for (const Row& row : table()) {
    for (const Shapes& shapes : row.shapes) {
      for (DType dtype : {float32, float64}) {
        const std::string what = where_of(row, shapes, dtype);
        INFO(what);
        REQUIRE(shapes.size() == row.inputs.size());
        try {
          const Tensors inputs = draw(row, shapes, dtype);
          const Tensor y = row.run(inputs);
          const Grid reference = row.reference(as_grids(inputs));
          CHECK(y.shape().str() == reference.shape.str());
          CHECK(name(y.dtype()) == std::string(name(expected_dtype(row, inputs))));
          REQUIRE(y.numel() == static_cast<int64_t>(reference.values.size()));
          CHECK(error_of(y.to_vector<double>(), reference.values) <= (dtype == float32 ? 2e-6 : 1e-13));
        } catch (const Error& error) {
          FAIL_CHECK(error.what());
        }
      }
    }
  }
}

TEST_CASE("every operation that a header declares has a row for each of its overloads") {
  const std::map<std::string, int> declared = declared_operations();
  std::map<std::string, int> rows;
  for (const Row& row : table()) ++rows[row.op];
  CHECK(declared.size() > 190);
  std::vector<std::string> missing, unknown;
  for (const auto& [op, count] : declared)
    if (rows[op] < count) missing.push_back(fmt::format("{}: {} declared, {} rows", op, count, rows[op]));
  for (const auto& [op, count] : rows)
    if (count > 0 && !declared.count(op)) unknown.push_back(op);
  INFO("without a row: " << fmt::format("{}", fmt::join(missing, "; ")));
  INFO("rows of no declared operation: " << fmt::format("{}", fmt::join(unknown, "; ")));
  CHECK(missing.empty());
  CHECK(unknown.empty());
}

TEST_CASE("docs/operations.md names every operation, once, and no other") {
  std::ifstream page(LEMMA_SOURCE_DIR "/docs/operations.md");
  REQUIRE(page);
  const std::regex entry(R"(^\| `(\w+)` \|.*)");
  std::map<std::string, int> named;
  for (std::string line; std::getline(page, line);) {
    std::smatch match;
    if (std::regex_match(line, match, entry)) ++named[match[1]];
  }
  std::vector<std::string> wrong;
  const std::map<std::string, int> declared = declared_operations();
  for (const auto& [op, count] : declared)
    if (named[op] != 1) wrong.push_back(fmt::format("{} stands {} times", op, named[op]));
  for (const auto& [op, count] : named)
    if (count > 0 && !declared.count(op)) wrong.push_back(op + " is not declared");
  INFO(fmt::format("{}", fmt::join(wrong, "; ")));
  CHECK(wrong.empty());
}

TEST_CASE("the table's cases are what they look like") {
  size_t empty = 0, scalar = 0, ones = 0, differentiable = 0;
  for (const Row& row : table()) {
    differentiable += row.order == 2;
    for (const Shapes& shapes : row.shapes) {
      const Tensors inputs = draw(row, shapes, float64);
      empty += inputs[0].numel() == 0;
      scalar += inputs[0].dim() == 0;
      ones += inputs[0].shape().contains(1);
      for (size_t k = 0; k < inputs.size(); ++k) {
        CHECK(inputs[k].shape() == shapes[k]);
        if (row.inputs[k].kind != Input::real) continue;
        std::vector<double> values = inputs[k].to_vector<double>();
        std::sort(values.begin(), values.end());
        CHECK(std::adjacent_find(values.begin(), values.end()) == values.end());  // no ties
      }
    }
  }
  CHECK(empty > 60);
  CHECK(scalar > 30);
  CHECK(ones > 60);
  CHECK(differentiable > 140);
}
