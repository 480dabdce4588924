// Answers to the exercises of tutorial 21.
#include "../21_breaks.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// A model that has learnt from these episodes for a while.
std::unique_ptr<Actor> learnt(const std::vector<worlds::Episode>& episodes, const worlds::World& world, int steps) {
  auto model = std::make_unique<Actor>(19, 4, world.most_steps());
  learn(*model, episodes, world, steps, [](int, double) {});
  return model;
}

// The mean of 20 episodes of a model that is shown the present step alone.
double without_memory(const Actor& model, worlds::World& world, double wanted) {
  const NoGrad guard;
  Generator chance{77, 0};
  double sum = 0;
  for (int i = 0; i < 20; ++i) {
    double to_go = wanted;
    world.reset(chance);
    for (worlds::Step step; !step.over();) {
      Rows rows;
      rows.add(to_go, world.observe(world.state()), 0, world.steps());
      step = world.step(multinomial(softmax(model(rows.windows(1, 1))[0][0], 0), 1, false, &chance).item<int64_t>());
      to_go -= step.reward;
    }
    sum += (wanted - to_go) / 20;
  }
  return sum;
}

void answers() {
  set_num_threads(1);
  exercise(1, "Returns to go");
  const worlds::Episode episode{.states = {}, .actions = {0, 0, 0, 0}, .rewards = {2, 0, -1, 5}};
  check("5; -1 + 5; 0 + 4; 2 + 4", {6, 4, 4, 5}, tensor(episode.returns_to_go()));
  say("  At play it sees none of them: they are known at the end. It sees the wish, minus what came.");

  const auto world = worlds::make_world("grid");
  const auto model = learnt(worlds::make_episodes(*world, "mixed", 300, 1), *world, 500);
  exercise(2, "Ask for 200");
  const double much = mean_reached(*model, *world, 55, 20), more = mean_reached(*model, *world, 200, 20);
  say("  asked for 55: {:.1f}, asked for 200: {:.1f}", much, more);
  claim("nothing above the best there is", more <= 57);
  say("  The wish lies beyond all that was learnt. It may play its best, or nonsense: nothing was ever said about it.");

  exercise(3, "Learn from players who act at random");
  const auto blind = learnt(worlds::make_episodes(*world, "random", 300, 1), *world, 200);
  const double dice = mean_reached(*blind, *world, 55, 20);
  say("  asked for 55: {:.1f}", dice);
  claim("nobody came through both doors, so there is nobody to imitate", dice < 0);

  exercise(4, "No memory");
  const double present = without_memory(*model, *world, 55);
  say("  one step: {:.1f}, ten steps: {:.1f}", present, much);
  claim("it plays about as well", present > 40);
  say("  What is seen holds all that matters here: the place, and the keys. Where speed is hidden, two steps are "
      "needed.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
