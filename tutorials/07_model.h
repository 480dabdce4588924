#pragma once
/// The task of tutorial 07, which of two letters comes first in a row, and a model with and without positions.

#include "06_model.h"

namespace tutorial {

constexpr int64_t kPlaces = 12;  // the length of a row

/// Rows such as ". . A . . . B . . . . .": the ids are 0 for ".", 1 for "A", 2 for "B", which stand there once each.
struct Rows {
  Tensor ids;       ///< (B, 12)
  Tensor a_before;  ///< (B), 1 where A comes before B, else 0
};

/// Rows with the letters at two of these places, drawn at random.
inline Rows make_rows(int64_t batch, const std::vector<int64_t>& places) {
  const Tensor order = argsort(rand({batch, static_cast<int64_t>(places.size())}), 1);  // each row in a random order
  const auto drawn = [&](int64_t i) { return index_select(tensor(places), 0, order.select(1, i)); };  // (B)
  const Tensor a = drawn(0), b = drawn(1);
  return {one_hot(a, kPlaces) + one_hot(b, kPlaces) * 2, lt(a, b).to(int64)};
}

inline const std::vector<int64_t> kAll{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, kEven{0, 2, 4, 6, 8, 10},
    kOdd{1, 3, 5, 7, 9, 11};

/// What is added to the vectors of the tokens: nothing, the sines, or a table that is learnt.
enum class Positions { none, sines, learnt };

/// Self-attention of step 06 over words plus positions; the mean of its rows decides.
struct FirstFinder : nn::Module {
  FirstFinder(int64_t D, Positions kind)
      : words(child(this, "words", 3, D)), attention(child(this, "attention", D, 2)), read(child(this, "read", D, 2)) {
    if (kind == Positions::sines) places = nn::sinusoidal_positions(kPlaces, D);
    if (kind == Positions::learnt) {
      places = (randn({kPlaces, D}) * 0.1).requires_grad_();
      register_parameter("places", places);
    }
  }
  Tensor embed(const Tensor& ids) const {
    const Tensor x = words(ids);               // (B, T, D)
    return places.defined() ? x + places : x;  // (B, T, D) + (T, D): the same table for every row of the batch
  }
  Tensor operator()(const Tensor& ids) const { return read(attention(embed(ids)).mean(1)); }  // (B, 2)

  nn::Embedding words;
  SplitHeads attention;
  nn::Linear read;
  Tensor places;  // (T, D)
};

/// Adam on new rows in every step. Returns the mean loss of the last 50.
template <class Model>
double learn(const Model& model, int steps, double lr, const std::vector<int64_t>& places) {
  optim::Adam adam(model.parameters(), {.lr = lr});
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    const Rows batch = make_rows(64, places);
    adam.zero_grad();
    const Tensor loss = cross_entropy(model(batch.ids), batch.a_before);
    loss.backward();
    adam.step();
    if (step >= steps - 50) last += loss.item() / 50;
  }
  return last;
}

/// On 1000 new rows: the fraction of right answers.
template <class Model>
double accuracy(const Model& model, const std::vector<int64_t>& places) {
  NoGrad guard;
  const Rows rows = make_rows(1000, places);
  return eq(argmax(model(rows.ids), 1), rows.a_before).to(float32).mean().item();
}

/// A table of numbers from -1 to 1 as shades: one row a line, two characters a number.
inline std::string shaded(const Tensor& table) {
  static const std::vector<std::string> blocks{"  ", "░░", "▒▒", "▓▓", "██"}, letters{"  ", "..", "::", "**", "##"};
  std::string text;
  for (int64_t p = 0; p < table.size(0); ++p) {
    text += fmt::format("  {:>3}  ", p);
    for (const double v : table[p].to_vector<double>())
      text += (plain() ? letters : blocks)[static_cast<size_t>(std::clamp((v + 1) * 2.5, 0.0, 4.0))];
    text = text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace tutorial
