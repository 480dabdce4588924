#pragma once
/// What may change in a recording without changing what is said: noise, and pieces that are hidden. A third way is
/// resampled(samples, speed) of recordings.h: faster and higher, or slower and lower (Ko et al., 2015).

#include <cstdint>
#include <vector>

#include "lemma/random.h"
#include "lemma/tensor.h"

namespace lemma::data {

/// The sound with normal noise so many decibels below its own mean power. `colour`, from 0 (white) to below 1, moves
/// the noise to low frequencies: n_i = colour n_(i-1) + white_i.
std::vector<float> with_noise(const std::vector<float>& samples, double decibels, double colour, Generator& generator);

struct SpecAugment {
  int64_t time_masks = 2, frequency_masks = 2;     ///< how many of each
  double time_share = 0.2, frequency_share = 0.2;  ///< each hides from none to this share of the steps, of the bands
};
/// x: (B, T, M), of which recording b has frames[b] steps. Whole steps and whole bands become 0, which must be the
/// mean. Park et al., "SpecAugment", 2019; without its warping of time, which speed does better. Throws ShapeError, and
/// ValueError for shares outside [0, 1].
Tensor spec_augment(const Tensor& x, const std::vector<int64_t>& frames, const SpecAugment& options,
                    Generator& generator);

}  // namespace lemma::data
