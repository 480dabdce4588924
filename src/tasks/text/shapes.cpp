// What a model for text will hold, told before any of it is made.
#include <fmt/format.h>

#include "lemma/core/memory.h"
#include "lemma/tasks/text/encoder.h"

namespace lemma::tasks {

std::vector<std::pair<std::string, Shape>> shapes_of(const TextOptions& options, const TextCoder* coder) {
  const int64_t D = options.embed, F = options.ff, L = options.letters;
  const int64_t characters = coder ? coder->features.character_vocabulary().size() : 0;
  const int64_t classes = coder ? static_cast<int64_t>(coder->labels.size()) : 0;
  std::vector<std::pair<std::string, Shape>> shapes;
  const auto linear = [&](const std::string& name, int64_t in, int64_t out) {
    shapes.push_back({name + ".weight", {out, in}});
    shapes.push_back({name + ".bias", {out}});
  };
  const auto norm = [&](const std::string& name) {
    shapes.push_back({name + ".weight", {D}});
    shapes.push_back({name + ".bias", {D}});
  };
  shapes.push_back({"encoder.words.weight", {coder ? coder->words.size() : 0, D}});
  for (int k = 0; k < text::WordFeatures::kColumns; ++k)
    shapes.push_back({fmt::format("encoder.features.{}.weight", k), {coder ? coder->features.column(k).size() : 0, D}});
  if (L > 0) {
    for (const char* part : {"left", "here", "right"})
      shapes.push_back({fmt::format("encoder.letters.{}.weight", part), {characters, L}});
    linear("encoder.letters.out", L, D);
  }
  if (options.window) linear("encoder.window", 3 * D, D);
  for (int64_t i = options.layers; i-- > 0;) {  // the last first: it tells best that a file has too few
    const std::string layer = fmt::format("encoder.encoder.layers.{}.", i);
    shapes.push_back({layer + "self_attn.in_proj_weight", {3 * D, D}});
    shapes.push_back({layer + "self_attn.in_proj_bias", {3 * D}});
    linear(layer + "self_attn.out_proj", D, D);
    linear(layer + "linear1", D, F);
    linear(layer + "linear2", F, D);
    norm(layer + "norm1");
    norm(layer + "norm2");
  }
  norm("encoder.encoder.norm");
  shapes.push_back({"fc.weight", {classes, D}});
  shapes.push_back({"fc.bias", {classes}});
  return shapes;
}

void require_room(const TextOptions& options, const TextCoder& coder) {
  double numbers = 0;
  for (const auto& [name, shape] : shapes_of(options, &coder)) {
    double count = 1;
    for (const int64_t dim : shape) count *= static_cast<double>(dim);
    numbers += count;
  }
  memory::require(
      "model",
      fmt::format("a model with --embed {}, --ff {} and --layers {}", options.embed, options.ff, options.layers),
      numbers * sizeof(float));
}

}  // namespace lemma::tasks
