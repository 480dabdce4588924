// Tutorial 04: softmax and cross-entropy. Text: docs/tutorials/04_softmax.md
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

// The formula as in textbooks: e^x_i / sum_j e^x_j. Right on paper, wrong on a computer, as we shall see.
Tensor naive_softmax(const Tensor& x, int64_t dim) { return exp(x) / exp(x).sum(dim, true); }

// The same with the largest number taken out first. e^(x - m) / sum e^(x - m) is the same fraction, with e^m cancelled.
Tensor safe_softmax(const Tensor& x, int64_t dim) {
  const Tensor shifted = x - amax(x, dim, true).detach();  // a constant shift changes nothing, so no gradient either
  return exp(shifted) / exp(shifted).sum(dim, true);
}

int lesson() {
  begin("04: softmax",
        "How do arbitrary numbers become probabilities, and how do we tell a model that it chose wrongly?", "a moment",
        1);

  section("Scores 1, 2 and 3: how sure is the third?");
  // Any number above 1 will do as a base. With 2 it can be done in the head: 2, 4 and 8 of 14.
  const Tensor doubled = exp2(tensor({1.0, 2.0, 3.0}));
  check("2^1, 2^2, 2^3, each divided by their sum", {2.0 / 14, 4.0 / 14, 8.0 / 14}, doubled / doubled.sum());
  const Tensor lower = exp2(tensor({-1.0, 0.0, 1.0}));
  check("all 2 points lower: the same shares", {2.0 / 14, 4.0 / 14, 8.0 / 14}, lower / lower.sum());

  section("softmax(x)_i = e^x_i / sum_j e^x_j");
  say("By hand for (1, 2, 3): e^1 = 2.7183, e^2 = 7.3891, e^3 = 20.0855, their sum 30.1929.");
  check("2.7183/30.1929, 7.3891/30.1929, ...", {0.0900, 0.2447, 0.6652}, softmax(tensor({1.0, 2.0, 3.0}), 0));
  check("they add up to", 1, softmax(tensor({1.0, 2.0, 3.0}), 0).sum().item());

  section("Which way: dim 1 along rows, dim 0 down columns");
  const Tensor table = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}, {7.0, 8.0, 9.0}});
  show("table", table);
  show("softmax(table, 1)", softmax(table, 1));
  show("softmax(table, 0)", softmax(table, 0));
  check("rows, all alike: only differences count",
        {0.0900, 0.2447, 0.6652, 0.0900, 0.2447, 0.6652, 0.0900, 0.2447, 0.6652}, softmax(table, 1));
  check("columns: 1, 4, 7 are further apart", {0.0024, 0.0024, 0.0024, 0.0473, 0.0473, 0.0473, 0.9503, 0.9503, 0.9503},
        softmax(table, 0));
  claim("dim -1 is the last one, here 1", equal(softmax(table, -1), softmax(table, 1)));
  check("row sums of softmax(table, 1)", {1, 1, 1}, softmax(table, 1).sum(1));
  check("column sums of softmax(table, 0)", {1, 1, 1}, softmax(table, 0).sum(0));

  section("A symmetric table: one way is the other, transposed");
  const Tensor s = tensor({{1.0, 2.0, 3.0}, {2.0, 2.0, 4.0}, {3.0, 4.0, 5.0}});
  check("its shape", "(3, 3)", s.shape().str());
  show("s", s);
  show("s.transpose(1, 0)", s.transpose(1, 0));
  claim("s equals its transpose", equal(s, s.transpose(1, 0)));
  show("softmax(s, 0)", softmax(s, 0));
  show("softmax(s, 1).transpose(0, 1)", softmax(s, 1).transpose(0, 1));
  const std::vector<double> expected{0.0900, 0.1065, 0.0900, 0.2447, 0.1065, 0.2447, 0.6652, 0.7870, 0.6652};
  check("down the columns", expected, softmax(s, 0));
  check("along the rows, transposed", expected, softmax(s, 1).transpose(0, 1));
  say("\nFor a table that is not symmetric, the transpose must be taken inside as well:");
  claim("softmax(table, 1)^T = softmax(table^T, 0)", allclose(softmax(table, 1).t(), softmax(table.t(), 0)));
  claim("and not softmax(table, 0)", !allclose(softmax(table, 1).t(), softmax(table, 0)));

  section("e^1000 does not fit");
  const Tensor large = tensor({1000.0, 1001.0, 1002.0});
  show("naive_softmax(large, 0)", naive_softmax(large, 0));
  claim("inf / inf is not a number", all(isnan(naive_softmax(large, 0))));
  say("\nThe cure is to subtract the largest number first: e^0, e^-1, e^-2 always fit.");
  check("safe_softmax(large, 0)", {0.0900, 0.2447, 0.6652}, safe_softmax(large, 0));
  claim("and where nothing overflows both agree", allclose(naive_softmax(table, 1), safe_softmax(table, 1)));
  claim("the library's softmax is safe, too", allclose(softmax(large, 0), safe_softmax(large, 0)));

  section("The gradient: dy_i/dx_j = y_i (1 if i = j, else 0) - y_i y_j");
  Tensor x = tensor({1.0, 2.0, 3.0}, {.dtype = float64, .requires_grad = true});
  const Tensor y = softmax(x, 0), probabilities = y.detach();
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < 3; ++i) rows.push_back(grad(y[i], x, {.retain_graph = true}));
  const Tensor derivatives = stack(rows);
  show("dy/dx", derivatives);
  const Tensor by_formula = eye(3, {.dtype = float64}) * probabilities - probabilities.unsqueeze(1) * probabilities;
  claim("the tape agrees with the formula", allclose(derivatives, by_formula, 1e-12, 1e-12));
  check("each row adds up to 0: what one gains the others lose", {0, 0, 0}, derivatives.sum(1), 1e-12);
  claim("central differences agree",
        static_cast<bool>(gradcheck([](const std::vector<Tensor>& in) { return safe_softmax(in[0], 0); }, {x})));

  section("Cross-entropy: minus the logarithm of the probability given to the truth");
  say("  The raw numbers that a model gives, before softmax, are called logits. Here are two examples' logits:");
  Tensor logits = tensor({{1.0, 2.0, 3.0}, {1.0, 1.0, 1.0}}, {.requires_grad = true});
  const Tensor truth = tensor({2, 0});
  say("  row 0: -ln 0.6652 = 0.4076     row 1: -ln 1/3 = 1.0986     their mean 0.7531");
  const Tensor loss = cross_entropy(logits, truth);
  check("cross_entropy(logits, truth)", 0.7531, loss.item());
  check("a model that knows nothing: ln 3", std::log(3.0), cross_entropy(zeros({1, 3}), tensor({1})).item());
  loss.backward();
  say("\nIts gradient is the probabilities minus 1 at the true class, divided by the number of rows: very simple.");
  const Tensor wanted = (softmax(logits.detach(), 1) - one_hot(truth, 3).to(float32)) / 2;
  check("logits.grad()", wanted.to_vector<double>(), logits.grad());
  say("\nComputed from logits it survives what -log(naive_softmax) does not:");
  const Tensor wild = tensor({{1000.0, 0.0}});
  check("truth 1 where the logits say 0", 1000, cross_entropy(wild, tensor({1})).item());
  claim("-log(naive_softmax) is not a number or infinite there",
        !std::isfinite((-log(naive_softmax(wild, 1)))[0][1].item()));
  check("a label of -100 means: none, not counted", 1.0986, cross_entropy(logits.detach(), tensor({-100, 0})).item());

  return finish(
      {"softmax turns any numbers into probabilities; only their differences count, so subtract the largest first.",
       "dim says along which dim the result adds up to 1.",
       "Cross-entropy is -log of the probability of the truth; its gradient is probability minus truth."},
      {"Divide the logits by a temperature of 0.1, 1 and 10 before softmax. What do the limits do?",
       "Write log_softmax(x) = x - logsumexp(x) from primitives, and check its gradient.",
       "For two classes, show that softmax of (z, 0) is sigmoid(z), on paper and in code.",
       "What loss does a model with 10 classes start at? What does an initial loss of 9 tell you?",
       "Leave .detach() out of safe_softmax. Why is the gradient still right?"},
      "scripts/tutorial.sh 04b, where a network learns");
}

