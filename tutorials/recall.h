#pragma once
/// The task of tutorials 05 and 06: four drawers, each with a letter on it and a number in it, and a question.

#include <algorithm>
#include <string>
#include <vector>

#include "arguments.h"
#include "lemma/lemma.h"

namespace tutorial {

using namespace lemma;

constexpr int64_t kDrawers = 4, kNumbers = 8;  // letters a to d, numbers 0 to 7
constexpr int64_t kUnknown = kNumbers;         // the id of "?", which stands where a question has no number
constexpr int64_t kPairs = kDrawers * kDrawers;

/// A token such as c5 is two ids: 2 for the letter c, 5 for the number. Four drawers, then the question: five tokens.
struct Drawers {
  Tensor letters, numbers;  ///< (B, 5)
  Tensor answers;           ///< (B, questions): the number in each drawer that is asked for
};

/// Drawers in random order with different numbers. A question is for one letter, "c?", or for two, "ca?": then it has
/// an id of its own behind those of the letters, 4 + 4*first + second.
inline Drawers make_drawers(int64_t batch, int64_t questions) {
  const Tensor letters = argsort(rand({batch, kDrawers}), 1);                         // each row in a random order
  const Tensor numbers = argsort(rand({batch, kNumbers}), 1).narrow(1, 0, kDrawers);  // four of 0 to 7
  const Tensor asked = argsort(rand({batch, kDrawers}), 1).narrow(1, 0, questions);   // which drawers
  const Tensor wanted = gather(letters, 1, asked);                                    // (B, questions)
  Tensor question = wanted;
  if (questions == 2) question = (wanted.narrow(1, 0, 1) + 1) * kDrawers + wanted.narrow(1, 1, 1);
  return {cat({letters, question}, 1), cat({numbers, full_like(question, kUnknown)}, 1), gather(numbers, 1, asked)};
}

/// Token t of the first example: "c5", "c?" or "ca?".
inline std::string token_name(const Drawers& in, int64_t t) {
  const auto letter = [](int64_t id) { return std::string(1, static_cast<char>('a' + id)); };
  const auto id = in.letters[0][t].item<int64_t>(), number = in.numbers[0][t].item<int64_t>();
  if (number != kUnknown) return letter(id) + std::to_string(number);
  return (id < kDrawers ? letter(id) : letter(id / kDrawers - 1) + letter(id % kDrawers)) + "?";
}

/// All tokens of the first example, above what shades() gives.
inline std::string token_names(const Drawers& in) {
  std::string text;
  for (int64_t t = 0; t < in.letters.size(1); ++t) text += fmt::format("{:<10}", token_name(in, t));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Weights from 0 to 1 in figures and shades of grey: "0.83 ██".
inline std::string shades(const Tensor& weights) {
  static const std::vector<std::string> blocks{"  ", "░░", "▒▒", "▓▓", "██"}, letters{"  ", "..", "::", "**", "##"};
  std::string text;
  for (const double w : weights.to_vector<double>()) {
    const auto level = static_cast<size_t>(std::clamp(w * 5, 0.0, 4.0));
    text += fmt::format("{:.2f} {}   ", w, (plain() ? letters : blocks)[level]);
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Adam on new drawers in every step, so that there is nothing to learn by heart. model(drawers) gives logits, (B, 8)
/// or (B, questions, 8). Calls before(step, loss) when the gradients are known and nothing has changed yet.
template <class Model, class Before>
void learn(const Model& model, int64_t questions, int steps, double lr, Before before) {
  optim::Adam adam(model.parameters(), {.lr = lr});
  for (int step = 0; step <= steps; ++step) {
    const Drawers batch = make_drawers(64, questions);
    adam.zero_grad();
    const Tensor loss = cross_entropy(model(batch).reshape({-1, kNumbers}), batch.answers.reshape({-1}));
    loss.backward();
    before(step, loss.item());
    adam.step();
  }
}

/// On 1000 new examples: the fraction of right answers to each question, (questions).
template <class Model>
Tensor accuracy(const Model& model, int64_t questions) {
  NoGrad guard;
  const Drawers dev = make_drawers(1000, questions);
  const Tensor chosen = argmax(model(dev).reshape({-1, questions, kNumbers}), 2);
  return eq(chosen, dev.answers).to(float32).mean(0);
}

}  // namespace tutorial
