// Tutorial 04b: a network with a hidden layer. Text: docs/tutorials/04b_network.md
#include "04b_breaks.h"

using namespace lemma;
using namespace tutorial;

// Adam, written out. p and g are one parameter and its gradient; m and v start as zeros; t counts the steps from 1.
void adam_step(Tensor p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr) {
  NoGrad guard;
  m = m * 0.9 + g * 0.1;                           // running mean of the gradient
  v = v * 0.999 + g * g * 0.001;                   // running mean of its square
  const Tensor mean = m / (1 - std::pow(0.9, t));  // both began at 0: make up for it
  const Tensor square = v / (1 - std::pow(0.999, t));
  p.sub_(mean / (sqrt(square) + 1e-8) * lr);  // about lr in the direction of -sign(g)
}

// Trains two copies of a network side by side, one with optim::Adam. The largest difference of any parameter.
double adam_difference(const Pictures& train, DType type) {
  Network theirs(64, 32, 10), mine(64, 32, 10);
  mine.load_state_dict(theirs.state_dict());
  theirs.to(type), mine.to(type);
  optim::Adam adam(theirs.parameters(), {.lr = 0.01});
  std::vector<Tensor> p = mine.parameters(), m, v;
  for (const Tensor& each : p) m.push_back(zeros_like(each)), v.push_back(zeros_like(each));
  const Tensor x = train.points.to(type);
  for (int t = 1; t <= 50; ++t) {
    theirs.zero_grad(), mine.zero_grad();
    cross_entropy(theirs(x), train.digits).backward();
    adam.step();
    cross_entropy(mine(x), train.digits).backward();
    for (size_t i = 0; i < p.size(); ++i) adam_step(p[i], p[i].grad(), m[i], v[i], t, 0.01);
  }
  double largest = 0;
  const std::vector<Tensor> other = theirs.parameters();
  for (size_t i = 0; i < p.size(); ++i) largest = std::max(largest, amax(abs(p[i] - other[i])).item());
  return largest;
}

// One row of a table: weights `scale` times what they usually start with. The train loss after 10 epochs.
double start_with(double scale, const Pictures& train, const Pictures& dev) {
  Network net(64, 32, 10);
  {
    NoGrad guard;
    for (Tensor p : net.parameters()) p.mul_(scale);
  }
  const Tensor loss = cross_entropy(net(train.points), train.digits);
  loss.backward();
  const double slope = (1 - net.units(train.points).detach().square()).mean().item();  // of tanh, where the units are
  const double gradient = norm(net.hidden.weight.grad()).item();
  const double after = learn(net, train, dev, 10).train.back();
  say("  {:<6} {:.2f}        {:.4f}            {:5.2f} -> {:5.2f}", scale, slope, gradient, loss.item(), after);
  return after;
}

