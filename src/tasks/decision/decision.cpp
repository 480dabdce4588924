#include "lemma/tasks/decision/decision.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "tasks/decision/baselines.h"
#include "tasks/decision/learner.h"
#include "tasks/margin.h"
#include "tasks/shapes.h"

namespace lemma::tasks {
namespace {

constexpr uint64_t kDevSeed = 1'000'003;  // beside the run's seed: other episodes than those that are learnt from

std::unique_ptr<EpisodeCorpus> corpus_of(worlds::EpisodeFile file, const std::string& path, const std::string& format) {
  auto corpus = std::make_unique<EpisodeCorpus>();
  corpus->path = path;
  corpus->format = format;
  corpus->world = std::move(file.world);
  corpus->episodes = std::move(file.episodes);
  return corpus;
}

train::Corpora with_baselines(std::unique_ptr<EpisodeCorpus> train, std::unique_ptr<EpisodeCorpus> dev, uint64_t seed) {
  std::vector<train::Baseline> baselines = decision_baselines(*train, seed);
  return {std::move(train), std::move(dev), std::move(baselines)};
}

class Decision : public train::Task {
 public:
  std::string name() const override { return "decision"; }
  std::string learns() const override { return "what to do in a world"; }
  train::Score score() const override { return {"return"}; }
  std::string unit() const override { return "windows"; }
  std::string ending() const override { return ".jsonl"; }
  std::string reads() const override {
    return "episodes of a world as lines of JSON, as play --save writes them, or none: it makes its own";
  }
  std::string sample() const override { return ""; }
  std::string trial(const std::string& model) const override { return fmt::format("play --model {} --watch", model); }
  bool continues() const override { return false; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<DecisionOptions>(); }

  bool makes_data() const override { return true; }
  train::Corpora make_data(const train::Options& given) const override {
    const DecisionOptions& options = decision_options(given);
    const auto world = worlds::make_world(options.world);
    const auto made = [&](int64_t count, uint64_t seed) {
      return corpus_of({options.world, worlds::make_episodes(*world, options.policy, count, seed)},
                       fmt::format("made by the {} policy", options.policy), fmt::format("seed {}", seed));
    };
    return with_baselines(made(options.episodes, options.seed), made(options.episodes / 10, options.seed + kDevSeed),
                          options.seed);
  }

  std::string inspect(const std::string& path, const train::ReadOptions&) const override {
    const auto corpus = corpus_of(worlds::read_episodes(path), path, "episodes as JSON");
    return fmt::format("{}: episodes, for lemma train decision --world {}\n", path, corpus->world) +
           lines_of("format", {corpus->format}) + lines_of("size", {corpus->size_text()}) +
           lines_of("options", {"--policy makes others; lemma play --save writes more"});
  }
  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool) const override {
    auto train = corpus_of(worlds::read_episodes(train_path), train_path, "episodes as JSON");
    std::unique_ptr<EpisodeCorpus> dev;
    if (!dev_path.empty()) {
      dev = corpus_of(worlds::read_episodes(dev_path, train->world), dev_path, "episodes as JSON");
    } else {
      const int64_t held = train->size() / 10;
      if (held == 0)
        throw IoError(train_path, fmt::format("it holds {}, so none is left to score on; give --dev",
                                              words::plural(train->size(), "episode")));
      dev = corpus_of({train->world, {train->episodes.end() - held, train->episodes.end()}}, train_path,
                      "held out of --train");
      train->episodes.resize(static_cast<size_t>(train->size() - held));
    }
    return with_baselines(std::move(train), std::move(dev), 1);
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& given, const train::Options& options) const override {
    const EpisodeCorpus& corpus = episode_corpus(given);
    const std::string& world = decision_options(options).world;
    if (corpus.world != world)
      throw ValueError("--world", fmt::format("is {}, and {} holds episodes of {}; give --world {}", world, corpus.path,
                                              corpus.world, corpus.world));
    require_room(shapes(options), "such a model");
    auto learner = std::make_unique<DecisionLearner>(decision_options(options));
    const auto [mean, scale] = seen_statistics(corpus);
    learner->network().seen_mean.copy_(mean);
    learner->network().seen_scale.copy_(scale);
    return learner;
  }
  std::unique_ptr<train::Learner> open(const train::Options& options,
                                       const std::vector<train::NamedText>&) const override {
    return std::make_unique<DecisionLearner>(decision_options(options));
  }

  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& given) const override {
    const DecisionOptions& options = decision_options(given);
    const auto world = worlds::make_world(options.world);
    const int64_t D = options.embed;
    const auto actions = static_cast<int64_t>(world->actions().size());
    const auto S = static_cast<int64_t>(world->observe(worlds::State(world->axes().size(), 0.0)).size());
    Shapes shapes = {{"seen_mean", {S}}, {"seen_scale", {S}}};
    add_linear_shapes(shapes, "head", D, actions);
    if (options.model == "mlp") {
      add_linear_shapes(shapes, "first", S, D);
      add_linear_shapes(shapes, "second", D, D);
      return shapes;
    }
    add_linear_shapes(shapes, "wanted", 1, D);
    add_linear_shapes(shapes, "seen", S, D);
    shapes.push_back({"done.weight", {actions, D}});
    shapes.push_back({"when.weight", {world->most_steps(), D}});
    add_norm_shapes(shapes, "norm", D);
    if (options.model == "transformer") add_encoder_shapes(shapes, "encoder.", options.layers, D, 4 * D);
    for (int64_t i = 0; options.model == "lstm" && i < options.layers; ++i)
      for (const char* part : {"ih", "hh"}) shapes.push_back({fmt::format("lstm.weight_{}_l{}", part, i), {4 * D, D}});
    return shapes;
  }
};

}  // namespace

const train::Task& decision() {
  static const Decision task;
  return task;
}

}  // namespace lemma::tasks
