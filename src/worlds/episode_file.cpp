// Episodes as lines of JSON.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/text_file.h"
#include "lemma/worlds/episodes.h"

namespace lemma::worlds {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWriter = ", as `lemma play --save FILE` writes them";

Json parsed(const data::TextFile& file, const data::Line& line) {
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > 3) throw IoError(file.at(line.number), "is nested too deeply for an episode");
    return true;
  };
  try {
    return Json::parse(line.text, shallow);
  } catch (const Json::exception&) {
    throw IoError(file.at(line.number), fmt::format("is no JSON; expected one episode a line{}", kWriter));
  }
}

// The world that the file is of, where it is to tell that by its first line.
std::unique_ptr<World> world_of(const Json& json, std::string& name, const std::string& where) {
  if (name.empty()) {
    if (!json.is_object() || !json.contains("world") || !json["world"].is_string())
      throw IoError(where, fmt::format("is no episode; expected world, states, actions and rewards{}", kWriter));
    name = json["world"].get<std::string>();
  }
  try {
    return make_world(name);
  } catch (const ValueError& error) {
    throw IoError(where, "its world " + error.message());
  }
}

constexpr double kLargest = 1e6;  // of a state or a reward: no world has more, and squares of it are still exact

Episode episode_of(const Json& json, const World& world, const std::string& where) {
  Episode episode;
  try {
    const std::string name = json.at("world").get<std::string>();
    if (name != world.name())
      throw IoError(where, fmt::format("is an episode of {}; expected {}", words::quote(name), world.name()));
    episode.states = json.at("states").get<std::vector<State>>();
    for (const Json& action : json.at("actions"))
      if (!action.is_number_integer())
        throw IoError(where, fmt::format("an action is {}; expected whole numbers", action.dump()));
    episode.actions = json.at("actions").get<std::vector<int64_t>>();
    episode.rewards = json.at("rewards").get<std::vector<double>>();
    episode.terminated = json.value("terminated", false);
  } catch (const Json::exception&) {
    throw IoError(where, fmt::format("is no episode; expected world, states, actions and rewards{}", kWriter));
  }
  const size_t length = episode.actions.size(), numbers = world.axes().size();
  if (length == 0 || episode.states.size() != length || episode.rewards.size() != length)
    throw IoError(where,
                  fmt::format("has {} states, {} actions and {} rewards; expected as many of each, and one at least",
                              episode.states.size(), length, episode.rewards.size()));
  if (static_cast<int64_t>(length) > world.most_steps())
    throw IoError(
        where, fmt::format("has {} steps; an episode of {} has {} at most", length, world.name(), world.most_steps()));
  const auto actions = static_cast<int64_t>(world.actions().size());
  for (size_t t = 0; t < length; ++t) {
    if (episode.states[t].size() != numbers)
      throw IoError(where, fmt::format("state {} has {} numbers; {} has {}", t + 1, episode.states[t].size(),
                                       world.name(), numbers));
    if (episode.actions[t] < 0 || episode.actions[t] >= actions)
      throw IoError(where, fmt::format("action {} is {}; expected 0 to {}", t + 1, episode.actions[t], actions - 1));
    double largest = std::fabs(episode.rewards[t]);
    for (const double value : episode.states[t]) largest = std::max(largest, std::fabs(value));
    if (!(largest <= kLargest))
      throw IoError(where,
                    fmt::format("step {} holds {:g}; expected numbers of at most {:g}", t + 1, largest, kLargest));
  }
  return episode;
}

}  // namespace

std::string to_json(const Episode& episode, const std::string& world) {
  return Json{{"world", world},
              {"states", episode.states},
              {"actions", episode.actions},
              {"rewards", episode.rewards},
              {"terminated", episode.terminated}}
      .dump();
}

EpisodeFile read_episodes(const std::string& path, const std::string& world) {
  const data::TextFile file(path);
  EpisodeFile read{world, {}};
  std::unique_ptr<World> rules;
  for (const data::Line& line : file.lines()) {
    if (data::is_blank(line.text)) continue;
    const std::string where = file.at(line.number);
    const Json json = parsed(file, line);
    if (!rules) rules = world_of(json, read.world, where);
    read.episodes.push_back(episode_of(json, *rules, where));
  }
  return read;
}

}  // namespace lemma::worlds
