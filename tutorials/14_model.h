#pragma once
/// The character model of tutorial 14: what it reads, what it computes, and how it writes.

#include <cstdlib>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "lemma/io/files.h"
#include "lemma/lemma.h"
#include "lemma/nn/generate.h"

namespace tutorial {

constexpr int64_t kWindow = 96;  ///< the model sees this many characters at most

/// A text as ids. A character's id is its place in `characters`.
struct Text {
  std::string characters, name;
  lemma::Tensor train, dev;  // int64, (N)

  std::vector<int64_t> encode(const std::string& text) const {
    std::vector<int64_t> ids;
    for (const char c : text) {
      const size_t id = characters.find(c);
      if (id == std::string::npos)
        throw lemma::ValueError("encode", fmt::format("the character '{}' is not in the text that was learnt", c));
      ids.push_back(static_cast<int64_t>(id));
    }
    return ids;
  }
  std::string decode(const std::vector<int64_t>& ids) const {
    std::string text;
    for (const int64_t id : ids) text += characters[static_cast<size_t>(id)];
    return text;
  }
  int64_t size() const { return static_cast<int64_t>(characters.size()); }
};

inline Text text_of(const std::string& name, const std::string& train, const std::string& dev) {
  Text text{.characters = "", .name = name, .train = {}, .dev = {}};
  std::map<char, int> seen;
  for (const char c : train + dev) ++seen[c];
  for (const auto& [c, count] : seen) text.characters += c;
  text.train = lemma::tensor(text.encode(train)), text.dev = lemma::tensor(text.encode(dev));
  return text;
}

/// data/lm.
inline Text small_text() {
  const std::string train = "data/lm/train.txt";
  return text_of(train, lemma::io::read_file(train), lemma::io::read_file("data/lm/dev.txt"));
}

/// data/lm, or tiny Shakespeare where LEMMA_DATA_DIR has it: its last tenth is dev.
inline Text read_text() {
  const char* folder = std::getenv("LEMMA_DATA_DIR");
  const std::string large = fmt::format("{}/tinyshakespeare/input.txt", folder ? folder : "");
  if (!folder || !std::filesystem::exists(large)) return small_text();
  const std::string all = lemma::io::read_file(large);
  const size_t train = all.size() - all.size() / 10;
  return text_of("tiny Shakespeare", all.substr(0, train), all.substr(train));
}

/// Which character comes next? Logits (B, T, V) for ids (B, T).
struct CharModel : lemma::nn::Module {
  static constexpr int64_t D = 64, H = 4, L = 2, F = 128;

  explicit CharModel(int64_t V, bool causal_mask = true)
      : tokens(child(this, "tokens", V, D)),
        positions(child(this, "positions", kWindow, D)),
        encoder(child(this, "encoder", D, H, L,
                      lemma::nn::EncoderOptions{.dim_feedforward = F, .dropout = 0.1, .norm_first = true}, true)),
        head(child(this, "head", D, V)),
        causal(causal_mask) {
    for (lemma::Tensor& table : std::vector{tokens.weight, positions.weight}) lemma::nn::init::normal_(table, 0, 0.1);
  }
  /// With caches, ids continue the tokens of earlier calls.
  lemma::Tensor operator()(const lemma::Tensor& ids, std::vector<lemma::nn::KeyValueCache>* caches = nullptr) const {
    const int64_t before = caches && !caches->empty() ? caches->front().length() : 0, all = before + ids.size(1);
    const lemma::Tensor x = tokens(ids) + positions(lemma::arange(before, all));  // (B, T, D)
    lemma::nn::EncoderMasks masks;
    if (causal) masks.attend = lemma::nn::attend_causal(ids.size(1), all);  // (T, all)
    return head(encoder(x, masks, nullptr, caches));                        // (B, T, D) -> (B, T, V)
  }
  lemma::nn::Embedding tokens, positions;
  lemma::nn::TransformerEncoder encoder;
  lemma::nn::Linear head;
  bool causal;
};

/// The model as nn::generate() asks it. It counts the rows of tokens that it computes.
class Writer : public lemma::nn::Decoding {
 public:
  explicit Writer(const CharModel& model, bool cached = true) : model_(model), cached_(cached) {}
  lemma::Tensor next(const lemma::Tensor& ids) override {  // (N, T) -> (N, V)
    held_ = held_.defined() ? lemma::cat({held_, ids}, 1) : ids;
    const lemma::Tensor& read = cached_ ? ids : held_;
    rows += read.numel();
    return model_(read, cached_ ? &caches_ : nullptr).select(1, -1);  // the last token's logits
  }
  void select(const lemma::Tensor& which) override {
    held_ = index_select(held_, 0, which);
    for (lemma::nn::KeyValueCache& cache : caches_) cache.select(which);
  }
  int64_t rows = 0;

