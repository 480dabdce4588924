// Worlds against Gymnasium's physics, and what they promise.
#include <set>

#include "lemma/worlds/episodes.h"
#include "tests/golden.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

std::vector<double> row(const Tensor& x, int64_t i) { return x.select(0, i).to_vector<double>(); }

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = a.size() == b.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) worst = std::max(worst, std::fabs(a[i] - b[i]));
  return worst;
}

}  // namespace

TEST_CASE(
    "worlds: CartPole, MountainCar and Acrobot move as Gymnasium's do, to 1e-6 over 1,000 random steps and 400 by a "
    "rule") {
  const golden::Golden g("worlds");
  for (const std::string name : {"cartpole", "mountaincar", "acrobot"}) {
    CAPTURE(name);
    const auto world = worlds::make_world(name);
    const Tensor states = g[name + ".states"], next = g[name + ".next"], seen = g[name + ".seen"].to(float64);
    const auto actions = g[name + ".actions"].to_vector<int64_t>(), flags = g[name + ".flags"].to_vector<int64_t>();
    const auto rewards = g[name + ".rewards"].to_vector<double>();
    REQUIRE(actions.size() == 1400);
    double worst = 0, worst_step = 0, worst_seen = 0;
    const auto alone = worlds::make_world(name);  // set to Gymnasium's state before each step
    int64_t different = 0, ends = 0;
    bool over = true;  // an episode runs on by itself: the world is set only where one begins
    for (size_t i = 0; i < actions.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      if (over) world->reset_to(row(states, at));
      alone->reset_to(row(states, at));
      alone->step(actions[i]);
      worst_step = std::max(worst_step, distance(alone->state(), row(next, at)));
      worst_seen = std::max(worst_seen, distance(alone->observe(alone->state()), row(seen, at)));
      const worlds::Step step = world->step(actions[i]);
      over = step.over();
      // A pole that the rule keeps upright for 400 steps is a pole on its tip: without the rule's hand the last bit of
      // a number doubles every ten steps. The random steps run on by themselves from where an episode begins.
      if (i < 1000) worst = std::max(worst, distance(world->state(), row(next, at)));
      different += step.reward != rewards[i] || step.terminated + 2 * step.truncated != flags[i];
      ends += step.terminated;
    }
    CHECK(worst < 1e-6);
    CHECK(worst_step < 1e-12);
    CHECK(worst_seen < 1e-6);  // Gymnasium shows float32
    CHECK(different == 0);
    CHECK(ends > 0);  // the flags are known to have been both
  }
}

TEST_CASE("worlds: the same seed gives the same episodes, another seed others") {
  for (const std::string& name : worlds::world_names()) {
    CAPTURE(name);
    const auto world = worlds::make_world(name);
    const auto texts = [&](uint64_t seed) {
      std::string all;
      for (const auto& episode : worlds::make_episodes(*world, "mixed", 3, seed)) all += worlds::to_json(episode, name);
      return all;
    };
    CHECK(texts(1) == texts(1));
    CHECK(texts(1) != texts(2));
  }
}

TEST_CASE("worlds: the script does better than chance, and mixed lies between") {
  for (const std::string& name : worlds::world_names()) {
    CAPTURE(name);
    const auto world = worlds::make_world(name);
    const auto mean = [&](const char* policy) {
      return worlds::mean_return(worlds::make_episodes(*world, policy, 40, 1));
    };
    const double random = mean("random"), scripted = mean("scripted"), mixed = mean("mixed");
    CHECK(random < mixed);
    CHECK(mixed < scripted);
    CHECK(scripted > world->best_return() - 0.2 * (world->best_return() - world->worst_return()));
    CHECK(random >= world->worst_return());
  }
}

TEST_CASE("worlds: what does not exist is refused in words") {
  const auto said = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(said([] { worlds::make_world("chess"); }) ==
        "[world] 'chess' is not known; expected grid, cartpole, mountaincar or acrobot");
  const auto world = worlds::make_world("cartpole");
  CHECK(said([&] { world->step(0); }) == "[cartpole] the episode is over; expected reset() before another step");
  CHECK(said([&] { world->reset_to({1, 2}); }) == "[cartpole] a state of 2 numbers was given; expected 4");
  CHECK(said([&] { world->reset_to({1, 2, 3, NAN}); }) == "[cartpole] a state holds nan; expected finite numbers");
  world->reset_to({0, 0, 0, 0});
  CHECK(said([&] { world->step(2); }) == "[cartpole] there is no action 2; expected 0 to 1: left or right");
  CHECK(said([&] { worlds::make_episodes(*world, "lucky", 1, 1); }) ==
        "[policy] 'lucky' is not known; expected random, scripted or mixed");
}

