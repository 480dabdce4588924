#include "lemma/nn/init.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::nn::init {

namespace {

struct Fans {
  double in, out;
};

Fans fans(const char* where, const Tensor& x) {
  if (x.dim() < 2)
    throw ShapeError(where, "a weight needs 2 dims or more to have fans; this one is " + x.shape().str(), {x.shape()});
  const double field = x.numel() == 0 ? 0 : static_cast<double>(x.numel() / (x.size(0) * x.size(1)));
  return {static_cast<double>(x.size(1)) * field, static_cast<double>(x.size(0)) * field};
}

TensorOptions like(const Tensor& x) { return {.dtype = x.dtype(), .device = x.device()}; }

}  // namespace

Tensor& constant_(Tensor& x, double value) {
  NoGrad guard;
  return x.fill_(value);
}

Tensor& uniform_(Tensor& x, double low, double high, Generator* generator) {
  if (!(low <= high))
    throw ValueError("uniform_", fmt::format("low is {}, high is {}; low must not be above high", low, high));
  NoGrad guard;
  return x.copy_(rand(x.shape(), like(x), generator) * (high - low) + low);
}

Tensor& normal_(Tensor& x, double mean, double std, Generator* generator) {
  if (!(std >= 0)) throw ValueError("normal_", fmt::format("std is {}; it must be 0 or more", std));
  NoGrad guard;
  return x.copy_(randn(x.shape(), like(x), generator) * std + mean);
}

Tensor& xavier_uniform_(Tensor& x, double gain, Generator* generator) {
  const Fans fan = fans("xavier_uniform_", x);
  const double a = gain * std::sqrt(6 / (fan.in + fan.out));
  return uniform_(x, -a, a, generator);
}

Tensor& xavier_normal_(Tensor& x, double gain, Generator* generator) {
  const Fans fan = fans("xavier_normal_", x);
  return normal_(x, 0, gain * std::sqrt(2 / (fan.in + fan.out)), generator);
}

Tensor& kaiming_uniform_(Tensor& x, double a, Fan mode, Generator* generator) {
  const Fans fan = fans("kaiming_uniform_", x);
  const double b = std::sqrt(6 / ((1 + a * a) * (mode == Fan::in ? fan.in : fan.out)));
  return uniform_(x, -b, b, generator);
}

Tensor& kaiming_normal_(Tensor& x, double a, Fan mode, Generator* generator) {
  const Fans fan = fans("kaiming_normal_", x);
  return normal_(x, 0, std::sqrt(2 / ((1 + a * a) * (mode == Fan::in ? fan.in : fan.out))), generator);
}

namespace {

constexpr double kRootOfTwo = std::numbers::sqrt2;

double normal_cdf(double z) { return std::erfc(-z / kRootOfTwo) / 2; }

// The z in [low, high] with normal_cdf(z) = p, by bisection, until the ends are neighbouring numbers.
double normal_quantile(double p, double low, double high) {
  for (int i = 0; i < 64; ++i) {
    const double middle = low + (high - low) / 2;
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return high;
}

Tensor& assign(Tensor& x, const std::vector<double>& values) {
  NoGrad guard;
  return x.copy_(from_data(values.data(), x.shape()));
}

}  // namespace

Tensor& trunc_normal_(Tensor& x, double mean, double std, double a, double b, Generator* generator) {
  if (!(a < b) || !(std > 0))
    throw ValueError("trunc_normal_",
                     fmt::format("a is {}, b is {}, std is {}; a must be below b, and std above 0", a, b, std));
  // Right of the mean everything is mirrored: small probabilities are exact, those near 1 are not.
  const bool mirrored = a > mean;
  const double low = (mirrored ? mean - b : a - mean) / std, high = (mirrored ? mean - a : b - mean) / std;
  const double from = normal_cdf(low), to = normal_cdf(high);
  std::vector<double> values =
      rand(x.shape(), {.dtype = float64, .device = Device::cpu()}, generator).to_vector<double>();
  for (double& value : values) {
    const double z = from < to
                         ? normal_quantile(from + (to - from) * value, low, high)
                         : std::max(low, high - std::log1p(-value) / high);  // so far out the density is e^(|high| z)
    value = std::clamp(mean + (mirrored ? -1 : 1) * std * z, a, b);
  }
  return assign(x, values);
}

// Gram-Schmidt, twice over each vector so that rounding leaves nothing of the earlier ones in it.
Tensor& orthogonal_(Tensor& x, double gain, Generator* generator) {
  fans("orthogonal_", x);
  const int64_t rows = x.size(0), columns = rows == 0 ? 0 : x.numel() / rows;
  const bool upright = rows > columns;  // then the columns are made orthogonal
  const auto count = static_cast<size_t>(upright ? columns : rows),
             length = static_cast<size_t>(upright ? rows : columns);
  const std::vector<double> drawn = randn({static_cast<int64_t>(count), static_cast<int64_t>(length)},
                                          {.dtype = float64, .device = Device::cpu()}, generator)
                                        .to_vector<double>();
  std::vector<double> values(drawn.size());
  std::vector<std::vector<double>> basis;
  for (size_t i = 0; i < count; ++i) {
    std::vector<double> v(drawn.begin() + static_cast<std::ptrdiff_t>(i * length),
                          drawn.begin() + static_cast<std::ptrdiff_t>((i + 1) * length));
    for (int time = 0; time < 2; ++time)
      for (const std::vector<double>& other : basis) {
        const double part = std::inner_product(v.begin(), v.end(), other.begin(), 0.0);
        for (size_t k = 0; k < length; ++k) v[k] -= part * other[k];
      }
    const double norm = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
    for (size_t k = 0; k < length; ++k) {
      v[k] /= norm;
      values[upright ? k * count + i : i * length + k] = gain * v[k];
    }
    basis.push_back(std::move(v));
  }
  return assign(x, values);
}

}  // namespace lemma::nn::init
