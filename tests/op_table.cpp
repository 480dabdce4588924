// What the rows are made with: references, inputs, gradients.
#include "tests/op_table.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <regex>

#include "lemma/autograd.h"
#include "lemma/random.h"

namespace optable {

using namespace lemma;

double Grid::at(const Index& index) const {
  int64_t flat = 0;
  const size_t extra = index.size() - static_cast<size_t>(shape.rank());
  for (int i = 0; i < shape.rank(); ++i)
    flat = flat * shape[i] + (shape[i] == 1 ? 0 : index[extra + static_cast<size_t>(i)]);
  return values.at(static_cast<size_t>(flat));
}

Grid make(const Shape& shape, const std::function<double(const Index&)>& f) {
  Grid grid{shape, {}};
  Index index(static_cast<size_t>(shape.rank()), 0);
  for (int64_t n = shape.numel(); n > 0; --n) {
    grid.values.push_back(f(index));
    for (int d = shape.rank() - 1; d >= 0 && ++index[static_cast<size_t>(d)] == shape[d]; --d)
      index[static_cast<size_t>(d)] = 0;
  }
  return grid;
}

Grid reduced(const Grid& x, std::vector<int> dims, bool keepdim,
             const std::function<double(const std::vector<double>&)>& f) {
  std::vector<bool> gone(static_cast<size_t>(x.shape.rank()), dims.empty());
  for (int d : dims) gone[static_cast<size_t>(d < 0 ? d + x.shape.rank() : d)] = true;
  Shape kept, inner;  // both of x's rank, with 1 where the other has the dim
  Shape result;
  for (int i = 0; i < x.shape.rank(); ++i) {
    const bool is_gone = gone[static_cast<size_t>(i)];
    kept.push_back(is_gone ? 1 : x.shape[i]);
    inner.push_back(is_gone ? x.shape[i] : 1);
    if (!is_gone || keepdim) result.push_back(kept[i]);
  }
  Grid y = make(kept, [&](const Index& outer) {
    std::vector<double> group;
    make(inner, [&](const Index& i) {
      Index both = outer;
      for (size_t d = 0; d < both.size(); ++d) both[d] += i[d];
      group.push_back(x.at(both));
      return 0.0;
    });
    return f(group);
  });
  y.shape = result;
  return y;
}

Grid along(const Grid& x, int dim, const std::function<std::vector<double>(const std::vector<double>&)>& f) {
  const size_t d = static_cast<size_t>(dim < 0 ? dim + x.shape.rank() : dim);
  const auto line = [&](Index index) {
    std::vector<double> values;
    for (index[d] = 0; index[d] < x.shape[static_cast<int>(d)]; ++index[d]) values.push_back(x.at(index));
    return f(values);
  };
  Shape shape = x.shape;
  if (x.shape.numel() > 0)
    shape[static_cast<int>(d)] = static_cast<int64_t>(line(Index(static_cast<size_t>(x.shape.rank()), 0)).size());
  return make(shape, [&](const Index& index) { return line(index)[static_cast<size_t>(index[d])]; });
}

Grid elementwise(const Grid& x, const std::function<double(double)>& f) {
  return make(x.shape, [&](const Index& i) { return f(x.at(i)); });
}
Grid elementwise(const Grid& a, const Grid& b, const std::function<double(double, double)>& f) {
  return make(joint_shape(a.shape, b.shape), [&](const Index& i) { return f(a.at(i), b.at(i)); });
}

Shape joint_shape(const Shape& a, const Shape& b) {
  std::vector<int64_t> x = a.to_vector(), y = b.to_vector();
  x.insert(x.begin(), y.size() > x.size() ? y.size() - x.size() : 0, 1);
  y.insert(y.begin(), x.size() - y.size(), 1);
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i] == 1) x[i] = y[i];
  return Shape(x);
}

std::vector<Shapes> elementwise_cases() { return {{{2, 3}}, {{}}, {{0}}, {{1, 3, 1}}, {{2, 0, 2}}, {{19, 37}}}; }

Row of_one(const std::string& op, const std::string& note, std::function<Tensor(const Tensor&)> run,
           std::function<double(double)> reference, Input input) {
  return {op,
          note,
          [run](const Tensors& x) { return run(x[0]); },
          [reference](const Grids& x) { return elementwise(x[0], reference); },
          {input},
          elementwise_cases()};
}
Row unary(const std::string& op, Tensor (*run)(const Tensor&), double (*reference)(double), double low, double high) {
  return of_one(op, "", run, reference, {Input::real, low, high});
}

