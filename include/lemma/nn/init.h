#pragma once
/// Initial values for parameters, written in place, outside the tape. Names and formulas are those of PyTorch's
/// nn.init.
///
/// fan_in and fan_out of an (out, in, ...) weight are in and out times the sizes that follow.
/// Those that count fans throw ShapeError for a tensor of fewer than 2 dims; a std below 0, or a range whose ends are
/// exchanged, is a ValueError.

#include "lemma/random.h"
#include "lemma/tensor.h"

namespace lemma::nn::init {

Tensor& constant_(Tensor& x, double value);  ///< every element is `value`
/// Uniform in [low, high).
Tensor& uniform_(Tensor& x, double low = 0, double high = 1, Generator* generator = nullptr);
/// N(mean, std^2).
Tensor& normal_(Tensor& x, double mean = 0, double std = 1, Generator* generator = nullptr);
/// U(-a, a), a = gain sqrt(6 / (fan_in + fan_out)): preserves the variance of values and of gradients. Glorot & Bengio,
/// 2010.
Tensor& xavier_uniform_(Tensor& x, double gain = 1, Generator* generator = nullptr);
/// N(0, s^2), s = gain sqrt(2 / (fan_in + fan_out)).
Tensor& xavier_normal_(Tensor& x, double gain = 1, Generator* generator = nullptr);
/// Which fan the Kaiming initialisers count: `in` keeps the variance of values, `out` that of gradients.
enum class Fan { in, out };
/// U(-b, b), b = sqrt(6 / ((1 + a^2) fan)): for ReLU (a = 0) and leaky ReLU of slope a. He et al., 2015.
Tensor& kaiming_uniform_(Tensor& x, double a = 0, Fan mode = Fan::in, Generator* generator = nullptr);
/// N(0, s^2), s = sqrt(2 / ((1 + a^2) fan)).
Tensor& kaiming_normal_(Tensor& x, double a = 0, Fan mode = Fan::in, Generator* generator = nullptr);
/// N(mean, std^2) within [a, b], which are values, not multiples of std. Throws ValueError unless a < b and std > 0.
Tensor& trunc_normal_(Tensor& x, double mean = 0, double std = 1, double a = -2, double b = 2,
                      Generator* generator = nullptr);
/// gain times a matrix whose rows, or columns if fewer, are orthogonal and of length 1; a weight (out, in, ...) counts
/// as (out, in * ...). Saxe et al., "Exact solutions to the nonlinear dynamics of learning", 2014.
Tensor& orthogonal_(Tensor& x, double gain = 1, Generator* generator = nullptr);

}  // namespace lemma::nn::init
