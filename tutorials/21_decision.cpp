// Tutorial 21: a model that acts. Text: docs/tutorials/21_decision.md
#include "21_breaks.h"
#include "lemma/viz/wanted.h"

using namespace lemma;
using namespace tutorial;

// Behaviour cloning: what is seen now -> what the players did then. Nothing can be asked of it.
double cloning(const std::vector<worlds::Episode>& episodes, worlds::World& world) {
  const nn::Sequential model{nn::Linear(19, 48), nn::ReLU(), nn::Linear(48, 4)};
  optim::AdamW adam(model.parameters(), 5e-3);
  Generator chance{5, 0};
  for (int step = 0; step < 300; ++step) {
    const Windows w = draw(episodes, world, 32, chance);
    adam.zero_grad();
    cross_entropy(model(w.seen).reshape({-1, 4}), w.actions.reshape({-1})).backward();
    adam.step();
  }
  const NoGrad guard;
  const worlds::Player player = [&](const worlds::World& now) {
    const Tensor logits = model(tensor(now.observe(now.state())).to(float32));  // (A)
    return multinomial(softmax(logits, 0), 1, false, &chance).item<int64_t>();
  };
  double sum = 0;
  for (int i = 0; i < 20; ++i) sum += worlds::play(world, player, chance).total() / 20;
  return sum;
}

int lesson() {
  begin("21: decisions", "How does a model that predicts the next token act, so that it gets what you ask for?",
        "ten seconds", 1);
  set_num_threads(1);

  section("A world: a state, some actions, a reward for each step");
  const auto world = worlds::make_world("grid");
  world->reset_to({3, 1, 0, 0});
  fmt::print("{}", world->picture());
  say("  The player @ wants the goal G. Key a opens door A, key b door B. A step costs 1, a key brings 10, G brings "
      "50.");
  check("up: a step", -1, world->step(0).reward);
  check("down, back again", -1, world->step(1).reward);
  check("down: a step and a key", 9, world->step(1).reward);
  check("the state: row, column, key a, key b", "4 1 1 0", numbers(world->state()));
  const worlds::Episode hand{.states = {}, .actions = {0, 1, 1}, .rewards = {-1, -1, 9}};
  check("return: all of it", 7, hand.total());
  check("return to go, from each step on", {7, 8, 9}, tensor(hand.returns_to_go()));

  section("Another world, by hand: a pole on a cart");
  const auto cart = worlds::make_world("cartpole");
  cart->reset_to({0, 0, 0, 0});
  cart->step(1);
  say("  At rest, pushed to the right with 10 N. p = 10 / 1.1 kg = 9.0909. The pole turns by\n"
      "  -p / (0.5 (4/3 - 0.1/1.1)) = -14.6341 rad/s^2, the cart gains p + 0.05 * 14.6341 / 1.1 = 9.7561 m/s^2; for "
      "0.02 s.");
  check("x, its speed, the angle, its speed", {0, 0.1951, 0, -0.2927}, tensor(cart->state()));

  section("Data: 300 episodes of players who are careful or careless, and never told how well they did");
  const auto random = worlds::make_episodes(*world, "random", 100, 2),
             scripted = worlds::make_episodes(*world, "scripted", 100, 2);
  const auto episodes = worlds::make_episodes(*world, "mixed", 300, 1);
  say("  mean return: any action {:.1f}, the shortest way {:.1f}, our data {:.1f}", worlds::mean_return(random),
      worlds::mean_return(scripted), worlds::mean_return(episodes));
  claim("the data is far from the best", worlds::mean_return(episodes) < worlds::mean_return(scripted) - 20);

  section("An episode as a sentence: wanted, seen, done, wanted, seen, done, ...");
  Actor model(19, 4, world->most_steps());
  Generator chance{3, 0};
  const Windows some = draw(episodes, *world, 2, chance);
  check("wanted: B, K, 1", "(2, 10, 1)", some.to_go.shape().str());
  check("seen: B, K, S", "(2, 10, 19)", some.seen.shape().str());
  check("done: B, K", "(2, 10)", some.actions.shape().str());
  check("tokens: B, 3K, D", "(2, 30, 48)", model.tokens(some).shape().str());
  check("an answer for each step: B, K, A", "(2, 10, 4)", model(some).shape().str());
  claim("a step's own action changes nothing at that step", own_action_moves(model, *world, episodes) < 1e-6);

  section("It learns which action followed, as a language model learns which word");
  check("the loss before training, near ln 4", std::log(4.0), model.loss(draw(episodes, *world, 64, chance)).item(),
        0.4);
  double sum = 0;
  learn(model, episodes, *world, 500, [&](int step, double loss) {
    sum += loss / 100;
    if (step % 100 == 0) say("  step {}   loss {:.3f}", step, sum), sum = 0;
    std::fflush(stdout);
  });
  say("  It cannot fall to 0: a careless player's action is a throw of dice.");

  section("Ask");
  viz::Wanted plot{.title = "grid", .wanted = {-50, -40, -20, 0, 20, 40, 55}, .reached = {}};
  for (const double wanted : plot.wanted) {
    Generator same{77, 0};
    plot.reached.emplace_back();
    for (int i = 0; i < 20; ++i) plot.reached.back().push_back(ask(model, *world, wanted, same));
  }
  fmt::print("{}", viz::wanted_text(plot, static_cast<int>(columns()), plain()));
  const double little = mean_reached(model, *world, -50, 20), much = mean_reached(model, *world, 55, 20);
  claim("asked for much, it reaches almost all there is", much > 40);
  claim("asked for little, it does badly, on purpose", little < 0);
  std::string film;
  Generator first{7, 0};
  const double reached = ask(model, *world, 55, first, &film);
  say("  One episode (u, d, l, r): {}, return {}.", film, reached);

  section("What is to be beaten: cloning, which cannot be asked");
  const double cloned = cloning(episodes, *world);
  say("  cloning {:.1f}, the mean of its data {:.1f}, ours when asked for 55: {:.1f}", cloned,
      worlds::mean_return(episodes), much);
  claim("ours is better by far", much > cloned + 10);

  return finish(
      {"a return to go is the sum of the rewards from a step on",
       "an episode is a sentence of three kinds of tokens, and acting is saying the next one",
       "a wanted return is an input, so one model plays well or badly, as it is asked",
       "no loss shows whether asking works: plot what was wanted against what was reached"},
      {"Compute the returns to go of the rewards 2, 0, -1, 5 by hand. Which of them does the model never see at play?",
       "Ask for 200, which nobody ever reached. What does the model do, and why?",
       "Train on episodes of the random policy alone. What does asking for 55 bring?",
       "Let the model look back on one step only (the last one of its window). Does the grid need a memory?"},
      "build/lemma train decision --world cartpole --out models/cartpole");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "sees_its_action",
               .mistake = "the answer is read where the action already stands",
               .show = sees_its_action},
              {.name = "return_so_far",
               .mistake = "what has come so far is given in place of what is still to come",
               .show = return_so_far}});
}
