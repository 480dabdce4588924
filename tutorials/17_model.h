#pragma once
/// Tutorial 17's task, a sequence of letters to be reversed, and the Transformer that learns it.

#include <cmath>
#include <set>

#include "lemma/lemma.h"
#include "lemma/nn/generate.h"
#include "lemma/nn/transformer.h"

namespace tutorial {

constexpr int64_t kPad = 0, kBegin = 1, kEnd = 2, kLetters = 10, kVocabulary = 3 + kLetters, kLongest = 8;

using Sequence = std::vector<int64_t>;  // ids; 3 is a, 4 is b, ...

inline std::string spell(const Sequence& ids) {
  std::string text;
  for (const int64_t id : ids) text += id < 3 ? "_^$"[id] : static_cast<char>('a' + id - 3);
  return text;
}

/// `count` different sequences of 3 to 8 letters.
inline std::vector<Sequence> draw_sequences(size_t count, uint64_t seed) {
  lemma::Generator generator{seed, 0};
  std::set<Sequence> seen;
  std::vector<Sequence> all;
  while (all.size() < count) {
    Sequence s(static_cast<size_t>(3 + generator.below(kLongest - 2)));
    for (int64_t& id : s) id = 3 + generator.below(kLetters);
    if (seen.insert(s).second) all.push_back(s);
  }
  return all;
}

/// Sequences of unequal length as one table (B, T), filled up with kPad.
inline lemma::Tensor padded(const std::vector<Sequence>& rows) {
  size_t longest = 0;
  for (const Sequence& row : rows) longest = std::max(longest, row.size());
  Sequence flat;
  for (const Sequence& row : rows) {
    flat.insert(flat.end(), row.begin(), row.end());
    flat.insert(flat.end(), longest - row.size(), kPad);
  }
  return lemma::tensor(flat).reshape({static_cast<int64_t>(rows.size()), -1});
}

/// What is to be written for a sequence: cba for abc.
inline Sequence answer_to(const Sequence& s) { return {s.rbegin(), s.rend()}; }

/// What the decoder is given, ^cba, and what it must say, cba$: one sequence, shifted by one.
struct Pairs {
  lemma::Tensor source, given, wanted;  // int64, (B, S), (B, T), (B, T)
};
inline Pairs pairs_of(const std::vector<Sequence>& sequences) {
  std::vector<Sequence> given, wanted;
  for (const Sequence& s : sequences) {
    wanted.push_back(answer_to(s));
    given.push_back({kBegin});
    given.back().insert(given.back().end(), wanted.back().begin(), wanted.back().end());
    wanted.back().push_back(kEnd);
  }
  return {padded(sequences), padded(given), padded(wanted)};
}

/// The Transformer of the paper, small. One matrix has three uses: it embeds the source, it embeds the target, and it
/// gives the logits.
struct Reverser : lemma::nn::Module {
  static constexpr int64_t D = 64, H = 4;
  explicit Reverser(bool causal_mask = true, bool look_at_source = true)
      : tokens(child(this, "tokens", kVocabulary, D)),
        transformer(child(
            this, "transformer", D, H,
            lemma::nn::TransformerOptions{
                .num_encoder_layers = 2, .num_decoder_layers = 1, .layer = {.dim_feedforward = 128, .dropout = 0}})),
        causal(causal_mask),
        looks(look_at_source) {
    lemma::nn::init::normal_(tokens.weight, 0, 1 / std::sqrt(static_cast<double>(D)));
  }
  /// (B, T) -> (B, T, D): rows of length about 1, times sqrt(D), and the positions from `start` on.
  lemma::Tensor embed(const lemma::Tensor& ids, int64_t start = 0) const {
    const lemma::Tensor places = lemma::nn::sinusoidal_positions(start + ids.size(1), D).narrow(0, start, ids.size(1));
    return tokens(ids) * std::sqrt(static_cast<double>(D)) + places;
  }
  lemma::Tensor encode(const lemma::Tensor& source) const {  // (B, S) -> (B, S, D)
    return transformer.encoder(embed(source), {.attend_keys = lemma::nn::attend_tokens(source, kPad)});
  }
  /// (B, T) -> logits (B, T, V). With caches, `given` continues the tokens of earlier calls.
  lemma::Tensor decode(const lemma::Tensor& given, const lemma::Tensor& memory, const lemma::Tensor& source,
                       std::vector<lemma::nn::DecoderWeights>* weights = nullptr,
                       std::vector<lemma::nn::DecoderCache>* caches = nullptr) const {
    const int64_t before = caches && !caches->empty() ? caches->front().self.length() : 0, T = given.size(1);
    lemma::nn::DecoderMasks masks{.attend_memory_keys = lemma::nn::attend_tokens(source, kPad)};  // (B, S)
    if (causal) masks.attend = lemma::nn::attend_causal(T, before + T);                           // (T, before + T)
    const lemma::Tensor seen = looks ? memory : zeros_like(memory);
    const lemma::Tensor y = transformer.decoder(embed(given, before), seen, masks, weights, caches);  // (B, T, D)
    return matmul(y, tokens.weight.t());                                                              // (B, T, V)
  }
  lemma::Tensor operator()(const Pairs& pairs) const { return decode(pairs.given, encode(pairs.source), pairs.source); }

