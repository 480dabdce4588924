#pragma once
/// The table of operations: one row per use of an operation. Every suite (values, gradients, layouts, timings) runs
/// over all rows.
///
/// To add an operation, add a row: its name in ops.h or a header of ops/, the call, and a reference in plain
/// double-precision loops.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lemma/ops.h"

namespace optable {

using Index = std::vector<int64_t>;

/// Row-major numbers in double precision: what references compute with.
struct Grid {
  lemma::Shape shape;
  std::vector<double> values;
  /// The element at an index; as in broadcasting, leading indices may be too many and dims of size 1 take any index.
  double at(const Index& index) const;
  int64_t size(int dim) const { return shape[dim < 0 ? dim + shape.rank() : dim]; }
};

/// The grid whose element at `index` is f(index).
Grid make(const lemma::Shape& shape, const std::function<double(const Index&)>& f);
/// f over the elements of each group that shares all indices but those of `dims` (none: all), in row-major order.
Grid reduced(const Grid& x, std::vector<int> dims, bool keepdim,
             const std::function<double(const std::vector<double>&)>& f);
/// f over each line along `dim`: n numbers in, any equal count out.
Grid along(const Grid& x, int dim, const std::function<std::vector<double>(const std::vector<double>&)>& f);
Grid elementwise(const Grid& x, const std::function<double(double)>& f);
Grid elementwise(const Grid& a, const Grid& b, const std::function<double(double, double)>& f);
/// The shape that both broadcast to, by a second implementation of the rule.
lemma::Shape joint_shape(const lemma::Shape& a, const lemma::Shape& b);

/// What an input holds. Real numbers lie on a shuffled grid of distinct values that avoids kinks and ties.
struct Input {
  enum Kind { real, integer, mask } kind = real;
  double low = -2, high = 2;  // reals and integers: [low, high)
};
inline constexpr Input kReal{}, kPositive{Input::real, 0.3, 2.5}, kMask{Input::mask, 0, 2};
inline Input ids(int64_t bound) { return {Input::integer, 0, static_cast<double>(bound)}; }

using Tensors = std::vector<lemma::Tensor>;
using Grids = std::vector<Grid>;
using Shapes = std::vector<lemma::Shape>;

struct Row {
  std::string op;    ///< as declared
  std::string note;  ///< which use of it
  std::function<lemma::Tensor(const Tensors&)> run;
  std::function<Grid(const Grids&)> reference;
  std::vector<Input> inputs;
  std::vector<Shapes> shapes;                         ///< cases: one shape per input. The first is the everyday one.
  int order = 2;                                      ///< how many times it is differentiable: 0 or 2
  std::optional<lemma::DType> result = std::nullopt;  ///< the result's dtype where it is not the inputs'
  std::string name() const { return op + (note.empty() ? "" : " (" + note + ")"); }
};

/// Rows of one-tensor elementwise operations: `unary("tanh", lemma::tanh, std::tanh)` is a whole row.
Row unary(const std::string& op, lemma::Tensor (*run)(const lemma::Tensor&), double (*reference)(double),
          double low = -2, double high = 2);
/// The same for what takes numbers besides: a note says which.
Row of_one(const std::string& op, const std::string& note, std::function<lemma::Tensor(const lemma::Tensor&)> run,
           std::function<double(double)> reference, Input input = kReal);
/// Rows of broadcasting operations on two tensors.
Row binary(const std::string& op, lemma::Tensor (*run)(const lemma::Tensor&, const lemma::Tensor&),
           double (*reference)(double, double), Input a = kReal, Input b = kReal);
/// Cases that elementwise operations are tried on: usual, zero-dim, empty, dims of size 1, long enough for SIMD.
std::vector<Shapes> elementwise_cases();

const std::vector<Row>& table();
std::vector<Row> unary_rows();
std::vector<Row> binary_rows();
std::vector<Row> compare_rows();
std::vector<Row> reduce_rows();
std::vector<Row> product_rows();
std::vector<Row> view_rows();
std::vector<Row> layout_rows();
std::vector<Row> index_rows();
std::vector<Row> indexing_rows();
std::vector<Row> composite_rows();
std::vector<Row> loss_rows();
std::vector<Row> activation_rows();
std::vector<Row> arithmetic_rows();
std::vector<Row> named_product_rows();
std::vector<Row> rearrange_rows();
std::vector<Row> order_rows();
std::vector<Row> convolution_rows();
std::vector<Row> pooling_rows();
std::vector<Row> channel_rows();
std::vector<Row> sound_rows();

/// The operations that ops.h and the headers of ops/ declare, each with the number of its overloads.
std::map<std::string, int> declared_operations();

/// Inputs of a case, the same numbers for every dtype (all are exact in float32). On the device named by LEMMA_DEVICE.
Tensors draw(const Row& row, const Shapes& shapes, lemma::DType dtype, uint64_t seed = 1);
Grids as_grids(const Tensors& inputs);
lemma::Device test_device();

/// sum(y * c) with fixed uneven weights c: a loss that hides no entry.
lemma::Tensor weighted_sum(const lemma::Tensor& y);
/// Gradients of weighted_sum(row.run(inputs)) for each floating input; undefined elsewhere and where there is none.
Tensors gradients(const Row& row, const Tensors& inputs);

}  // namespace optable
