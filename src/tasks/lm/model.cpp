#include "tasks/lm/model.h"

#include "lemma/nn/init.h"
#include "lemma/ops.h"

namespace lemma::tasks {

LanguageModel::LanguageModel(const LmOptions& o, int64_t vocabulary)
    : embedding(child(this, "embedding", vocabulary, o.embed)),
      positions(child(this, "positions", o.context, o.embed)),
      dropout(child(this, "dropout", o.dropout)),
      encoder(child(
          this, "encoder", o.embed, o.heads, o.depth(),
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

std::unique_ptr<nn::Decoding> LanguageModel::decoding(int64_t never) const {
  return std::make_unique<LanguageDecoding>(*this, never);
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
  const Tensor logits = cached_ ? model_(input, nullptr, &caches_) : model_(seen_);
  return without(logits.select(1, logits.size(1) - 1), never_);  // (N, V)
}

void LanguageDecoding::select(const Tensor& rows) {
  const Tensor there = rows.to(model_.device());
  seen_ = index_select(seen_, 0, there);
  for (nn::KeyValueCache& cache : caches_) cache.select(there);
}

}  // namespace lemma::tasks
