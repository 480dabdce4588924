// Losses against PyTorch's numbers and against differences.
#include "tests/golden.h"

using namespace lemma;

namespace {

// A loss has no parameters of its own.
struct NoParameters : nn::Module {};

}  // namespace

TEST_CASE("Losses equal PyTorch's: class weights, ignored labels, smoothing, reductions; gradients included") {
  const golden::Golden g("losses");
  for (const std::string& precision : golden::precisions) {
    const Tensor weight = g["weight." + precision];
    const auto check = [&](const std::string& name, const auto& loss) {
      NoParameters none;
      golden::check_case(g, name, precision, none, {"x", "target"}, [&](const auto& in) { return loss(in[0], in[1]); });
    };
    check("ce", nn::CrossEntropyLoss());
    check("ce_weight", nn::CrossEntropyLoss({.weight = weight}));
    check("ce_ignore", nn::CrossEntropyLoss({.ignore_index = 3}));
    check("ce_smooth", nn::CrossEntropyLoss({.label_smoothing = 0.1}));
    check("ce_all", nn::CrossEntropyLoss({.weight = weight, .ignore_index = 3, .label_smoothing = 0.2}));
    check("ce_sum", nn::CrossEntropyLoss(
                        {.weight = weight, .ignore_index = 3, .reduction = Reduction::sum, .label_smoothing = 0.2}));
    check("ce_none", nn::CrossEntropyLoss({.reduction = Reduction::none}));
    check("ce_dims", nn::CrossEntropyLoss({.weight = weight}));
    check("nll", nn::NLLLoss({.weight = weight}));
    check("bce", nn::BCEWithLogitsLoss());
    check("mse", nn::MSELoss());
    check("l1", nn::L1Loss());
    check("l1_sum", nn::L1Loss(Reduction::sum));
  }
}

TEST_CASE("Every loss's gradient agrees with differences in float64") {
  const Tensor x = golden::input({4, 5});
  const Tensor labels = tensor({1, 0, 4, 2}), real = golden::input({4, 5}, 9).detach();
  const Tensor weight = tensor({0.5, 1.0, 2.0, 1.5, 0.25}, {.dtype = float64});
  const auto error = [&](const auto& loss, const Tensor& target) {
    return golden::gradient_error({x}, [&] { return loss(x, target); });
  };
  CHECK(error(nn::CrossEntropyLoss({.weight = weight, .ignore_index = 2, .label_smoothing = 0.1}), labels) < 1e-6);
  CHECK(error(nn::NLLLoss({.weight = weight}), labels) < 1e-6);
  CHECK(error(nn::BCEWithLogitsLoss(), sigmoid(real)) < 1e-6);
  CHECK(error(nn::MSELoss(), real) < 1e-6);
  CHECK(error(nn::L1Loss(), real) < 1e-6);
}

TEST_CASE("Class weights that require a gradient get one") {
  const Tensor x = golden::input({4, 5}).detach(), labels = tensor({1, 0, 4, 2});
  const Tensor weight = tensor({0.5, 1.0, 2.0, 1.5, 0.25}, {.dtype = float64}).requires_grad_();
  for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    CHECK(gradcheck([&](const auto& w) { return cross_entropy(x, labels, w[0], 2, reduction, 0.1); }, {weight}));
    CHECK(gradcheck([&](const auto& w) { return nll_loss(x, labels, w[0], 2, reduction); }, {weight}));
    CHECK(gradgradcheck([&](const auto& w) { return cross_entropy(w[1], labels, w[0], 2, reduction, 0.1); },
                        {weight, x.detach().requires_grad_()}));
  }
  const Tensor nothing = cross_entropy(x, full_like(labels, -100), weight);
  CHECK(equal(grad(nothing, weight), zeros_like(weight)));
}

TEST_CASE("Cross-entropy with all labels ignored is 0 with zero gradients") {
  const Tensor logits = randn({3, 4}).requires_grad_();
  for (const double smoothing : {0.0, 0.1}) {
    logits.detach();
    const nn::CrossEntropyLoss loss({.label_smoothing = smoothing});
    const Tensor value = loss(logits, full({3}, -100, {.dtype = int64}));
    CHECK(value.item() == 0);
    Tensor handle = logits;
    handle.zero_grad();
    value.backward();
    CHECK(equal(logits.grad(), zeros({3, 4})));
  }
}

TEST_CASE("Class weights of a loss move with it and are saved with it") {
  nn::CrossEntropyLoss loss({.weight = ones({3})});
  loss.to(float64);
  CHECK(loss.state_dict().at(0).first == "weight");
  CHECK(loss(zeros({1, 3}, {.dtype = float64}), tensor({2})).item() == Approx(std::log(3.0)));
}
