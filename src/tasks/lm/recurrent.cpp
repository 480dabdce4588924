#include "tasks/lm/recurrent.h"

#include "lemma/core/error.h"
#include "lemma/nn/init.h"
#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

class RecurrentDecoding : public nn::Decoding {
 public:
  RecurrentDecoding(const RecurrentLanguageModel& model, int64_t never) : model_(model), never_(never) {}

  Tensor next(const Tensor& ids) override {
    const Tensor logits = model_.read(ids.to(model_.device()), state_);
    return without(logits.select(1, logits.size(1) - 1), never_);  // (N, V)
  }
  void select(const Tensor& rows) override {
    const Tensor there = rows.to(model_.device());
    state_.h = index_select(state_.h, 1, there);
    if (state_.c.defined()) state_.c = index_select(state_.c, 1, there);
  }

 private:
  const RecurrentLanguageModel& model_;
  int64_t never_;
  nn::RecurrentState state_;
};

std::unique_ptr<nn::Recurrent> layers(const LmOptions& o) {
  const nn::RecurrentOptions options{.num_layers = o.depth(), .dropout = o.dropout};
  if (o.model == "lstm") return std::make_unique<nn::LSTM>(o.embed, o.hidden, options);
  return std::make_unique<nn::GRU>(o.embed, o.hidden, options);
}

}  // namespace

RecurrentLanguageModel::RecurrentLanguageModel(const LmOptions& o, int64_t vocabulary)
    : embedding(child(this, "embedding", vocabulary, o.embed)),
      dropout(child(this, "dropout", o.dropout)),
      recurrent(layers(o)),
      out((register_module("recurrent", *recurrent), child(this, "out", o.hidden, o.embed))) {
  // Embeddings begin as wide as a state's inputs should be: far smaller ones, as a Transformer behind its LayerNorm
  // takes, leave every gate near a half for hundreds of steps. The first logits are near 0 by the last Linear.
  nn::init::normal_(out.weight, 0, 0.02);
  nn::init::constant_(out.bias, 0);
}

Tensor RecurrentLanguageModel::read(const Tensor& ids, nn::RecurrentState& state) const {
  const nn::RecurrentResult read = (*recurrent)(dropout(embedding(ids)), {}, state);  // (B, T, H)
  state = read.state;
  return matmul(out(dropout(read.output)), embedding.weight.t());  // (B, T, V)
}

Tensor RecurrentLanguageModel::logits(const Tensor& ids, std::vector<Tensor>* weights) const {
  if (weights) throw ValueError("attention", "a recurrent model has none: it reads token by token and keeps a state");
  nn::RecurrentState state;
  return read(ids, state);
}

std::unique_ptr<nn::Decoding> RecurrentLanguageModel::decoding(int64_t never) const {
  return std::make_unique<RecurrentDecoding>(*this, never);
}

}  // namespace lemma::tasks
