#include "train/place.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::train {
namespace fs = std::filesystem;

namespace {

// "<out>.unfinished", "<out>.unfinished-2", ...: the first that is free.
std::string free_name_beside(const std::string& out) {
  fs::path path = fs::absolute(out).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended in a slash
  const std::string last = fs::path(out).filename();
  std::string stem = out;
  while (stem.size() > 1 && stem.back() == '/') stem.pop_back();
  if (last == "." || last == "..") stem = path.string();
  std::string name = stem + ".unfinished";
  for (int i = 2; fs::exists(fs::symlink_status(name)); ++i) name = fmt::format("{}.unfinished-{}", stem, i);
  return name;
}

// What the files of earlier saves there take up, which the next save frees.
size_t bytes_held(const std::string& directory, const Task& task) {
  size_t sum = 0;
  for (const std::string& file : model_files(task)) {
    std::error_code error;
    const uintmax_t size = fs::file_size(io::join(directory, file), error);
    if (!error) sum += static_cast<size_t>(size);
  }
  return sum;
}

}  // namespace

Place::Place(const Run& run) : run_(run) {
  if (run.resume) {
    lock_.emplace(run.out);  // before the state is read, so that no other run changes it
    return;
  }
  held_ = held_model(run.out, *run.task);
  if (!held_ || run.overwrite) return;
  if (held_->task != run.task->name())
    throw ValueError("--out", fmt::format("{} holds a model for {}; name another directory, or give --overwrite to "
                                          "replace that model",
                                          words::quote(run.out), words::quote(held_->task)));
  beside_ = free_name_beside(run.out);
}

void Place::claim(size_t bytes) {
  if (!lock_) lock_.emplace(run_.out);
  if (!beside_.empty()) beside_lock_.emplace(beside_);
  // The old save and the new one stand side by side until their names are exchanged.
  const size_t held = std::min(bytes, bytes_held(run_.out, *run_.task));
  io::check_can_save(run_.out, model_files(*run_.task), 2 * bytes - held);
  if (!beside_.empty()) io::check_can_save(beside_, model_files(*run_.task), 2 * bytes);
}

const std::string& Place::of(const History& history) const {
  const bool ours = beside_.empty() || (held_->complete ? history.complete : history.best_epoch > 0);
  return ours ? run_.out : beside_;
}

void Place::tidy() const {
  if (beside_.empty()) return;
  std::error_code ignored;
  for (const std::string& file : model_files(*run_.task)) fs::remove(io::join(beside_, file), ignored);
  fs::remove(beside_, ignored);  // stays where the user has put something into it
}

std::string Place::note() const {
  if (!held_) return "";
  if (run_.overwrite)
    return fmt::format("{} holds a model for {}; the first save will replace it", run_.out, words::quote(held_->task));
  if (held_->complete)
    return fmt::format(
        "{} holds a finished model; this run is saved to {} until it is finished, then replaces it; one that is "
        "stopped is resumed there, and stays",
        run_.out, beside_);
  return fmt::format("{} holds an unfinished model; the first epoch's will replace it, an earlier Ctrl-C saves to {}",
                     run_.out, beside_);
}

}  // namespace lemma::train
