// Models that act: what they learn from, what they may look at, and the commands that train them and let them play.
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "lemma/lemma.h"
#include "lemma/viz/wanted.h"
#include "tasks/decision/baselines.h"
#include "tasks/decision/player.h"
#include "tests/program.h"

using namespace lemma;

namespace {

using Json = nlohmann::json;

tasks::EpisodeCorpus corpus_of(const std::string& world, int64_t count, const std::string& policy = "mixed") {
  tasks::EpisodeCorpus corpus;
  corpus.world = world;
  corpus.episodes = worlds::make_episodes(*worlds::make_world(world), policy, count, 1);
  return corpus;
}

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

const std::vector<std::string> kTiny = {"--episodes", "20", "--embed", "16", "--heads",  "2", "--layers", "1",
                                        "--context",  "4",  "--plays", "2",  "--epochs", "1"};

std::vector<std::string> with(std::vector<std::string> first, const std::vector<std::string>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

}  // namespace

TEST_CASE("decision: a window holds the steps of one episode, with what was still to come") {
  const tasks::EpisodeCorpus corpus = corpus_of("grid", 3);
  const tasks::EpisodeWindows windows(corpus, 7, 7);
  int64_t steps = 0, counted = 0;
  for (const auto& episode : corpus.episodes) steps += episode.length();
  for (const int64_t start : windows.starts()) {
    Tensor counts;
    windows.batch(std::vector<int64_t>{start}, counts);
    counted += sum(counts).item<int64_t>();
  }
  CHECK(counted == steps);  // cut side by side, each step is in one window
  const worlds::Episode& episode = corpus.episodes[1];
  const int64_t at = corpus.episodes[0].length() + episode.length() - 3;
  Tensor counts;
  const tasks::StepWindows batch = windows.batch(std::vector<int64_t>{at}, counts);
  CHECK(counts.to_vector<double>() == std::vector<double>{1, 1, 1, 0, 0, 0, 0});
  const auto to_go = episode.returns_to_go();
  for (int64_t k = 0; k < 3; ++k) {
    const auto t = static_cast<size_t>(episode.length() - 3 + k);
    CHECK(std::abs(batch.to_go[0][k].item() - to_go[t] / 60) < 1e-6);
    CHECK(batch.actions[0][k].item<int64_t>() == episode.actions[t]);
    CHECK(batch.times[0][k].item<int64_t>() == static_cast<int64_t>(t));
  }
  Generator generator{2, 0};
  std::set<int64_t> met;
  for (int epoch = 0; epoch < 30; ++epoch)
    for (const auto& rows : windows.draw(4, generator)) met.insert(rows.begin(), rows.end());
  CHECK(static_cast<int64_t>(met.size()) > steps * 9 / 10);  // in time, a window begins at every step
}

TEST_CASE("decision: an action knows nothing of itself and of what comes later, and all of what was before") {
  const auto world = worlds::make_world("cartpole");
  for (const char* model : {"transformer", "lstm"}) {
    CAPTURE(model);
    manual_seed(1);
    tasks::DecisionOptions options;
    options.model = model;
    options.embed = 16;
    options.heads = 2;
    const auto network = tasks::decision_network(options, *world);
    network->eval();
    const NoGrad guard;
    tasks::StepWindows windows{rand({1, 5, 1}), randn({1, 5, 4}), zeros({1, 5}, {.dtype = int64}),
                               arange(5).unsqueeze(0)};
    const Tensor before = (*network)(windows);
    const auto moves = [&](const tasks::StepWindows& changed, int64_t step) {
      return amax(abs((*network)(changed)-before)[0][step], {-1}).item();
    };
    tasks::StepWindows other = windows;
    other.actions = tensor(std::vector<int64_t>{0, 0, 1, 0, 0}).unsqueeze(0);
    CHECK(moves(other, 2) < 1e-6);
    CHECK(moves(other, 3) > 1e-5);
    other = windows;
    other.to_go = windows.to_go + tensor({0.0, 0.0, 1.0, 0.0, 0.0}).to(float32).reshape({1, 5, 1});
    CHECK(moves(other, 1) < 1e-6);
    CHECK(moves(other, 2) > 1e-5);
  }
}

TEST_CASE("decision: an episode is the same whether it is played alone or beside others") {
  manual_seed(1);
  tasks::DecisionOptions options;
  options.embed = 16;
  options.heads = 2;
  options.context = 3;
  const auto network = tasks::decision_network(options, *worlds::make_world("cartpole"));
  network->eval();
  const NoGrad guard;
  const auto together = tasks::play_network(*network, "cartpole", {100, 200, 300}, 1);
  for (int64_t i = 0; i < 3; ++i) {  // side by side and alone: the same episodes
    const auto alone = tasks::play_network(*network, "cartpole", {100.0 * static_cast<double>(i + 1)}, 1, i);
    CHECK(alone[0].states == together[static_cast<size_t>(i)].states);
    CHECK(alone[0].actions == together[static_cast<size_t>(i)].actions);
  }
}

TEST_CASE("decision: values learnt from episodes of a grid lead to its goal") {
  const tasks::EpisodeCorpus corpus = corpus_of("grid", 200);
  const auto world = worlds::make_world("grid");
  tasks::TileValues values(*world);
  values.learn(corpus.episodes, 30);
  Generator generator{9, 0};
  for (int i = 0; i < 10; ++i)
    CHECK(worlds::play(
              *world, [&](const worlds::World& now) { return values.best(now.state()); }, generator)
              .total() > 50);
}

TEST_CASE("decision: what was wanted and reached as text and as a page") {
  const viz::Wanted plot{.title = "a <world>", .wanted = {0, 50, 100}, .reached = {{0, 0}, {40, 60}, {80, 80}}};
  CHECK(viz::wanted_text(plot, 40, true) ==
        " wanted  reached     +/-  # reached, | wanted\n"
        "    0.0      0.0     0.0  |\n"
        "   50.0     50.0    10.0  ######|\n"
        "  100.0     80.0     0.0  ########## |\n");
  const std::string page = viz::wanted_html(plot);
  CHECK(page.find("a &lt;world&gt;") != std::string::npos);
  CHECK(page.find("<td>40, 60</td>") != std::string::npos);
  CHECK(error_of<ValueError>([] { viz::wanted_text({.title = "", .wanted = {1}, .reached = {}}); }) ==
        "[wanted] 1 returns wanted and 0 reached; expected as many of each, one at least");
}

TEST_CASE("decision: a tiny run makes its data, is scored, plays, and is resumed") {
  const TempDir dir;
  const auto run = [&](const std::vector<std::string>& arguments) {
    return run_lemma(arguments, {.directory = dir.path});
  };
  const Program trained = run(with({"train", "decision", "--world", "grid", "--out", "m"}, kTiny));
  CAPTURE(trained.err);
  REQUIRE(trained.status == 0);
  CHECK(trained.out.find("made by the mixed policy") != std::string::npos);
  CHECK(trained.out.find("Wanted and reached:") != std::string::npos);
  CHECK(trained.out.find("play --model m --watch") != std::string::npos);

  const Program played = run({"play", "--model", "m", "--return", "20", "--episodes", "3", "--save", "played.jsonl"});
  REQUIRE(played.status == 0);
  CHECK(played.err.empty());
  const std::vector<Json> lines = json_lines(played.out);
  REQUIRE(lines.size() == 3);
  for (const Json& line : lines) {
    CHECK(line["wanted"] == 20);
    CHECK(line["return"].get<double>() >= -60);
    CHECK(line["steps"].get<int>() >= 1);
  }
  CHECK(run({"play", "--model", "m", "--return", "20", "--episodes", "3"}).out == played.out);  // the same beginnings
  const Program watched = run({"play", "--model", "m", "--return", "20", "--episodes", "3", "--watch"});
  CHECK(watched.out == played.out);
  CHECK(watched.err.find("###########\n") != std::string::npos);

  const Program beyond = run({"play", "--model", "m", "--return", "1e300"});
  CHECK(beyond.status == 2);
  CHECK(beyond.err == "lemma: [--return] 1e+300 was given; returns of grid lie between -60 and 55\n");
  CHECK(beyond.out.empty());

  const Program scored = run({"evaluate", "--model", "m", "--data", "played.jsonl"});
  REQUIRE(scored.status == 0);
  const Json score = Json::parse(scored.out);
  CHECK(score["task"] == "decision");
  CHECK(score["episodes"] == 3);
  CHECK(score["accuracy"].get<double>() > 0);

  const Program info = run({"info", "--model", "m"});
  CHECK(info.status == 0);
  CHECK(info.out.find("that the task made itself") != std::string::npos);

  const Program more = run({"train", "decision", "--out", "m", "--resume", "--epochs", "2"});
  CAPTURE(more.err);
  CHECK(more.status == 0);
  const Program once =
      run(with({"train", "decision", "--world", "grid", "--out", "n"}, with(kTiny, {"--epochs", "2"})));
  CHECK(once.status == 0);
  CHECK(io::read_file(dir / "m/model.safetensors") == io::read_file(dir / "n/model.safetensors"));

  const Program sweep = run({"play", "--model", "m", "--sweep", "3", "--episodes", "2", "--page", "wanted.html"});
  CHECK(sweep.status == 0);
  CHECK(json_lines(sweep.out).size() == 6);
  CHECK(sweep.err.starts_with(" wanted  reached"));
  CHECK(io::read_file(dir / "wanted.html").find("return wanted") != std::string::npos);
}

TEST_CASE("decision: every world and every model trains; one thread and two give the same bits") {
  const TempDir dir;
  for (const std::string world : {"cartpole", "mountaincar", "acrobot"})
    for (const std::string model : {"transformer", "lstm", "mlp"}) {
      if (world != "cartpole" && model != "mlp") continue;
      CAPTURE(world, model);
      std::vector<std::string> weights;
      for (const std::string threads : {"1", "2"}) {
        const Program trained = run_lemma(with({"train", "decision", "--world", world, "--model", model, "--out",
                                                "m" + threads, "--threads", threads, "--overwrite"},
                                               kTiny),
                                          {.directory = dir.path});
        CAPTURE(trained.err);
        REQUIRE(trained.status == 0);
        weights.push_back(io::read_file(dir / ("m" + threads) + "/model.safetensors"));
        if (model != "transformer") break;
      }
      CHECK(weights.front() == weights.back());
    }
}

TEST_CASE("decision: what does not exist is one line and exit status 2") {
  const TempDir dir;
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const Program program = run_lemma(arguments, {.directory = dir.path});
    CHECK(program.status == 2);
    CHECK(program.out.empty());
    return program.err;
  };
  CHECK(refused({"train", "decision", "--world", "chess", "--out", "m"}) ==
        "lemma: [--world] 'chess' was given; expected grid, cartpole, mountaincar or acrobot\n");
  CHECK(refused({"train", "decision", "--policy", "lucky", "--out", "m"}) ==
        "lemma: [--policy] 'lucky' was given; expected random, scripted or mixed\n");
  CHECK(refused({"train", "decision", "--heads", "5", "--out", "m"})
            .find("[--heads] 5 heads do not divide a width of 64") != std::string::npos);
  CHECK(refused({"train", "decision", "--train", "none.jsonl", "--out", "m"}).find("none.jsonl") != std::string::npos);
  CHECK(refused({"train", "decision", "--dev", "none.jsonl", "--out", "m"}).find("[--dev] was given without --train") !=
        std::string::npos);
  io::write_file(dir / "grid.jsonl", worlds::to_json(corpus_of("grid", 1).episodes[0], "grid") + "\n");
  CHECK(refused({"train", "decision", "--train", "grid.jsonl", "--dev", "grid.jsonl", "--out", "m"}) ==
        "lemma: [--world] is cartpole, and grid.jsonl holds episodes of grid; give --world grid\n");
  const Program shown = run_lemma({"inspect", "grid.jsonl"}, {.directory = dir.path});
  CHECK(shown.out.starts_with("grid.jsonl: episodes, for lemma train decision --world grid\n"));
  CHECK(shown.out.find("1 episode of grid") != std::string::npos);
  CHECK(refused({"train", "decision", "--world", "grid", "--train", "grid.jsonl", "--out", "m"}) ==
        "lemma: [grid.jsonl] it holds 1 episode, so none is left to score on; give --dev\n");
  CHECK(refused({"play", "--model", "m"}).find("[m] does not exist") != std::string::npos);
  CHECK(refused({"play", "--model", "m", "--return", "much"}) ==
        "lemma: [--return] 'much' was given; expected a number such as 0.1 or 1e-3\n");
  CHECK(refused({"play", "--model", "m", "--episodes", "0"}).find("[--episodes] '0' was given") != std::string::npos);
  CHECK(refused({"play", "--model", "m", "--sweep", "3", "--return", "1"})
            .find("[--sweep] asks for returns of its own") != std::string::npos);
  CHECK(dir.entries() == 1);  // nothing was written
}