Row binary(const std::string& op, Tensor (*run)(const Tensor&, const Tensor&), double (*reference)(double, double),
           Input a, Input b) {
  return {op,
          "",
          [run](const Tensors& x) { return run(x[0], x[1]); },
          [reference](const Grids& x) { return elementwise(x[0], x[1], reference); },
          {a, b},
          {{{2, 3}, {2, 3}},
           {{2, 3}, {3}},
           {{2, 1}, {1, 3}},
           {{}, {2, 2}},
           {{}, {}},
           {{0}, {1}},
           {{2, 1, 3}, {2, 1}},
           {{19, 37}, {19, 37}}}};
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    for (auto part : {unary_rows, binary_rows,      compare_rows,    reduce_rows,        product_rows,
                      view_rows,  layout_rows,      index_rows,      indexing_rows,      composite_rows,
                      loss_rows,  activation_rows,  arithmetic_rows, named_product_rows, rearrange_rows,
                      order_rows, convolution_rows, pooling_rows,    channel_rows,       sound_rows})
      for (Row& row : part()) all.push_back(std::move(row));
    return all;
  }();
  return rows;
}

std::map<std::string, int> declared_operations() {
  namespace fs = std::filesystem;
  std::vector<fs::path> headers = {LEMMA_SOURCE_DIR "/include/lemma/ops.h"};
  for (const fs::directory_entry& entry : fs::directory_iterator(LEMMA_SOURCE_DIR "/include/lemma/ops"))
    headers.push_back(entry.path());
  const std::regex declaration(R"(^(Tensor|bool|std::pair<Tensor, Tensor>|std::vector<Tensor>) (\w+)\(.*)");
  std::map<std::string, int> declared;
  for (const fs::path& path : headers) {
    std::ifstream header(path);
    for (std::string line; std::getline(header, line);) {
      std::smatch match;
      if (std::regex_match(line, match, declaration)) ++declared[match[2]];
    }
  }
  return declared;
}

Device test_device() {
  const char* name = std::getenv("LEMMA_DEVICE");
  return name && *name ? Device::parse(name) : Device::cpu();
}

Tensors draw(const Row& row, const Shapes& shapes, DType dtype, uint64_t seed) {
  Tensors inputs;
  Generator generator{seed, 0};
  for (size_t k = 0; k < row.inputs.size(); ++k) {
    const Input& input = row.inputs[k];
    const int64_t n = shapes.at(k).numel();
    std::vector<double> values(static_cast<size_t>(n));
    if (input.kind == Input::real) {
      // Distinct values, shuffled. The fraction differs by input, so that no two inputs hold equal numbers.
      const double fraction = 0.37 + 0.17 * static_cast<double>(k);
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(input.low + (static_cast<double>(i) + fraction) * (input.high - input.low) /
                                                       static_cast<double>(n));
      for (size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[static_cast<size_t>(generator.below(static_cast<int64_t>(i)))]);
    } else {
      for (double& value : values)
        value = input.low + static_cast<double>(generator.below(static_cast<int64_t>(input.high - input.low)));
    }
    const DType kind = input.kind == Input::real ? dtype : input.kind == Input::mask ? boolean : int64;
    inputs.push_back(from_data(values.data(), shapes[k], {.dtype = kind}).to(test_device()));
  }
  return inputs;
}

Grids as_grids(const Tensors& inputs) {
  Grids grids;
  for (const Tensor& x : inputs) grids.push_back({x.shape(), x.to_vector<double>()});
  return grids;
}

Tensor weighted_sum(const Tensor& y) {
  std::vector<double> weights(static_cast<size_t>(y.numel()));
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = 0.5 + static_cast<double>(i * 7 % 11) / 11.0 - static_cast<double>(i % 2) * 1.75;
  return sum(y * from_data(weights.data(), y.shape(), {.dtype = y.dtype()}).to(y.device()));
}

Tensors gradients(const Row& row, const Tensors& inputs) {
  Tensors leaves = inputs, wanted;
  for (Tensor& leaf : leaves) {
    if (!is_floating(leaf.dtype())) continue;
    leaf = leaf.detach().requires_grad_();
    wanted.push_back(leaf);
  }
  const Tensor loss = weighted_sum(row.run(leaves));
  const Tensors found = loss.requires_grad() ? grad({loss}, wanted, {.allow_unused = true}) : Tensors(wanted.size());
  Tensors all;
  size_t next = 0;
  for (const Tensor& leaf : leaves) all.push_back(is_floating(leaf.dtype()) ? found[next++] : Tensor());
  return all;
}

}  // namespace optable
