// Answers to the exercises of tutorial 07.
#include "../07_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// (T, D) with any number in place of 10000.
Tensor sines(int64_t T, int64_t D, double base) {
  const Tensor pair = arange(D / 2).to(float64) * (2.0 / static_cast<double>(D));
  const Tensor angle = arange(T).to(float64).unsqueeze(1) * exp(pair * -std::log(base));
  return stack({sin(angle), cos(angle)}, -1).reshape({T, D}).to(float32);
}

// The first place after 0 whose row differs from that of place 0 by less than 0.2 everywhere; T if there is none.
int64_t first_alike(const Tensor& table) {
  const std::vector<double> gaps = (table - table[0]).abs().amax({1}).to_vector<double>();
  return std::find_if(gaps.begin() + 1, gaps.end(), [](double gap) { return gap < 0.2; }) - gaps.begin();
}

// Words and places side by side, in place of their sum.
struct SideBySide : nn::Module {
  Tensor operator()(const Tensor& ids) const {
    const Tensor where = places.expand({ids.size(0), kPlaces, 8});  // (B, T, 8)
    return read(attention(cat({words(ids), where}, -1)).mean(1));   // (B, T, 24 + 8)
  }
  nn::Embedding words = child(this, "words", 3, 24);
  SplitHeads attention = child(this, "attention", 32, 2);
  nn::Linear read = child(this, "read", 32, 2);
  Tensor places = nn::sinusoidal_positions(kPlaces, 8);
};

void answers() {
  set_num_threads(1);
  exercise(1, "100 in place of 10000");
  say("  The hands turn by 1 and by 1/sqrt(100) = 0.1 a token. One round takes 2 pi = 6.28 and 62.8 places. At place "
      "63\n"
      "  the slow hand is back, and the fast one, after 10 rounds and 0.17 radians, nearly so.");
  check("first place within 0.2 of place 0", 63, static_cast<double>(first_alike(sines(2000, 4, 100))));
  check("with 10000", 19, static_cast<double>(first_alike(sines(2000, 4, 10000))));
  say("  The fast hand is nearly back after 3 rounds, 18.85 places, and the slow one has moved by only 0.19. Two "
      "hands\n"
      "  are too few for so large a number. With 16 hands there are some of every speed between:");
  check("D = 32 and 10000: none of 2000", 2000, static_cast<double>(first_alike(sines(2000, 32, 10000))));

  exercise(2, "Places beyond those of training");
  const FirstFinder model(32, Positions::sines);
  learn(model, 300, 0.003, {0, 1, 2, 3, 4, 5, 6, 7});
  const double seen = accuracy(model, {0, 1, 2, 3, 4, 5, 6, 7}), unseen = accuracy(model, {8, 9, 10, 11});
  say("  at 0 to 7: {:.2f}, at 8 to 11: {:.2f}", seen, unseen);
  claim("right where it was trained, and worse than a guess beyond", seen > 0.95 && unseen < 0.4);
  say("  The model relies on hands that rise from place 0 to 7. After that they come down, and 'more' means "
      "'earlier'.\n"
      "  Sines have a value at every place. That does not mean that a model knows what the value means there.");

  exercise(3, "Sines alone");
  const Tensor full = sines(24, 32, 10000), only = slice(full, 1, 0, 32, 2);  // (24, 16): without the cosines
  check("fast sine at places 0 and 22: alike", {0, -0.0089}, tensor({only[0][0].item(), only[22][0].item()}));
  check("one token on: opposite", {0.8415, -0.8462}, tensor({only[1][0].item(), only[23][0].item()}));
  say("  From sin a alone nobody can tell sin(a + r): the hand may be rising or falling. The cosine says which. So a\n"
      "  shift is no linear map any more, and a dot product no longer depends on the distance alone:");
  const Tensor dots = matmul(only, only.t());
  check("place 0 has only sin 0 = 0, so its dot products are all", 0, dots[0].abs().max().item());
  claim("place 10 has others", dots[10].abs().max().item() > 1);

  exercise(4, "Side by side");
  const SideBySide beside;
  learn(beside, 300, 0.003, kAll);
  const double right = accuracy(beside, kAll);
  say("  right answers: {:.2f}", right);
  claim("it learns", right > 0.95);
  const nn::Linear map(32, 32, false);
  const Tensor x = randn({5, 24}), p = randn({5, 8}), w = map.weight.detach();
  claim(
      "a map of both side by side is the sum of two maps",
      allclose(map(cat({x, p}, 1)), matmul(x, w.narrow(1, 0, 24).t()) + matmul(p, w.narrow(1, 24, 8).t()), 1e-4, 1e-5));
  say("  So the first Linear adds them anyway. Side by side the two cannot disturb each other, but each has fewer\n"
      "  numbers, or every map after it more rows: 40 numbers in place of 32 make a map 40*40 / 32*32 = 1.6 times "
      "larger.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