  lemma::nn::Embedding tokens;
  lemma::nn::Transformer transformer;
  bool causal, looks;
};

/// N sequences in the making, as nn::generate() asks for them; each may have a source of its own.
class Translator : public lemma::nn::Decoding {
 public:
  Translator(const Reverser& model, const lemma::Tensor& source)
      : model_(model), source_(source), memory_(model.encode(source)) {}
  lemma::Tensor next(const lemma::Tensor& ids) override {  // (N, T) -> (N, V)
    return model_.decode(ids, memory_, source_, nullptr, &caches_).select(1, -1);
  }
  void select(const lemma::Tensor& rows) override {
    source_ = index_select(source_, 0, rows), memory_ = index_select(memory_, 0, rows);
    for (lemma::nn::DecoderCache& cache : caches_) cache.self.select(rows), cache.cross.select(rows);
  }

 private:
  const Reverser& model_;
  lemma::Tensor source_, memory_;
  std::vector<lemma::nn::DecoderCache> caches_;
};

/// Padding does not count. Label smoothing: a tenth of the probability is wanted everywhere.
inline lemma::Tensor loss_of(const Reverser& model, const Pairs& pairs, double smoothing) {
  return cross_entropy(model(pairs).reshape({-1, kVocabulary}), pairs.wanted.reshape({-1}), {}, kPad,
                       lemma::Reduction::mean, smoothing);
}

/// Greedy answers to all at once: what stands before the end.
inline std::vector<Sequence> answers_of(const Reverser& model, const std::vector<Sequence>& sequences) {
  lemma::NoGrad guard;
  Translator translator(model, padded(sequences));
  std::vector<Sequence> written(sequences.size());
  std::vector<bool> ended(sequences.size());
  lemma::Tensor ids = lemma::full({static_cast<int64_t>(sequences.size()), 1}, kBegin, {.dtype = lemma::int64});
  for (int64_t t = 0; t <= kLongest; ++t) {
    ids = argmax(translator.next(ids), 1, true);  // (B, 1)
    const Sequence said = ids.to_vector<int64_t>();
    for (size_t i = 0; i < said.size(); ++i) {
      ended[i] = ended[i] || said[i] == kEnd;
      if (!ended[i]) written[i].push_back(said[i]);
    }
  }
  return written;
}

/// The share of sequences whose answer is right in every letter.
inline double exact(const Reverser& model, const std::vector<Sequence>& sequences) {
  const std::vector<Sequence> written = answers_of(model, sequences);
  double right = 0;
  for (size_t i = 0; i < sequences.size(); ++i) right += written[i] == answer_to(sequences[i]);
  return right / static_cast<double>(sequences.size());
}

/// The paper's recipe: Adam (0.9, 0.98, 1e-9), warm-up and then 1 / sqrt(step). tell(step, loss) sees each step.
template <class Tell>
void fit(Reverser& model, const std::vector<Sequence>& sequences, int steps, double smoothing, Tell tell) {
  lemma::optim::Adam adam(model.parameters(), {.lr = 2e-3, .betas = {0.9, 0.98}, .eps = 1e-9});
  lemma::optim::WarmupInverseSqrtLR schedule(adam, 100);
  lemma::Generator generator{1, 0};
  for (int step = 1; step <= steps; ++step) {
    std::vector<Sequence> batch(64);
    for (Sequence& s : batch)
      s = sequences[static_cast<size_t>(generator.below(static_cast<int64_t>(sequences.size())))];
    adam.zero_grad();
    const lemma::Tensor loss = loss_of(model, pairs_of(batch), smoothing);
    loss.backward();
    lemma::optim::clip_grad_norm_(model.parameters(), 1);
    adam.step();
    schedule.step();
    tell(step, loss.item());
  }
}

}  // namespace tutorial
