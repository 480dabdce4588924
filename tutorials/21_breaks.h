#pragma once
/// The classic mistakes of tutorial 21, made on purpose, and what finds them.

#include "21_model.h"
#include "tutorial.h"

namespace tutorial {

/// How far the answer of step 2 moves when another action is written into step 2 itself: it must not at all.
inline double own_action_moves(const Actor& model, const lemma::worlds::World& world,
                               const std::vector<lemma::worlds::Episode>& episodes) {
  const lemma::NoGrad guard;
  lemma::Generator chance{1, 0};
  Windows windows = draw({episodes[0]}, world, 1, chance);
  const lemma::Tensor before = model(windows)[0][2];
  const lemma::Tensor here = lemma::eq(lemma::arange(kSteps), 2);
  windows.actions = where(here, 3 - clamp_min(windows.actions, 0), windows.actions);
  return amax(abs(model(windows)[0][2] - before), {0}).item();
}

inline void sees_its_action() {
  lemma::set_num_threads(1);
  const auto world = lemma::worlds::make_world("grid");
  const auto episodes = lemma::worlds::make_episodes(*world, "mixed", 100, 1);
  Actor model(19, 4, world->most_steps(), 2);
  say("  Before any training: write another action into a step, and look at the answer for that step.");
  claim("it moves: the answer is among the inputs", own_action_moves(model, *world, episodes) > 1e-3);
  double last = 0;
  learn(model, episodes, *world, 100, [&](int, double loss) { last = loss; });
  say("  The loss after 100 steps: {:.4f}. Players who act at random cannot be foreseen so well.", last);
  claim("the loss is almost 0: too good to be true", last < 0.05);
  const double reached = mean_reached(model, *world, 55, 10);
  say("  Asked for 55 it reaches {:.1f}: at play there is no action to copy yet.", reached);
  claim("and it is of no use", reached < 20);
}

inline void return_so_far() {
  lemma::set_num_threads(1);
  const auto world = lemma::worlds::make_world("grid");
  const auto episodes = lemma::worlds::make_episodes(*world, "mixed", 300, 1);
  Actor model(19, 4, world->most_steps());
  double last = 0;
  learn(
      model, episodes, *world, 300, [&](int, double loss) { last = loss; }, true);
  say("  Given what has come so far in place of what is still to come. The loss, {:.2f}, looks as it should.", last);
  const double little = mean_reached(model, *world, -40, 20), much = mean_reached(model, *world, 55, 20);
  say("  Asked for -40 it reaches {:.1f}, asked for 55 {:.1f}.", little, much);
  claim("asking for more brings little more, and not what was asked for", much < little + 60 && much < 30);
  say("  What has come says nothing of what will. Only a plot of wanted against reached shows that: no loss does.");
}

}  // namespace tutorial
