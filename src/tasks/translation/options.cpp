#include "lemma/tasks/translation/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;
using train::Numbers;

std::vector<Field> TranslationOptions::task_fields() {
  const auto model = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model({.key = "vocabulary",
             .value = &vocabulary,
             .flag = "--vocabulary",
             .help = "tokens of a byte-pair encoding, the 256 bytes among them",
             .least = 259,
             .most = 1'000'000}),
      model({.key = "lower_case",
             .value = &lower_case,
             .flag = "--lower-case",
             .help = "1: read both languages in lower case"}),
      model({.key = "embed",
             .value = &embed,
             .flag = "--embed",
             .help = "width of the model",
             .least = 1,
             .most = 16384}),
      model({.key = "heads",
             .value = &heads,
             .flag = "--heads",
             .help = "attention heads; must divide the width",
             .least = 1}),
      model({.key = "layers", .value = &layers, .flag = "--layers", .help = "encoder layers", .least = 1, .most = 256}),
      model({.key = "ff",
             .value = &ff,
             .flag = "--ff",
             .help = "width of the feed-forward blocks",
             .least = 1,
             .most = 65536}),
      model({.key = "dropout",
             .value = &dropout,
             .flag = "--dropout",
             .help = "dropout everywhere: on a token's embeddings, in the layers, before the last Linear",
             .numbers = Numbers::share,
             .noise = true}),
      {.key = "label_smoothing",
       .value = &label_smoothing,
       .flag = "--label-smoothing",
       .help = "this share of the probability that the right token should get is spread over all tokens",
       .numbers = Numbers::share,
       .noise = true},
      model({.key = "max_len",
             .value = &max_len,
             .flag = "--max-len",
             .help = "most tokens in a training text; what is cut is reported; 0: no limit",
             .told = "max len"}),
  };
}

void TranslationOptions::check_task() const {
  if (embed % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --embed", heads, embed));
}

}  // namespace lemma::tasks
