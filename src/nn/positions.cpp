#include "lemma/nn/positions.h"

#include <fmt/format.h>

#include <cmath>

#include "lemma/nn/init.h"
#include "nn/checks.h"

namespace lemma::nn {

Tensor sinusoidal_positions(int64_t length, int64_t d_model) {
  check_positive("sinusoidal_positions", "d_model", d_model);
  const TensorOptions exact{.dtype = float64, .device = Device::cpu()};  // the same table on every device
  const int64_t pairs = (d_model + 1) / 2;
  const Tensor position = arange(0, static_cast<double>(length), 1, exact).unsqueeze(1);            // (T, 1)
  const Tensor even = arange(0, static_cast<double>(2 * pairs), 2, exact);                          // (D/2)
  const Tensor angle = position * exp(even * (-std::log(10000.0) / static_cast<double>(d_model)));  // (T, D/2)
  const Tensor table = stack({sin(angle), cos(angle)}, -1).reshape({length, 2 * pairs});  // sin, cos, sin, cos, ...
  return table.narrow(1, 0, d_model).to(float32).contiguous().to(default_device());
}

namespace {

Tensor rows_for(const char* where, const Tensor& table, const Tensor& x) {
  const bool fits = x.dim() == 3 && x.size(2) == table.size(1) && x.size(1) <= table.size(0);
  if (!fits)
    throw ShapeError(where,
                     fmt::format("{} does not fit a table of {}; expected (B, T, {}) with T at most {}",
                                 x.shape().str(), table.shape().str(), table.size(1), table.size(0)),
                     {x.shape(), table.shape()});
  return table.narrow(0, 0, x.size(1));  // (T, D)
}

}  // namespace

PositionalEncoding::PositionalEncoding(int64_t d_model, double dropout_p, int64_t max_len)
    : dropout(child(this, "dropout", dropout_p)) {
  check_positive("PositionalEncoding", "max_len", max_len);
  pe = sinusoidal_positions(max_len, d_model);
  register_buffer("pe", pe);
}

Tensor PositionalEncoding::forward(const Tensor& x) const { return dropout(x + rows_for("PositionalEncoding", pe, x)); }

LearnedPositions::LearnedPositions(int64_t d_model, double dropout_p, int64_t max_len)
    : embedding(child(this, "embedding", max_len, d_model)), dropout(child(this, "dropout", dropout_p)) {
  init::normal_(embedding.weight, 0, 0.02);
}

Tensor LearnedPositions::forward(const Tensor& x) const {
  return dropout(x + rows_for("LearnedPositions", embedding.weight, x));
}

}  // namespace lemma::nn
