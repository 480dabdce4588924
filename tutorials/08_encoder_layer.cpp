// Tutorial 08: the encoder layer. Text: docs/tutorials/08_encoder_layer.md
#include "08_breaks.h"
#include "08_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

void feed_forward() {
  section("FeedForward: each token by itself");
  say("  Attention mixes tokens by weighted means. What to make of the mix is worked out by a hidden layer (step "
      "04b),\n"
      "  the same one for every token: y = fc2(relu(fc1(x))).");
  const int64_t B = 2, T = 3, D = 4, F = 16;
  const guide::FeedForward guided(D, F);
  const Tensor x = randn({B, T, D}), hidden = relu(guided.fc1(x)), y = guided.fc2(hidden);
  check("x: 2 texts, 3 tokens, D = 4", "(2, 3, 4)", x.shape().str());
  check("relu(fc1(x)): F = 16, usually 4 D", "(2, 3, 16)", hidden.shape().str());
  check("fc2(...)", "(2, 3, 4)", y.shape().str());
  claim("the guide's FeedForward is this", equal(y, guided(x)));
  check("parameters: 2*4*16 + 16 + 4", "148", std::to_string(guided.num_parameters()));
  Tensor other = x.clone();
  other.select(1, 1).fill_(9);  // token 1 of both texts
  const Tensor z = guided(other);
  claim("change token 1: token 1 changes, tokens 0 and 2 do not, to the last bit",
        !equal(z.select(1, 1), y.select(1, 1)) && equal(z.select(1, 0), y.select(1, 0)) &&
            equal(z.select(1, 2), y.select(1, 2)));
}

void layer_norms() {
  section("LayerNorm, twice: PyTorch's and the guide's");
  say("  Each token's numbers are moved to mean 0 and stretched to spread 1. By hand for (1, 3): the mean is 2, so -1, "
      "1.\n"
      "  PyTorch divides by the root of the variance over n: ((-1)^2 + 1^2) / 2 = 1. The guide's std divides by n - "
      "1:\n"
      "  2 / 1 = 2, and its root is 1.4142.");
  const Tensor two = tensor({{1.0, 3.0}}), four = tensor({{2.0, 4.0, 4.0, 6.0}});
  check("nn::LayerNorm of (1, 3)", {-1, 1}, nn::LayerNorm({2})(two));
  check("guide::LayerNorm of (1, 3)", {-0.7071, 0.7071}, guide::LayerNorm(2)(two));
  check("nn::LayerNorm of (2, 4, 4, 6)", {-1.4142, 0, 0, 1.4142}, nn::LayerNorm({4})(four));
  check("guide::LayerNorm of (2, 4, 4, 6)", {-1.2247, 0, 0, 1.2247}, guide::LayerNorm(4)(four));
  const Tensor wide = randn({1, 64});
  check("they differ by sqrt((n-1)/n); n = 64", 0.9922,
        (guide::LayerNorm(64)(wide) / nn::LayerNorm({64})(wide)).mean().item());
  say("\n  eps keeps the divisor from 0. PyTorch's 1e-5 is inside the root, the guide's 1e-6 is added to the std:");
  const Tensor close = tensor({{0.0, 0.002}});
  check("nn: 0.001 / sqrt(0.000001 + 0.00001)", {-0.3015, 0.3015}, nn::LayerNorm({2})(close));
  check("guide: 0.001 / (0.0014142 + 0.000001)", {-0.7066, 0.7066}, guide::LayerNorm(2)(close));
  check("(5, 5): 0 / sqrt(eps)", {0, 0}, nn::LayerNorm({2})(tensor({{5.0, 5.0}})));
  claim("ours, four lines of primitives, is nn::LayerNorm",
        allclose(Norm(64)(wide), nn::LayerNorm({64})(wide), 1e-5, 1e-6));

  const Tensor x = randn({3, 8}, {.dtype = float64, .requires_grad = true}), g = randn({3, 8}, {.dtype = float64});
  const Tensor centred = x - x.mean({-1}, true), s = centred.square().mean({-1}, true).sqrt(), y = centred / s;
  (y * g).sum().backward();
  const Tensor by_hand = (g - g.mean({-1}, true) - y * (g * y).mean({-1}, true)) / s;
  claim("dL/dx = (g - mean(g) - y mean(g y)) / s: the tape agrees", allclose(x.grad(), by_hand, 1e-10, 1e-12));
}

// The length of the gradient at the first layer's fc1, after `depth` layers put together as `way` says; and the size
// of the last result.
std::pair<double, double> at_depth(int64_t depth, int way, double enlarged) {
  manual_seed(arguments().seed.value_or(1));
  const nn::TransformerEncoder encoder(32, 4, depth, {.dim_feedforward = 128, .dropout = 0});
  for (Tensor weight : encoder.parameters())
    if (NoGrad guard; weight.dim() == 2) weight.mul_(enlarged);
  Tensor x = randn({8, 6, 32});
  for (size_t i = 0; i < encoder.layers.size(); ++i) {
    const auto& layer = encoder.layers[i];
    const auto attend = [&](const Tensor& in) { return layer.self_attn(in, in, in).output; };
    const auto think = [&](const Tensor& in) { return layer.linear2(relu(layer.linear1(in))); };
    if (way == 0) x = think(attend(x));
    if (way == 1) x = x + attend(x), x = x + think(x);
    if (way == 2) x = layer.norm1(x + attend(x)), x = layer.norm2(x + think(x));
    if (way == 3) x = x + attend(layer.norm1(x)), x = x + think(layer.norm2(x));
  }
  (x * randn(x.shape())).sum().backward();  // a loss whose gradient at the result is of size 1
  return {norm(encoder.layers[0].linear1.weight.grad()).item(), x.detach().square().mean().sqrt().item()};
}

