#include "tasks/shapes.h"

#include <fmt/format.h>

#include "lemma/core/memory.h"

namespace lemma::tasks {
namespace {

void add_attention(Shapes& shapes, const std::string& name, int64_t width) {
  shapes.push_back({name + ".in_proj_weight", {3 * width, width}});
  shapes.push_back({name + ".in_proj_bias", {3 * width}});
  add_linear_shapes(shapes, name + ".out_proj", width, width);
}

// The last layer first: it tells best that a file has too few.
void add_layers(Shapes& shapes, const std::string& prefix, const std::vector<std::string>& attentions, int64_t layers,
                int64_t width, int64_t ff) {
  for (int64_t i = layers; i-- > 0;) {
    const std::string layer = fmt::format("{}layers.{}.", prefix, i);
    for (const std::string& attention : attentions) add_attention(shapes, layer + attention, width);
    add_linear_shapes(shapes, layer + "linear1", width, ff);
    add_linear_shapes(shapes, layer + "linear2", ff, width);
    for (size_t k = 0; k <= attentions.size(); ++k)
      add_norm_shapes(shapes, fmt::format("{}norm{}", layer, k + 1), width);
  }
  add_norm_shapes(shapes, prefix + "norm", width);
}

}  // namespace

void add_linear_shapes(Shapes& shapes, const std::string& name, int64_t in, int64_t out) {
  shapes.push_back({name + ".weight", {out, in}});
  shapes.push_back({name + ".bias", {out}});
}

void add_norm_shapes(Shapes& shapes, const std::string& name, int64_t width) {
  shapes.push_back({name + ".weight", {width}});
  shapes.push_back({name + ".bias", {width}});
}

void add_encoder_shapes(Shapes& shapes, const std::string& prefix, int64_t layers, int64_t width, int64_t ff) {
  add_layers(shapes, prefix, {"self_attn"}, layers, width, ff);
}

void add_decoder_shapes(Shapes& shapes, const std::string& prefix, int64_t layers, int64_t width, int64_t ff) {
  add_layers(shapes, prefix, {"self_attn", "multihead_attn"}, layers, width, ff);
}

void add_recurrent_shapes(Shapes& shapes, const std::string& prefix, int64_t gates, int64_t layers, int64_t width,
                          int64_t hidden, bool bidirectional) {
  for (int64_t i = layers; i-- > 0;)
    for (const char* direction : {"", "_reverse"}) {
      if (*direction && !bidirectional) continue;
      const int64_t in = i == 0 ? width : bidirectional ? 2 * hidden : hidden;
      const std::string end = fmt::format("_l{}{}", i, direction);
      shapes.push_back({prefix + "weight_ih" + end, {gates * hidden, in}});
      shapes.push_back({prefix + "weight_hh" + end, {gates * hidden, hidden}});
      for (const char* bias : {"bias_ih", "bias_hh"}) shapes.push_back({prefix + bias + end, {gates * hidden}});
    }
}

void require_room(const Shapes& shapes, const std::string& what) {
  double numbers = 0;
  for (const auto& [name, shape] : shapes) {
    double count = 1;
    for (const int64_t dim : shape) count *= static_cast<double>(dim);
    numbers += count;
  }
  memory::require("model", what, numbers * sizeof(float));
}

}  // namespace lemma::tasks
