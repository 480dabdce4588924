#include "tasks/translation/model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lemma/nn/init.h"
#include "lemma/nn/positions.h"
#include "lemma/ops.h"
#include "tasks/shapes.h"

namespace lemma::tasks {

TranslationModel::TranslationModel(const TranslationOptions& o, int64_t vocabulary)
    : embedding(child(this, "embedding", vocabulary, o.embed)),
      dropout(child(this, "dropout", o.dropout)),
      transformer(
          child(this, "transformer", o.embed, o.heads,
                nn::TransformerOptions{.num_encoder_layers = o.layers,
                                       .num_decoder_layers = o.layers,
                                       .layer = {.dim_feedforward = o.ff, .dropout = o.dropout, .norm_first = true}})) {
  nn::init::normal_(embedding.weight, 0, 1 / std::sqrt(static_cast<double>(o.embed)));
}

Tensor TranslationModel::embed(const Tensor& ids, int64_t held) const {
  const int64_t T = ids.size(1), D = embedding.weight.size(1);
  const Tensor positions = nn::sinusoidal_positions(T, D, held).to(ids.device());  // (T, D)
  return dropout(embedding(ids) * std::sqrt(static_cast<double>(D)) + positions);  // (B, T, D)
}

Tensor TranslationModel::encode(const Tensor& source) const {
  return transformer.encoder(embed(source, 0), {.attend_keys = nn::attend_tokens(source, kPad)});
}

Tensor TranslationModel::decode(const Tensor& target, const Tensor& memory, const Tensor& real_source,
                                std::vector<nn::DecoderCache>* caches, std::vector<Tensor>* cross) const {
  const int64_t held = caches && !caches->empty() ? caches->front().self.length() : 0, T = target.size(1);
  const nn::DecoderMasks masks{.attend = nn::attend_causal(T, held + T, target.device()),
                               .attend_memory_keys = real_source};
  std::vector<nn::DecoderWeights> weights;
  const Tensor h = transformer.decoder(embed(target, held), memory, masks, cross ? &weights : nullptr, caches);
  if (cross)
    for (const nn::DecoderWeights& layer : weights) cross->push_back(layer.cross);
  return matmul(h, embedding.weight.t());  // (B, T, V)
}

Tensor TranslationModel::operator()(const Tensor& source, const Tensor& target) const {
  return decode(target, encode(source), nn::attend_tokens(source, kPad), nullptr);
}

std::vector<std::pair<std::string, Shape>> translation_shapes(const TranslationOptions& o, int64_t vocabulary) {
  Shapes shapes = {{"embedding.weight", {vocabulary, o.embed}}};
  add_encoder_shapes(shapes, "transformer.encoder.", o.layers, o.embed, o.ff);
  add_decoder_shapes(shapes, "transformer.decoder.", o.layers, o.embed, o.ff);
  return shapes;
}

TranslationDecoding::TranslationDecoding(const TranslationModel& model, const Tensor& source)
    : model_(model), real_(nn::attend_tokens(source, kPad)), memory_(model.encode(source)) {}

Tensor TranslationDecoding::next(const Tensor& ids) {
  const Tensor logits = model_.decode(ids.to(memory_.device()), memory_, real_, &caches_);
  const Tensor last = logits.select(1, logits.size(1) - 1);  // (N, V)
  const Tensor never = lt(arange(last.size(1), {.dtype = int64, .device = last.device()}), kEnd);
  return masked_fill(last, never, -std::numeric_limits<double>::infinity());
}

void TranslationDecoding::select(const Tensor& rows) {
  const Tensor there = rows.to(memory_.device());
  memory_ = index_select(memory_, 0, there);
  real_ = index_select(real_, 0, there);
  for (nn::DecoderCache& cache : caches_) cache.self.select(there), cache.cross.select(there);
}

std::vector<std::vector<int64_t>> translate_batch(const TranslationModel& model, const Tensor& source, int64_t most) {
  TranslationDecoding decoding(model, source);
  const int64_t B = source.size(0);
  std::vector<std::vector<int64_t>> texts(static_cast<size_t>(B));
  std::vector<size_t> open(texts.size());  // the texts that go on, by row
  for (size_t i = 0; i < open.size(); ++i) open[i] = i;
  Tensor ids = full({B, 1}, static_cast<double>(kStart), {.dtype = int64});
  for (int64_t step = 0; step < most && !open.empty(); ++step) {
    const std::vector<int64_t> next = argmax(decoding.next(ids), 1).to_vector<int64_t>();
    std::vector<int64_t> rows, tokens;
    std::vector<size_t> going;
    for (size_t i = 0; i < open.size(); ++i) {
      if (next[i] == kEnd) continue;
      texts[open[i]].push_back(next[i]);
      rows.push_back(static_cast<int64_t>(i)), tokens.push_back(next[i]), going.push_back(open[i]);
    }
    if (going.size() < open.size() && !going.empty())
      decoding.select(from_data(rows.data(), {static_cast<int64_t>(rows.size())}));
    open = std::move(going);
    ids = from_data(tokens.data(), {static_cast<int64_t>(tokens.size()), 1});
  }
  return texts;
}

}  // namespace lemma::tasks
