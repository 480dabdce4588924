// Tutorial 03: the linear layer. Text: docs/tutorials/03_linear.md
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

// One entry of the product, term by term: "1*1 + 2*0 + ... + 10 = 18".
std::string written_out(const Tensor& x, const Tensor& weights, double bias) {
  std::string text;
  double sum = bias;
  for (int64_t k = 0; k < x.numel(); ++k) {
    text += fmt::format("{:g}*{:g} + ", x[k].item(), weights[k].item());
    sum += x[k].item() * weights[k].item();
  }
  return text + fmt::format("{:g} = {:g}", bias, sum);
}

int lesson() {
  begin("03: the linear layer", "What does Linear(4, 3) compute, on one example and on a batch, and how does it learn?",
        "a moment", 1);

  section("Three apples and two pears: which shop is cheaper?");
  say("  shop A: 1 and 2 each, delivery 5: 3*1 + 2*2 + 5 = 12     shop B: 2 and 1 each, delivery 3: 3*2 + 2*1 + 3 = "
      "11");
  const Tensor prices = tensor({{1.0, 2.0}, {2.0, 1.0}}), delivery = tensor({5.0, 3.0});
  check("(2) x prices^T (2, 2) + delivery (2)", {12, 11}, matmul(tensor({3.0, 2.0}), prices.t()) + delivery);

  section("y = x W^T + b: four numbers in, three out");
  nn::Linear linear(4, 3);
  check("weight, one row per output", "(3, 4)", linear.weight.shape().str());
  check("weight.t()", "(4, 3)", linear.weight.t().shape().str());
  check("bias", "(3)", linear.bias.shape().str());
  say("\nIt starts with small random weights. We write whole numbers in, so that it can be followed on paper.");
  {
    NoGrad guard;  // a change of weights is not part of any formula
    linear.weight.copy_(tensor({{1.0, 0.0, 2.0, -1.0}, {0.0, 3.0, 1.0, 1.0}, {-2.0, 1.0, 0.0, 2.0}}));
    linear.bias.copy_(tensor({10.0, 20.0, 30.0}));
  }
  show("W", linear.weight.detach());
  show("b", linear.bias.detach());

  section("One example: (4) x (4, 3) + (3) = (3)");
  const Tensor x = tensor({1.0, 2.0, 3.0, 4.0});
  show("x", x);
  check("shape of x", "(4)", x.shape().str());
  for (int64_t i = 0; i < 3; ++i)
    say("  y{} = x . W{} + b{} = {}", i, i, i, written_out(x, linear.weight[i], linear.bias[i].item()));
  check("linear(x)", {13, 33, 38}, linear(x));
  check("its shape", "(3)", linear(x).shape().str());
  check("column 0 of W^T is row 0 of W", {1, 0, 2, -1}, linear.weight.t().select(1, 0).detach());
  say("\nOn paper a vector is a table of one row: (1, 4) x (4, 3) + (1, 3) = (1, 3). The layer takes that as well.");
  check("linear of x as one row, (1, 4)", "(1, 3)", linear(x.unsqueeze(0)).shape().str());

  section("A batch of two: (2, 4) x (4, 3) + (3) = (2, 3)");
  const Tensor batch = tensor({{1.0, 2.0, 3.0, 4.0}, {0.0, 1.0, 0.0, 1.0}});
  show("batch", batch);
  check("shape of batch", "(2, 4)", batch.shape().str());
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 3; ++i)
      say("  y{}{} = x{} . W{} + b{} = {}", n, i, n, i, i,
          written_out(batch[n], linear.weight[i], linear.bias[i].item()));
  const Tensor y = linear(batch);
  check("linear(batch)", {13, 33, 38, 9, 24, 33}, y);
  check("its shape", "(2, 3)", y.shape().str());
  say("\nThe bias (3) was broadcast: the same three numbers for each example.");
  check("bias.expand({2, 3})", {10, 20, 30, 10, 20, 30}, linear.bias.expand({2, 3}));
  claim("the layer is nothing but the primitives", equal(y, matmul(batch, linear.weight.t()) + linear.bias));

  section("Backward: every gradient has the shape of its own tensor");
  // A loss with known dL/dy: L = sum(y * g), so that dL/dy = g.
  const Tensor g = tensor({{1.0, 0.0, 2.0}, {0.0, 1.0, -1.0}});
  Tensor input = batch.clone().requires_grad_();
  (linear(input) * g).sum().backward();
  check("shape of dL/dW", "(3, 4)", linear.weight.grad().shape().str());
  check("shape of dL/db", "(3)", linear.bias.grad().shape().str());
  check("shape of dL/dx", "(2, 4)", input.grad().shape().str());
  say("\nDerived by hand: dL/dW = g^T x, dL/dx = g W, and dL/db sums g over the examples, since each used b once.");
  check("dL/dW", {1, 2, 3, 4, 0, 1, 0, 1, 2, 3, 6, 7}, linear.weight.grad());
  check("dL/dx", {-3, 2, 2, 3, 2, 2, 1, -1}, input.grad());
  check("dL/db", {1, 1, 1}, linear.bias.grad());

  section("Learning: a line through eight points");
  say("Parameters are the numbers that training changes, here slope and offset: the weight and bias of Linear(1, 1).\n"
      "The loss says how wrong they are. A step moves each against its gradient, by the gradient times lr, the "
      "learning rate.\n");
  // y = 2 x - 1 and a little noise. The best line is known in closed form, so we can predict what training must find.
  const Tensor px = tensor({{-2.0}, {-1.5}, {-1.0}, {-0.5}, {0.5}, {1.0}, {1.5}, {2.0}});
  const Tensor noise = tensor({{0.1}, {-0.2}, {0.1}, {0.2}, {-0.1}, {-0.2}, {0.1}, {0.0}});
  const Tensor py = px * 2 - 1 + noise;
  const Tensor dx = px - px.mean(), dy = py - py.mean();
  const double slope = (dx * dy).sum().item() / (dx * dx).sum().item();
  const double offset = py.mean().item() - slope * px.mean().item();
  nn::Linear line(1, 1);
  {
    NoGrad guard;
    line.weight.zero_(), line.bias.zero_();
  }
  optim::SGD sgd(line.parameters(), {.lr = 0.1});
  say("  step   loss     slope    offset");
  for (int step = 0; step <= 60; ++step) {
    sgd.zero_grad();                             // gradients add up, so last step's must go
    const Tensor loss = mse_loss(line(px), py);  // mean of the squared distances
    if (step == 0 || step == 5 || step == 20 || step == 60)
      say("  {:<4}   {:.4f}   {:.4f}   {:.4f}", step, loss.item(), line.weight.item(), line.bias.item());
    loss.backward();
    sgd.step();  // weight -= 0.1 * gradient
  }
  check("slope, least squares and training", slope, line.weight.item());
  check("offset, least squares and training", offset, line.bias.item());

  return finish(
      {"Linear(4, 3) holds W (3, 4) and b (3); y = x W^T + b works on (4), on (2, 4), on any (..., 4).",
       "What is broadcast forward is summed backward.",
       "Training is: loss, backward, a small step against the gradient, again."},
      {"How many multiplications does Linear(4, 3) do for a batch of 32? And Linear(512, 2048) on (32, 50, 512)?",
       "Leave sgd.zero_grad() out. What happens to the line, and why?",
       "Which lr is the largest that still converges, given enough steps? Compare with 2 divided by the loss's second "
       "derivative along the slope.",
       "Start from other weights, far away. Does training end at the same line?",
       "Fit y = x^2 with optim::Adam and two layers, with nn::Tanh between them (step 04b explains why):\n"
       "     nn::Sequential net; net.add<nn::Linear>(1, 16); net.add<nn::Tanh>(); net.add<nn::Linear>(16, 1);"},
      "scripts/tutorial.sh 04");
}

int main(int argc, char** argv) { return run(lesson, argc, argv); }
