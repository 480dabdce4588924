// What a model for text will hold, told before any of it is made.
#include <fmt/format.h>

#include "lemma/core/words.h"
#include "lemma/tasks/text/encoder.h"
#include "tasks/shapes.h"

namespace lemma::tasks {

namespace {

void add_filter_shapes(Shapes& shapes, int64_t layers, int64_t width) {
  for (int64_t i = layers; i-- > 0;) {
    add_norm_shapes(shapes, fmt::format("encoder.cnn.norms.{}", i), width);
    shapes.push_back({fmt::format("encoder.cnn.convolutions.{}.weight", i), {width, width, 5}});
    shapes.push_back({fmt::format("encoder.cnn.convolutions.{}.bias", i), {width}});
  }
  add_norm_shapes(shapes, "encoder.cnn.norm", width);
}

}  // namespace

std::vector<std::pair<std::string, Shape>> shapes_of(const TextOptions& options, const TextCoder* coder) {
  const int64_t D = options.embed, F = options.ff, L = options.letters;
  const int64_t characters = coder ? coder->features.character_vocabulary().size() : 0;
  const int64_t classes = coder ? static_cast<int64_t>(coder->labels.size()) : 0;
  Shapes shapes;
  shapes.push_back({"encoder.words.weight", {coder ? coder->words.size() : 0, D}});
  for (int k = 0; k < text::WordFeatures::kColumns; ++k)
    shapes.push_back({fmt::format("encoder.features.{}.weight", k), {coder ? coder->features.column(k).size() : 0, D}});
  if (L > 0) {
    for (const char* part : {"left", "here", "right"})
      shapes.push_back({fmt::format("encoder.letters.{}.weight", part), {characters, L}});
    add_linear_shapes(shapes, "encoder.letters.out", L, D);
  }
  if (options.window) add_linear_shapes(shapes, "encoder.window", 3 * D, D);
  if (options.encoder == "transformer")
    add_encoder_shapes(shapes, "encoder.encoder.", options.layers, D, F);
  else if (options.encoder == "lstm")
    add_recurrent_shapes(shapes, "encoder.lstm.", 4, options.layers, D, D / 2, true);
  else
    add_filter_shapes(shapes, options.layers, D);
  add_linear_shapes(shapes, "fc", D, classes);
  return shapes;
}

std::string size_of(const TextOptions& o, bool sentence) {
  const std::string layers = words::plural(o.layers, "layer");
  if (o.encoder == "transformer")
    return fmt::format("{}idth {}, {}, {}, feed-forward {}", sentence ? 'W' : 'w', o.embed,
                       words::plural(o.heads, "head"), layers, o.ff);
  return fmt::format("{}, width {}, {}",
                     o.encoder == "lstm" ? "LSTM"
                     : sentence          ? "Convolutions"
                                         : "convolutions",
                     o.embed, layers);
}

void require_room(const TextOptions& options, const TextCoder& coder) {
  require_room(shapes_of(options, &coder), fmt::format("a model with --embed {}, --ff {} and --layers {}",
                                                       options.embed, options.ff, options.layers));
}

}  // namespace lemma::tasks
