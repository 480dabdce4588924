// Tutorial 07: positions. Text: docs/tutorials/07_positions.md
#include "07_breaks.h"
#include "07_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

void no_order() {
  section("Attention does not know who came first");
  say("  'dog bites man' and 'man bites dog': the same three vectors, in another order. (T, D) = (3, 8), two heads.");
  SplitHeads attention(8, 2);
  attention.to(float64);
  const Tensor x = randn({1, 3, 8}, {.dtype = float64}), order = tensor({2, 1, 0});
  const Tensor y = attention(x), turned = attention(index_select(x, 1, order));
  check("y", "(1, 3, 8)", y.shape().str());
  claim("the permutation test: permuted tokens give the same rows, permuted",
        allclose(turned, index_select(y, 1, order)));
  claim("so the row of 'dog' is the same, whether it bites or is bitten", allclose(y[0][0], turned[0][2]));
  claim("and the mean of the rows is the same", allclose(y.mean(1), turned.mean(1)));
  const Tensor places = nn::sinusoidal_positions(3, 8).to(float64);
  claim("with positions added to x, it is not",
        !allclose(attention(x + places).mean(1), attention(index_select(x, 1, order) + places).mean(1), 1e-3, 1e-3));
}

// (T, D): pair i of row p is (sin, cos) of the angle p / 10000^(2i/D). D is even.
Tensor sines(int64_t T, int64_t D) {
  const Tensor p = arange(T).to(float64).unsqueeze(1);                             // (T, 1)
  const Tensor pair = arange(D / 2).to(float64) * (2.0 / static_cast<double>(D));  // (D/2), 2i/D
  const Tensor angle = p * exp(pair * -std::log(10000.0));                         // (T, 1) x (D/2) -> (T, D/2)
  return stack({sin(angle), cos(angle)}, -1).reshape({T, D}).to(float32);          // sin, cos, sin, cos, ...
}

void clocks() {
  section("A place in figures: hands of a clock");
  say("  Each pair of numbers is a hand: (sin, cos) of an angle. The first hand turns by 1 radian a token, the next\n"
      "  ones slower and slower: P[p][2i] = sin(p / 10000^(2i/D)), P[p][2i+1] = cos(the same). D = 4: rates 1 and "
      "0.01.");
  const Tensor table = sines(6, 4);
  check("p = 0: sin 0, cos 0, sin 0, cos 0", {0, 1, 0, 1}, table[0]);
  check("p = 2: sin 2, cos 2, sin 0.02, cos 0.02", {0.9093, -0.4161, 0.0200, 0.9998}, table[2]);
  check("p = 5: sin 5, cos 5, sin 0.05, cos 0.05", {-0.9589, 0.2837, 0.0500, 0.9988}, table[5]);
  claim("the library: nn::sinusoidal_positions", allclose(sines(100, 64), nn::sinusoidal_positions(100, 64), 0, 1e-6));
  claim("the guide's positional_encoding is the same",
        allclose(sines(100, 64), guide::positional_encoding(100, 64), 0, 1e-6));
  say("\n  16 places, a line each. 32 numbers, from -1 (blank) to 1 (full): first the 16 sines, then the 16 cosines, "
      "each\n"
      "  from the fastest hand to the slowest:\n");
  const Tensor wide = sines(16, 32);
  fmt::print("{}", shaded(cat({slice(wide, 1, 0, 32, 2), slice(wide, 1, 1, 32, 2)}, 1)));
  const Tensor far = sines(1000, 32), gaps = (far - far[0]).abs().amax({1});  // (1000)
  claim("no other of 1000 places looks like place 0", gaps.narrow(0, 1, 999).min().item() > 0.3);
}

// R with R (sin a, cos a) = (sin(a + k r), cos(a + k r)) for each hand, where r is its rate: (D, D).
Tensor rotation(int64_t k, int64_t D) {
  std::vector<double> r(static_cast<size_t>(D * D));
  for (int64_t i = 0; i < D; i += 2) {
    const double angle = static_cast<double>(k) * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(D));
    const auto at = [&](int64_t row, int64_t column) -> double& { return r[static_cast<size_t>(row * D + column)]; };
    at(i, i) = at(i + 1, i + 1) = std::cos(angle);
    at(i, i + 1) = std::sin(angle), at(i + 1, i) = -std::sin(angle);
  }
  return tensor(r).reshape({D, D}).to(float32);
}

