#pragma once
/// Where a run saves: into its directory, or beside it for as long as a better model stands there.

#include <optional>
#include <string>

#include "lemma/io/files.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"

namespace lemma::train {

class Place {
 public:
  /// Looks at run.out. Throws IoError for a stranger's directory, ValueError for a model of another task.
  explicit Place(const Run& run);
  /// Throws IoError unless both directories can hold saves of `bytes` each, and no other run saves there.
  void claim(size_t bytes);
  /// The directory of a save at this point of the run.
  const std::string& of(const History& history) const;
  /// Removes what the run saved beside its directory; call after a save into the directory itself.
  void tidy() const;
  /// What happens to the model that is there; empty where there is none.
  std::string note() const;

 private:
  const Run& run_;
  std::optional<Held> held_;
  std::string beside_;  // empty: every save goes into run.out
  std::optional<io::DirectoryLock> lock_, beside_lock_;
};

}  // namespace lemma::train
