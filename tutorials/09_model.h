#pragma once
/// Two tasks on texts of different lengths, and a model with a padding mask: right, or the wrong way round.

#include "08_model.h"

namespace tutorial {

constexpr int64_t kPad = 0, kUnk = 1, kWords = 10, kWidest = 8;  // <pad>, <unk>, then ten words, ids 2 to 11

/// Texts of 4 to 8 words, padded to 8.
struct Texts {
  Tensor ids;     ///< (B, 8)
  Tensor answer;  ///< (B), 1 for yes
};

/// What is asked of a text: whether the word with id 2 is in it, or whether its first word comes again.
enum class Question { has_word, first_again };

/// Half of the texts, on average, deserve a yes: then the word in question stands at one random place.
inline Texts make_texts(int64_t batch, Question question) {
  const bool again = question == Question::first_again;
  const Tensor first = again ? randint(0, kWords, {batch, 1}) : zeros({batch, 1}, {.dtype = int64});
  const Tensor others = remainder(first + randint(1, kWords, {batch, kWidest}), kWords);  // any word but `first`
  const Tensor place = arange(kWidest).unsqueeze(0), length = randint(4, kWidest + 1, {batch, 1});
  const Tensor answer = randint(0, 2, {batch, 1});
  const Tensor low = full_like(length, again ? 1 : 0);
  const Tensor target = low + remainder(randint(0, 840, {batch, 1}), length - low);  // a place before the end
  Tensor put = logical_and(eq(place, target), eq(answer, 1));                        // (B, 8)
  if (again) put = logical_or(put, eq(place, 0));
  const Tensor words = where(put, first.expand({batch, kWidest}), others) + 2;
  return {where(lt(place, length), words, kPad), answer.squeeze(1)};
}

/// An encoder layer over words plus positions, then the mean over the real words.
struct TextReader : nn::Module {
  explicit TextReader(bool inverted = false) : wrong_way_round(inverted) {}
  Tensor attend(const Tensor& x, const Tensor& keep) const {
    return layer(x, {.attend_keys = wrong_way_round ? logical_not(keep) : keep});  // (B, T, D)
  }
  Tensor encode(const Tensor& ids, const Tensor& keep) const {
    return attend(words(ids) + nn::sinusoidal_positions(ids.size(1), 32), keep);  // (B, T, D)
  }
  Tensor operator()(const Tensor& ids) const {
    const Tensor keep = nn::attend_tokens(ids, kPad);                  // (B, T), true at real words
    const Tensor real = keep.unsqueeze(-1).to(float32);                // (B, T, 1)
    return read((encode(ids, keep) * real).sum({1}) / real.sum({1}));  // (B, D) -> (B, 2)
  }

  bool wrong_way_round;
  nn::Embedding words = child(this, "words", kWords + 2, 32);
  nn::TransformerEncoderLayer layer =
      child(this, "layer", 32, 2, nn::EncoderOptions{.dim_feedforward = 64, .dropout = 0});
  nn::Linear read = child(this, "read", 32, 2);
};

/// Adam on new texts in every step; then the fraction of right answers to 1000 new ones.
inline double learn(const TextReader& model, Question question, int steps) {
  optim::Adam adam(model.parameters(), {.lr = 0.003});
  for (int step = 0; step < steps; ++step) {
    const Texts batch = make_texts(64, question);
    adam.zero_grad();
    cross_entropy(model(batch.ids), batch.answer).backward();
    adam.step();
  }
  NoGrad guard;
  const Texts dev = make_texts(1000, question);
  return eq(argmax(model(dev.ids), 1), dev.answer).to(float32).mean().item();
}

}  // namespace tutorial
