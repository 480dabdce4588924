// Losses, as PyTorch defines them. Shapes must be equal: a loss that broadcasts silently trains on garbage.
#include <cmath>

#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/gathered.h"

namespace lemma {
namespace {

Tensor reduced(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::sum ? sum(losses) : mean(losses);
}

void same_shape(const char* op, const Tensor& input, const Tensor& target) {
  check::floating(op, input);
  check::defined(op, target);
  check::same_type(op, input, target);
  if (input.shape() != target.shape())
    throw ShapeError(op,
                     fmt::format("input {} and target {} must have the same shape; a loss never broadcasts",
                                 input.shape().str(), target.shape().str()),
                     {input.shape(), target.shape()});
}

// (N, C, d...) and (N, d...) -> (M, C) and (M); (C) and () -> (1, C) and (1).
std::pair<Tensor, Tensor> as_rows(const char* op, const Tensor& scores, const Tensor& target, const Tensor& weight) {
  check::floating(op, scores);
  check::integers(op, "the target", target);
  if (scores.dim() == 0) throw ShapeError(op, "the scores need a class dim, got shape ()", {scores.shape()});
  const int class_dim = scores.dim() == 1 ? 0 : 1;
  Shape expected = scores.shape();
  expected.erase(class_dim);
  if (target.shape() != expected)
    throw ShapeError(
        op,
        fmt::format(
            "scores {} need targets {}, got {}{}", scores.shape().str(), expected.str(), target.shape().str(),
            target.shape() == scores.shape() ? "; targets are class numbers: argmax(one_hot, 1) makes them" : ""),
        {scores.shape(), target.shape()});
  const int64_t classes = scores.shape()[class_dim];
  check::same_device(op, "scores", scores, "targets", target);
  if (weight.defined()) check::same_device(op, "scores", scores, "class weights", weight);
  if (weight.defined() && (weight.dim() != 1 || weight.numel() != classes))
    throw ShapeError(op, fmt::format("class weights must be ({}), got {}", classes, weight.shape().str()),
                     {weight.shape()});
  if (scores.dim() <= 2) return {reshape(scores, {-1, classes}), reshape(target, {-1})};
  Dims order = {0};  // classes last; the dims between keep the target's order
  for (int i = 2; i < scores.dim(); ++i) order.push_back(i);
  order.push_back(1);
  return {reshape(permute(scores, order), {-1, classes}), reshape(target, {-1})};
}

// What a loss knows of each row: whether it counts, its class (0 where it does not), and what it weighs, all (M).
struct Labels {
  Tensor ignored, safe, weight;
};
Labels read_labels(const char* op, const Tensor& rows, const Tensor& labels, const Tensor& class_weight,
                   int64_t ignore_index) {
  const Tensor ignored = eq(labels, ignore_index);
  const Tensor safe = masked_fill(labels, ignored, 0);
  check::in_range(op, "label", safe, rows.size(1));
  const Tensor counts = logical_not(ignored).to(rows.dtype());
  return {ignored, safe, class_weight.defined() ? counts * gathered(class_weight, 0, safe) : counts};
}

// What a loss works on. Beside half scores, which become float32, the weights of classes may be halves too.
TensorPair with_weight(Composition& result, const Tensor& scores, const Tensor& class_weight) {
  return {result.wide(scores), mixed::is_half(scores) ? mixed::wide(class_weight) : class_weight};
}

// -log p of each row's class times its weight; an ignored -inf must not give NaN.
Tensor picked(const Tensor& log_probs, const Labels& labels) {
  const Tensor of_class = squeeze(gathered(log_probs, 1, unsqueeze(labels.safe, 1)), 1);  // (M)
  return -(masked_fill(of_class, labels.ignored, 0) * labels.weight);
}

// Sum of per-row losses over the sum of their weights; 0 when nothing counts, and then every gradient is 0 too.
Tensor weighted(const Tensor& losses, const Labels& labels, const Shape& shape, Reduction reduction) {
  if (reduction == Reduction::none) return reshape(losses, shape);
  if (reduction == Reduction::sum) return sum(losses);
  const Tensor loss = sum(losses), total = sum(labels.weight);
  return loss / masked_fill(total, logical_and(eq(total, 0), eq(loss.detach(), 0)), 1);
}

}  // namespace

Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const Tensor& class_weight, int64_t ignore_index,
                Reduction reduction) {
  Composition result("nll_loss");
  const auto [wide, weight] = with_weight(result, log_probs, class_weight);
  const auto [rows, classes] = as_rows("nll_loss", wide, target, weight);
  const Labels labels = read_labels("nll_loss", rows, classes, weight, ignore_index);
  return result(weighted(picked(rows, labels), labels, target.shape(), reduction));
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& class_weight, int64_t ignore_index,
                     Reduction reduction, double label_smoothing) {
  Composition result("cross_entropy");
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    throw ValueError("cross_entropy", fmt::format("label_smoothing must be in [0, 1], got {}", label_smoothing));
  const auto [wide, weight] = with_weight(result, logits, class_weight);
  const auto [rows, classes] = as_rows("cross_entropy", wide, target, weight);
  const Labels labels = read_labels("cross_entropy", rows, classes, weight, ignore_index);
  const Tensor log_probs = log_softmax(rows, 1);  // (M, C)
  Tensor losses = picked(log_probs, labels);      // (M)
  if (label_smoothing > 0) {
    // The smoothed part spreads evenly over the classes, each with its own class weight.
    const Tensor spread = weight.defined() ? sum(log_probs * weight, 1) : sum(log_probs, 1);
    const Tensor smooth =
        -(masked_fill(spread, labels.ignored, 0) * (label_smoothing / static_cast<double>(rows.size(1))));
    losses = losses * (1 - label_smoothing) + smooth;
  }
  return result(weighted(losses, labels, target.shape(), reduction));
}

/// y softplus(-x) + (1 - y) softplus(x): no terms that cancel, and smooth at 0.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target, Reduction reduction) {
  Composition result("binary_cross_entropy_with_logits");
  const auto [x, y] = result.wide(logits, target);
  same_shape("binary_cross_entropy_with_logits", x, y);
  return result(reduced(y * softplus(-x) + (1 - y) * softplus(x), reduction));
}

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  Composition result("mse_loss");
  const auto [x, y] = result.wide(input, target);
  same_shape("mse_loss", x, y);
  return result(reduced(square(x - y), reduction));
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  Composition result("l1_loss");
  const auto [x, y] = result.wide(input, target);
  same_shape("l1_loss", x, y);
  return result(reduced(abs(x - y), reduction));
}

}  // namespace lemma
