#include "lemma/nn/init.h"

#include <cmath>

#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"

namespace lemma::nn::init {

namespace {

struct Fans {
  double in, out;
};

Fans fans(const char* where, const Tensor& x) {
  if (x.dim() < 2)
    throw ShapeError(where, "a weight needs 2 dims or more to have fans, this one is " + x.shape().str(), {x.shape()});
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
  NoGrad guard;
  return x.copy_(rand(x.shape(), like(x), generator) * (high - low) + low);
}

Tensor& normal_(Tensor& x, double mean, double std, Generator* generator) {
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

Tensor& kaiming_uniform_(Tensor& x, double a, Generator* generator) {
  const double b = std::sqrt(6 / ((1 + a * a) * fans("kaiming_uniform_", x).in));
  return uniform_(x, -b, b, generator);
}

}  // namespace lemma::nn::init
