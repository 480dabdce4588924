// Answers to the exercises of tutorial 18.
#include "../18_breaks.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

namespace {

/// As the CNN of the step, with the largest value over all places instead of the mean.
struct MaxCnn : Cnn {
  Tensor forward(const Tensor& x) const override { return head(amax(features(x), {2, 3})); }
};

}  // namespace

void answers() {
  set_num_threads(1);
  const Digits learn = read_digits("data/image/train.csv"), dev = read_digits("data/image/dev.csv");

  exercise(1, "Count by hand the parameters of conv2 and its batch norm");
  Cnn cnn;
  check("32 filters of 16 x 3 x 3, and 32 biases", 32 * 16 * 9 + 32, static_cast<double>(cnn.conv2.num_parameters()));
  check("a weight and a bias for each channel", 2 * 32, static_cast<double>(cnn.norm2.num_parameters()));
  say("  Its running mean and variance are no parameters: no gradient changes them.");

  exercise(2, "Give the Linear moved pictures to learn from");
  Flat still, moving;
  fit(still, learn, 600, false);
  fit(moving, learn, 600, true);
  const Digits right{moved(dev.x, 0, 1), dev.y};
  say("  as they are: {:.3f}, one pixel to the right: {:.3f}", accuracy(still, dev), accuracy(still, right));
  say("  with moved ones: {:.3f}, one pixel to the right: {:.3f}", accuracy(moving, dev), accuracy(moving, right));
  claim("on pictures as they are it loses more than 0.02", accuracy(moving, dev) < accuracy(still, dev) - 0.02);
  claim("and with moved ones it is still below 0.7", accuracy(moving, right) < 0.7);
  say("  It has one weight for each pixel, and nine pictures of every digit now disagree about it.");

  exercise(3, "A filter for bright lines that lie");
  const Tensor lies = tensor({{-1., -1., -1.}, {2., 2., 2.}, {-1., -1., -1.}});
  check("on grey it gives nothing", 0, lies.sum().item());
  NoGrad guard;
  const Tensor seven = dev.x.narrow(0, learn_example(dev, 7), 1);
  const Tensor fires = relu(conv2d(seven, lies.reshape({1, 1, 3, 3}), {}, 1, 1));  // (1, 1, 8, 8)
  show_maps({map_of("a 7", seven[0][0]), map_of("lines that lie", fires[0][0])});
  const Tensor rows = sum(fires, 3).flatten();  // (8)
  claim("it fires in the upper half of a 7", rows.narrow(0, 0, 4).sum().item() > rows.narrow(0, 4, 4).sum().item());

  exercise(4, "The max over all places instead of the mean");
  const GradMode on(true);
  MaxCnn most;
  fit(most, learn, 600, true);
  const double score = accuracy(most, dev);
  say("  on dev: {:.3f}", score);
  claim("it learns as well", score > 0.93);
  say("  Now one place decides for each channel, and the gradient reaches that place alone. And the map of the "
      "classes\n"
      "  no longer adds up to the logit: a max has no shares.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
