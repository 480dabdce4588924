// Answers to the exercises of tutorial 04.
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// x - logsumexp(x), from primitives; the largest number is taken out first, as in softmax.
Tensor my_log_softmax(const Tensor& x) {
  const Tensor shifted = x - amax(x, {-1}, true).detach();
  return shifted - log(exp(shifted).sum(-1, true));
}

// safe_softmax of the lesson, with and without detach.
Tensor shifted_softmax(const Tensor& x, bool detach) {
  const Tensor m = amax(x, {0}, true), shifted = x - (detach ? m.detach() : m);
  return exp(shifted) / exp(shifted).sum(0, true);
}

void answers() {
  exercise(1, "Temperature");
  const Tensor x = tensor({1.0, 2.0, 3.0});
  for (const double temperature : {0.1, 1.0, 10.0})
    show(fmt::format("temperature {:>4g}", temperature), softmax(x / temperature, 0));
  check("towards 0 the largest takes all", {0, 0, 1}, softmax(x / 0.01, 0));
  check("towards infinity all become equal", {1.0 / 3, 1.0 / 3, 1.0 / 3}, softmax(x / 1e6, 0));
  say("  Dividing by a temperature stretches or shrinks the differences, and only differences count.");

  exercise(2, "log_softmax(x) = x - logsumexp(x)");
  const Tensor rows = randn({2, 4}, {.dtype = float64, .requires_grad = true});
  claim("it is the logarithm of softmax", allclose(my_log_softmax(rows), log(softmax(rows, 1)), 1e-10, 1e-12));
  claim("its gradient: central differences agree",
        static_cast<bool>(gradcheck([](const std::vector<Tensor>& in) { return my_log_softmax(in[0]); }, {rows})));
  check("and it survives large numbers", {-1000, 0}, my_log_softmax(tensor({0.0, 1000.0})));

  exercise(3, "Two classes: softmax of (z, 0) is sigmoid(z)");
  say("  On paper: e^z / (e^z + e^0) = 1 / (1 + e^-z), after dividing both by e^z.");
  const Tensor z = tensor({-3.0, -1.0, 0.0, 2.0});
  const Tensor pairs = stack({z, zeros({4})}, 1);  // (4, 2)
  check("first column of softmax((z, 0))", sigmoid(z).to_vector<double>(), softmax(pairs, 1).select(1, 0), 1e-6);

  exercise(4, "The loss at the start");
  check("10 classes, each 1/10: ln 10", 2.3026, cross_entropy(zeros({1, 10}), tensor({4})).item());
  check("a loss of 9 gives the truth e^-9", 0.0001234, std::exp(-9.0), 1e-7);
  say("  No guess is that bad: 0.0001 instead of 0.1. Such a model is certain, and wrong. Its logits are too large, or "
      "the\n"
      "  labels are mixed up. Weights of the usual size, times 100, do it:");
  const nn::Linear usual(20, 10), large(20, 10);
  {
    NoGrad guard;
    Tensor(large.weight).mul_(100);
  }
  const Tensor inputs = randn({200, 20}), labels = randint(0, 10, {200});
  const double first = cross_entropy(usual(inputs), labels).item(),
               second = cross_entropy(large(inputs), labels).item();
  say("  {:.2f} with the usual weights, {:.2f} with large ones", first, second);
  claim("near ln 10 with the usual ones, above 9 with large ones", std::abs(first - 2.3026) < 0.5 && second > 9);

  exercise(5, "Without .detach()");
  Tensor a = tensor({1.0, 2.0, 3.0}, {.dtype = float64, .requires_grad = true}),
         b = a.detach().clone().requires_grad_();
  const Tensor g = tensor({0.3, -1.0, 2.0}, {.dtype = float64});
  (shifted_softmax(a, true) * g).sum().backward();
  (shifted_softmax(b, false) * g).sum().backward();
  claim("the gradient is the same", allclose(a.grad(), b.grad(), 1e-12, 1e-15));
  say("  softmax(x - m) is the same for every m, so its derivative along m is 0, and what flows back through m "
      "cancels.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
