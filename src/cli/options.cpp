#include "cli/options.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::cli {
namespace {

using train::Field;
using train::Numbers;

// An option, and its default in each task that has it. Of the field's value only the type still matters.
struct Row {
  Field field;
  std::vector<std::pair<std::string, std::string>> defaults;  // task, value
};

// All options in the order of the rows; those with the same key and meaning become one.
std::vector<Row> rows_of(const train::Tasks& tasks) {
  std::vector<Row> all;
  for (const train::Task* task : tasks) {
    const std::unique_ptr<train::Options> options = task->options();
    for (const Field& field : fields(*options)) {
      const auto known = std::find_if(all.begin(), all.end(), [&](const Row& row) {
        return std::string(row.field.key) == field.key && std::string(row.field.help) == field.help &&
               row.field.choices == field.choices;
      });
      const auto row = known == all.end() ? all.insert(all.end(), {field, {}}) : known;
      row->defaults.emplace_back(task->name(), field.text());
    }
  }
  return all;
}

// "lm 128, decision 20".
std::string defaults_by_task(const Row& row) {
  std::string text;
  for (const auto& [task, each] : row.defaults) text += (text.empty() ? "" : ", ") + task + " " + each;
  return text;
}

// "32"; one for each task, by name, where they differ; or what the program then does, in words.
std::string default_text(const Row& row) {
  if (*row.field.automatic) return row.field.automatic;
  const std::string& value = row.defaults.front().second;
  const auto same = [&](const auto& each) { return each.second == value; };
  return std::all_of(row.defaults.begin(), row.defaults.end(), same) ? value : defaults_by_task(row);
}

// "what it is (default 32)"; where several options share a flag, each meaning once, with what is taken for which task.
std::string help_text(const std::vector<const Row*>& rows) {
  std::vector<std::pair<std::string, std::vector<const Row*>>> meanings;
  for (const Row* row : rows) {
    if (meanings.empty() || meanings.back().first != row->field.help) meanings.push_back({row->field.help, {}});
    meanings.back().second.push_back(row);
  }
  std::string text;
  for (const auto& [help, own] : meanings) {
    std::string value;
    for (const Row* row : own) {
      const std::string one =
          meanings.size() > 1 && !*row->field.automatic ? defaults_by_task(*row) : default_text(*row);
      value += (value.empty() ? "" : "; ") + (own.size() > 1 ? std::string(row->field.key) + " " + one : one);
    }
    text += fmt::format("{}{} (default{} {})", text.empty() ? "" : "; ", help,
                        value.find(' ') == std::string::npos ? "" : ":", value);
  }
  return text;
}

// The accepted values, in words.
struct Expected {
  const Field& field;
  std::string operator()(const int64_t*) const {
    if (field.most == std::numeric_limits<int64_t>::max()) return fmt::format("{} or more", field.least);
    return fmt::format("{} to {}", words::grouped(field.least), words::grouped(field.most));
  }
  std::string operator()(const uint64_t*) const { return "0 or more"; }
  std::string operator()(const double*) const {
    return field.numbers == Numbers::share     ? "at least 0, below 1"
           : field.numbers == Numbers::above_0 ? "above 0"
                                               : "0 or more";
  }
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const DType*) const { return "a name"; }
  std::string operator()(const std::string*) const { return words::any_of(field.choices); }
};

struct Placeholder {
  const char* operator()(const double*) const { return "X"; }
  const char* operator()(const DType*) const { return "NAME"; }
  const char* operator()(const std::string*) const { return "NAME"; }
  const char* operator()(const auto*) const { return "N"; }
};

// Parses a text and stores its value.
struct Set {
  const Field& field;
  const std::string& text;
  void operator()(int64_t* value) const { *value = parse_integer(field.flag, text, field.least); }
  void operator()(uint64_t* value) const { *value = static_cast<uint64_t>(parse_integer(field.flag, text)); }
  void operator()(double* value) const { *value = parse_number(field.flag, text); }
  void operator()(bool* value) const { *value = parse_integer(field.flag, text, 0, 1) == 1; }
  void operator()(std::string* value) const {
    if (std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end())
      throw ValueError(field.flag,
                       fmt::format("{} was given; expected {}", words::quote(text), words::any_of(field.choices)));
    *value = text;
  }
  void operator()(DType* value) const {
    for (const DType dtype : {DType::float32, DType::bfloat16, DType::float16})
      if (text == name(dtype)) {
        *value = dtype;
        return;
      }
    throw ValueError(field.flag,
                     fmt::format("{} was given; expected float32, bfloat16 or float16", words::quote(text)));
  }
};

}  // namespace

void add_options(CLI::App& command, const train::Tasks& tasks, Choices& choices) {
  const std::vector<Row> all = rows_of(tasks);
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string flag = all[i].field.flag;
    if (flag.empty() || command.get_option_no_throw(flag)) continue;
    std::vector<const Row*> rows;
    for (const Row& row : all)
      if (flag == row.field.flag) rows.push_back(&row);
    command
        .add_option_function<std::string>(
            flag, [flag, &choices](const std::string& text) { choices.emplace_back(flag, text); }, help_text(rows))
        ->type_name(std::visit(Placeholder{}, all[i].field.value));
  }
}

void apply(const Choices& choices, const train::Task& task, train::Options& options) {
  for (const auto& [flag, text] : choices) {
    bool known = false;
    for (const Field& field : fields(options))
      if (flag == field.flag) {
        std::visit(Set{field, text}, field.value);
        known = true;
      }
    if (!known) throw ValueError(flag, fmt::format("is not an option of {}; see lemma train --help", task.name()));
  }
}

std::string options_page(const train::Tasks& tasks) {
  std::string page =
      "# Options of training\n\n"
      "What `lemma train` takes, and what config.json keeps of it under `model` and `options`. Generated from the rows "
      "of\n"
      "`lemma/train/options.h` and of each task; a test compares them.\n\n"
      "| config.json | flag | takes | default | what it is |\n|---|---|---|---|---|\n";
  const std::vector<Row> all = rows_of(tasks);
  for (const Row& row : all) {
    const Field& field = row.field;
    const bool several = std::count_if(all.begin(), all.end(),
                                       [&](const Row& other) { return std::string(other.field.key) == field.key; }) > 1;
    page += fmt::format("| `{}.{}` | {} | {} | {} | {} |\n", field.section, field.key,
                        *field.flag ? fmt::format("`{}`", field.flag) : "", std::visit(Expected{field}, field.value),
                        several && !*field.automatic ? defaults_by_task(row) : default_text(row), field.help);
  }
  return page +
         "\n`--resume` refuses a value that differs from the saved run's, except for `--epochs` and `--patience`, "
         "which change no step.\n";
}

}  // namespace lemma::cli
