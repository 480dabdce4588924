// Answers to the exercises of tutorial 03.
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// The eight points of the lesson.
const Tensor& px() {
  static const Tensor x = tensor({{-2.0}, {-1.5}, {-1.0}, {-0.5}, {0.5}, {1.0}, {1.5}, {2.0}});
  return x;
}
const Tensor& py() {
  static const Tensor y = px() * 2 - 1 + tensor({{0.1}, {-0.2}, {0.1}, {0.2}, {-0.1}, {-0.2}, {0.1}, {0.0}});
  return y;
}

// Trains a line from `slope` and offset 0, and gives its slope after each step.
std::vector<double> slopes(double lr, int steps, double slope = 0, bool clear = true) {
  nn::Linear line(1, 1);
  {
    NoGrad guard;
    line.weight.fill_(slope), line.bias.zero_();
  }
  optim::SGD sgd(line.parameters(), {.lr = lr});
  std::vector<double> all;
  for (int step = 0; step < steps; ++step) {
    if (clear) sgd.zero_grad();
    mse_loss(line(px()), py()).backward();
    sgd.step();
    all.push_back(line.weight.item());
  }
  return all;
}

void answers() {
  set_num_threads(1);
  const double best = 1.98666667;  // least squares, as in the lesson

  exercise(1, "Multiplications");
  say("  Each row of the batch meets every weight once.");
  check("32 rows times 3*4 weights", 384, static_cast<double>(32 * nn::Linear(4, 3).weight.numel()));
  check("32*50 rows times 2048*512 weights", "1677721600",
        std::to_string(32 * 50 * nn::Linear(512, 2048).weight.numel()));

  exercise(2, "Without sgd.zero_grad()");
  const std::vector<double> piled = slopes(0.1, 60, 0, false);
  const auto [low, high] = std::minmax_element(piled.begin() + 40, piled.end());
  say("  The slope swings between {:.2f} and {:.2f} for ever, around {:.2f}, instead of coming to rest there.", *low,
      *high, best);
  claim("even in the last 20 steps it goes 1 below and above", *low < best - 1 && *high > best + 1);
  say("  Each step goes along the sum of all gradients so far. At the lowest point that sum is largest, not 0, so the\n"
      "  line runs past it, like a ball in a bowl without friction.");

  exercise(3, "The largest lr");
  const double second = 2 * (px() * px()).mean().item();  // of the mean of (slope x + offset - y)^2, along the slope
  check("second derivative along the slope: 2 mean(x^2)", 3.75, second);
  check("2 / 3.75", 0.5333, 2 / second);
  check("lr = 0.53, 3000 steps: it arrives", best, slopes(0.53, 3000).back());
  claim("lr = 0.54, 3000 steps: it runs away", !(std::abs(slopes(0.54, 3000).back()) < 1e6));
  say("  A step multiplies the distance from the goal by 1 - 3.75 lr: -0.9875 with 0.53, -1.025 with 0.54. Between -1 "
      "and 1\n"
      "  it shrinks. Along the offset the second derivative is 2, so there lr could be up to 1.");

  exercise(4, "Other weights to begin with");
  for (const double from : {-1000.0, -1.0, 5.0, 1000.0})
    check(fmt::format("slope from {:g}, 200 steps", from), best, slopes(0.1, 200, from).back(), 1e-3);
  say("  The loss is a bowl: it has one lowest point, and every way down leads there.");

  exercise(5, "A curve: y = x^2");
  nn::Sequential net;
  net.add<nn::Linear>(1, 16);
  net.add<nn::Tanh>();
  net.add<nn::Linear>(16, 1);
  optim::Adam adam(net.parameters(), {.lr = 0.01});
  for (int step = 0; step < 500; ++step) {
    adam.zero_grad();
    mse_loss(net(px()), px() * px()).backward();
    adam.step();
  }
  const double loss = mse_loss(net(px()), px() * px()).item();
  say("  loss {:.5f}; at 1.25, between two points, it says {:.3f} for {:.3f}", loss, net(tensor({{1.25}})).item(),
      1.5625);
  claim("the loss is below 0.01", loss < 0.01);
  const double flat = (px() * px() - (px() * px()).mean()).square().mean().item();
  say("  The best straight line is flat, by symmetry, and has a loss of {:.2f}.", flat);
  claim("a hundredth of the best straight line's", loss < flat / 100);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
