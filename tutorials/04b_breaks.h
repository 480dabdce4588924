#pragma once
/// The classic mistakes of tutorial 04b, made on purpose, and what finds them.

#include "04b_model.h"
#include "tutorial.h"

namespace tutorial {

/// What 60 steps of gradient descent on all train pictures at once end with.
struct Descent {
  double train = 0, dev = 0, gradient = 0;
};

inline Descent descend(const char* name, const Pictures& train, const Pictures& dev, bool clear) {
  const Network net(64, 32, 10);
  optim::SGD sgd(net.parameters(), {.lr = 1});
  std::vector<double> curves[2];
  Descent now;
  say("  {}", name);
  for (int step = 0; step <= 60; ++step) {
    if (clear) sgd.zero_grad();
    now.dev = cross_entropy(net(dev.points), dev.digits).item();
    const Tensor loss = cross_entropy(net(train.points), train.digits);
    loss.backward();
    now.train = loss.item(), now.gradient = optim::grad_norm(net.parameters());
    curves[0].push_back(now.train), curves[1].push_back(now.dev);
    if (step % 15 == 0)
      say("    step {:<3}  train loss {:5.2f}   dev loss {:5.2f}   gradient {:.3f}", step, now.train, now.dev,
          now.gradient);
    sgd.step();
  }
  say("    train loss {}\n    dev loss   {}\n", curve(curves[0]), curve(curves[1]));
  return now;
}

inline void no_zero_grad() {
  set_num_threads(1);
  const Pictures train = make_pictures(200), dev = make_pictures(1000);
  const Descent right = descend("with zero_grad()", train, dev, true), wrong = descend("without it", train, dev, false);
  say("  backward adds to what is there, so each step goes along the sum of all gradients so far: a ball that rolls\n"
      "  without friction. The train loss falls, even faster. But the weights roll on long after all train pictures "
      "are\n"
      "  right, and what the network then gets wrong, it gets wrong with certainty. Two tools find it: the curve of "
      "the\n"
      "  dev loss, and the gradient norms, which grow and stay where they should shrink with the loss.");
  claim("the dev loss ends 3 times as high or more", wrong.dev > 3 * right.dev);
  claim("the gradient ends 5 times as long or more", wrong.gradient > 5 * right.gradient);
  claim("the train loss alone would have hidden it", wrong.train < right.train);
  say("\n  The sure sign: nothing moves, and still a second backward gives twice the gradient.");
  const Network net(64, 32, 10);
  cross_entropy(net(train.points), train.digits).backward();
  const double once = optim::grad_norm(net.parameters());
  cross_entropy(net(train.points), train.digits).backward();
  check("second norm divided by the first", 2, optim::grad_norm(net.parameters()) / once);
}

inline void no_activation() {
  const nn::Sequential net{nn::Linear(2, 16), nn::Linear(16, 2)};
  say("  What finds it: a few examples that the model must be able to learn by heart. Here are four, and it has\n"
      "  {} parameters; a loss that stays at ln 2 says that they cannot be used.",
      net.num_parameters());
  check("the lamp's loss after 500 steps", std::log(2.0), learn_all(net, switches(), lamp(), 500), 1e-3);
  const Network right(2, 16, 2);
  claim("with tanh it is below 0.05", learn_all(right, switches(), lamp(), 500) < 0.05);
  say("\n  The graph of step 02 says why: explain() has no tanh in it.");
  claim("no tanh in the graph", explain(net(switches())).find("tanh") == std::string::npos);
  claim("the right network has one there", explain(right(switches())).find("tanh") != std::string::npos);
  say("\n  Two linear layers are one: W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2).");
  const auto &a = net.at<nn::Linear>(0), &b = net.at<nn::Linear>(1);
  const Tensor W = matmul(b.weight, a.weight), bias = matmul(b.weight, a.bias) + b.bias;
  check("W2 W1: (2, 16) x (16, 2)", "(2, 2)", W.shape().str());
  claim("one layer with these weights gives the same",
        allclose(net(switches()), matmul(switches(), W.t()) + bias, 1e-4, 1e-5));
}

/// Makes all hidden units alike: `value` in every weight, half of it for class 1, and biases of 0. Shows the length
/// of each parameter's gradient.
inline void gradient_table(const Network& net, double value) {
  {
    NoGrad guard;
    for (const auto& [name, p] : net.named_parameters()) Tensor(p).fill_(name.ends_with("weight") ? value : 0);
    net.out.weight[1].mul_(0.5);
  }
  cross_entropy(net(switches()), lamp()).backward();
  for (const auto& [name, p] : net.named_parameters()) say("    {:<14} {}", name, number(norm(p.grad()).item()));
}

inline void zero_init() {
  set_num_threads(1);
  say("  The lamp once more, all weights 0. What finds it: a table of gradient norms before the first step.\n");
  const Network zero(2, 4, 2);
  gradient_table(zero, 0);
  say("\n  h = tanh(0) = 0, so dL/dW2 = g2^T h = 0. W2 = 0, so g1 = g2 W2 ... = 0. And the mean of g2 is 0, since the\n"
      "  lamp is on as often as off. Nothing can ever move:");
  check("loss after 500 steps", std::log(2.0), learn_all(zero, switches(), lamp(), 500));
  say("\n  Weights of 0.5 (0.25 for class 1) are no better. There are gradients, but each hidden unit has the same:\n");
  const Network alike(2, 4, 2);
  gradient_table(alike, 0.5);
  const Tensor g = alike.hidden.weight.grad(), w = alike.hidden.weight.detach();
  claim("the rows of dL/dW1, one for each unit, are equal", norm(g).item() > 0.01 && allclose(g, g[0].expand({4, 2})));
  say("\n  So four units stay one. One unit orders the four settings along a line, and a line cannot put two in the "
      "middle\n"
      "  and say yes to them alone. At best it parts one from three: the one is certain, the three are 1/3 to 2/3, so\n"
      "  the loss is 3/4 (1/3 ln 3 + 2/3 ln 3/2) = 0.4774.");
  check("loss after 1000 steps", 0.4774, learn_all(alike, switches(), lamp(), 1000), 0.01);
  claim("and the rows of W1 still are equal", allclose(w, w[0].expand({4, 2}), 1e-3, 1e-4));
}

}  // namespace tutorial
