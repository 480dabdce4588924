#include "lemma/nn/rotary.h"

#include <cmath>

#include "lemma/ops.h"
#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {

RotaryEmbedding::RotaryEmbedding(int64_t head_dim, int64_t max_len, double base)
    : head_dim_(head_dim), max_len_(max_len), base_(base) {
  if (head_dim < 2 || head_dim % 2 != 0)
    throw ValueError("RotaryEmbedding", "head_dim is " + std::to_string(head_dim) +
                                            "; features turn in pairs, so expected an even number");
  check_positive("RotaryEmbedding", "max_len", max_len);
  if (!(base > 1 && std::isfinite(base)))
    throw ValueError("RotaryEmbedding", "base is " + number(base) + "; expected a number above 1, such as 10000");
  const TensorOptions exact{.dtype = float64, .device = Device::cpu()};  // the same table on every device
  const Tensor place = arange(0, static_cast<double>(max_len), 1, exact).unsqueeze(1);         // (T, 1)
  const Tensor even = arange(0, static_cast<double>(head_dim), 2, exact);                      // (E/2)
  const Tensor angle = place * exp(even * (-std::log(base) / static_cast<double>(head_dim)));  // (T, E/2)
  cosines_ = cos(angle), sines_ = sin(angle);
}

Tensor RotaryEmbedding::operator()(const Tensor& x, int64_t first) const {
  if (x.dim() < 2 || x.size(-1) != head_dim_ || first < 0 || first > max_len_ - x.size(-2))
    throw ShapeError("RotaryEmbedding",
                     fmt::format("{} from token {} does not fit; expected (..., T, {}) within {} tokens",
                                 x.shape().str(), first, head_dim_, max_len_),
                     {x.shape()});
  const int64_t length = x.size(-2);
  const auto rows = [&](const Tensor& table) { return table.narrow(0, first, length).to(x.device()).to(x.dtype()); };
  const Tensor c = rows(cosines_), s = rows(sines_);  // (T, E/2)
  Shape two = x.shape();
  two[x.dim() - 1] = head_dim_ / 2;
  two.push_back(2);
  const Tensor pairs = x.reshape(two);                                            // (..., T, E/2, 2)
  const Tensor even = select(pairs, -1, 0), odd = select(pairs, -1, 1);           // (..., T, E/2)
  return stack({even * c - odd * s, even * s + odd * c}, -1).reshape(x.shape());  // (..., T, E)
}

std::string RotaryEmbedding::extra_repr() const {
  return fmt::format("head_dim={}, max_len={}, base={}", head_dim_, max_len_, python(base_));
}

}  // namespace lemma::nn