void no_max() {
  say("  The naive formula passes the usual test:");
  check("naive_softmax of 1, 2, 3", {0.0900, 0.2447, 0.6652}, naive_softmax(tensor({1.0, 2.0, 3.0}), 0));
  for (const auto& [type, first] : {std::pair{float32, 89.0}, std::pair{float64, 710.0}}) {
    const auto fits = [type = type](double x) { return all(isfinite(exp(tensor({x}, {.dtype = type})))); };
    claim(fmt::format("in {} it fails from {} on", first == 89 ? "float32" : "float64", first),
          fits(first - 1) && !fits(first));
  }
  say("\n  In training it looks like this. One example of three numbers as large as sums of money:");
  const Tensor x = tensor({{300.0, 200.0, 100.0}});
  nn::Linear model(3, 2);
  {
    NoGrad guard;
    model.weight.copy_(tensor({{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}));
  }
  optim::SGD sgd(model.parameters(), {.lr = 0.1});
  const Tensor loss = -log(naive_softmax(model(x), 1))[0][0];
  loss.backward();
  sgd.step();
  claim("the loss is not a number", std::isnan(loss.item()));
  claim("and after one step neither is any weight", all(isnan(model.weight)));
  say("\n  From then on every result is nan, and none says where it began. What finds it: DetectAnomaly, while the\n"
      "  formula is computed, with the name of the first operation that gave something that is not a number.");
  std::string message = "nothing";
  try {
    DetectAnomaly detect;
    naive_softmax(tensor({1000.0, 1001.0, 1002.0}), 0);
  } catch (const GradError& error) {
    message = error.what();
  }
  say("  {}", message);
  claim("DetectAnomaly names the operation: exp", message.find("exp") != std::string::npos);
  say("\n  And a test that asks for what must hold: a shift changes nothing.");
  const Tensor small = tensor({1.0, 2.0, 3.0});
  claim("naive_softmax fails it", !allclose(naive_softmax(small + 1000, 0), naive_softmax(small, 0)));
  claim("safe_softmax passes", allclose(safe_softmax(small + 1000, 0), safe_softmax(small, 0)));
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_max", .mistake = "softmax without subtracting the maximum", .show = no_max}});
}
