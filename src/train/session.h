#pragma once
/// Everything a run works on, read, checked and built: what comes before the first step.

#include <memory>

#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"
#include "lemma/train/trainer.h"

namespace lemma::train {

struct Session {
  /// Reads the corpora, builds vocabularies, model and trainer; for a resumed run, puts back its state. Writes nothing.
  explicit Session(const Run& run);
  Session(const Session&) = delete;  // the trainer looks at model and data
  Session& operator=(const Session&) = delete;

  /// The averaged weights as they are now: what is scored and saved.
  StateDict current_weights();
  /// Replaces a model directory: the best weights so far (before any score, the current ones), the trainer's state, and
  /// the curves. `going`: the run goes on after this.
  void save(const std::string& directory, bool going);
  /// Whether all epochs are done, or patience has run out.
  bool exhausted() const;

  const Run& run;
  std::unique_ptr<Options> options;
  History history;
  Corpora corpora;
  std::unique_ptr<Learner> learner;
  std::unique_ptr<Examples> train, dev;
  std::unique_ptr<Trainer> trainer;
  std::string saved_to;  ///< the directory of the last save; empty before the first
  StateDict best;        ///< weights of the best epoch; empty before the first score
  int64_t epochs = 0;
  std::string train_checksum, dev_checksum;  ///< of the files' bytes; dev's is empty when it was held out of train

 private:
  void refuse_changes(const SavedModel& saved) const;
  /// What a saved run tells of where a file is: as it was named, and seen from the model directory.
  struct Known {
    std::string path, near;
  };
  std::string find_data(const std::string& option, const std::string& given, const Known& known,
                        const io::SafeTensors& state) const;
  void restore(const SavedModel& saved, const io::SafeTensors& state);
};

/// A copy that later steps do not touch.
StateDict copy_of(const StateDict& state);

}  // namespace lemma::train