void shifts() {
  section("A shift is a rotation: PE(p + k) = R(k) PE(p)");
  say("  k tokens further, each hand has turned by k times its rate, wherever it began. D = 4, k = 3:");
  const Tensor r = rotation(3, 4), table = sines(50, 32);
  show("R(3)", r);
  check("R(3) PE(2) = PE(5) = sin 5, cos 5, ...", {-0.9589, 0.2837, 0.0500, 0.9988}, matmul(r, sines(6, 4)[2]));
  for (const int64_t k : {1, 3, 20})
    claim(fmt::format("k = {:<2}, D = 32: R(k) PE(p) = PE(p + k) for all p at once", k),
          allclose(matmul(table.narrow(0, 0, 50 - k), rotation(k, 32).t()), table.narrow(0, k, 50 - k), 0, 1e-5));
  say("\n  R(k) is one Linear without a bias: a query map can learn 'look 3 tokens back' once, for all places.");
  const Tensor dots = matmul(table, table.t());  // (50, 32) x (32, 50)
  check("PE(p) . PE(q)", "(50, 50)", dots.shape().str());
  say("  distance q - p     0       1       2       4       8");
  for (const int64_t p : {0, 10, 40})
    say("  from p = {:<2}     {:>6.2f}  {:>6.2f}  {:>6.2f}  {:>6.2f}  {:>6.2f}", p, dots[p][p].item(),
        dots[p][p + 1].item(), dots[p][p + 2].item(), dots[p][p + 4].item(), dots[p][p + 8].item());
  claim("it depends on the distance q - p alone",
        allclose(dots[0].narrow(0, 0, 9), dots[40].narrow(0, 40, 9), 0, 1e-4));
}

void sizes() {
  section("x + P: words and positions share the same numbers, so their sizes matter");
  const int64_t D = 64;
  const nn::Embedding words(1000, D);
  check("a row of sines: D/2 hands of length 1", std::sqrt(D / 2.0), norm(sines(100, D), {1}).mean().item());
  claim("a row of nn::Embedding, N(0, 1): about sqrt(D) = 8",
        std::abs(norm(words.weight.detach(), {1}).mean().item() - 8) < 0.1);
  say("  So with N(0, 1) a token is a little more word than position. Embeddings that start at N(0, 0.1) are 0.8 "
      "long:\n"
      "  7 times shorter than the sines, unless one scales. 'Attention Is All You Need' multiplies the words by "
      "sqrt(D).");
  say("\n  The sum has the gradient 1 with respect to both. A learnt table is one for all texts of a batch:");
  const nn::LearnedPositions learnt(2, 0, 4);  // 4 places of 2 numbers, no dropout
  const Tensor x = zeros({3, 2, 2}, {.requires_grad = true}), g = arange(12).reshape({3, 2, 2}).to(float32);
  (learnt(x) * g).sum().backward();
  check("3 texts of 2 tokens", "(3, 2, 2)", learnt(x).shape().str());
  claim("dL/dx = dL/dy", equal(x.grad(), g));
  check("dL/dP: summed over the texts; places 2, 3: 0", {12, 15, 18, 21, 0, 0, 0, 0}, learnt.embedding.weight.grad());
}

void task() {
  section("A task about order: does A come before B?");
  say("  Rows of 12 tokens such as '. . A . . . B . . . . .', new ones in every step, 300 steps of 64.\n");
  say("  positions   loss    right answers");
  const auto score = [&](const char* name, Positions kind) {
    const FirstFinder model(32, kind);
    const double loss = learn(model, 300, 0.003, kAll), right = accuracy(model, kAll);
    say("  {:<9}   {:.3f}   {:.2f}", name, loss, right);
    return right;
  };
  claim("without positions: chance", std::abs(score("none", Positions::none) - 0.5) < 0.06);
  claim("with sines: more than 0.95", score("sines", Positions::sines) > 0.95);
  claim("with a learnt table: more than 0.95", score("learnt", Positions::learnt) > 0.95);

  say("\n  And places they never saw? In training the letters stand at even places (0, 2, 4 ...). Means of 4 "
      "models:\n");
  say("  positions   at even places   at odd places");
  const auto elsewhere = [&](const char* name, Positions kind) {
    double even = 0, odd = 0;
    for (int run = 0; run < 4; ++run) {
      const FirstFinder model(32, kind);
      learn(model, 300, 0.003, kEven);
      even += accuracy(model, kEven) / 4, odd += accuracy(model, kOdd) / 4;
    }
    say("  {:<9}   {:.2f}             {:.2f}", name, even, odd);
    return odd;
  };
  const double by_sines = elsewhere("sines", Positions::sines), by_table = elsewhere("learnt", Positions::learnt);
  claim("sines vary smoothly: place 5 lies between 4 and 6", by_sines > 0.85);
  claim("a learnt table knows less: its rows for odd places never stood under a letter", by_table < by_sines - 0.1);
}

int lesson() {
  begin("07: positions", "Attention sees tokens without order. How does a token come to carry its place?", "a moment",
        1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {no_order, clocks, shifts, sizes, task}) part();
  return finish(
      {"Attention treats a text as a heap: permute the tokens, and the results are permuted, nothing else.",
       "A position is a vector that is added to the token's: hands of clocks that turn at different rates.",
       "A shift by k is one rotation for all places, so 'k tokens back' can be learnt once.",
       "Words and positions are added, so neither should be much larger than the other."},
      {"Put 100 in place of 10000, with D = 4. Which is the first place whose row looks like that of place 0?",
       "Train the sines' model with letters at places 0 to 7, and test it with both at 8 to 11. What happens?",
       "Leave out the cosines: D/2 sines only. Which property of this lesson is lost?",
       "Concatenate instead of adding: 24 numbers for the word, 8 for the place. Does it learn? What does it cost?"},
      "scripts/tutorial.sh 08");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_positions", .mistake = "positions that are never added", .show = no_positions},
              {.name = "forgotten_scale", .mistake = "words and positions of unlike size", .show = forgotten_scale}});
}
