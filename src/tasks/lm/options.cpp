#include "lemma/tasks/lm/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;

std::vector<Field> LmOptions::task_fields() {
  const auto of_model = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      of_model({.key = "model",
                .value = &model,
                .flag = "--model",
                .help = "what reads the text: attention, or a state that is kept from token to token",
                .choices = {"transformer", "lstm", "gru"},
                .optional = true}),
      of_model({.key = "tokens",
                .value = &tokens,
                .flag = "--tokens",
                .help = "what a token is: a character, a byte, or a frequent string of bytes (byte-pair encoding)",
                .choices = {"char", "byte", "bpe"}}),
      of_model({.key = "vocabulary",
                .value = &vocabulary,
                .flag = "--vocabulary",
                .help = "tokens of a byte-pair encoding, the 256 bytes among them",
                .least = 256,
                .most = 1'000'000}),
      of_model({.key = "context",
                .value = &context,
                .flag = "--context",
                .help = "tokens that the model looks at, which is the length of a training window",
                .least = 2,
                .most = 65536}),
      of_model({.key = "embed",
                .value = &embed,
                .flag = "--embed",
                .help = "width of the model",
                .least = 1,
                .most = 16384}),
      of_model({.key = "heads",
                .value = &heads,
                .flag = "--heads",
                .help = "attention heads of a Transformer; must divide the width",
                .least = 1}),
      of_model({.key = "layers",
                .value = &layers,
                .flag = "--layers",
                .help = "encoder layers",
                .least = 0,
                .most = 256,
                .automatic = "4, or 2 of a recurrent model, which make them equally large"}),
      of_model({.key = "ff",
                .value = &ff,
                .flag = "--ff",
                .help = "width of a Transformer's feed-forward blocks",
                .least = 1,
                .most = 65536}),
      of_model({.key = "hidden",
                .value = &hidden,
                .flag = "--hidden",
                .help = "width of a recurrent model's state",
                .least = 1,
                .most = 16384,
                .optional = true}),
      of_model({.key = "dropout",
                .value = &dropout,
                .flag = "--dropout",
                .help = "dropout everywhere: on a token's embeddings, in the layers, before the last Linear",
                .numbers = train::Numbers::share,
                .noise = true}),
  };
}

void LmOptions::check_task() const {
  if (model == "transformer" && embed % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --embed", heads, embed));
}

}  // namespace lemma::tasks
