// What needs no network: the nearest mean of a class, a vote of the nearest pictures, and one Linear.
#include <algorithm>
#include <numeric>

#include "lemma/nn/linear.h"
#include "lemma/ops.h"
#include "lemma/optim/adam.h"
#include "lemma/random.h"
#include "lemma/tape/grad_mode.h"
#include "tasks/image/corpus.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kNeighbours = 3, kMostCompared = 10'000;

// All pictures as rows, pixels from -1 to 1: (N, C H W).
Tensor rows_of(const data::LabelledImages& images, int64_t most) {
  std::vector<int64_t> all(static_cast<size_t>(std::min(images.size(), most)));
  std::iota(all.begin(), all.end(), 0);
  ImageExamples examples;
  examples.images = &images;
  return flatten(examples.batch(all), 1);
}
Tensor labels_of(const data::LabelledImages& images, int64_t most) {
  return narrow(tensor(images.labels), 0, 0, std::min(images.size(), most));
}
double accuracy(const Tensor& answers, const Tensor& labels) { return mean(eq(answers, labels).to(float64)).item(); }

// |a - b|^2 of all pairs, without |a|^2, which is the same for all b: (N, M).
Tensor distances(const Tensor& a, const Tensor& b) { return sum(square(b), 1) - matmul(a, b.t()) * 2; }

}  // namespace

std::vector<train::Baseline> image_baselines(const ImageCorpus& train, const ImageCorpus& dev) {
  const NoGrad guard;
  const auto classes = static_cast<int64_t>(train.images.names.size());
  const Tensor x = rows_of(train.images, kMostCompared), y = labels_of(train.images, kMostCompared);
  const Tensor dev_x = rows_of(dev.images, kMostCompared), dev_y = labels_of(dev.images, kMostCompared);
  const Tensor members = one_hot(y, classes).to(float32);  // (N, classes)
  const Tensor means = matmul(members.t(), x) / clamp_min(sum(members, 0), 1).unsqueeze(1);
  const double nearest_mean = accuracy(argmin(distances(dev_x, means), 1), dev_y);

  const Tensor near = topk(distances(dev_x, x), std::min(kNeighbours, x.size(0)), 1, false).second;  // (M, k)
  const Tensor votes = sum(one_hot(index_select(y, 0, near.flatten()).reshape(near.shape()), classes), 1);
  const double neighbours = accuracy(argmax(votes, 1), dev_y);

  Generator generator{1, 0};
  nn::Linear linear(x.size(1), classes);
  const GradMode on(true);
  linear.weight.detach().fill_(0);
  linear.bias.detach().fill_(0);
  optim::Adam adam(linear.parameters(), 0.01);
  for (int64_t step = 0; step < 300; ++step) {
    const Tensor some = randint(0, x.size(0), {256}, {}, &generator);
    adam.zero_grad();
    cross_entropy(linear(index_select(x, 0, some)), index_select(y, 0, some)).backward();
    adam.step();
  }
  const double regression = accuracy(argmax(linear(dev_x).detach(), 1), dev_y);
  return {{"nearest mean", nearest_mean}, {"3 nearest", neighbours}, {"logistic regression", regression}};
}

}  // namespace lemma::tasks
