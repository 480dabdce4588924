#include "lemma/tasks/text/encoder.h"

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/core/error.h"
#include "lemma/nn/init.h"
#include "lemma/nn/positions.h"
#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

constexpr double kEmbeddingStd = 0.1;

// Small initial vectors, so that sums of many of them do not drown the positions; the row of padding stays zero.
void shrink(nn::Embedding& embedding) {
  NoGrad guard;
  embedding.weight.mul_(kEmbeddingStd);
}

// x_(t + offset) at t along dim 1, zero beyond the ends. x: (B, T, ...).
Tensor shifted(const Tensor& x, int64_t offset) {
  const int64_t length = x.size(1);
  return offset < 0 ? pad(narrow(x, 1, 0, length - 1), 1, 1, 0) : pad(narrow(x, 1, 1, length - 1), 1, 0, 1);
}

}  // namespace

LetterFilters::LetterFilters(int64_t letters, int64_t filters, int64_t embed)
    : left(letters, filters), here(letters, filters), right(letters, filters), out(filters, embed) {
  for (nn::Embedding* part : {&left, &here, &right}) shrink(*part);
  register_module("left", left);
  register_module("here", here);
  register_module("right", right);
  register_module("out", out);
}

Tensor LetterFilters::operator()(const Tensor& ids) const {
  const int64_t B = ids.size(0), T = ids.size(1), C = ids.size(2);
  const Tensor c = ids.reshape({B * T, C});                                                  // (BT, C)
  const Tensor sum = left(shifted(c, -1)) + here(c) + right(shifted(c, 1));                  // (BT, C, F)
  const Tensor real = ne(c, 0).unsqueeze(-1);                                                // (BT, C, 1)
  const Tensor best = amax(where(real, relu(sum), zeros({}, {.device = sum.device()})), 1);  // (BT, F)
  return out(best).reshape({B, T, out.weight.size(0)});                                      // (B, T, D)
}

TokenFilters::TokenFilters(int64_t embed, int64_t layers, double dropout)
    : norms(child(this, "norms")),
      convolutions(child(this, "convolutions")),
      norm(child(this, "norm", embed)),
      dropout_(dropout) {
  constexpr int64_t kTokens = 5;
  for (int64_t i = 0; i < layers; ++i) {
    norms.add(embed);
    convolutions.add(embed, embed, kTokens, nn::ConvOptions{.padding = kTokens / 2});
  }
}

Tensor TokenFilters::operator()(const Tensor& x, const Tensor& mask) const {
  const Tensor real = mask.unsqueeze(-1), zero = zeros({}, {.device = x.device()});  // (B, T, 1)
  Tensor h = x;
  for (size_t i = 0; i < convolutions.size(); ++i) {
    const Tensor seen = where(real, norms[i](h), zero);                        // (B, T, D)
    const Tensor y = transpose(convolutions[i](transpose(seen, 1, 2)), 1, 2);  // along T
    h = h + lemma::dropout(gelu(y), dropout_, is_training());
  }
  return norm(h);
}

TextEncoder::TextEncoder(const TextOptions& options, const TextCoder& coder)
    : words(coder.words.size(), options.embed, text::Vocabulary::pad), options_(options) {
  shrink(words);
  register_module("words", words);
  for (int k = 0; k < text::WordFeatures::kColumns; ++k)
    shrink(features.add(coder.features.column(k).size(), options.embed, text::Vocabulary::pad));
  register_module("features", features);
  if (options.letters > 0) {
    letters =
        std::make_unique<LetterFilters>(coder.features.character_vocabulary().size(), options.letters, options.embed);
    register_module("letters", *letters);
  }
  if (options.window) {
    window = std::make_unique<nn::Linear>(3 * options.embed, options.embed);
    register_module("window", *window);
  }
  if (options.encoder == "transformer") {
    encoder = std::make_unique<nn::TransformerEncoder>(options.embed, options.heads, options.layers,
                                                       nn::EncoderOptions{.dim_feedforward = options.ff,
                                                                          .dropout = options.layer_dropout,
                                                                          .activation = nn::Activation::gelu,
                                                                          .norm_first = true},
                                                       true);
    register_module("encoder", *encoder);
  } else if (options.encoder == "lstm") {
    lstm = std::make_unique<nn::LSTM>(
        options.embed, options.embed / 2,
        nn::RecurrentOptions{.num_layers = options.layers, .dropout = options.layer_dropout, .bidirectional = true});
    register_module("lstm", *lstm);
  } else {
    cnn = std::make_unique<TokenFilters>(options.embed, options.layers, options.layer_dropout);
    register_module("cnn", *cnn);
  }
}

Tensor TextEncoder::embed(const data::Batch& batch) const {
  Tensor looks = features[0](batch.features.at(0));  // (B, T, D)
  for (size_t k = 1; k < features.size(); ++k) looks = looks + features[k](batch.features.at(k));
  Tensor e = words(batch.ids) + looks * options_.feature_scale;
  if (letters) e = e + (*letters)(batch.chars);
  e = lemma::dropout(e, options_.embed_dropout, is_training());
  return where(batch.mask.unsqueeze(-1), e, zeros({}, {.device = e.device()}));  // (B, T, D)
}

Tensor TextEncoder::positions(int64_t length, Device device) const {
  const std::lock_guard guard(positions_lock_);
  if (!positions_.defined() || positions_.size(0) < length || positions_.device() != device)
    positions_ =
        (nn::sinusoidal_positions(std::max<int64_t>(length, 128), options_.embed) * options_.position_scale).to(device);
  return positions_.narrow(0, 0, length);  // (T, D)
}

Tensor TextEncoder::operator()(const data::Batch& batch, std::vector<Tensor>* attention) const {
  Tensor h = embed(batch);                                                           // (B, T, D)
  if (window) h = h + gelu((*window)(cat({shifted(h, -1), h, shifted(h, 1)}, -1)));  // (B, T, 3D) -> (B, T, D)
  if (attention && !encoder)
    throw ValueError("attention", fmt::format("this model has none: it reads its tokens with {}",
                                              lstm ? "an LSTM" : "convolutions"));
  if (lstm) return (*lstm)(h, batch.lengths).output;
  if (cnn) return (*cnn)(h, batch.mask);
  return (*encoder)(h + positions(h.size(1), h.device()), {.attend_keys = batch.mask}, attention);
}

TextModel::TextModel(const TextOptions& options, const TextCoder& coder)
    : encoder(options, coder),
      dropout(options.head_dropout),
      fc(options.embed, static_cast<int64_t>(coder.labels.size())) {
  register_module("encoder", encoder);
  register_module("dropout", dropout);
  register_module("fc", fc);
}

Tensor loss_of(const Tensor& logits, const Tensor& labels) {
  const int64_t classes = logits.size(-1);
  return cross_entropy(logits.reshape({-1, classes}), labels.reshape({-1}), {}, data::kIgnore);
}

}  // namespace lemma::tasks
