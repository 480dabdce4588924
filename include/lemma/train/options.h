#pragma once
/// The options of a run. Each is described once, in a row: the command line, the checks, config.json, what --resume
/// compares and docs/options.md follow from the row. A new option is a member and its row.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lemma/core/dtype.h"

namespace lemma::train {

/// Which real numbers an option takes.
enum class Numbers {
  share,        ///< at least 0, below 1
  not_below_0,  ///< 0 or more
  above_0,
};

/// One option. `value` points into the options that the row was made for.
struct Field {
  const char* key = "";  ///< its name in config.json
  std::variant<int64_t*, uint64_t*, double*, bool*, DType*, std::string*> value;
  const char* flag =
      "";  ///< on the command line; fields that share a flag are set together. Empty: only in config.json
  const char* help = "";
  int64_t least = 0, most = std::numeric_limits<int64_t>::max();  ///< of a whole number
  Numbers numbers = Numbers::not_below_0;                         ///< of a real one
  std::vector<std::string> choices = {};                          ///< the words that a text may be
  const char* automatic = "";       ///< in words, what 0 means where it stands for an automatic value
  const char* section = "options";  ///< of config.json: "options" or "model"
  const char* told = "";            ///< its name in the line of `lemma info`; empty: not shown there
  bool noise = false;               ///< set to 0 where a model is to learn by heart
  bool may_change = false;          ///< in a resumed run, since it changes no step
  bool optional = false;            ///< models of the first version lack it in config.json

  /// How messages name it: the flag, or the key where there is none.
  std::string name() const { return *flag ? flag : key; }
  /// The value in words: "0.1", "true", "float32".
  std::string text() const;
};

/// The rules of the training loop.
struct TrainOptions {
  int64_t epochs = 0;
  int64_t batch_size = 32;
  double lr = 1e-3;
  double weight_decay = 0.01;
  int64_t warmup = 0;
  double clip = 1;
  double average = 0.99;
  int64_t patience = 0;
  uint64_t seed = 1;
  DType precision = DType::float32;
  int64_t usual_steps = 1500;  ///< no option: how many steps the task takes by default, where that is 3 to 20 epochs
};

/// The options of a run: the loop's, and in a class of its own what a task adds to them.
struct Options : TrainOptions {
  virtual ~Options() = default;
  virtual std::unique_ptr<Options> clone() const { return std::make_unique<Options>(*this); }
  /// The rows of what the task adds.
  virtual std::vector<Field> task_fields() { return {}; }
  /// Throws ValueError where values do not fit together; each is known to be in its own range.
  virtual void check_task() const {}
};

/// The rows of the loop's options.
std::vector<Field> fields(TrainOptions& options);
/// All rows: the loop's and the task's.
std::vector<Field> fields(Options& options);
/// Sets all noise to 0: dropout, and changes of the training data.
void silence(Options& options);

/// Throws ValueError naming the option and its range.
void check(const TrainOptions& options);
void check(const Options& options);

/// How the options of a resumed run differ from the saved ones, in words; empty if all that must agree does.
std::string difference(const Options& saved, const Options& now);

/// "batch 32, lr 0.001, ...": the options that `lemma info` shows.
std::string told(const Options& options);

/// How many epochs an option of 0 stands for: as many as make the usual steps, from 3 to 20.
int64_t default_epochs(const TrainOptions& options, int64_t batches);

}  // namespace lemma::train
