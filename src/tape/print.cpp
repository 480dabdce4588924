// Tensors as text, laid out as PyTorch and NumPy do: aligned columns, four decimals, "..." in the middle of long dims.
#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>

#include "lemma/tape/node.h"
#include "lemma/tensor.h"

namespace lemma {
namespace {

constexpr int64_t kSummarise = 1000;  // above this many elements, long dims are shortened
constexpr int64_t kEdge = 3;          // elements shown at either end then
constexpr size_t kColumns = 80;

struct Format {
  bool integral = true, scientific = false;
  size_t width = 0;
  DType dtype;

  std::string one(double x) const {
    if (dtype == DType::boolean) return x != 0 ? "true" : "false";
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    if (scientific) return fmt::format("{:.4e}", x);
    return integral ? fmt::format("{:.0f}.", x) : fmt::format("{:.4f}", x);
  }
};

// As in PyTorch: whole numbers without decimals, scientific where the range is too wide to read otherwise.
Format choose_format(const std::vector<double>& shown, DType dtype) {
  Format format{.dtype = dtype};
  double largest = 0, smallest = INFINITY;
  for (double x : shown) {
    if (!std::isfinite(x)) continue;
    format.integral = format.integral && x == std::trunc(x);
    largest = std::max(largest, std::fabs(x));
    if (x != 0) smallest = std::min(smallest, std::fabs(x));
  }
  format.scientific = largest > 1e8 || largest / smallest > 1000 || (!format.integral && smallest < 1e-4);
  return format;
}

struct Printer {
  const std::vector<double>& values;
  const std::vector<int64_t>& integers;  // of int64 tensors, which doubles do not hold exactly
  const Shape& shape;
  bool shorten;
  Format format;

  std::string one(int64_t offset) const {
    const size_t i = static_cast<size_t>(offset);
    return integers.empty() ? format.one(values[i]) : fmt::format("{}", integers[i]);
  }

  bool skips(int64_t n) const { return shorten && n > 2 * kEdge; }

  template <class Visit>
  void each(int64_t n, const Visit& visit) const {
    for (int64_t i = 0; i < n; ++i)
      if (!skips(n) || i < kEdge || i >= n - kEdge) visit(i);
  }

  // Where the values are that will be seen.
  void collect(int dim, int64_t offset, std::vector<int64_t>& out) const {
    if (dim == shape.rank()) {
      out.push_back(offset);
      return;
    }
    each(shape[dim], [&](int64_t i) { collect(dim + 1, offset * shape[dim] + i, out); });
  }

  std::string text(int dim, int64_t offset, size_t indent) const {
    if (dim == shape.rank()) return fmt::format("{:>{}}", one(offset), format.width);
    const bool last = dim == shape.rank() - 1;
    std::vector<std::string> items;
    each(shape[dim], [&](int64_t i) {
      if (skips(shape[dim]) && i == shape[dim] - kEdge) items.push_back(last ? " ..." : "...");
      items.push_back(text(dim + 1, offset * shape[dim] + i, indent + 1));
    });
    // Numbers share lines of up to 80 columns; rows stand below each other, matrices with an empty line between.
    const size_t per_line =
        last ? std::max<size_t>(1, (kColumns - std::min(kColumns, indent)) / (format.width + 2)) : 1;
    const std::string line_break =
        "," + std::string(last ? 1 : static_cast<size_t>(shape.rank() - 1 - dim), '\n') + std::string(indent + 1, ' ');
    std::string out = "[";
    for (size_t i = 0; i < items.size(); ++i) out += (i == 0 ? "" : i % per_line == 0 ? line_break : ", ") + items[i];
    return out + "]";
  }
};

}  // namespace

std::string Tensor::str() const {
  if (!defined()) return "tensor(undefined)";
  std::string tail;
  if (!device().is_cpu()) tail += ", device=" + device().str();
  if (numel() == 0 && shape() != Shape{0}) tail += ", size=" + shape().str();
  if (dtype() == DType::float64 || is_half(dtype()) || (numel() == 0 && dtype() != DType::float32))
    tail += fmt::format(", dtype={}", name(dtype()));
  if (requires_grad()) tail += is_leaf() ? ", requires_grad=true" : fmt::format(", grad_fn=<{}>", grad_fn()->name());
  if (numel() == 0) return "tensor([]" + tail + ")";
  const std::vector<double> values = to_vector<double>();
  const std::vector<int64_t> integers = dtype() == DType::int64 ? to_vector<int64_t>() : std::vector<int64_t>();
  Printer printer{values, integers, shape(), numel() > kSummarise, {}};
  std::vector<int64_t> seen;
  printer.collect(0, 0, seen);
  std::vector<double> shown;
  for (const int64_t at : seen) shown.push_back(values[static_cast<size_t>(at)]);
  printer.format = choose_format(shown, dtype());
  for (const int64_t at : seen) printer.format.width = std::max(printer.format.width, printer.one(at).size());
  if (dim() == 0) printer.format.width = 0;
  return "tensor(" + printer.text(0, 0, 7) + tail + ")";
}

std::string Tensor::describe() const {
  if (!defined()) return "undefined";
  std::string text = fmt::format("{} {} {}", name(dtype()), shape().str(), device().str());
  if (requires_grad()) text += is_leaf() ? " requires_grad" : " grad_fn";
  if (numel() == 0) return text;
  const std::vector<double> values = to_vector<double>();
  double total = 0;
  for (double x : values) total += x;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return text +
         fmt::format(", min {:.4g}, mean {:.4g}, max {:.4g}", *low, total / static_cast<double>(values.size()), *high);
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << x.str(); }

}  // namespace lemma
