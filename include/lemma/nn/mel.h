#pragma once
/// The tables that spectrograms are made with: window, DFT and mel filters (lemma/ops/spectrogram.h).

#include "lemma/tensor.h"

namespace lemma::nn {

/// (n): sin^2(pi i / n), the window without its last zero that spectra are made with (periodic).
Tensor hann_window(int64_t n, const TensorOptions& options = {});
/// What a product with a frame turns into its spectrum: (N, 2F), w_n cos(2 pi f n / N) in column f and -w_n sin(2 pi f
/// n / N) in column F + f. w: a Hann window of `window` samples (0: N) in the middle of the frame. Throws ValueError
/// unless 1 <= window <= N.
Tensor windowed_dft(int64_t n, int64_t window = 0, const TensorOptions& options = {});
struct MelOptions {
  double low = 0, high = 0;  ///< where the first filter begins and the last one ends, in hertz; high 0: rate / 2
  /// Every frequency is first moved to `warp` times itself, so that a voice sounds as if its throat were shorter or
  /// longer; above four fifths of the band a straight line leads to its end. Jaitly & Hinton, 2013.
  double warp = 1;
};
/// Triangles over the frequencies of a DFT of n samples, evenly spaced in mel: (F, M). Slaney's mel scale, linear to
/// 1,000 hertz and logarithmic above, each triangle of area 1. Throws ValueError for counts below 1 and ends that are
/// none.
Tensor mel_filters(int64_t rate, int64_t n, int64_t mels, const MelOptions& options = {}, const TensorOptions& to = {});
}  // namespace lemma::nn
