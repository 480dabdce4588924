#include "lemma/tasks/text/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;
using train::Numbers;

// The upper bounds keep a typing error from asking for more memory than any machine has.
std::vector<Field> TextOptions::task_fields() {
  constexpr const char* kDropout = "dropout everywhere: on a token's embeddings, in the layers, before the last Linear";
  const auto model = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model({.key = "encoder",
             .value = &encoder,
             .flag = "--encoder",
             .help = "what reads the tokens: attention, an LSTM in both directions, or convolutions of five tokens",
             .choices = {"transformer", "lstm", "cnn"},
             .optional = true}),
      model({.key = "embed",
             .value = &embed,
             .flag = "--embed",
             .help = "width of the model",
             .least = 1,
             .most = 16384}),
      model({.key = "heads",
             .value = &heads,
             .flag = "--heads",
             .help = "attention heads of a Transformer; must divide the width",
             .least = 1}),
      model({.key = "layers", .value = &layers, .flag = "--layers", .help = "encoder layers", .least = 1, .most = 256}),
      model({.key = "ff",
             .value = &ff,
             .flag = "--ff",
             .help = "width of a Transformer's feed-forward blocks",
             .least = 1,
             .most = 65536}),
      model(
          {.key = "letters", .value = &letters, .help = "filters over the letters of a word; 0: none", .most = 16384}),
      model({.key = "window", .value = &window, .help = "let a token see its two neighbours before attention"}),
      model({.key = "embed_dropout",
             .value = &embed_dropout,
             .flag = "--dropout",
             .help = kDropout,
             .numbers = Numbers::share,
             .noise = true}),
      model({.key = "layer_dropout",
             .value = &layer_dropout,
             .flag = "--dropout",
             .help = kDropout,
             .numbers = Numbers::share,
             .noise = true}),
      model({.key = "head_dropout",
             .value = &head_dropout,
             .flag = "--dropout",
             .help = kDropout,
             .numbers = Numbers::share,
             .noise = true}),
      model({.key = "feature_scale", .value = &feature_scale, .help = "factor on the sum of the feature embeddings"}),
      model({.key = "position_scale", .value = &position_scale, .help = "factor on the sinusoidal positions"}),
      {.key = "token_dropout",
       .value = &token_dropout,
       .flag = "--token-dropout",
       .help = "fraction of words hidden in training",
       .numbers = Numbers::share,
       .told = "token dropout",
       .noise = true},
      {.key = "rare_dropout",
       .value = &rare_dropout,
       .help = "r: in addition, a word seen n times is hidden with probability r / (r + n)",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "min_count",
       .value = &min_count,
       .flag = "--min-count",
       .help = "rarer words are unknown",
       .least = 1,
       .told = "min count"},
      {.key = "feature_count",
       .value = &feature_count,
       .help = "rarer prefixes, suffixes and letters are unknown",
       .least = 1},
      {.key = "max_len",
       .value = &max_len,
       .flag = "--max-len",
       .help = "most tokens in a training text; what is cut is reported; 0: no limit",
       .told = "max len"},
  };
}

void TextOptions::check_task() const {
  if (encoder == "lstm" && embed % 2 != 0)
    throw ValueError(
        "--embed", fmt::format("a width of {} has no half for each direction of an LSTM; expected an even one", embed));
  if (encoder == "transformer" && embed % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --embed", heads, embed));
}

const TextOptions& text_options(const train::Options& options) {
  const auto* text = dynamic_cast<const TextOptions*>(&options);
  if (!text) throw ValueError("options", "these belong to another task; expected those of a text model");
  return *text;
}

TextOptions& text_options(train::Options& options) {
  return const_cast<TextOptions&>(text_options(static_cast<const train::Options&>(options)));
}

}  // namespace lemma::tasks
