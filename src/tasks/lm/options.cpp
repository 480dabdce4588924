#include "lemma/tasks/lm/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;

std::vector<Field> LmOptions::task_fields() {
  const auto model = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model({.key = "tokens",
             .value = &tokens,
             .flag = "--tokens",
             .help = "what a token is: a character, a byte, or a frequent string of bytes (byte-pair encoding)",
             .choices = {"char", "byte", "bpe"}}),
      model({.key = "vocabulary",
             .value = &vocabulary,
             .flag = "--vocabulary",
             .help = "tokens of a byte-pair encoding, the 256 bytes among them",
             .least = 256,
             .most = 1'000'000}),
      model({.key = "context",
             .value = &context,
             .flag = "--context",
             .help = "tokens that the model looks at, which is the length of a training window",
             .least = 2,
             .most = 65536}),
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
             .numbers = train::Numbers::share,
             .noise = true}),
  };
}

void LmOptions::check_task() const {
  if (embed % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --embed", heads, embed));
}

}  // namespace lemma::tasks
