#include "train/session.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/labelled_images.h"
#include "lemma/io/files.h"
#include "lemma/random.h"
#include "lemma/train/data_files.h"

namespace lemma::train {
namespace fs = std::filesystem;

namespace {
// The files in a directory and its folders, by their way from it and in order; none for what is no directory.
std::vector<std::string> files_below(const std::string& directory) {
  std::vector<std::string> files;
  if (!io::is_directory(directory)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), directory).string());
  std::sort(files.begin(), files.end());
  return files;
}

// FNV-1a over the bytes of the files: tells an edited one from that which a run began with.
std::string checksum(const std::string& path) {
  uint64_t hash = 14695981039346656037U;
  const auto add = [&hash](const std::string& text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  };
  for (const std::string& part : data_files(path)) {
    if (!io::is_directory(part)) add(io::read_file(part));
    if (const std::string labels = data::labels_beside(part); !labels.empty()) add(io::read_file(labels));
    for (const std::string& file : files_below(part)) {
      add(file);
      add(io::read_file(io::join(part, file)));
    }
  }
  return fmt::format("{:016x}", hash);
}

bool are_files(const std::string& path) {
  const std::vector<std::string> files = data_files(path);
  return std::all_of(files.begin(), files.end(),
                     [](const std::string& file) { return io::is_file(file) || io::is_directory(file); });
}

// The way from a directory to the files; empty for a pipe, which will not be there again.
std::string seen_from(const std::string& directory, const std::string& path) {
  std::error_code error;
  if (!are_files(path)) return "";
  std::string way;
  for (const std::string& file : data_files(path))
    way += (way.empty() ? "" : ",") + fs::relative(file, directory, error).string();
  return way;
}

// The same from where the program runs.
std::string seen_through(const std::string& directory, const std::string& way) {
  std::string path;
  for (const std::string& file : data_files(way)) path += (path.empty() ? "" : ",") + io::join(directory, file);
  return path;
}
}  // namespace

StateDict copy_of(const StateDict& state) {
  StateDict copy;
  for (const auto& [key, value] : state) copy.emplace_back(key, value.clone());
  return copy;
}

Session::Session(const Run& given) : run(given), options(run.task->options()) {
  const io::ReadOnce pipes;  // a pipe gives its text once, and two readers want it: the task's and the checksum
  SavedModel saved;
  io::SafeTensors state;
  if (run.resume) {
    saved = load_model(run.out, {run.task}, run.task);
    state = load_training(run.out);
    options = saved.options->clone();
    history = saved.history;
    saved_to = run.out;
  } else {
    history.train_path = run.train_path;
    history.dev_path = run.dev_path;
  }
  if (!history.reading) history.reading = run.reading;
  run.choose(*options);
  check(*options);
  if (run.resume) {
    refuse_changes(saved);
    if (!history.train_path.empty())
      history.train_path = find_data("--train", run.train_path, {history.train_path, history.train_near}, state);
    if (!history.dev_path.empty())
      history.dev_path = find_data("--dev", run.dev_path, {history.dev_path, history.dev_near}, state);
  }
  corpora = history.train_path.empty()
                ? run.task->make_data(*options)
                : run.task->read_for(history.train_path, history.dev_path, *history.reading, *options);
  if (!history.train_path.empty()) train_checksum = checksum(history.train_path);
  if (!history.dev_path.empty()) dev_checksum = checksum(history.dev_path);
  manual_seed(options->seed);
  learner = run.task->make(*corpora.train, *options);
  train = learner->examples(*corpora.train, Use::training);
  dev = learner->examples(*corpora.dev, Use::scoring);
  learner->module().to(run.device);  // its first weights are drawn on the CPU: the same on every device
  history.device = run.device.str();
  trainer = std::make_unique<Trainer>(*learner, *train, *options);
  epochs = options->epochs > 0 ? options->epochs : default_epochs(*options, trainer->batches());
  if (run.resume) restore(saved, state);
  history.baselines = corpora.baselines;
  history.train_size = train->size();
  history.dev_size = dev->size();
}

