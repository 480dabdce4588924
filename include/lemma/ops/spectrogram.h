#pragma once
/// Sound as a picture of its frequencies: log-mel spectrograms, made of operations that all have gradients.
///
///   frames by unfold (T, N)  ->  window and DFT, one product (T, 2F)  ->  power (T, F)  ->  mel filters, a product (T,
///   M)
///   ->  decibels (T, M)
///
/// N samples a frame, F = N / 2 + 1 frequencies, M filters; the tables of both products are in nn/mel.h. Numbers are
/// librosa's (melspectrogram and power_to_db), but time comes first. Errors as in ops.h.

#include "lemma/tensor.h"

namespace lemma {

/// |DFT|^2 of each frame. x: (..., L), dft: from nn::windowed_dft. Result: (..., T, F). Frames begin every `hop`
/// samples; where they are centred, frame t has its middle at sample t hop, zeros stand around x, and T = 1 + L / hop;
/// else T = 1 + (L - N) / hop.
Tensor power_spectrogram(const Tensor& x, const Tensor& dft, int64_t hop, bool center = true);

/// 10 log10(max(power, least)): decibels.
Tensor power_to_db(const Tensor& power, double least = 1e-10);

}  // namespace lemma
