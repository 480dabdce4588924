#include "tasks/lm/network.h"

#include <limits>

#include <fmt/format.h>

#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "tasks/lm/model.h"
#include "tasks/lm/recurrent.h"
#include "tasks/shapes.h"

namespace lemma::tasks {

std::unique_ptr<LanguageNetwork> language_network(const LmOptions& options, int64_t vocabulary) {
  if (options.model == "transformer") return std::make_unique<LanguageModel>(options, vocabulary);
  return std::make_unique<RecurrentLanguageModel>(options, vocabulary);
}

std::vector<std::pair<std::string, Shape>> lm_shapes(const LmOptions& o, int64_t vocabulary) {
  Shapes shapes = {{"embedding.weight", {vocabulary, o.embed}}};
  if (o.model == "transformer") {
    shapes.push_back({"positions.weight", {o.context, o.embed}});
    add_encoder_shapes(shapes, "encoder.", o.depth(), o.embed, o.ff);
  } else {
    add_recurrent_shapes(shapes, "recurrent.", o.model == "lstm" ? 4 : 3, o.depth(), o.embed, o.hidden);
    add_linear_shapes(shapes, "out", o.hidden, o.embed);
  }
  return shapes;
}

std::string lm_size(const LmOptions& o, bool sentence) {
  const std::string layers = words::plural(o.depth(), "layer");
  if (o.model == "transformer")
    return fmt::format("{}idth {}, {}, {}, feed-forward {}", sentence ? 'W' : 'w', o.embed,
                       words::plural(o.heads, "head"), layers, o.ff);
  return fmt::format("{}, width {}, {}, state {}", o.model == "lstm" ? "LSTM" : "GRU", o.embed, layers, o.hidden);
}

Tensor without(const Tensor& logits, int64_t never) {
  if (never < 0) return logits;
  const Tensor column = eq(arange(logits.size(1), {.dtype = int64, .device = logits.device()}), never);
  return masked_fill(logits, column, -std::numeric_limits<double>::infinity());
}

}  // namespace lemma::tasks