void Session::refuse_changes(const SavedModel& saved) const {
  std::string change = difference(*saved.options, *options);
  if (run.reading != ReadOptions{} && run.reading != *history.reading)
    change = "the files are to be read in another way than before";
  if (!run.train_path.empty() && history.train_path.empty())
    change = fmt::format("--train is {} where the saved run made its data itself", run.train_path);
  if (!run.dev_path.empty() && history.dev_path.empty())
    change = fmt::format("--dev is {} where the saved run has none", run.dev_path);
  if (!change.empty())
    throw ValueError(
        "--resume",
        fmt::format("{}; a resumed run keeps its options, except for --epochs, --patience, --device and --threads",
                    change));
}

// Where the data is that the run began with: the bytes must be the same. They are compared before the file is read as
// data, so that a model from elsewhere cannot have another file of its user's read and shown.
std::string Session::find_data(const std::string& option, const std::string& given, const Known& known,
                               const io::SafeTensors& state) const {
  const auto checked = state.metadata.find(option.substr(2) + "_checksum");
  std::vector<std::string> places = {given.empty() ? known.path : given};
  if (given.empty() && !known.near.empty())  // for a run that is resumed in another working directory
    places.push_back(seen_through(run.out, known.near));
  bool any = false;
  for (const std::string& path : places) {
    if (given.empty() && !are_files(path)) continue;
    any = true;
    if (checked != state.metadata.end() && checksum(path) == checked->second) return path;
  }
  if (!any)
    throw ValueError("--resume",
                     fmt::format("the run began with {} {}, where there is no plain file now; give {} FILE, "
                                 "with the same contents",
                                 option, words::quote(known.path), option));
  if (places[0] == known.path)
    throw ValueError("--resume",
                     fmt::format("{} has changed since the run began; resume with the data it began with", known.path));
  throw ValueError("--resume",
                   fmt::format("{} is {} where the saved run has {}, and their contents differ; resume with "
                               "the data it began with",
                               option, given, words::quote(known.path)));
}

void Session::restore(const SavedModel& saved, const io::SafeTensors& state) {
  if (learner->texts() != saved.learner->texts())
    throw ValueError(
        "--resume",
        fmt::format("{} gives a different vocabulary from the one saved in {}; resume with the data it began with",
                    history.train_path, run.out));
  const auto recorded = static_cast<int64_t>(history.epochs.size());
  trainer->load(state);
  // A run interrupted after the last step of an epoch has yet to score it.
  const int64_t unscored = trainer->epoch() - recorded;
  if (unscored != 0 && !(unscored == 1 && trainer->batch() == trainer->batches()))
    throw ValueError("--resume", fmt::format("{} says {} epochs, its training state {}; a file is damaged", run.out,
                                             history.epochs.size(), trainer->epoch()));
  if (history.best_epoch > 0) best = copy_of(saved.learner->module().state_dict());
}

StateDict Session::current_weights() {
  const WithAverage averaged(trainer->average());
  return copy_of(learner->module().state_dict());
}

void Session::save(const std::string& directory, bool going) {
  io::Metadata facts;
  io::NamedTensors state = trainer->state(facts);
  facts["train_checksum"] = train_checksum;
  facts["dev_checksum"] = dev_checksum;
  StateDict weights = best.empty() ? current_weights() : best;
  try {
    check_finite("--out", weights);
  } catch (const IoError& error) {
    throw GradError("save", error.message() + "; the weights have diverged, and what was saved before is as it was");
  }
  history.train_near = seen_from(directory, history.train_path);
  history.dev_near = seen_from(directory, history.dev_path);
  save_model(directory,
             {*run.task, *options, history, *learner, std::move(weights), std::move(state), std::move(facts), going});
}

bool Session::exhausted() const {
  const auto done = static_cast<int64_t>(history.epochs.size());
  return done >= epochs || (options->patience > 0 && done - history.best_epoch >= options->patience);
}

}  // namespace lemma::train
