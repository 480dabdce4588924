#pragma once
/// config.json: the options and the history of a run, there and back, with every field checked.

#include <memory>
#include <optional>
#include <string>

#include "lemma/train/model_dir.h"

namespace lemma::train {

struct ConfigFile {
  const Task* task = nullptr;
  std::unique_ptr<Options> options;
  History history;
};

/// What a config.json says at a glance, of whatever version.
struct Glance {
  std::string task;
  bool complete = true;  ///< also where it does not say
};
/// Nothing: it is no config.json of ours.
std::optional<Glance> glance(const std::string& text);

std::string config_text(const Task& task, const Options& options, const History& history);
/// The name of the task, known or not. Both throw IoError naming `where` and the field.
std::string task_name(const std::string& text, const std::string& where);
ConfigFile parse_config(const std::string& text, const std::string& where, const Tasks& tasks);

}  // namespace lemma::train
