// Answers to the exercises of tutorial 04b.
#include "../04b_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// How many of twenty networks with so many hidden units learn the lamp; `lowest` is the best loss of them.
int learned(int64_t units, double& lowest) {
  int count = 0;
  lowest = 1;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    manual_seed(seed);
    const double loss = learn_all(Network(2, units, 2), switches(), lamp(), 500);
    lowest = std::min(lowest, loss);
    count += loss < 0.05 ? 1 : 0;
  }
  return count;
}

void answers() {
  set_num_threads(1);
  exercise(1, "Without tanh");
  struct Flat : Network {
    using Network::Network;
    Tensor operator()(const Tensor& x) const { return out(hidden(x)); }
  };
  check("the lamp's loss", std::log(2.0), learn_all(Flat(2, 4, 2), switches(), lamp(), 500), 1e-3);
  say("  W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2): two linear layers are one, and one stays at ln 2.");

  exercise(2, "How few hidden units learn the lamp");
  int counts[5] = {};
  double lowest[5] = {};
  for (int64_t units = 1; units <= 4; ++units) {
    counts[units] = learned(units, lowest[units]);
    say("  {} hidden: {} of 20 seeds, best loss {:.4f}", units, counts[units], lowest[units]);
  }
  claim("one never does: its loss stays above 0.4774", counts[1] == 0 && lowest[1] > 0.477);
  claim("two can, as the page does by hand, but are not always found", counts[2] > 0 && counts[2] < 20);
  claim("four do in 15 of 20 or more: spare units make learning easier", counts[4] >= 15 && counts[4] > counts[2]);

  exercise(3, "Stopping early");
  const Pictures dev = make_pictures(1000), train = make_pictures(200);
  manual_seed(3);
  const Network late(64, 32, 10);
  const Curves curves = learn(late, train, dev, 40);
  manual_seed(3);  // the same weights and the same batches again
  const Network early(64, 32, 10);
  const Curves stopped = learn(early, train, dev, static_cast<int>(curves.best) + 1);
  check("the same dev loss as in that epoch", curves.dev[curves.best], stopped.dev.back(), 1e-6);
  const double right_early = accuracy(early(dev.points), dev.digits),
               right_late = accuracy(late(dev.points), dev.digits);
  say("  dev loss {:.2f} after epoch {} and {:.2f} after 40; right {:.2f} and {:.2f}", stopped.dev.back(),
      curves.best + 1, curves.dev.back(), right_early, right_late);
  claim("the loss gains, 0.1 or more", stopped.dev.back() < curves.dev.back() - 0.1);
  claim("what is right hardly changes: less than 0.05", std::abs(right_early - right_late) < 0.05);
  say("  An overfitted network gives the same answers with too much certainty, and the loss punishes certainty.");

  exercise(4, "Random labels");
  const Pictures random{train.points, randint(0, kDigits, {200})};
  const Network parrot(64, 32, 10);
  learn(parrot, random, dev, 100);
  check("train pictures right", 1, accuracy(parrot(random.points), random.digits), 0.02);
  const double guessed = accuracy(parrot(dev.points), dev.digits);
  say("  dev pictures right: {:.3f}", guessed);
  check("dev pictures right: a guess, 1/10", 0.1, guessed, 0.06);
  say("  There is nothing to understand, and it learns all the same. So a train score of 1 says nothing by itself.");

  exercise(5, "The loss times 1000");
  Network once(64, 32, 10), scaled(64, 32, 10);
  scaled.load_state_dict(once.state_dict());
  optim::Adam one(once.parameters(), {.lr = 0.01}), other(scaled.parameters(), {.lr = 0.01});
  for (int step = 0; step < 20; ++step) {
    one.zero_grad(), other.zero_grad();
    cross_entropy(once(train.points), train.digits).backward();
    (cross_entropy(scaled(train.points), train.digits) * 1000).backward();
    one.step(), other.step();
  }
  double largest = 0;
  for (size_t i = 0; i < once.parameters().size(); ++i)
    largest = std::max(largest, amax(abs(once.parameters()[i] - scaled.parameters()[i])).item());
  say("  Adam: the largest difference of any parameter after 20 steps is {:.0e}", largest);
  claim("to Adam it makes no difference: both means grow alike", largest < 1e-3);
  say("  SGD's steps would be 1000 times as long, as with lr = 10 in place of 0.01.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
