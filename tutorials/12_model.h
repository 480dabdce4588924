#pragma once
/// The task of tutorial 12: does the verb stand in the singular or the plural? And the model that decides it.

#include <map>
#include <string>
#include <vector>

#include "arguments.h"
#include "lemma/lemma.h"

namespace tutorial {

using namespace lemma;

inline const std::vector<std::string>& words() {
  static const std::vector<std::string> all{"the",  "this",  "these", "cat",  "dog",    "bird", "girl", "cats",
                                            "dogs", "birds", "girls", "near", "behind", "with", "?",    "-"};
  return all;
}
constexpr int64_t kTokens = 6, kDets = 3, kNouns = 4, kPlural = kDets + kNouns, kPreps = kDets + 2 * kNouns,
                  kMark = kPreps + 3, kGone = kMark + 1;

/// "the cats near this dog ?": the verb belongs to the first noun, here a plural.
struct Sentences {
  Tensor ids;      ///< (B, 6)
  Tensor plurals;  ///< (B): 1 where the first noun is a plural
};

/// "the", "this" or "these" in front of a noun: half of all nouns have "the", which tells nothing.
inline Sentences make_sentences(int64_t batch) {
  const auto noun_phrase = [&](const Tensor& plural) {
    const Tensor noun = randint(0, kNouns, {batch}, {.dtype = int64}) + kDets + plural * kNouns;
    const Tensor det = where(lt(rand({batch}), 0.5), zeros({batch}, {.dtype = int64}), plural + 1);
    return stack({det, noun}, 1);  // (B, 2)
  };
  const Tensor first = randint(0, 2, {batch}, {.dtype = int64}), second = randint(0, 2, {batch}, {.dtype = int64});
  const Tensor prep = randint(0, 3, {batch, 1}, {.dtype = int64}) + kPreps;
  const Tensor mark = full({batch, 1}, static_cast<double>(kMark), {.dtype = int64});
  return {cat({noun_phrase(first), prep, noun_phrase(second), mark}, 1), first};
}

/// (1, 6) from "the cats near this dog ?".
inline Tensor ids_of(const std::string& sentence) {
  std::vector<int64_t> ids;
  for (size_t at = 0; at < sentence.size();) {
    const size_t end = std::min(sentence.find(' ', at), sentence.size());
    const auto found = std::find(words().begin(), words().end(), sentence.substr(at, end - at));
    if (found == words().end())
      throw ValueError("ids_of", "'" + sentence.substr(at, end - at) + "' is not a word here");
    ids.push_back(found - words().begin());
    at = end + 1;
  }
  return tensor(ids).unsqueeze(0);
}

/// Embeddings, positions (step 07), an encoder (step 08), and two logits from the row of "?".
struct Agreement : nn::Module {
  Agreement(int64_t layers, int64_t heads, double dropout = 0, int64_t D = 32)
      : embedding(child(this, "embedding", static_cast<int64_t>(words().size()), D)),
        positions(child(this, "positions", D, 0.0)),
        encoder(child(this, "encoder", D, heads, layers,
                      nn::EncoderOptions{.dim_feedforward = 2 * D, .dropout = dropout, .norm_first = true}, true)),
        read(child(this, "read", D, 2)) {}
  /// `weights`, if given, receives (B, H, T, T) for each layer. `attend`: (T, T), who may look where.
  Tensor operator()(const Tensor& ids, std::vector<Tensor>* weights = nullptr, const Tensor& attend = {}) const {
    const Tensor x = positions(embedding(ids));                                       // (B, T, D)
    return read(encoder(x, {.attend = attend}, weights).select(1, ids.size(1) - 1));  // the row of "?": (B, 2)
  }

