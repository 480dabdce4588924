#include "tasks/decision/learner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "lemma/viz/wanted.h"
#include "tasks/answering.h"
#include "tasks/decision/player.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kAtOnce = 256, kAsked = 6, kPlaysEach = 5;

const EpisodeWindows& windows_of(const train::Examples& examples) {
  return dynamic_cast<const EpisodeWindows&>(examples);
}

// Of each step that counts: (M, A) and (M).
std::pair<Tensor, Tensor> counted(const Tensor& logits, const Tensor& actions, const Tensor& counts) {
  const Tensor where = nonzero(counts.flatten()).flatten();
  return {index_select(logits.reshape({-1, logits.size(2)}), 0, where), index_select(actions.flatten(), 0, where)};
}

}  // namespace

DecisionLearner::DecisionLearner(const DecisionOptions& options)
    : options_(options), world_(worlds::make_world(options.world)), network_(decision_network(options, *world_)) {}

std::unique_ptr<train::Corpus> DecisionLearner::read(const std::string& path, bool) const {
  worlds::EpisodeFile file = worlds::read_episodes(path, options_.world);
  auto corpus = std::make_unique<EpisodeCorpus>();
  corpus->path = path;
  corpus->format = "episodes as JSON";
  corpus->world = file.world;
  corpus->episodes = std::move(file.episodes);
  return corpus;
}

std::unique_ptr<train::Examples> DecisionLearner::examples(const train::Corpus& given, train::Use use) const {
  const int64_t context = network_->context();
  // To learn from, windows overlap: each step is met in several, near their beginning and near their end.
  return std::make_unique<EpisodeWindows>(episode_corpus(given), context,
                                          use == train::Use::training ? std::max<int64_t>(1, context / 4) : context);
}

Tensor DecisionLearner::loss(const train::Examples& examples, std::span<const int64_t> rows) {
  Tensor counts;
  const StepWindows batch = windows_of(examples).batch(rows, counts).to(network_->device());
  const Tensor logits = (*network_)(batch);  // (B, K, A)
  const auto [said, done] = counted(logits, batch.actions, counts.to(network_->device()));
  return cross_entropy(said, done);
}

train::Evaluation DecisionLearner::evaluate(const train::Corpus& given, const train::Examples& examples) {
  const Answering answering(*network_);
  const EpisodeCorpus& corpus = episode_corpus(given);
  const EpisodeWindows& windows = windows_of(examples);
  double loss = 0, right = 0, steps = 0;
  for (int64_t begin = 0; begin < windows.size(); begin += kAtOnce) {
    const auto from = windows.starts().begin() + begin;
    const std::vector<int64_t> rows(from, from + std::min(kAtOnce, windows.size() - begin));
    Tensor counts;
    const StepWindows batch = windows.batch(rows, counts).to(network_->device());
    const auto [said, done] = counted((*network_)(batch), batch.actions, counts.to(network_->device()));
    loss += cross_entropy(said, done, {}, -100, Reduction::sum).item();
    right += sum(eq(argmax(said, 1), done).to(float64)).item();
    steps += static_cast<double>(done.size(0));
  }
  const double wanted = world_->best_return();
  double reached = 0;
  for (const train::Played& played : play({.episodes = options_.plays, .seed = options_.seed}))
    reached += played.reached / static_cast<double>(options_.plays);
  train::Evaluation result;
  result.loss = loss / steps;
  result.score = reached;
  result.json =
      nlohmann::ordered_json{{"task", "decision"},        {"world", options_.world}, {"episodes", corpus.size()},
                             {"accuracy", right / steps}, {"loss", result.loss},     {"wanted", wanted},
                             {"return", reached}}
          .dump();
  result.report = [this](size_t) { return report(); };
  return result;
}

std::vector<train::Played> DecisionLearner::play(const train::Playing& how) {
  const Answering answering(*network_);
  const double wanted = how.wanted.value_or(world_->best_return()), most = 1000 * return_scale(*world_);
  if (!(std::abs(wanted) <= most))  // beyond all sense, and soon beyond a float
    throw ValueError("--return", fmt::format("{:g} was given; returns of {} lie between {:g} and {:g}", wanted,
                                             options_.world, world_->worst_return(), world_->best_return()));
  std::vector<worlds::Episode> episodes;
  if (how.on_step) {
    const auto tell = [&](const worlds::World& now, double to_go) {
      how.on_step(fmt::format("step {}, still wanted: {:g}\n{}", now.steps(), to_go, now.picture(how.columns)));
    };
    for (int64_t i = 0; i < how.episodes; ++i)
      episodes.push_back(std::move(play_network(*network_, options_.world, {wanted}, how.seed, i, tell)[0]));
  } else {
    episodes = play_network(*network_, options_.world, std::vector<double>(static_cast<size_t>(how.episodes), wanted),
                            how.seed);
  }
  std::vector<train::Played> played;
  for (size_t i = 0; i < episodes.size(); ++i) {
    const worlds::Episode& episode = episodes[i];
    const nlohmann::ordered_json line = {{"episode", i + 1},          {"world", options_.world},
                                         {"wanted", wanted},          {"return", episode.total()},
                                         {"steps", episode.length()}, {"terminated", episode.terminated}};
    played.push_back({wanted, episode.total(), line.dump(), worlds::to_json(episode, options_.world)});
  }
  return played;
}

std::vector<double> DecisionLearner::returns(int64_t count) const {
  std::vector<double> some;
  const double low = world_->worst_return(), high = world_->best_return();
  for (int64_t i = 1; i <= count; ++i)
    some.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(count));
  return some;
}

std::string DecisionLearner::report() {
  viz::Wanted plot{.title = options_.world, .wanted = {}, .reached = {}};
  for (const double wanted : returns(kAsked)) {
    std::vector<double> reached;
    for (const train::Played& played : play({.wanted = wanted, .episodes = kPlaysEach, .seed = options_.seed}))
      reached.push_back(played.reached);
    plot.wanted.push_back(wanted);
    plot.reached.push_back(std::move(reached));
  }
  return "Wanted and reached:\n" + viz::wanted_text(plot);
}

std::string DecisionLearner::predict(const std::string&, const std::string&) {
  throw ValueError("predict", "this model acts in a world and labels nothing; try `lemma play`");
}

std::vector<train::Fact> DecisionLearner::facts(const train::Corpus&, const train::Examples&, const train::Examples&) {
  return {{"model", description()[0]}, {"world", description()[1]}};
}

std::vector<std::string> DecisionLearner::description() {
  const std::string size =
      fmt::format("width {}, {}", options_.embed, words::plural(network_->num_parameters(), "parameter"));
  const std::string layers = words::plural(options_.layers, "layer");
  const std::string model =
      options_.model == "mlp" ? fmt::format("MLP that clones what the data's players did, {}", size)
      : options_.model == "lstm"
          ? fmt::format("LSTM of {} over the last {}, {}", layers, words::plural(options_.context, "step"), size)
          : fmt::format("Decision Transformer of {} over the last {}, {}", layers,
                        words::plural(options_.context, "step"), size);
  return {model,
          fmt::format("{}: {}; actions: {}", options_.world, world_->about(), fmt::join(world_->actions(), ", "))};
}

}  // namespace lemma::tasks
