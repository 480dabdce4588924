// Spectrograms: frames, a product, a sum of squares.
#include "lemma/ops/spectrogram.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {

Tensor power_spectrogram(const Tensor& x, const Tensor& dft, int64_t hop, bool center) {
  const char* const op = "power_spectrogram";
  const Composition result(op);
  check::floating(op, x);
  check::floating(op, dft);
  if (x.dtype() != dft.dtype())
    throw DTypeError(op, fmt::format("x is {} and the DFT {}; expected one dtype", name(x.dtype()), name(dft.dtype())),
                     {x.dtype(), dft.dtype()});
  if (hop < 1) throw ValueError(op, fmt::format("a hop of {} samples; expected 1 or more", hop));
  if (x.dim() < 1 || dft.dim() != 2 || dft.size(1) != 2 * (dft.size(0) / 2 + 1))
    throw ShapeError(op,
                     fmt::format("x {} and the DFT {} do not fit; expected (..., L) and (N, N + 2), N even",
                                 x.shape().str(), dft.shape().str()),
                     {x.shape(), dft.shape()});
  const int64_t N = dft.size(0), F = dft.size(1) / 2;
  const Tensor around = center ? pad(x, -1, N / 2, N / 2) : x;  // (..., L + N)
  if (around.size(-1) < N)
    throw ShapeError(op, fmt::format("x {} is shorter than a frame of {}", x.shape().str(), N), {x.shape()});
  // In float64: a soft frequency beside a loud one is what is left of large terms that cancel.
  const Tensor frames = unfold(cast(around, float64), -1, N, hop);  // (..., T, N)
  const Tensor spectrum = matmul(frames, cast(dft, float64));       // (..., T, 2F): real parts, then imaginary ones
  const Tensor real = narrow(spectrum, -1, 0, F), imaginary = narrow(spectrum, -1, F, F);
  return result(cast(square(real) + square(imaginary), x.dtype()));  // (..., T, F)
}

Tensor power_to_db(const Tensor& power, double least) {
  Composition result("power_to_db");
  check::floating("power_to_db", power);
  const Tensor x = result.wide(power);
  if (!(least > 0)) throw ValueError("power_to_db", fmt::format("least is {}; expected a number above 0", least));
  return result(cast(log10(clamp_min(x, least)) * 10, power.dtype()));
}

}  // namespace lemma
