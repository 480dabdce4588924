// Rows: pooling, as loops over the elements of each window or part.
#include <algorithm>
#include <cmath>

#include "lemma/ops/convolution.h"
#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

struct Window {  // along one dim
  int64_t size = 1, stride = 1, padding = 0, dilation = 1;
};
using Windows = std::vector<Window>;

Dims each(const Windows& windows, int64_t Window::*what) {
  Dims all;
  for (const Window& window : windows) all.push_back(window.*what);
  return all;
}

double mean_of(const std::vector<double>& values) {
  double total = 0;
  for (double x : values) total += x;
  return total / static_cast<double>(values.size());
}
double largest_of(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

// f of each window's elements; the padding is among them where `padding` is a number.
Grid pooled(const Grid& x, const Windows& windows, double padding, double (*f)(const std::vector<double>&)) {
  const int dims = static_cast<int>(windows.size()), first = x.shape.rank() - dims;
  Shape shape = x.shape, places;
  for (int i = 0; i < dims; ++i) {
    const Window& w = windows[static_cast<size_t>(i)];
    shape[first + i] = (x.size(first + i) + 2 * w.padding - w.dilation * (w.size - 1) - 1) / w.stride + 1;
    places.push_back(w.size);
  }
  return make(shape, [&](const Index& index) {
    std::vector<double> inside;
    make(places, [&](const Index& place) {
      Index from = index;
      bool padded = false;
      for (int i = 0; i < dims; ++i) {
        const Window& w = windows[static_cast<size_t>(i)];
        int64_t& p = from[static_cast<size_t>(first + i)];
        p = p * w.stride + place[static_cast<size_t>(i)] * w.dilation - w.padding;
        padded = padded || p < 0 || p >= x.size(first + i);
      }
      if (!padded || !std::isnan(padding)) inside.push_back(padded ? padding : x.at(from));
      return 0.0;
    });
    return f(inside);
  });
}

// f of the elements of each of `sizes` parts, from floor(i L / T) to ceil((i + 1) L / T).
Grid of_parts(const Grid& x, const std::vector<int64_t>& sizes, double (*f)(const std::vector<double>&)) {
  const int dims = static_cast<int>(sizes.size()), first = x.shape.rank() - dims;
  Shape shape = x.shape;
  for (int i = 0; i < dims; ++i) shape[first + i] = sizes[static_cast<size_t>(i)];
  return make(shape, [&](const Index& index) {
    std::vector<double> inside;
    make(x.shape, [&](const Index& from) {
      bool within = true;
      for (int d = 0; d < x.shape.rank(); ++d) {
        const int64_t i = index[static_cast<size_t>(d)], p = from[static_cast<size_t>(d)], L = x.shape[d], T = shape[d];
        within = within && (d < first ? i == p : p >= i * L / T && p < ((i + 1) * L + T - 1) / T);
      }
      if (within) inside.push_back(x.at(from));
      return 0.0;
    });
    return f(inside);
  });
}

Row max_row(const std::string& note, const Windows& windows, std::vector<Shapes> shapes) {
  return {windows.size() == 1 ? "max_pool1d" : "max_pool2d",
          note,
          [=](const Tensors& x) {
            return (windows.size() == 1 ? max_pool1d : max_pool2d)(
                x[0], each(windows, &Window::size), each(windows, &Window::stride), each(windows, &Window::padding),
                each(windows, &Window::dilation));
          },
          [=](const Grids& x) { return pooled(x[0], windows, NAN, largest_of); },
          {kReal},
          std::move(shapes)};
}
Row mean_row(const std::string& note, const Windows& windows, bool with_padding, std::vector<Shapes> shapes) {
  return {windows.size() == 1 ? "avg_pool1d" : "avg_pool2d",
          note,
          [=](const Tensors& x) {
            return (windows.size() == 1 ? avg_pool1d : avg_pool2d)(x[0], each(windows, &Window::size),
                                                                   each(windows, &Window::stride),
                                                                   each(windows, &Window::padding), with_padding);
          },
          [=](const Grids& x) { return pooled(x[0], windows, with_padding ? 0 : NAN, mean_of); },
          {kReal},
          std::move(shapes)};
}
Row part_row(const std::string& op, const std::string& note, Tensor (*run)(const Tensor&, const Dims&),
             const std::vector<int64_t>& sizes, double (*f)(const std::vector<double>&), std::vector<Shapes> shapes) {
  return {op,
          note,
          [=](const Tensors& x) { return run(x[0], Dims(sizes)); },
          [=](const Grids& x) { return of_parts(x[0], sizes, f); },
          {kReal},
          std::move(shapes)};
}

}  // namespace

std::vector<Row> pooling_rows() {
  const std::vector<Shapes> signals = {{{2, 2, 5}}, {{1, 1, 3}}, {{3, 4}}, {{0, 2, 4}}, {{3, 5, 40}}},
                            pictures = {{{2, 1, 4, 5}}, {{1, 1, 3, 3}}, {{2, 3, 4}}, {{0, 2, 3, 3}}, {{2, 3, 16, 19}}};
  return {
      max_row("side by side", {{2, 2}}, signals),
      max_row("everything", {{3, 2, 1, 2}}, {{{2, 2, 5}}, {{3, 5, 40}}}),
      max_row("side by side", {{2, 2}, {3, 3}}, pictures),
      max_row("everything", {{2, 1, 1, 2}, {3, 2, 1, 1}}, pictures),
      mean_row("side by side", {{2, 2}}, true, signals),
      mean_row("with padding", {{3, 2, 1}}, true, signals),
      mean_row("without padding", {{3, 2, 1}}, false, signals),
      mean_row("side by side", {{2, 2}, {3, 3}}, true, pictures),
      mean_row("with padding", {{2, 1, 1}, {3, 2, 1}}, true, pictures),
      mean_row("without padding", {{2, 1, 1}, {3, 2, 1}}, false, pictures),
      part_row("adaptive_avg_pool1d", "equal", adaptive_avg_pool1d, {2}, mean_of,
               {{{2, 2, 4}}, {{3, 4}}, {{0, 2, 4}}, {{3, 5, 40}}}),
      part_row("adaptive_avg_pool1d", "uneven", adaptive_avg_pool1d, {3}, mean_of, signals),
      part_row("adaptive_avg_pool2d", "one", adaptive_avg_pool2d, {1, 1}, mean_of, pictures),
      part_row("adaptive_avg_pool2d", "uneven", adaptive_avg_pool2d, {3, 2}, mean_of, pictures),
      part_row("adaptive_max_pool1d", "uneven", adaptive_max_pool1d, {3}, largest_of, signals),
      part_row("adaptive_max_pool2d", "one", adaptive_max_pool2d, {1, 1}, largest_of, pictures),
      part_row("adaptive_max_pool2d", "more than there are", adaptive_max_pool2d, {5, 2}, largest_of, pictures),
  };
}

}  // namespace optable
