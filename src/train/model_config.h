#pragma once
/// The text of config.json.

#include <string>

#include <nlohmann/json.hpp>

#include "lemma/train/model_dir.h"

namespace lemma::train {

struct ConfigFile {
  ModelConfig model;
  TrainOptions options;
  History history;
};

std::string config_text(const ModelConfig& model, const TrainOptions& options, const History& history);
/// Throws IoError naming `where` and the field.
ConfigFile parse_config(const std::string& text, const std::string& where);

}  // namespace lemma::train