TEST_CASE("worlds: the grid is solved by its keys and doors in their order") {
  const auto world = worlds::make_world("grid");
  world->reset_to({2, 3, 0, 0});
  CHECK(world->step(3).reward == -1);  // door A is shut
  CHECK(world->state() == worlds::State{2, 3, 0, 0});
  world->reset_to({3, 1, 0, 0});
  CHECK(world->step(1).reward == 9);  // key a
  CHECK(world->state() == worlds::State{4, 1, 1, 0});
  world->reset_to({2, 3, 1, 0});
  world->step(3);
  CHECK(world->state() == worlds::State{2, 4, 1, 0});
  world->reset_to({3, 9, 1, 1});
  const worlds::Step last = world->step(1);
  CHECK(last.reward == 49);
  CHECK(last.terminated);
  Generator generator{3, 0};
  const worlds::Episode episode = worlds::play(
      *world, [](const worlds::World& now) { return now.scripted(); }, generator);
  CHECK(episode.terminated);
  CHECK(episode.returns_to_go()[0] == episode.total());
  CHECK(episode.returns_to_go().back() == 49);
}

TEST_CASE("worlds: every state can be shown in 20 columns of ASCII and more") {
  for (const std::string& name : worlds::world_names()) {
    CAPTURE(name);
    const auto world = worlds::make_world(name);
    Generator generator{1, 0};
    std::set<std::string> pictures;
    for (const int columns : {20, 40, 200}) {
      worlds::play(
          *world,
          [&](const worlds::World& now) {
            const std::string picture = now.picture(columns);
            pictures.insert(picture);
            size_t width = 0;
            for (size_t at = 0, end; at < picture.size(); at = end + 1) {
              end = picture.find('\n', at);
              REQUIRE(end != std::string::npos);
              width = std::max(width, end - at);
            }
            REQUIRE(width <= static_cast<size_t>(columns));
            REQUIRE(std::all_of(picture.begin(), picture.end(),
                                [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
            return generator.below(static_cast<int64_t>(now.actions().size()));
          },
          generator);
    }
    CHECK(pictures.size() > 5);
  }
}

TEST_CASE("worlds: episodes are read as they were written, and a file that is none is refused with its line") {
  const TempDir dir;
  const auto world = worlds::make_world("acrobot");
  const auto episodes = worlds::make_episodes(*world, "mixed", 3, 5);
  std::string text;
  for (const auto& episode : episodes) text += worlds::to_json(episode, "acrobot") + "\n";
  io::write_file(dir / "good.jsonl", text);
  const auto read = worlds::read_episodes(dir / "good.jsonl");
  CHECK(read.world == "acrobot");
  const auto& again = read.episodes;
  REQUIRE(again.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(again[i].states == episodes[i].states);
    CHECK(again[i].actions == episodes[i].actions);
    CHECK(again[i].rewards == episodes[i].rewards);
    CHECK(again[i].terminated == episodes[i].terminated);
  }
  const auto said = [&](const std::string& contents) {
    io::write_file(dir / "bad.jsonl", contents);
    const std::string error = error_of<IoError>([&] { worlds::read_episodes(dir / "bad.jsonl", "cartpole"); });
    const size_t at = error.find("bad.jsonl");
    return at == std::string::npos ? error : error.substr(at);
  };
  CHECK(said("\n[[[[1]]]]\n") == "bad.jsonl:2] is nested too deeply for an episode");
  CHECK(said("{\"world\":\"cartpole\"\n").starts_with("bad.jsonl:1] is no JSON; expected one episode a line"));
  CHECK(said("7\n").starts_with("bad.jsonl:1] is no episode; expected world, states"));
  CHECK(said("{\"world\":\"grid\",\"states\":[[0,0]],\"actions\":[0],\"rewards\":[1]}\n") ==
        "bad.jsonl:1] is an episode of 'grid'; expected cartpole");
  const auto line = [](const char* states, const char* actions, const char* rewards) {
    return std::string("{\"world\":\"cartpole\",\"states\":") + states + ",\"actions\":" + actions +
           ",\"rewards\":" + rewards + "}\n";
  };
  CHECK(said(line("[[0,0,0,0]]", "[0,1]", "[1]")) ==
        "bad.jsonl:1] has 1 states, 2 actions and 1 rewards; expected as many of each, and one at least");
  CHECK(said(line("[]", "[]", "[]"))
            .ends_with("has 0 states, 0 actions and 0 rewards; expected as many of each, and one at least"));
  CHECK(said(line("[[0,0,0]]", "[0]", "[1]")) == "bad.jsonl:1] state 1 has 3 numbers; cartpole has 4");
  CHECK(said(line("[[0,0,0,0]]", "[2]", "[1]")) == "bad.jsonl:1] action 1 is 2; expected 0 to 1");
  CHECK(said(line("[[0,0,0,1e999]]", "[1]", "[1]")).starts_with("bad.jsonl:1] "));
  CHECK(said(line("[[0,0,0,1e300]]", "[1]", "[1]")) ==
        "bad.jsonl:1] step 1 holds 1e+300; expected numbers of at most 1e+06");
  CHECK(said(line("[[0,0,0,0]]", "[1]", "[-1e9]")) ==
        "bad.jsonl:1] step 1 holds 1e+09; expected numbers of at most 1e+06");
  CHECK(said(line("[[0,0,0,0]]", "[0.5]", "[1]")) == "bad.jsonl:1] an action is 0.5; expected whole numbers");
  CHECK(said("\n \n") == "bad.jsonl] the file holds nothing but blanks; expected one example per line");
}
