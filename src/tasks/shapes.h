#pragma once
/// What a model of Transformer layers will hold, told before any of it is made: shapes that a file is checked against.

#include <string>
#include <utility>
#include <vector>

#include "lemma/core/shape.h"

namespace lemma::tasks {

using Shapes = std::vector<std::pair<std::string, Shape>>;

/// A Linear's weight and bias, a LayerNorm's.
void add_linear_shapes(Shapes& shapes, const std::string& name, int64_t in, int64_t out);
void add_norm_shapes(Shapes& shapes, const std::string& name, int64_t width);
/// nn::TransformerEncoder and nn::TransformerDecoder of that many layers and their last norm, under `prefix`.
void add_encoder_shapes(Shapes& shapes, const std::string& prefix, int64_t layers, int64_t width, int64_t ff);
void add_decoder_shapes(Shapes& shapes, const std::string& prefix, int64_t layers, int64_t width, int64_t ff);

/// nn::RNN, LSTM or GRU of 1, 4 or 3 gates.
void add_recurrent_shapes(Shapes& shapes, const std::string& prefix, int64_t gates, int64_t layers, int64_t width,
                          int64_t hidden, bool bidirectional = false);

/// Throws MemoryError unless `what` of such shapes fits.
void require_room(const Shapes& shapes, const std::string& what);

}  // namespace lemma::tasks