int lesson() {
  begin("04b: a network", "What can a hidden layer do that a linear layer cannot?", "a moment", 1);
  set_num_threads(1);

  section("Two switches and a lamp: on when exactly one switch is on");
  show("x", switches());
  show("lamp", lamp());
  say("Each row of x is an example of two features; lamp holds its class. The formula is the model, the numbers in it\n"
      "that may change are its parameters. A step moves them against the gradient of the loss.\n");
  nn::Linear linear(2, 2);
  check("a linear layer after 500 steps: ln 2", std::log(2.0), learn_all(linear, switches(), lamp(), 500), 1e-3);
  check("it says 1/2 to everything", std::vector<double>(8, 0.5), softmax(linear(switches()).detach(), 1), 0.02);

  section("By hand: two questions first, then one answer");
  say("  h0 = tanh(10 (x0 + x1 - 0.5)): is at least one on?     h1 = tanh(10 (x0 + x1 - 1.5)): are both?\n"
      "  h is a hidden layer: numbers that nobody asked for, made to ask about. tanh is its activation.");
  const Tensor both = switches().sum(1, true);              // (4, 2) -> (4, 1)
  const Tensor h = tanh((both - tensor({0.5, 1.5})) * 10);  // (4, 1) - (2) -> (4, 2)
  check("h: -1 is no, 1 is yes", {-1, -1, 1, -1, 1, -1, 1, 1}, h, 1e-3);
  check("h0 - h1: the lamp is on at 2", {0, 2, 2, 0}, h.select(1, 0) - h.select(1, 1), 1e-3);

  section("Learnt: x (4, 2) -> Linear -> (4, 4) -> tanh -> h (4, 4) -> Linear -> logits (4, 2)");
  const Network net(2, 4, 2);
  check("h, four hidden units", "(4, 4)", net.units(switches()).shape().str());
  check("logits", "(4, 2)", net(switches()).shape().str());
  check("parameters: 2*4 + 4 + 4*2 + 2", 22, static_cast<double>(net.num_parameters()));
  const Tensor before = net.units(switches()).detach();
  const double loss = learn_all(net, switches(), lamp(), 500);
  show("h before", before);
  show("h after ", net.units(switches()).detach());
  claim("the loss is below 0.05", loss < 0.05);
  check("its answers", {0, 1, 1, 0}, argmax(net(switches()), 1));

  section("Backward by hand: four lines");
  const Network small(2, 4, 2);
  cross_entropy(small(switches()), lamp()).backward();
  const Tensor units = small.units(switches()).detach();                                            // (4, 4)
  const Tensor g2 = (softmax(small(switches()).detach(), 1) - one_hot(lamp(), 2).to(float32)) / 4;  // (4, 2)
  const Tensor g1 = matmul(g2, small.out.weight.detach()) * (1 - units * units);                    // (4, 4)
  claim("dL/dW2 = g2^T h, (2, 4)", allclose(matmul(g2.t(), units), small.out.weight.grad(), 1e-4, 1e-6));
  claim("dL/db2 = column sums of g2, (2)", allclose(g2.sum(0), small.out.bias.grad(), 1e-4, 1e-6));
  claim("dL/dW1 = g1^T x, (4, 2)", allclose(matmul(g1.t(), switches()), small.hidden.weight.grad(), 1e-4, 1e-6));
  claim("dL/db1 = column sums of g1, (4)", allclose(g1.sum(0), small.hidden.bias.grad(), 1e-4, 1e-6));

  section("Pictures of digits: 8 x 8 points, ten classes");
  const Pictures dev = make_pictures(1000), train = make_pictures(200), clean = make_pictures(4, 0);
  fmt::print("{}\n", drawn(clean, 4));
  say("  Four pictures, {}. The model sees them with noise; here are the first four train pictures, {}:\n",
      numbers(clean.digits.to_vector<double>()), numbers(train.digits.narrow(0, 0, 4).to_vector<double>()));
  fmt::print("{}\n", drawn(train, 4));
  check("train: 200 pictures of 64 features", "(200, 64)", train.points.shape().str());
  check("dev: others, to test on, never to learn", "(1000, 64)", dev.points.shape().str());
  const double frequent = most_frequent(train, dev), nearest = nearest_mean(train, dev);
  say("  baseline 1, always the most frequent digit: {:.2f} of the dev pictures are right", frequent);
  say("  baseline 2, the digit with the nearest mean: {:.2f}", nearest);

  section("(N, 64) -> Linear -> tanh -> (N, 32) -> Linear -> (N, 10), 40 epochs");
  const Network reader(64, 32, 10);
  check("parameters: 64*32 + 32 + 32*10 + 10", 2410, static_cast<double>(reader.num_parameters()));
  check("loss before training: about ln 10", std::log(10.0), cross_entropy(reader(dev.points), dev.digits).item(), 0.3);
  const Curves curves = learn(reader, train, dev, 40);
  say("  train loss {:.2f} -> {:.3f}", curves.train[0], curves.train.back());
  say("    {}", curve(curves.train));
  say("  dev loss {:.2f} -> {:.2f} after epoch {} -> {:.2f} after 40", curves.dev[0], curves.dev[curves.best],
      curves.best + 1, curves.dev.back());
  say("    {}", curve(curves.dev));
  const double right = accuracy(reader(dev.points), dev.digits);
  say("  right: train {:.2f}, dev {:.2f}", accuracy(reader(train.points), train.digits), right);
  check("it knows the train pictures by heart", 1, accuracy(reader(train.points), train.digits));
  claim("on dev it beats both baselines by 0.05", right > std::max(frequent, nearest) + 0.05);
  claim("overfitting: the dev loss rose by 0.15 or more", curves.dev.back() > curves.dev[curves.best] + 0.15);

  section("The cure: ten times as many pictures");
  const Network better(64, 32, 10);
  const Pictures more = make_pictures(2000);
  learn(better, more, dev, 10);
  const double now = accuracy(better(dev.points), dev.digits);
  say("  right on dev: {:.2f}, nearest mean {:.2f}", now, nearest_mean(more, dev));
  claim("better than with 200 by 0.1 or more", now > right + 0.1);

  section("Why the weights start small and random");
  say("  scale  mean slope  gradient of W1    loss at first -> after 10 epochs");
  const double zero = start_with(0, train, dev), usual = start_with(1, train, dev), large = start_with(30, train, dev);
  claim("from 0 hardly anything is learnt: still above 2", zero > 2);
  claim("from small random weights it is: below 0.5", usual < 0.5);
  claim("from weights 30 times as large it is not: above 2", large > 2);

  section("Adam in ten lines");
  const double single = adam_difference(train, float32), twice = adam_difference(train, float64);
  say("  Largest difference of any parameter after 50 steps: {:.0e} in float32, {:.0e} in float64", single, twice);
  claim("adam_step is optim::Adam, to 1e-5 in float32", single < 1e-5);
  claim("and to 1e-12 in float64: only rounding differs", twice < 1e-12);

  return finish(
      {"A hidden layer makes new features of the old ones; with tanh between, the whole is more than one line.",
       "A network can know its train pictures by heart. Only the dev part says what it has learnt.",
       "Weights start random, so that the units differ, and small, so that tanh is not flat.",
       "Adam divides a running mean of the gradient by the root of that of its square."},
      {"Let units() return hidden(x), without tanh. What is the lamp's loss now, and why?",
       "How few hidden units still learn the lamp? Try 1 to 4 with twenty seeds each.",
       "Stop early: train a network for as many epochs as gave the lowest dev loss. What does that gain?",
       "Give the 200 train pictures random labels. Can the network still learn them? What is right on dev?",
       "Multiply the loss by 1000 before backward. What does Adam do, and what would SGD do?"},
      "scripts/tutorial.sh 05");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_zero_grad", .mistake = "gradients are never cleared", .show = no_zero_grad},
              {.name = "no_activation", .mistake = "two linear layers with nothing between", .show = no_activation},
              {.name = "zero_init", .mistake = "every weight starts at 0", .show = zero_init}});
}
