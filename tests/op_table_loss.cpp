// Rows: losses.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

Grid with_reduction(const Grid& losses, Reduction reduction, double count) {
  if (reduction == Reduction::none) return losses;
  double total = 0;
  for (double x : losses.values) total += x;
  return {{}, {reduction == Reduction::sum ? total : total / count}};
}
Grid mean_of(const Grid& losses) {
  return with_reduction(losses, Reduction::mean, static_cast<double>(losses.values.size()));
}

struct ClassLoss {
  bool logits = true, weighted = false;
  int64_t ignore = -100;
  Reduction reduction = Reduction::mean;
  double smoothing = 0;
};

// The same in every row, so they are not an input; tests/test_nn_losses.cpp checks their gradient.
const std::vector<double> kClassWeights = {0.5, 1, 2.5};

// PyTorch's definition, element by element. x: scores (N, C, d...), targets (N, d...).
Grid class_loss(const Grids& x, const ClassLoss& how) {
  const Grid &scores = x[0], &target = x[1];
  const int64_t classes = scores.size(1);
  double count = 0;
  const Grid losses = make(target.shape, [&](const Index& i) {
    const auto score = [&](int64_t c) {
      Index at = i;
      at.insert(at.begin() + 1, c);
      return scores.at(at);
    };
    const auto weight = [&](int64_t c) { return how.weighted ? kClassWeights[static_cast<size_t>(c)] : 1.0; };
    const int64_t label = static_cast<int64_t>(target.at(i));
    if (label == how.ignore) return 0.0;
    double total = 0, smooth = 0;
    for (int64_t c = 0; c < classes; ++c) total += std::exp(score(c));
    const double log_total = how.logits ? std::log(total) : 0;
    for (int64_t c = 0; c < classes; ++c) smooth -= (score(c) - log_total) * weight(c) / static_cast<double>(classes);
    count += weight(label);
    return -(score(label) - log_total) * weight(label) * (1 - how.smoothing) + how.smoothing * smooth;
  });
  return with_reduction(losses, how.reduction, count);
}

Row class_row(const std::string& op, const std::string& note, ClassLoss how, std::vector<Shapes> shapes) {
  return {op,
          note,
          [how](const Tensors& x) {
            const Tensor weight =
                how.weighted ? tensor(kClassWeights, {.dtype = x[0].dtype(), .device = x[0].device()}) : Tensor();
            return how.logits ? cross_entropy(x[0], x[1], weight, how.ignore, how.reduction, how.smoothing)
                              : nll_loss(x[0], x[1], weight, how.ignore, how.reduction);
          },
          [how](const Grids& x) { return class_loss(x, how); },
          {kReal, ids(3)},
          std::move(shapes)};
}

using PairLoss = Tensor (*)(const Tensor&, const Tensor&, Reduction);
void add_pair_rows(std::vector<Row>& rows, const std::string& op, PairLoss run, double (*reference)(double, double),
                   Input target) {
  for (auto [note, reduction] :
       {std::pair{"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}})
    rows.push_back({op,
                    note,
                    [run, reduction = reduction](const Tensors& x) { return run(x[0], x[1], reduction); },
                    [reference, reduction = reduction](const Grids& x) {
                      const Grid losses = elementwise(x[0], x[1], reference);
                      return reduction == Reduction::mean ? mean_of(losses) : with_reduction(losses, reduction, 1);
                    },
                    {kReal, target},
                    {{{2, 3}, {2, 3}}, {{}, {}}, {{1, 3, 1}, {1, 3, 1}}, {{19, 37}, {19, 37}}}});
}

}  // namespace

std::vector<Row> loss_rows() {
  const std::vector<Shapes> rows_of_scores = {{{4, 3}, {4}}, {{1, 3}, {1}}, {{40, 3}, {40}}};
  std::vector<Row> rows = {
      class_row("cross_entropy", "mean", {}, rows_of_scores),
      class_row("cross_entropy", "sum", {.reduction = Reduction::sum}, rows_of_scores),
      class_row("cross_entropy", "none", {.reduction = Reduction::none}, rows_of_scores),
      class_row("cross_entropy", "ignored labels", {.ignore = 1}, rows_of_scores),
      class_row("cross_entropy", "smoothing", {.smoothing = 0.2}, rows_of_scores),
      class_row("cross_entropy", "sequences", {.ignore = 0}, {{{2, 3, 4}, {2, 4}}, {{2, 3, 2, 2}, {2, 2, 2}}}),
      class_row("nll_loss", "mean", {.logits = false}, rows_of_scores),
      class_row("nll_loss", "sum, sequences", {.logits = false, .ignore = 2, .reduction = Reduction::sum},
                {{{2, 3, 4}, {2, 4}}}),
      class_row("cross_entropy", "class weights, smoothing, ignored labels",
                {.weighted = true, .ignore = 1, .smoothing = 0.1}, rows_of_scores),
      class_row("cross_entropy", "class weights, none", {.weighted = true, .reduction = Reduction::none},
                rows_of_scores),
      class_row("nll_loss", "class weights", {.logits = false, .weighted = true}, rows_of_scores),
  };
  add_pair_rows(rows, "binary_cross_entropy_with_logits", binary_cross_entropy_with_logits,
                [](double x, double y) {
                  return -y * std::log(1 / (1 + std::exp(-x))) - (1 - y) * std::log(1 - 1 / (1 + std::exp(-x)));
                },
                {Input::real, 0, 1});
  add_pair_rows(
      rows, "mse_loss", mse_loss, [](double a, double b) { return (a - b) * (a - b); }, kReal);
  add_pair_rows(
      rows, "l1_loss", l1_loss, [](double a, double b) { return std::fabs(a - b); }, kReal);
  return rows;
}

}  // namespace optable
