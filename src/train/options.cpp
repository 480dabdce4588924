#include "lemma/train/options.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::train {
namespace {

// The loop's rows, with those of a task after the ones that shape a step.
std::vector<Field> rows(TrainOptions& o, std::vector<Field> task) {
  std::vector<Field> all = {
      {.key = "epochs",
       .value = &o.epochs,
       .flag = "--epochs",
       .help = "passes over the training data",
       .least = 1,
       .most = 1'000'000,
       .automatic = "about 1,500 steps, 5,000 for pictures, 2,700 where it learns to write, 3 to 20 epochs",
       .may_change = true},
      {.key = "batch_size",
       .value = &o.batch_size,
       .flag = "--batch-size",
       .help = "examples per step",
       .least = 1,
       .most = 1'000'000,
       .told = "batch"},
      {.key = "lr",
       .value = &o.lr,
       .flag = "--lr",
       .help = "peak learning rate, after warm-up",
       .numbers = Numbers::above_0,
       .told = "lr"},
      {.key = "weight_decay",
       .value = &o.weight_decay,
       .flag = "--weight-decay",
       .help = "AdamW's weight decay, for matrices only",
       .told = "weight decay"},
      {.key = "warmup",
       .value = &o.warmup,
       .flag = "--warmup",
       .help = "steps until the peak",
       .least = 1,
       .automatic = "a tenth of the default steps"},
      {.key = "clip", .value = &o.clip, .flag = "--clip", .help = "largest gradient norm; 0: no limit", .told = "clip"},
  };
  all.insert(all.end(), task.begin(), task.end());
  const Field rest[] = {
      {.key = "average",
       .value = &o.average,
       .help = "decay of the running mean of the weights, which is scored and saved; 0: none",
       .numbers = Numbers::share},
      {.key = "patience",
       .value = &o.patience,
       .flag = "--patience",
       .help = "stop after this many epochs without a better score; 0: never",
       .may_change = true},
      {.key = "seed",
       .value = &o.seed,
       .flag = "--seed",
       .help = "same seed, same weights, bit for bit, for any number of threads",
       .told = "seed"},
      {.key = "precision",
       .value = &o.precision,
       .flag = "--precision",
       .help = "dtype of products: float32, bfloat16 or float16; weights stay float32",
       .told = "precision",
       .optional = true},
  };
  all.insert(all.end(), std::begin(rest), std::end(rest));
  return all;
}

// For reading: the rows of options that are not changed.
std::vector<Field> rows_of(const Options& options) { return fields(const_cast<Options&>(options)); }

struct Check {
  const Field& field;
  [[noreturn]] void refuse(const std::string& why) const { throw ValueError(field.name(), why); }
  void operator()(const int64_t* value) const {
    const int64_t least = *field.automatic ? 0 : field.least;
    if (*value < least) refuse(fmt::format("{} is too small; expected {} or more", *value, least));
    if (*value > field.most) refuse(fmt::format("{} is too large; expected {} or less", *value, field.most));
  }
  void operator()(const double* value) const {
    if (field.numbers == Numbers::share) {
      if (!(*value >= 0 && *value < 1)) refuse(fmt::format("{} is out of range; expected at least 0, below 1", *value));
    } else if (!std::isfinite(*value) || *value < 0 || (*value == 0 && field.numbers == Numbers::above_0)) {
      refuse(fmt::format("{} is out of range; expected a number {}", *value,
                         field.numbers == Numbers::above_0 ? "above 0" : "of 0 or more"));
    } else if (*value > std::numeric_limits<float>::max()) {  // the weights are float32
      refuse(fmt::format("{} is too large; expected {} or less", *value, std::numeric_limits<float>::max()));
    }
  }
  void operator()(const DType* value) const {
    if (*value != DType::float32 && !is_half(*value))
      refuse(fmt::format("{} was given; expected float32, bfloat16 or float16", lemma::name(*value)));
  }
  void operator()(const std::string* value) const {
    if (std::find(field.choices.begin(), field.choices.end(), *value) == field.choices.end())
      refuse(fmt::format("{} is not known; expected {}", words::quote(*value), words::any_of(field.choices)));
  }
  void operator()(const uint64_t*) const {}
  void operator()(const bool*) const {}
};

void check_each(const std::vector<Field>& all) {
  for (const Field& field : all) std::visit(Check{field}, field.value);
}

struct Text {
  std::string operator()(const DType* value) const { return lemma::name(*value); }
  std::string operator()(const auto* value) const { return fmt::format("{}", *value); }
};

}  // namespace

std::string Field::text() const { return std::visit(Text{}, value); }

std::vector<Field> fields(TrainOptions& options) { return rows(options, {}); }
std::vector<Field> fields(Options& options) { return rows(options, options.task_fields()); }

void silence(Options& options) {
  for (const Field& field : fields(options))
    if (field.noise) std::visit([](auto* value) { *value = {}; }, field.value);
}

void check(const TrainOptions& options) { check_each(fields(const_cast<TrainOptions&>(options))); }

void check(const Options& options) {
  check_each(rows_of(options));
  options.check_task();
}

std::string difference(const Options& saved, const Options& now) {
  const std::vector<Field> before = rows_of(saved), after = rows_of(now);
  for (size_t i = 0; i < before.size(); ++i)
    if (!after[i].may_change && before[i].text() != after[i].text())
      return fmt::format("{} is {} where the saved run has {}", after[i].name(), after[i].text(), before[i].text());
  return "";
}

std::string told(const Options& options) {
  std::vector<std::string> parts;
  for (const Field& field : rows_of(options))
    if (*field.told) parts.push_back(fmt::format("{} {}", field.told, field.text()));
  return fmt::format("{}", fmt::join(parts, ", "));
}

int64_t default_epochs(const TrainOptions& options, int64_t batches) {
  return std::clamp<int64_t>((options.usual_steps + batches - 1) / batches, 3, 20);
}

}  // namespace lemma::train
