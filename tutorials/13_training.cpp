// Tutorial 13: training. Text: docs/tutorials/13_training.md
#include "13_breaks.h"
#include "13_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

// The learning rate of "Attention Is All You Need". t counts from 1.
double rate_of_the_paper(int64_t t, double width, double warmup) {
  const double n = static_cast<double>(t);
  return std::pow(width, -0.5) * std::min(std::pow(n, -0.5), n * std::pow(warmup, -1.5));
}

void step_sizes() {
  section("How large a step? The bowl L(w) = w^2, gradient 2 w");
  say("  One step is w <- w - lr * 2 w = (1 - 2 lr) w. Ten steps multiply w = 1 by (1 - 2 lr)^10:");
  for (const double lr : {0.01, 0.1, 0.5, 0.95, 1.05}) {
    Tensor w = tensor({1.0}, {.requires_grad = true});
    optim::SGD sgd({w}, {.lr = lr});
    for (int step = 0; step < 10; ++step) {
      sgd.zero_grad();
      (w * w).sum().backward();
      sgd.step();
    }
    check(fmt::format("lr {}: w after 10 steps", lr), std::pow(1 - 2 * lr, 10), w.item());
  }
  say("  Too low: hardly moved. Too high: each step lands further away on the other side.");
}

void first_step() {
  section("Adam's first step has the same size for every gradient");
  say("  After one step both running means are the gradient g and g^2 themselves: lr * g / sqrt(g^2) = lr * sign(g).");
  Tensor w = zeros({3}, {.requires_grad = true});
  optim::Adam adam({w}, adam_of_the_paper(0.01));
  (w * tensor({1e-4, -2.0, 500.0})).sum().backward();  // these are the gradients
  adam.step();
  check("gradients 0.0001, -2, 500: w after a step", {-0.01, 0.01, -0.01}, w);
  say("  One batch decides the direction of every parameter, however unsure it is. Hence: begin with small steps.");
}

void schedule() {
  section("Warm-up: lr(t) = D^-1/2 * min(t^-1/2, t * W^-3/2)");
  say("  t: the step, from 1. D: the model's width. W: the steps of warm-up. The paper has D = 512 and W = 4000.");
  check("t = 1: 512^-0.5 * 4000^-1.5, in millionths", 0.1747, 1e6 * rate_of_the_paper(1, 512, 4000));
  check("t = 4000, the peak: (512 * 4000)^-0.5, in millionths", 698.7712, 1e6 * rate_of_the_paper(4000, 512, 4000));
  check("t = 16000: half of the peak", 0.5, rate_of_the_paper(16000, 512, 4000) / rate_of_the_paper(4000, 512, 4000));
  Tensor w = tensor({1.0}, {.requires_grad = true});
  optim::Adam adam({w}, adam_of_the_paper(std::pow(512.0 * 4000, -0.5)));
  optim::WarmupInverseSqrtLR library(adam, 4000);
  double off = 0;
  std::vector<double> rates;
  for (int64_t t = 1; t <= 20000; ++t) {
    off = std::max(off, std::abs(adam.lr() / rate_of_the_paper(t, 512, 4000) - 1));
    rates.push_back(adam.lr());
    library.step();
  }
  say("  {}  20000 steps", curve(rates, 0, rates[3999]));
  claim("optim::WarmupInverseSqrtLR with the peak as its lr is the same, 20000 steps long", off < 1e-9);

  say("\n  The guide's slide 12 has Adam(lr=0) and lr_lambda(step) = min((step + 1)^-0.5, step * W^-1.5).");
  const auto slide = [](int64_t step) {
    const double s = static_cast<double>(step);
    return std::min(std::pow(s + 1, -0.5), s * std::pow(4000, -1.5));
  };
  say("  LambdaLR multiplies lr by it, and 0 times anything is 0:");
  check("w = 1 after 100 steps has moved by", 0, moved_with(0, slide), 0);
  check("With lr = 1, D^-0.5 is missing: the peak is too high by sqrt(512)", std::sqrt(512.0),
        slide(4000) / rate_of_the_paper(4000, 512, 4000), 0.01);
  check("and at step 0, where it should count from 1, it is", 0, slide(0), 0);
  say("  Right: lr = 1, and the whole formula as the factor. w moves by about 1 + 2 + ... + 100 = 5050 first rates.");
  const auto paper = [](int64_t step) { return rate_of_the_paper(step + 1, 512, 4000); };
  check("w has moved by", 5050 * paper(0), moved_with(1, paper), 1e-5);
}

