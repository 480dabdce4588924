// Tables of spectrograms, on the host in float64.
#include "lemma/nn/mel.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::nn {
namespace {

std::vector<double> hann(int64_t n) {
  std::vector<double> window(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    const double s = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
    window[static_cast<size_t>(i)] = s * s;
  }
  return window;
}

Tensor table(const std::vector<double>& values, const Shape& shape, const TensorOptions& options) {
  const Tensor wide = from_data(values.data(), shape, {.dtype = float64, .device = Device::cpu()});
  return wide.to(options.dtype.value_or(float32)).to(options.device);
}

// Slaney, "Auditory toolbox", 1998: 200 / 3 hertz a mel to 1,000 hertz, then 27 mels for a factor of 6.4.
constexpr double kHertzPerMel = 200.0 / 3, kBend = 1000, kBendMel = kBend / kHertzPerMel;
const double kLogStep = std::log(6.4) / 27;
double mel_of(double hertz) {
  return hertz < kBend ? hertz / kHertzPerMel : kBendMel + std::log(hertz / kBend) / kLogStep;
}
double hertz_of(double mel) {
  return mel < kBendMel ? mel * kHertzPerMel : kBend * std::exp(kLogStep * (mel - kBendMel));
}

// Two straight lines from 0 to `end`, the first of slope `warp`.
double warped(double hertz, double warp, double end) {
  const double knee = 0.8 * end * std::min(warp, 1.0) / warp;
  if (hertz <= knee) return hertz * warp;
  return end - (end - knee * warp) / (end - knee) * (end - hertz);
}

}  // namespace

Tensor hann_window(int64_t n, const TensorOptions& options) {
  if (n < 1) throw ValueError("hann_window", fmt::format("{} samples; expected 1 or more", n));
  return table(hann(n), {n}, options);
}

Tensor windowed_dft(int64_t n, int64_t window, const TensorOptions& options) {
  if (window == 0) window = n;
  if (window < 1 || window > n)
    throw ValueError("windowed_dft",
                     fmt::format("a window of {} samples in a frame of {}; expected 1 to {}", window, n, n));
  const std::vector<double> shape = hann(window);
  const int64_t F = n / 2 + 1, before = (n - window) / 2;
  std::vector<double> values(static_cast<size_t>(n * 2 * F), 0.0);
  for (int64_t i = 0; i < window; ++i)
    for (int64_t f = 0; f < F; ++f) {
      const int64_t turn = f * (i + before) % n;  // whole turns change nothing, and cost digits
      const double angle = 2 * std::numbers::pi * static_cast<double>(turn) / static_cast<double>(n);
      const auto at = static_cast<size_t>((i + before) * 2 * F + f);
      values[at] = shape[static_cast<size_t>(i)] * std::cos(angle);
      values[at + static_cast<size_t>(F)] = -shape[static_cast<size_t>(i)] * std::sin(angle);
    }
  return table(values, {n, 2 * F}, options);
}

Tensor mel_filters(int64_t rate, int64_t n, int64_t mels, const MelOptions& options, const TensorOptions& to) {
  const char* const op = "mel_filters";
  const double end = static_cast<double>(rate) / 2, high = options.high == 0 ? end : options.high;
  if (rate < 1 || n < 1 || mels < 1)
    throw ValueError(op, fmt::format("rate {}, {} samples, {} filters; expected 1 or more of each", rate, n, mels));
  if (!(options.low >= 0 && options.low < high && high <= end))
    throw ValueError(
        op, fmt::format("filters from {} to {} hertz; expected some between 0 and {}", options.low, high, end));
  if (!(options.warp >= 0.5 && options.warp <= 2))
    throw ValueError(op, fmt::format("a warp of {}; expected 0.5 to 2", options.warp));
  std::vector<double> corners;  // filter m rises from corner m to m + 1 and falls to m + 2
  const double first = mel_of(options.low), step = (mel_of(high) - first) / static_cast<double>(mels + 1);
  for (int64_t m = 0; m < mels + 2; ++m)
    corners.push_back(warped(hertz_of(first + static_cast<double>(m) * step), options.warp, end));
  const int64_t F = n / 2 + 1;
  std::vector<double> values(static_cast<size_t>(F * mels));
  for (int64_t f = 0; f < F; ++f)
    for (int64_t m = 0; m < mels; ++m) {
      const double hertz = static_cast<double>(f) * static_cast<double>(rate) / static_cast<double>(n);
      const double a = corners[static_cast<size_t>(m)], b = corners[static_cast<size_t>(m) + 1],
                   c = corners[static_cast<size_t>(m) + 2];
      const double height = std::max(0.0, std::min((hertz - a) / (b - a), (c - hertz) / (c - b)));
      values[static_cast<size_t>(f * mels + m)] = height * 2 / (c - a);
    }
  return table(values, {F, mels}, to);
}

}  // namespace lemma::nn