  nn::Embedding embedding;
  nn::PositionalEncoding positions;
  nn::TransformerEncoder encoder;
  nn::Linear read;
};

/// Adam on new sentences in every step. With `gaps`, each word but "?" is replaced by "-" now and then, so that the
/// model learns what to make of a missing word.
inline void learn(const Agreement& model, int steps, bool gaps = true) {
  optim::Adam adam(model.parameters(), {.lr = 3e-3});
  for (int step = 0; step < steps; ++step) {
    const Sentences batch = make_sentences(64);
    const Tensor gone = logical_and(lt(rand(batch.ids.shape()), gaps ? 0.15 : 0.0), ne(batch.ids, kMark));
    adam.zero_grad();
    cross_entropy(model(where(gone, full_like(batch.ids, kGone), batch.ids)), batch.plurals).backward();
    adam.step();
  }
}

inline double accuracy(const Agreement& model) {
  NoGrad guard;
  const Sentences dev = make_sentences(1000);
  return eq(argmax(model(dev.ids), 1), dev.plurals).to(float32).mean().item();
}

/// (B): how sure the model is of a plural.
inline Tensor plural(const Agreement& model, const Tensor& ids) {
  NoGrad guard;
  return softmax(model(ids), 1).select(1, 1);
}

/// (B, T): how much "?" takes from each word in the last layer, the mean of its heads.
inline Tensor looked_at(const Agreement& model, const Tensor& ids) {
  NoGrad guard;
  std::vector<Tensor> weights;
  model(ids, &weights);                                      // each (B, H, T, T)
  return weights.back().mean(1).select(1, ids.size(1) - 1);  // (B, T)
}

/// The ids with word k of each sentence deleted.
inline Tensor without(const Tensor& ids, int64_t k) {
  Tensor copy = ids.clone();
  copy.select(1, k).fill_(static_cast<double>(kGone));
  return copy;
}

/// How much a row of weights is spread, 0 to 1: its entropy, -sum w ln w, in units of the largest possible, ln T.
inline Tensor spread(const Tensor& weights) {
  return -(weights * log(weights + 1e-12)).sum(-1) / std::log(static_cast<double>(weights.size(-1)));
}

// ---- Pictures ----

inline std::vector<std::string> split(const std::string& sentence) {
  std::vector<std::string> result{""};
  for (const char c : sentence) c == ' ' ? result.push_back("") : result.back().push_back(c);
  return result;
}

/// A weight from 0 to 1 as two characters that darken with it.
inline std::string shade(double weight) {
  static const std::vector<std::string> blocks{"  ", "░░", "▒▒", "▓▓", "██"}, letters{"  ", "..", "::", "**", "##"};
  return (plain() ? letters : blocks)[static_cast<size_t>(std::clamp(weight * 5, 0.0, 4.0))];
}

/// weights: (T, T). A row for each word that looks, a column for each that is looked at, with the numbers: slide 11.
inline std::string heat_map(const Tensor& weights, const std::vector<std::string>& tokens) {
  std::string text = fmt::format("  {:<8}", "");
  for (const std::string& token : tokens) text += fmt::format("{:<9}", token);
  for (size_t row = 0; row < tokens.size(); ++row) {
    text += fmt::format("\n  {:<8}", tokens[row]);
    for (const double w : weights[static_cast<int64_t>(row)].to_vector<double>())
      text += fmt::format("{:.2f} {}  ", w, shade(w));
  }
  return text;
}

/// All heads of a layer without numbers, side by side as far as the terminal is wide. layer: (H, T, T).
inline std::string small_maps(const Tensor& layer, const std::vector<std::string>& tokens) {
  const auto all = static_cast<size_t>(layer.size(0)), width = 2 * tokens.size() + 5;
  const size_t beside = columns() == 0 ? all : std::clamp<size_t>((columns() - 12) / width, 1, all);
  std::string text;
  for (size_t first = 0; first < all; first += beside)
    for (size_t row = 0; row < tokens.size(); ++row) {
      text += fmt::format("{}{}  {:<10}", first + row ? "\n" : "", first && !row ? "\n" : "", tokens[row]);
      for (size_t head = first; head < std::min(first + beside, all); ++head) {
        text += head > first ? "   |" : "|";
        for (const double w : layer[static_cast<int64_t>(head)][static_cast<int64_t>(row)].to_vector<double>())
          text += shade(w);
        text += "|";
      }
    }
  return text;
}

}  // namespace tutorial