void deep() {
  section("With and without: four runs of a model of 12 layers");
  const Drawers one = make_drawers(2, 1);
  const DeepReader shown(12, true);
  check("letters, and numbers: B = 2 texts of 5 tokens", "(2, 5)", one.letters.shape().str());
  check("embedded: (B, T, D)", "(2, 5, 32)", shown.embed(one).shape().str());
  check("the encoder of step 08, 12 layers", "(2, 5, 32)", shown.encoder(shown.embed(one)).shape().str());
  check("the question's row, as 8 logits", "(2, 8)", shown(one).shape().str());
  say("\n  The drawers of step 05 in 400 batches of 32. Peak rate 0.005, warm-up 100 steps. Loss from 0 to 3:\n");
  double right[2][2];
  for (const bool norm_first : {false, true})
    for (const bool warm : {false, true}) {
      manual_seed(arguments().seed.value_or(1));
      const DeepReader model(12, norm_first);
      std::vector<double> losses;
      learn_deep(model, 400, warm ? 100 : 1, [&](int, double loss) { losses.push_back(loss); });
      right[norm_first][warm] = accuracy(model, 1).item();
      say("  {:<9} {:<15} {}  right answers {:.2f}", norm_first ? "pre-norm" : "post-norm",
          warm ? "warm-up" : "no warm-up", curve(losses, 0, 3), right[norm_first][warm]);
    }
  claim("post-norm without warm-up learns next to nothing", right[0][0] < 0.5);
  claim("post-norm with warm-up learns it", right[0][1] > 0.99);
  claim("pre-norm learns it either way", right[1][0] > 0.99 && right[1][1] > 0.99);
}

void clipping() {
  section("Clipping: one bad batch must not undo a hundred good ones");
  Tensor w = zeros({2}, {.requires_grad = true});
  (w * tensor({3.0, 4.0})).sum().backward();
  check("gradient (3, 4): its norm", 5, optim::clip_grad_norm_({w}, 1));
  check("clipped to norm 1: the same direction", {0.6, 0.8}, w.grad());
  say("\n  y = 2 x1 - x2 learnt by SGD, lr 0.1, batches of 16. In batch 60 one target is 10000 for 1.0000, "
      "mistyped:\n");
  double after[2];
  for (const bool clip : {false, true}) {
    const std::vector<double> off = with_a_bad_batch(clip);
    after[clip] = off[59];
    say("  {:<16} {}  off by {:.3f} before, {:.2f} after", clip ? "clipped to 1" : "without clipping", curve(off, 0, 3),
        off[58], off[59]);
  }
  claim("without clipping the bad batch throws v by more than 10", after[0] > 10);
  claim("with it by lr * 1 = 0.1 at most", after[1] < 0.11);
}

void sheets() {
  section("A healthy run, and seven that are not");
  say("  Two pre-norm layers, dropout 0.5, 2000 drawers to learn from and 1000 for dev, 6 epochs of 40 batches.\n"
      "  Norm: of the gradients, last 20 steps. Moved: how far all parameters went, in their own first length.\n");
  std::vector<Sheet> s;
  say("           {}", kSheetHead);
  for (const Fault& fault : faults()) {
    manual_seed(arguments().seed.value_or(1));
    s.push_back(Run(fault).learn());
    say("  {:<7}  {}", s.size() == 1 ? "healthy" : std::string(1, static_cast<char>('A' + s.size() - 2)),
        line_of(s.back()));
    std::fflush(stdout);
  }
  claim("the healthy run learns it", s[0].dev > 0.98);
  say("\n  Which is which? Too high a rate, too low a rate, no zero_grad, softmax before cross_entropy, labels that\n"
      "  belong to other examples, examples sorted by answer, eval() forgotten. Decide first; each --break NAME of\n"
      "  this step (see --help) shows one of them with the proof, and the page has the reasons.");
}

int lesson() {
  begin("13: training", "Why does a run of training go wrong, and how do you see which of the usual causes it is?",
        "ten seconds", 1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {step_sizes, first_step, schedule, deep, clipping, sheets}) part();
  return finish(
      {"Adam's first steps are all of full size; a deep post-norm model needs a warm-up to survive them.",
       "Clipping bounds what one bad batch can do, and keeps the direction.",
       "Read a run by its loss next to ln C, the gradient norm, how far the parameters moved, and train beside dev."},
      {"Write the four curves of the 12 layers as one SVG with viz::curves_svg.",
       "Let the bad batch meet Adam in place of SGD, with and without clipping. What lasts longer, and why?",
       "How deep may a post-norm model be without warm-up? And how much does a warm-up of only 10 steps save?",
       "The warm-up rises in a straight line. What does the peak cost if W is 4 times as long?",
       "Break a run in two ways at once. Which fault shows, and which hides?"},
      "scripts/tutorial.sh 14");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "rate_too_high", .mistake = "a learning rate 100 times too high", .show = rate_too_high},
              {.name = "rate_too_low", .mistake = "a learning rate 100 times too low", .show = rate_too_low},
              {.name = "no_zero_grad", .mistake = "gradients are never set back", .show = no_zero_grad},
              {.name = "softmax_first", .mistake = "softmax before cross_entropy", .show = softmax_first},
              {.name = "wrong_labels", .mistake = "labels that belong to other examples", .show = wrong_labels},
              {.name = "sorted_data", .mistake = "examples sorted by their answers", .show = sorted_data},
              {.name = "eval_forgotten", .mistake = "dropout left on while measuring", .show = eval_forgotten},
              {.name = "no_warm_up", .mistake = "a deep post-norm model at full rate at once", .show = no_warm_up}});
}