 private:
  const CharModel& model_;
  bool cached_;
  lemma::Tensor held_;
  std::vector<lemma::nn::KeyValueCache> caches_;
};

/// `count` windows of `length` characters, cut out of the text at random places: (count, length).
inline lemma::Tensor windows(const lemma::Tensor& text, int64_t count, int64_t length) {
  const lemma::Tensor starts = lemma::randint(0, text.numel() - length, {count, 1});
  return index_select(text, 0, (starts + lemma::arange(length)).reshape({-1})).reshape({count, length});
}

/// The mean loss per character: inputs are all but the last column, targets all but the first. shift 0 is a mistake.
inline lemma::Tensor loss_of(const CharModel& model, const lemma::Tensor& window, int64_t shift = 1) {
  const int64_t T = window.size(1) - 1;
  const lemma::Tensor logits = model(window.narrow(1, 0, T));  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(2)}), window.narrow(1, shift, T).reshape({-1}));
}

/// The whole of a text, window after window, in nats per character.
inline double evaluate(CharModel& model, const lemma::Tensor& text) {
  lemma::NoGrad guard;
  model.eval();
  const int64_t count = std::min<int64_t>(200, (text.numel() - 1) / kWindow);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += loss_of(model, text.narrow(0, i * kWindow, kWindow + 1).unsqueeze(0)).item();
  model.train();
  return sum / static_cast<double>(count);
}

/// AdamW with warm-up and clipping, as in step 13. tell(step, loss) sees each step. Leaves the model in eval mode.
template <class Tell>
void fit(CharModel& model, const lemma::Tensor& text, int steps, int64_t shift, Tell tell) {
  const std::vector<lemma::Tensor> parameters = model.parameters();
  lemma::optim::AdamW adam(parameters, {.lr = 4e-3});
  lemma::optim::WarmupLinearLR schedule(adam, steps / 10, steps);
  for (int step = 1; step <= steps; ++step) {
    adam.zero_grad();
    const lemma::Tensor loss = loss_of(model, windows(text, 12, kWindow + 1), shift);
    loss.backward();
    lemma::optim::clip_grad_norm_(parameters, 1);
    adam.step();
    schedule.step();
    tell(step, loss.item());
  }
  model.eval();
}

/// A changed later token must change nothing before it (step 09). The largest change that it makes.
inline double later_token_moves(CharModel& model, int64_t V) {
  lemma::NoGrad guard;
  const bool training = model.is_training();
  model.eval();
  const lemma::Tensor ids = lemma::zeros({1, 8}, {.dtype = lemma::int64});
  lemma::Tensor other = ids.clone();
  other[0][7].fill_(V - 1);
  const double moved = (model(ids) - model(other)).narrow(1, 0, 7).abs().max().item();
  model.train(training);
  return moved;
}

/// Counts how often each character follows each, plus one so that nothing is impossible: log P(next | last), (V, V).
inline lemma::Tensor bigrams(const Text& text) {
  const lemma::Tensor pairs = text.train.narrow(0, 0, text.train.numel() - 1) * text.size() +
                              text.train.narrow(0, 1, text.train.numel() - 1);  // last * V + next
  const lemma::Tensor counts =
      lemma::bincount(pairs, {}, text.size() * text.size()).reshape({text.size(), text.size()});
  return lemma::log((counts.to(lemma::float32) + 1) / (counts.to(lemma::float32) + 1).sum(1, true));
}

/// A language of three tokens, end, a and b, in which the next depends on the last alone. It writes what we can
/// compute.
struct Toy : lemma::nn::Decoding {
  lemma::Tensor next(const lemma::Tensor& ids) override {
    return lemma::log(index_select(table, 0, ids.select(1, -1)));
  }
  void select(const lemma::Tensor&) override {}
  lemma::Tensor table =
      lemma::tensor({{1e-9, 0.6, 0.4}, {0.5, 0.25, 0.25}, {0.1, 1e-9, 0.9}});  // rows: after end, a, b
};

/// Multiplications to write n tokens. Each row of the encoder costs its matrices; attention costs queries times keys.
inline double multiplications(int64_t n, bool cached) {
  using M = CharModel;
  double sum = 0;
  for (int64_t t = 1; t <= n; ++t) {
    const int64_t rows = cached ? 1 : t;
    sum += static_cast<double>(M::L * rows * (4 * M::D * M::D + 2 * M::D * M::F + 2 * t * M::D));
  }
  return sum;
}

}  // namespace tutorial
