// Answers to the exercises of tutorial 08.
#include "../08_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// One encoder layer reads the drawers of step 05; `thinks` is false: its feed-forward part is left out.
struct OneLayer : nn::Module {
  explicit OneLayer(bool thinks) : with_fc(thinks) {}
  Tensor operator()(const Drawers& in) const {
    const Tensor x = letters(in.letters) + numbers(in.numbers);  // (B, 5, D)
    const Tensor y = with_fc ? layer(x) : layer.norm1(x + layer.attention(x));
    return read(y.select(1, kDrawers));  // (B, 8)
  }
  bool with_fc;
  nn::Embedding letters = child(this, "letters", kDrawers, 16), numbers = child(this, "numbers", kNumbers + 1, 16);
  EncoderLayer layer = child(this, "layer", 16, 2, 64, 0.0, false);
  nn::Linear read = child(this, "read", 16, kNumbers);
};

void answers() {
  set_num_threads(1);
  exercise(1, "What LayerNorm forgets");
  const nn::LayerNorm norm({8});
  const Tensor x = randn({5, 8});
  claim("LayerNorm(x + 10) = LayerNorm(x)", allclose(norm(x + 10), norm(x), 1e-4, 1e-4));
  claim("LayerNorm(10 x) = LayerNorm(x), but for eps", allclose(norm(x * 10), norm(x), 1e-3, 1e-3));
  say("  So no layer behind it can know how long a token's vector was, or its mean: its direction is all that is "
      "left.");

  exercise(2, "A hundred times larger");
  const Tensor g = randn({5, 8}), small = x.clone().requires_grad_(), large = (x * 100).requires_grad_();
  (norm(small) * g).sum().backward();
  (norm(large) * g).sum().backward();
  check("the gradient is so many times shorter", 100, (lemma::norm(small.grad()) / lemma::norm(large.grad())).item(),
        0.1);
  say("  dL/dx has the factor 1/s. A layer whose results have become too large is moved less in proportion, and one "
      "whose\n"
      "  results are small is moved more: steps stay of one size relative to what they change.");

  exercise(3, "With and without fc1 and fc2");
  std::vector<int> steps;
  for (const bool thinks : {true, false}) {
    const OneLayer model(thinks);
    steps.push_back(-1);
    learn(model, 1, 300, 0.005, [&](int step, double loss) {
      if (steps.back() < 0 && loss < 0.1) steps.back() = step;
    });
    say("  {:<17} loss below 0.1 at step {}", thinks ? "with fc1 and fc2:" : "without:", steps.back());
  }
  claim("either learns, and neither takes twice as long",
        steps[0] > 0 && steps[1] > 0 && steps[1] < 2 * steps[0] && steps[0] < 2 * steps[1]);
  const OneLayer model(true);
  const double share = static_cast<double>(model.layer.fc1.num_parameters() + model.layer.fc2.num_parameters()) /
                       static_cast<double>(model.layer.num_parameters());
  check("fc1 and fc2 hold of the layer's parameters", 0.65, share, 0.02);
  say("  Looking things up is what attention does, so this task hardly needs them, though they are two thirds of the\n"
      "  layer. They pay where something must be worked out from what was found, as in real text.");

  exercise(4, "eval() forgotten");
  nn::TransformerEncoderLayer layer(8, 2, {.dim_feedforward = 32, .dropout = 0.1});
  const Tensor text = randn({1, 5, 8});
  claim("while it trains, the same question has two answers", !allclose(layer(text), layer(text), 1e-3, 1e-3));
  layer.eval();
  claim("after eval() it has one, to the last bit", equal(layer(text), layer(text)));
  say("  What finds it: ask twice and compare. Scores that vary from one evaluation to the next are the symptom.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
