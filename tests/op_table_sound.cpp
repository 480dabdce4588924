// Rows: sound as power over time and frequency.
#include <cmath>

#include "lemma/ops/spectrogram.h"
#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// Power of frame t at frequency f, sample by sample; beyond the ends of x there are zeros.
Grid power_loops(const Grids& x, int64_t hop, bool center) {
  const int64_t B = x[0].size(0), L = x[0].size(1), N = x[1].size(0), F = N / 2 + 1;
  const int64_t T = 1 + (center ? L : L - N) / hop;
  return make({B, T, F}, [&](const Index& i) {
    double real = 0, imaginary = 0;
    for (int64_t n = 0; n < N; ++n) {
      const int64_t at = i[1] * hop + n - (center ? N / 2 : 0);
      const double sample = at < 0 || at >= L ? 0 : x[0].at({i[0], at});
      real += sample * x[1].at({n, i[2]});
      imaginary += sample * x[1].at({n, F + i[2]});
    }
    return real * real + imaginary * imaginary;
  });
}

Row power_row(const std::string& note, int64_t hop, bool center, std::vector<Shapes> shapes) {
  return {"power_spectrogram",
          note,
          [=](const Tensors& x) { return power_spectrogram(x[0], x[1], hop, center); },
          [=](const Grids& x) { return power_loops(x, hop, center); },
          {kReal, kReal},
          std::move(shapes)};
}

}  // namespace

std::vector<Row> sound_rows() {
  return {
      power_row("centred frames", 2, true, {{{2, 7}, {4, 6}}, {{1, 1}, {2, 4}}, {{3, 50}, {8, 10}}}),
      power_row("frames within", 3, false, {{{2, 9}, {4, 6}}, {{1, 4}, {4, 6}}}),
      of_one(
          "power_to_db", "", [](const Tensor& x) { return power_to_db(x); },
          [](double x) { return 10 * std::log10(x); }, kPositive),
      of_one(
          "power_to_db", "a floor", [](const Tensor& x) { return power_to_db(x, 1); },
          [](double x) { return 10 * std::log10(std::max(x, 1.0)); }, kPositive),
  };
}

}  // namespace optable
