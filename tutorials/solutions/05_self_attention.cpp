// Answers to the exercises of tutorial 05.
#include "../05_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

void answers() {
  set_num_threads(1);
  exercise(1, "A sharper query");
  // The weight is e^s / (e^s + 1 + e^-s). Without e^-s: e^s = 99 (1 + small), so s is about ln 99.
  const auto first_weight = [](double s) { return softmax(tensor({s, 0.0, -s}), 0)[0].item(); };
  say("  e^s / (e^s + 1 + e^-s) = 0.99 gives e^s = 99 (1 + e^-s): s is a little more than ln 99 = {:.4f}.",
      std::log(99));
  double low = 1, high = 10;  // the weight grows with s, so halve the interval in which it passes 0.99
  while (high - low > 1e-5) (first_weight((low + high) / 2) < 0.99 ? low : high) = (low + high) / 2;
  check("s", 4.6052, high, 1e-3);
  claim("4.5 is too little, 4.7 is enough", first_weight(4.5) < 0.99 && first_weight(4.7) > 0.99);

  exercise(2, "Permuted tokens");
  const Tensor x = randn({5, 8}), order = tensor({3, 0, 4, 1, 2});
  const nn::Linear queries(8, 8, false), keys(8, 8, false), values(8, 8, false);
  const auto y_of = [&](const Tensor& in) { return attend(queries(in), keys(in), values(in)); };
  claim("y is permuted in the same way, and otherwise the same",
        allclose(y_of(index_select(x, 0, order)), index_select(y_of(x), 0, order), 1e-5, 1e-6));
  say("  So attention does not know which token came first. 'dog bites man' and 'man bites dog' are the same to it,\n"
      "  until step 07 adds positions.");

  exercise(3, "Scores divided by -sqrt(d)");
  const Reader opposed(16, [](const Tensor& q, const Tensor& k) { return attention_weights(-q, k); });
  learn(opposed, 1, 200, 0.01, [](int, double) {});
  claim("it learns: more than 99 of 100 right", accuracy(opposed, 1).item() > 0.99);
  say("  -(q . k) = (-q) . k: a query map with the opposite sign undoes the minus, and training can find it as "
      "easily.\n"
      "  The maps start at random, with no sign preferred. Only the root's size matters, not its sign.");

  exercise(4, "Two drawers with the same letter");
  const Reader reader(16);
  learn(reader, 1, 400, 0.01, [](int, double) {});
  const Drawers two{tensor({{2, 2, 0, 1, 2}}), tensor({{5, 2, 7, 1, kUnknown}}), tensor({{5}})};  // c5 c2 a7 b1 c?
  say("  {}", token_names(two));
  const Tensor weights = reader.weights(two)[0][kDrawers];
  say("  {}", shades(weights));
  claim("both c together get more than 0.9 of the weight", (weights[0] + weights[1]).item() > 0.9);
  const Tensor chances = softmax(reader(two), 1)[0];
  for (int64_t n = 0; n < kNumbers; ++n) say("  answer {}: {:.2f}", n, chances[n].item());
  claim("5 and 2 together are more than 0.9 of the answer", (chances[5] + chances[2]).item() > 0.9);
  say("  The letters agree alike, so the scores differ only by what the numbers add to the keys. The value read is a "
      "mix\n"
      "  of both rows, and which of the two the answer prefers is chance: no example of training asked for it.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
