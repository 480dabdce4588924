#include "tasks/lm/model.h"

#include <limits>

#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "tasks/shapes.h"

namespace lemma::tasks {

LanguageModel::LanguageModel(const LmOptions& o, int64_t vocabulary)
    : embedding(child(this, "embedding", vocabulary, o.embed)),
      positions(child(this, "positions", o.context, o.embed)),
      dropout(child(this, "dropout", o.dropout)),
      encoder(child(
          this, "encoder", o.embed, o.heads, o.layers,
          nn::EncoderOptions{
              .dim_feedforward = o.ff, .dropout = o.dropout, .activation = nn::Activation::gelu, .norm_first = true},
          true)) {
  nn::init::normal_(embedding.weight, 0, 0.02);  // so that the first logits are near 0
  nn::init::normal_(positions.weight, 0, 0.02);
}

Tensor LanguageModel::operator()(const Tensor& ids, std::vector<Tensor>* weights,
                                 std::vector<nn::KeyValueCache>* caches) const {
  const int64_t held = caches && !caches->empty() ? caches->front().length() : 0, T = ids.size(1);
  const Tensor x = embedding(ids) + positions.weight.narrow(0, held, T);  // (B, T, D)
  const nn::EncoderMasks masks{.attend = nn::attend_causal(T, held + T, ids.device())};
  const Tensor h = encoder(dropout(x), masks, weights, caches);
  return matmul(h, embedding.weight.t());  // (B, T, V)
}

std::vector<std::pair<std::string, Shape>> lm_shapes(const LmOptions& o, int64_t vocabulary) {
  std::vector<std::pair<std::string, Shape>> shapes = {{"embedding.weight", {vocabulary, o.embed}},
                                                       {"positions.weight", {o.context, o.embed}}};
  add_encoder_shapes(shapes, "encoder.", o.layers, o.embed, o.ff);
  return shapes;
}

Tensor LanguageDecoding::next(const Tensor& given) {
  const Tensor ids = given.to(model_.device());
  seen_ = seen_.defined() ? cat({seen_, ids}, 1) : ids;
  Tensor input = ids;
  if (seen_.size(1) > model_.context()) {  // positions are learned for so many: begin again with the last half
    const int64_t kept = std::max<int64_t>(1, model_.context() / 2);
    seen_ = seen_.narrow(1, seen_.size(1) - kept, kept);
    caches_.clear();
    input = seen_;
  }
  Tensor logits = cached_ ? model_(input, nullptr, &caches_) : model_(seen_);
  logits = logits.select(1, logits.size(1) - 1);  // (N, V)
  if (never_ < 0) return logits;
  const Tensor column = eq(arange(logits.size(1), {.dtype = int64, .device = logits.device()}), never_);
  return masked_fill(logits, column, -std::numeric_limits<double>::infinity());
}

void LanguageDecoding::select(const Tensor& rows) {
  const Tensor there = rows.to(model_.device());
  seen_ = index_select(seen_, 0, there);
  for (nn::KeyValueCache& cache : caches_) cache.select(there);
}

}  // namespace lemma::tasks
