// Tutorial 04b: a network with a hidden layer. Text: docs/tutorials/04b_network.md
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

// The four examples of XOR: two features each, and the class, 1 where exactly one feature is 1.
const Tensor& inputs() {
  static const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  return x;
}
const Tensor& truth() {
  static const Tensor y = tensor({0, 1, 1, 0});
  return y;
}

// Steps of Adam on all four examples at once; the last loss.
double learn(nn::Module& model, const std::function<Tensor(const Tensor&)>& forward, int steps) {
  optim::Adam adam(model.parameters(), {.lr = 0.05});
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    const Tensor loss = cross_entropy(forward(inputs()), truth());
    loss.backward();
    adam.step();
    last = loss.item();
  }
  return last;
}

int lesson() {
  begin("04b: a network", "What can a hidden layer do that a linear layer cannot?", "a moment", 1);
  set_num_threads(1);

  section("A linear layer alone stays at ln 2");
  nn::Linear linear(2, 2);
  check("loss after 500 steps", std::log(2.0),
        learn(
            linear, [&](const Tensor& x) { return linear(x); }, 500),
        1e-3);

  section("(4, 2) -> Linear -> tanh -> (4, 8) -> Linear -> (4, 2)");
  nn::Sequential net;
  net.add<nn::Linear>(2, 8);
  net.add<nn::Tanh>();
  net.add<nn::Linear>(8, 2);
  const double loss = learn(
      net, [&](const Tensor& x) { return net(x); }, 500);
  claim("one hidden layer: a loss below 0.05", loss < 0.05);

  check("its answers", {0, 1, 1, 0}, argmax(net(inputs()), 1));

  section("Adam in ten lines");
  Tensor mine = tensor({1.0, -2.0, 3.0}), theirs = mine.clone().requires_grad_();
  Tensor m = zeros({3}), v = zeros({3});
  optim::Adam adam({theirs}, {.lr = 0.05});
  for (int t = 1; t <= 20; ++t) {
    adam.zero_grad();
    (theirs * theirs).sum().backward();
    adam.step();
    const Tensor g = mine * 2;      // the gradient of the sum of squares
    m = m * 0.9 + g * 0.1;          // its running mean
    v = v * 0.999 + g * g * 0.001;  // the running mean of its square
    const Tensor mean = m / (1 - std::pow(0.9, t)), square = v / (1 - std::pow(0.999, t));
    mine = mine - mean / (sqrt(square) + 1e-8) * 0.05;
  }
  claim("after 20 steps it is optim::Adam, to 1e-6", allclose(mine, theirs.detach(), 1e-6, 1e-6));

  return finish({"A linear layer cannot tell XOR; a hidden layer with tanh between two linear ones can."},
                {"Take nn::Tanh out. What is the loss now, and why?", "How few hidden units still learn XOR?",
                 "Start with all weights 0. What happens to the hidden units?"},
                "build/tutorials/05_self_attention");
}

void no_activation() {
  nn::Linear a(2, 8), b(8, 2);
  const Tensor together = matmul(b.weight, a.weight), bias = matmul(b.weight, a.bias) + b.bias;
  claim("two linear layers are one, with W = W2 W1 and b = W2 b1 + b2",
        allclose(b(a(inputs())), matmul(inputs(), together.t()) + bias, 1e-5, 1e-6));
}

void zero_init() {
  nn::Linear a(2, 8), b(8, 2);
  {
    NoGrad guard;
    for (nn::Linear* layer : {&a, &b}) layer->weight.fill_(0.1), layer->bias.zero_();
  }
  cross_entropy(b(tanh(a(inputs()))), truth()).backward();
  const Tensor g = a.weight.grad();
  claim("a table of gradients: every hidden unit has the same row", allclose(g, g[0].expand({8, 2})));
}

void no_zero_grad() {
  Tensor w = tensor({1.0}, {.requires_grad = true});
  for (int step = 1; step <= 3; ++step) {
    (w * w).sum().backward();
    check("gradient of w^2 at w = 1, never cleared", 2.0 * step, w.grad().item());
  }
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_activation", .mistake = "two linear layers with nothing between", .show = no_activation},
              {.name = "zero_init", .mistake = "every weight starts alike", .show = zero_init},
              {.name = "no_zero_grad", .mistake = "gradients are never set back", .show = no_zero_grad}});
}
