#pragma once
/// The network of tutorial 04b, its training on switches and on pictures, and what its answers are compared with.

#include <algorithm>
#include <string>
#include <vector>

#include "04b_digits.h"

namespace tutorial {

/// Two linear layers with tanh between them. N examples at once.
struct Network : nn::Module {
  Network(int64_t features, int64_t units, int64_t classes)
      : hidden(child(this, "hidden", features, units)), out(child(this, "out", units, classes)) {}
  Tensor units(const Tensor& x) const { return tanh(hidden(x)); }     // (N, features) -> (N, units)
  Tensor operator()(const Tensor& x) const { return out(units(x)); }  // (N, units) -> (N, classes): logits

  nn::Linear hidden, out;
};

/// The four settings of two switches, (4, 2).
inline const Tensor& switches() {
  static const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  return x;
}
/// Whether the lamp is on, (4): when exactly one switch is.
inline const Tensor& lamp() {
  static const Tensor y = tensor({0, 1, 1, 0});
  return y;
}

/// Steps on all examples at once; the last loss. Each step: clear the gradients, loss, backward, move the parameters.
template <class Model>
double learn_all(const Model& model, const Tensor& x, const Tensor& truth, int steps) {
  optim::Adam adam(model.parameters(), {.lr = 0.05});
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    const Tensor loss = cross_entropy(model(x), truth);
    loss.backward();
    adam.step();
    last = loss.item();
  }
  return last;
}

/// The fraction of right answers: each row's largest logit is the answer.
inline double accuracy(const Tensor& logits, const Tensor& truth) {
  return eq(argmax(logits, 1), truth).to(float32).mean().item();
}

/// Baseline 1: the digit that is most frequent in `train`, as the answer to every picture of `dev`.
inline double most_frequent(const Pictures& train, const Pictures& dev) {
  const auto digit = argmax(one_hot(train.digits, kDigits).sum(0)).item<int64_t>();
  return eq(dev.digits, digit).to(float32).mean().item();
}

/// Baseline 2: the mean of each digit's pictures in `train`; the answer is the digit whose mean is nearest.
inline double nearest_mean(const Pictures& train, const Pictures& dev) {
  const Tensor which = one_hot(train.digits, kDigits).to(float32);                   // (N, 10)
  const Tensor means = matmul(which.t(), train.points) / which.sum(0).unsqueeze(1);  // (10, 64)
  const Tensor distances = (dev.points.unsqueeze(1) - means).square().sum(2);        // (N, 1, 64) - (10, 64)
  return accuracy(-distances, dev.digits);
}

/// What one epoch after the other gave.
struct Curves {
  std::vector<double> train, dev;  ///< the losses
  size_t best = 0;                 ///< the epoch with the smallest loss on the dev pictures
};

/// Adam on batches of 20 pictures, in a new random order in each epoch.
inline Curves learn(const Network& net, const Pictures& train, const Pictures& dev, int epochs, double lr = 0.01) {
  optim::Adam adam(net.parameters(), {.lr = lr});
  Curves curves;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const std::vector<Tensor> batches = split(randperm(train.digits.numel()), 20);
    double sum = 0;
    for (const Tensor& batch : batches) {
      adam.zero_grad();
      const Tensor loss =
          cross_entropy(net(index_select(train.points, 0, batch)), index_select(train.digits, 0, batch));
      loss.backward();
      adam.step();
      sum += loss.item();
    }
    NoGrad guard;
    curves.train.push_back(sum / static_cast<double>(batches.size()));
    curves.dev.push_back(cross_entropy(net(dev.points), dev.digits).item());
    if (curves.dev.back() < curves.dev[curves.best]) curves.best = curves.dev.size() - 1;
  }
  return curves;
}

/// A line of text that rises and falls as the values do; from '_' to '#' where blocks are not wanted.
inline std::string curve(const std::vector<double>& values) {
  if (!plain()) return viz::sparkline(values);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::string text;
  for (const double value : values)
    text += "_.-=+*%#"[static_cast<size_t>(*high > *low ? 7.99 * (value - *low) / (*high - *low) : 0)];
  return text;
}

}  // namespace tutorial
