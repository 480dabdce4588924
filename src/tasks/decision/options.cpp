#include "lemma/tasks/decision/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/worlds/episodes.h"

namespace lemma::tasks {

using train::Field;

std::vector<Field> DecisionOptions::task_fields() {
  const auto model_field = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model_field({.key = "world",
                   .value = &world,
                   .flag = "--world",
                   .help = "the world to act in",
                   .choices = worlds::world_names(),
                   .told = "world"}),
      {.key = "policy",
       .value = &policy,
       .flag = "--policy",
       .help = "who plays the episodes that are learnt from, where no file is given",
       .choices = worlds::policy_names(),
       .told = "policy"},
      {.key = "episodes",
       .value = &episodes,
       .flag = "--episodes",
       .help = "how many episodes are made to learn from; a tenth as many to score on",
       .least = 10,
       .most = 1'000'000},
      model_field({.key = "model",
                   .value = &model,
                   .flag = "--model",
                   .help = "the network: a Decision Transformer, an LSTM in its place, or an MLP that clones",
                   .choices = {"transformer", "lstm", "mlp"}}),
      model_field({.key = "context",
                   .value = &context,
                   .flag = "--context",
                   .help = "steps that the model looks back on, this one among them",
                   .least = 1,
                   .most = 1024}),
      model_field({.key = "embed",
                   .value = &embed,
                   .flag = "--embed",
                   .help = "width of the model",
                   .least = 1,
                   .most = 16384}),
      model_field({.key = "heads",
                   .value = &heads,
                   .flag = "--heads",
                   .help = "attention heads; must divide the width",
                   .least = 1}),
      model_field({.key = "layers", .value = &layers, .flag = "--layers", .help = "layers", .least = 1, .most = 256}),
      model_field({.key = "dropout",
                   .value = &dropout,
                   .flag = "--dropout",
                   .help = "dropout on the tokens and in the layers",
                   .numbers = train::Numbers::share,
                   .noise = true}),
      {.key = "plays",
       .value = &plays,
       .flag = "--plays",
       .help = "episodes that are played to score the model after each epoch",
       .least = 1,
       .most = 10000},
  };
}

void DecisionOptions::check_task() const {
  if (model == "transformer" && embed % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --embed", heads, embed));
}

const DecisionOptions& decision_options(const train::Options& options) {
  const auto* mine = dynamic_cast<const DecisionOptions*>(&options);
  if (!mine) throw ValueError("options", "these belong to another task; expected those of decision");
  return *mine;
}

}  // namespace lemma::tasks
