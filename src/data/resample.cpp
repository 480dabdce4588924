// Sound between its samples: a windowed sinc, from a table.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/data/recordings.h"

namespace lemma::data {
namespace {

constexpr int64_t kZeros = 16, kSteps = 512;  // of the sinc on each side; table entries from one zero to the next

// sin(pi t) / (pi t) in a Hann window that ends at kZeros, for t = 0, 1 / kSteps, 2 / kSteps, ...
const std::vector<double>& table() {
  static const std::vector<double> values = [] {
    std::vector<double> all(static_cast<size_t>(kZeros * kSteps + 2), 0.0);
    for (int64_t i = 0; i < kZeros * kSteps; ++i) {
      const double t = static_cast<double>(i) / kSteps, x = std::numbers::pi * t;
      const double window = 0.5 + 0.5 * std::cos(x / kZeros);
      all[static_cast<size_t>(i)] = (i == 0 ? 1 : std::sin(x) / x) * window;
    }
    return all;
  }();
  return values;
}

}  // namespace

std::vector<float> resampled(const std::vector<float>& samples, double step) {
  if (!(step >= 0.01 && step <= 100))
    throw ValueError("resampled", fmt::format("the step is {}; expected 0.01 to 100", step));
  const std::vector<double>& h = table();
  const double pass = std::min(1.0, 1 / step);  // going down, what the new rate cannot hold is left out
  const auto n = static_cast<int64_t>(samples.size());
  const auto count = static_cast<int64_t>(std::ceil(static_cast<double>(n) / step - 1e-9));
  std::vector<float> out(static_cast<size_t>(count));
  const double reach = kZeros / pass;
  for (int64_t i = 0; i < count; ++i) {
    const double place = static_cast<double>(i) * step;
    const int64_t first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(place - reach))),
                  last = std::min<int64_t>(n - 1, static_cast<int64_t>(std::floor(place + reach)));
    double sum = 0;
    for (int64_t m = first; m <= last; ++m) {
      const double at = std::fabs(place - static_cast<double>(m)) * pass * kSteps;
      const auto before = static_cast<size_t>(at);
      const double share = at - static_cast<double>(before);
      sum += static_cast<double>(samples[static_cast<size_t>(m)]) * (h[before] + share * (h[before + 1] - h[before]));
    }
    out[static_cast<size_t>(i)] = static_cast<float>(sum * pass);
  }
  return out;
}

}  // namespace lemma::data
