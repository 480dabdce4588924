#include "lemma/train/model_dir.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/ops.h"
#include "lemma/train/curves.h"
#include "train/config_json.h"

namespace lemma::train {
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kTraining = "training.safetensors";
constexpr const char* kCurves = "training.html";
constexpr size_t kMostText = size_t{1} << 28;

void check_directory(const std::string& directory, const std::vector<std::string>& files) {
  if (directory.empty()) throw IoError("model", "the name of its directory is empty");
  io::recover_directory(directory);
  if (!io::exists(directory))
    throw IoError(directory, "does not exist; expected a model directory, which `lemma train --out` makes");
  if (!io::is_directory(directory))
    throw IoError(directory, "is a file; expected a model directory, which `lemma train --out` makes");
  if (::access(directory.c_str(), R_OK | X_OK) != 0) throw IoError(directory, "cannot be read: permission denied");
  for (const std::string& file : files) {
    const std::string path = io::join(directory, file);
    if (!io::exists(path))
      throw IoError(directory,
                    fmt::format("has no {}; expected a model directory, which `lemma train --out` makes", file));
    if (!io::is_file(path) && !io::is_directory(path))  // a pipe would be waited for
      throw IoError(path, "is no plain file; expected a model directory, which `lemma train --out` makes");
  }
}

// The text as our own writers end it, where an editor of another system has ended every line in its own way, begun with
// a byte order mark or added blank lines at the end.
std::string with_our_line_ends(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  size_t ends = 0, theirs = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    ends += text[i] == '\n';
    theirs += text[i] == '\n' && i > 0 && text[i - 1] == '\r';
  }
  std::string ours;
  for (size_t i = 0; i < text.size(); ++i)
    if (ends != theirs || text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') ours += text[i];
  while (ours.ends_with("\n\n")) ours.pop_back();
  return ours;
}

// "(any, 16)": a size of 0 is not asked for.
std::string asked(const Shape& shape) {
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(size == 0 ? "any" : std::to_string(size));
  return fmt::format("({}{})", fmt::join(sizes, ", "), sizes.size() == 1 ? "," : "");
}

// Checks the sizes in config.json against the shapes in the file before anything of that size is allocated.
void check_sizes(const io::SafeTensors& weights, const std::vector<std::pair<std::string, Shape>>& shapes,
                 const std::string& path) {
  for (const auto& [key, shape] : shapes) {
    const Tensor* tensor = weights.find(key);
    if (!tensor) throw IoError(path, fmt::format("has no tensor '{}', which config.json asks for", key));
    bool fits = tensor->dim() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i) fits = shape[i] == 0 || tensor->shape()[i] == shape[i];
    if (!fits)
      throw IoError(
          path, fmt::format("tensor '{}' is {}; config.json asks for {}", key, tensor->shape().str(), asked(shape)));
  }
}

}  // namespace

void check_finite(const std::string& path, const io::NamedTensors& tensors) {
  for (const auto& [key, value] : tensors)  // x - x is 0 where x is finite, NaN elsewhere
    if (is_floating(value.dtype()) && any(isnan(value - value)))
      throw IoError(path, fmt::format("tensor '{}' holds a NaN or an Inf; expected finite numbers", key));
}

std::vector<std::string> model_files(const Task& task) {
  std::vector<std::string> files = {kConfig, kWeights, kTraining, kCurves};
  for (const std::string& file : task.files()) files.push_back(file);
  return files;
}

std::optional<Held> held_model(const std::string& directory, const Task& task) {
  io::recover_directory(directory);
  const std::string config = io::join(directory, kConfig);
  if (io::is_file(config)) {
    if (const auto seen = glance(io::read_file(config, kMostText))) return Held{seen->task, seen->complete};
    throw IoError(directory, "holds a config.json that is not of a Lemma model; name a new or an empty directory");
  }
  for (const std::string& file : model_files(task))
    if (io::exists(io::join(directory, file)))
      throw IoError(directory,
                    fmt::format("holds {} but no config.json of a Lemma model; name a new or an empty directory",
                                words::quote(file)));
  return std::nullopt;
}

void save_model(const std::string& directory, const Save& save) {
  held_model(directory, save.task);  // refuses a stranger's
  io::AtomicDirectory out(directory, model_files(save.task));
  out.write(kConfig, config_text(save.task, save.options, save.history));
  const std::vector<std::string> names = save.task.files(), texts = save.learner.texts();
  for (size_t i = 0; i < names.size(); ++i) out.write(names[i], texts.at(i));
  out.write(kWeights, [&](const std::string& file) {
    io::save_safetensors(file, save.weights, {{"task", save.task.name()}});
  });
  if (!save.training.empty())
    out.write(kTraining, [&](const std::string& file) { io::save_safetensors(file, save.training, save.facts); });
  if (!save.training.empty())
    out.write(kCurves, viz::training_html(run_page(save.task, save.options, save.history, save.going)));
  out.commit();
}

SavedModel load_history(const std::string& directory, const Tasks& tasks) {
  check_directory(directory, {kConfig});
  const std::string path = io::join(directory, kConfig);
  ConfigFile file = parse_config(io::read_file(path, kMostText), path, tasks);
  return {file.task, std::move(file.options), std::move(file.history), nullptr};
}

SavedModel load_model(const std::string& directory, const Tasks& tasks, const Task* task) {
  check_directory(directory, {kConfig, kWeights});
  const auto path = [&](const std::string& file) { return io::join(directory, file); };
  const auto text = [&](const std::string& file) { return io::read_file(path(file), kMostText); };
  const std::string config = text(kConfig), name = task_name(config, path(kConfig));
  if (task && name != task->name())
    throw IoError(directory, fmt::format("is a model for {}; expected one for {}", name, task->name()));
  ConfigFile file = parse_config(config, path(kConfig), tasks);
  SavedModel saved{file.task, std::move(file.options), std::move(file.history), nullptr};
  check_directory(directory, saved.task->files());
  std::vector<NamedText> texts;
  for (const std::string& each : saved.task->files()) texts.push_back({path(each), with_our_line_ends(text(each))});
  const io::SafeTensors weights = io::load_safetensors(path(kWeights));
  check_sizes(weights, saved.task->shapes(*saved.options), path(kWeights));
  check_finite(path(kWeights), weights.tensors);
  saved.learner = saved.task->open(*saved.options, texts);
  nn::Module& module = saved.learner->module();
  try {
    module.load_state_dict(weights.tensors);
  } catch (const Error& error) {
    std::string beside = kConfig;  // a text cut short gives another shape too
    for (const std::string& each : saved.task->files()) beside += ", " + each;
    throw IoError(path(kWeights), fmt::format("does not fit {}: {}", beside, error.what()));
  }
  module.eval();
  return saved;
}

io::SafeTensors load_training(const std::string& directory) {
  check_directory(directory, {kConfig, kWeights});
  const std::string path = io::join(directory, kTraining);
  if (!io::exists(path)) throw IoError(directory, fmt::format("has no {}, so there is nothing to resume", kTraining));
  check_directory(directory, {kTraining});
  return io::load_safetensors(path);
}

}  // namespace lemma::train