void depth() {
  section("Why a residual connection, and why LayerNorm: the gradient at depth 1, 6, 12");
  say("  The length of the gradient at the first layer, and in brackets the usual size of a number of the result.\n");
  std::vector<double> length;
  for (const double enlarged : {1.0, 2.0}) {
    say("  {:<23} {:<18}{:<18}{}", enlarged < 2 ? "weights as they start" : "all weights times 2", "depth 1", "depth 6",
        "depth 12");
    const char* const names[] = {"alone: f(x)", "residual: x+f(x)", "post-norm: norm(x+f(x))",
                                 "pre-norm: x+f(norm(x))"};
    for (int way = 0; way < 4; ++way) {
      std::string line = fmt::format("  {:<23}", names[way]);
      for (const int64_t depth : {1, 6, 12}) {
        const auto [gradient, size] = at_depth(depth, way, enlarged);
        length.push_back(gradient);
        line += fmt::format(" {:<17}", fmt::format("{:.1e} ({:.1e})", gradient, size));
      }
      say("{}", line.substr(0, line.find_last_not_of(' ') + 1));
    }
    say("");
  }
  const auto at = [&](int table, int way, int column) {
    return length[static_cast<size_t>(12 * table + 3 * way + column)];
  };
  claim("alone, 12 layers leave less than a billionth of it", at(0, 0, 2) < 1e-9 * at(0, 0, 0));
  claim("with the residual connection it arrives", at(0, 1, 2) > at(0, 1, 0) / 3);
  claim("but it explodes as soon as weights grow", at(1, 1, 2) > 1e4 * at(1, 1, 0));
  claim("with a LayerNorm around each it does not", at(1, 2, 2) < 10 * at(1, 2, 0) && at(1, 3, 2) < 20 * at(1, 3, 0));
}

void whole_layer() {
  section("The encoder layer: the same as nn::TransformerEncoderLayer");
  const int64_t B = 2, T = 5, D = 8, H = 2, F = 32;
  for (const bool norm_first : {false, true}) {
    nn::TransformerEncoderLayer library(D, H, {.dim_feedforward = F, .dropout = 0, .norm_first = norm_first});
    EncoderLayer ours(D, H, F, 0, norm_first);
    copy_weights(library, ours);
    const Tensor x = randn({B, T, D}, {.requires_grad = true}), g = randn({B, T, D});
    const Tensor y = ours(x), z = library(x);
    const std::vector<Tensor> mine = grad({(y * g).sum()}, {x, ours.fc1.weight, ours.norm1.weight}),
                              its = grad({(z * g).sum()}, {x, library.linear1.weight, library.norm1.weight});
    const char* const name = norm_first ? "pre-norm" : "post-norm";
    check(fmt::format("{}: x, and y", name), "(2, 5, 8)", y.shape().str());
    claim(fmt::format("{}: the same values", name), allclose(y, z, 1e-5, 1e-5));
    bool same = true;
    for (size_t i = 0; i < mine.size(); ++i) same = same && allclose(mine[i], its[i], 1e-4, 1e-4);
    claim(fmt::format("{}: the same gradients at x, fc1 and norm1", name), same);
  }
  check("parameters: 4(D^2+D) + 2DF + F + D + 4D", "872",
        std::to_string(EncoderLayer(D, H, F, 0, false).num_parameters()));
}

void dropping() {
  section("Dropout");
  const Tensor x = ones({10000}), y = dropout(x, 0.3, true);
  say("  In training each number becomes 0 with probability p = 0.3; the others are divided by 0.7, so that the mean "
      "stays.");
  const double zeros = eq(y, 0.0).to(float32).mean().item();
  say("  of 10000 ones: {:.1f} % are 0, the others {:.4f}, the mean is {:.3f}", 100 * zeros, amax(y).item(),
      y.mean().item());
  claim("about 30 % are 0, and the mean is about 1",
        std::abs(zeros - 0.3) < 0.03 && std::abs(y.mean().item() - 1) < 0.05);
  check("the others: 1 / 0.7", 1.4286, amax(y).item());
  nn::Dropout layer(0.3);
  layer.eval();
  claim("in eval mode it gives x itself", equal(layer(x), x));
}

int lesson() {
  begin("08: the encoder layer", "What must stand around attention so that twelve of them can be stacked?", "a moment",
        1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {feed_forward, layer_norms, depth, whole_layer, dropping}) part();
  return finish(
      {"Attention lets tokens meet; FeedForward works on each by itself.",
       "x + f(x) has the derivative 1 + f'(x): the 1 carries the gradient through any depth.",
       "LayerNorm keeps sizes at 1. After each addition (post-norm) or inside each branch (pre-norm).",
       "The guide's LayerNorm differs from PyTorch's in n - 1 and in the place of eps."},
      {"What does LayerNorm make of 10 x, and of x + 10? What can the following layers not know, therefore?",
       "Multiply a LayerNorm's input by 100. What happens to the gradient that comes out of it, and why is that good?",
       "Train one layer of EncoderLayer on the drawers, with and without fc1 and fc2. Who needs fewer steps?",
       "Forget eval(): ask a model with dropout the same question twice. What finds it?"},
      "scripts/tutorial.sh 09");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "naive_variance", .mistake = "LayerNorm by E[x^2] - E[x]^2", .show = naive_variance},
              {.name = "post_norm_no_warmup", .mistake = "deep post-norm at full rate", .show = post_norm_no_warmup}});
}
