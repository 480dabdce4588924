#pragma once
/// Norms of pictures and signals, (B, C, ...): each channel, or each group of channels, is brought to mean 0 and
/// variance 1. Errors as in ops.h. Where the squares overflow the result is NaN, not 0.

#include "lemma/tensor.h"

namespace lemma {

/// y = (x - mean) / sqrt(var + eps) * weight + bias for each channel. x: (B, C) or (B, C, ...), the others (C) or
/// undefined. While training mean and biased variance are those of the batch, and the running ones, where defined, are
/// written: running = (1 - momentum) running + momentum of the batch's mean, or its unbiased variance. Otherwise they
/// are running_mean and running_var. Throws ValueError in training with one element a channel, or a momentum outside
/// [0, 1]. Ioffe & Szegedy, 2015.
Tensor batch_norm(const Tensor& x, Tensor running_mean, Tensor running_var, const Tensor& weight = {},
                  const Tensor& bias = {}, bool training = false, double momentum = 0.1, double eps = 1e-5);
/// The same for each of `num_groups` groups of channels of each example, so that a batch of one is as good as any.
/// Throws ValueError where num_groups does not divide C. Wu & He, 2018.
Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);

}  // namespace lemma
