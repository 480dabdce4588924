#include "lemma/nn/positions.h"

#include <fmt/format.h>

#include <cmath>

#include "lemma/nn/init.h"
#include "nn/checks.h"

namespace lemma::nn {
namespace {

void check_first(const char* where, int64_t first) {
  if (first < 0)
    throw ValueError(where, fmt::format("first is {}; expected 0, the place of a text's first token, or more", first));
}

Tensor with_rows(const char* where, const Tensor& x, const Tensor& table, int64_t first) {
  check_first(where, first);
  const int64_t longest = table.size(0), D = table.size(1);
  if (x.dim() != 3 || x.size(2) != D || first > longest - x.size(1))
    throw ShapeError(where,
                     fmt::format("{}{} does not fit a table of {}; expected (B, T, {}) {} {}{}", x.shape().str(),
                                 first == 0 ? "" : fmt::format(" from token {}", first), table.shape().str(), D,
                                 first == 0 ? "with T at most" : "within", longest, first == 0 ? "" : " tokens"),
                     {x.shape(), table.shape()});
  return x + table.narrow(0, first, x.size(1));  // (B, T, D)
}

}  // namespace

Tensor sinusoidal_positions(int64_t length, int64_t d_model, int64_t first) {
  check_positive("sinusoidal_positions", "d_model", d_model);
  check_first("sinusoidal_positions", first);
  const TensorOptions exact{.dtype = float64, .device = Device::cpu()};  // the same table on every device
  const int64_t pairs = (d_model + 1) / 2;
  const auto from = static_cast<double>(first);
  const Tensor position = arange(from, from + static_cast<double>(length), 1, exact).unsqueeze(1);  // (T, 1)
  const Tensor even = arange(0, static_cast<double>(2 * pairs), 2, exact);                          // (D/2)
  const Tensor angle = position * exp(even * (-std::log(10000.0) / static_cast<double>(d_model)));  // (T, D/2)
  const Tensor table = stack({sin(angle), cos(angle)}, -1).reshape({length, 2 * pairs});  // sin, cos, sin, cos, ...
  return table.narrow(1, 0, d_model).to(float32).contiguous().to(default_device());
}

PositionalEncoding::PositionalEncoding(int64_t d_model, double dropout_p, int64_t max_len)
    : dropout(child(this, "dropout", dropout_p)) {
  check_positive("PositionalEncoding", "max_len", max_len);
  pe = sinusoidal_positions(max_len, d_model);
  register_buffer("pe", pe);
}

Tensor PositionalEncoding::operator()(const Tensor& x, int64_t first) const {
  return hooked(x, [&](const Tensor& in) { return dropout(with_rows("PositionalEncoding", in, pe, first)); });
}

Tensor PositionalEncoding::forward(const Tensor& x) const { return dropout(with_rows("PositionalEncoding", x, pe, 0)); }

LearnedPositions::LearnedPositions(int64_t d_model, double dropout_p, int64_t max_len)
    : embedding(child(this, "embedding", max_len, d_model)), dropout(child(this, "dropout", dropout_p)) {
  init::normal_(embedding.weight, 0, 0.02);
}

Tensor LearnedPositions::operator()(const Tensor& x, int64_t first) const {
  return hooked(x,
                [&](const Tensor& in) { return dropout(with_rows("LearnedPositions", in, embedding.weight, first)); });
}

Tensor LearnedPositions::forward(const Tensor& x) const {
  return dropout(with_rows("LearnedPositions", x, embedding.weight, 0));
}

}  // namespace lemma::nn
