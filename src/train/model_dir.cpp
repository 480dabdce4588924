#include "lemma/train/model_dir.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/io/files.h"
#include "lemma/ops.h"
#include "train/model_config.h"

namespace lemma::train {
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kWords = "vocab.txt";
constexpr const char* kLabels = "labels.txt";
constexpr const char* kFeatures = "features.txt";
constexpr const char* kTraining = "training.safetensors";
constexpr size_t kMostText = size_t{1} << 28;

void check_directory(const std::string& directory) {
  io::recover_directory(directory);
  if (!io::exists(directory))
    throw IoError(directory, "does not exist; expected a model directory, which `lemma train --out` makes");
  if (!io::is_directory(directory))
    throw IoError(directory, "is a file; expected a model directory, which `lemma train --out` makes");
  for (const char* file : {kConfig, kWeights, kWords, kLabels, kFeatures})
    if (!io::exists(io::join(directory, file)))
      throw IoError(directory,
                    fmt::format("has no {}; expected a model directory, which `lemma train --out` makes", file));
}

// The shapes in the file speak for the sizes in config.json before anything is allocated by them.
void check_sizes(const io::SafeTensors& weights, const ModelConfig& config, const std::string& path) {
  const auto expect = [&](const std::string& key, const Shape& shape) {  // 0: any size
    const Tensor* tensor = weights.find(key);
    if (!tensor) throw IoError(path, fmt::format("has no tensor '{}', which config.json asks for", key));
    bool fits = tensor->dim() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i) fits = shape[i] == 0 || tensor->shape()[i] == shape[i];
    if (!fits)
      throw IoError(path,
                    fmt::format("tensor '{}' is {}; by config.json it is {}", key, tensor->shape().str(), shape.str()));
  };
  expect("encoder.words.weight", {0, config.embed});
  expect(fmt::format("encoder.encoder.layers.{}.linear1.weight", config.layers - 1), {config.ff, config.embed});
  if (config.letters > 0) expect("encoder.letters.out.weight", {config.embed, config.letters});
}

}  // namespace

void check_finite(const std::string& path, const io::NamedTensors& tensors) {
  for (const auto& [key, value] : tensors)  // x - x is 0 where x is finite, NaN elsewhere
    if (is_floating(value.dtype()) && any(isnan(value - value)))
      throw IoError(path, fmt::format("tensor '{}' holds a NaN or an Inf; expected finite numbers", key));
}

std::vector<std::string> model_files() { return {kConfig, kWeights, kWords, kLabels, kFeatures, kTraining}; }

void save_model(const std::string& directory, const Save& save) {
  io::AtomicDirectory out(directory, model_files());
  out.write(kConfig, config_text(save.config, save.options, save.history));
  out.write(kWords, save.coder.words.to_text());
  out.write(kFeatures, save.coder.features.to_text());
  out.write(kLabels, save.coder.labels_text());
  out.write(kWeights, [&](const std::string& file) {
    io::save_safetensors(file, save.weights, {{"task", name(save.config.task)}});
  });
  if (!save.training.empty())
    out.write(kTraining, [&](const std::string& file) { io::save_safetensors(file, save.training, save.facts); });
  out.commit();
}

SavedModel load_model(const std::string& directory, std::optional<Task> task) {
  check_directory(directory);
  const auto path = [&](const char* file) { return io::join(directory, file); };
  const auto text = [&](const char* file) { return io::read_file(path(file), kMostText); };
  ConfigFile file = parse_config(text(kConfig), path(kConfig));
  SavedModel saved{file.model, file.options, file.history, {}, nullptr};
  if (task && saved.config.task != *task)
    throw IoError(directory,
                  fmt::format("is a model for {}; expected one for {}", name(saved.config.task), name(*task)));
  saved.coder = {saved.config.task, text::Vocabulary::from_text(text(kWords), path(kWords)),
                 text::WordFeatures::from_text(text(kFeatures), path(kFeatures)),
                 TextCoder::parse_labels(text(kLabels), path(kLabels), saved.config.task)};
  const io::SafeTensors weights = io::load_safetensors(path(kWeights));
  check_sizes(weights, saved.config, path(kWeights));
  check_finite(path(kWeights), weights.tensors);
  saved.model = make_model(saved.config, saved.coder);
  try {
    saved.model->load_state_dict(weights.tensors);
  } catch (const Error& error) {
    throw IoError(path(kWeights), fmt::format("does not fit config.json: {}", error.what()));
  }
  saved.model->eval();
  return saved;
}

io::SafeTensors load_training(const std::string& directory) {
  check_directory(directory);
  const std::string path = io::join(directory, kTraining);
  if (!io::exists(path)) throw IoError(directory, fmt::format("has no {}, so there is nothing to resume", kTraining));
  return io::load_safetensors(path);
}

}  // namespace lemma::train
