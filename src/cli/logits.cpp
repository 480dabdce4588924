// lemma logits: the guide's models on rows of ids, for comparing numbers with weights trained elsewhere.
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.h"
#include "lemma/autograd.h"
#include "lemma/core/words.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"
#include "lemma/io/safetensors.h"
#include "lemma/train/model_dir.h"

namespace lemma::cli {
namespace {

constexpr int64_t kGuideHeads = 8;
constexpr size_t kMostIds = 4096;  // in a row: attention costs the square of its length

// A matrix from the file; throws if it is missing or not a matrix.
Shape matrix(const io::SafeTensors& file, const std::string& path, const std::string& key) {
  const Tensor* tensor = file.find(key);
  if (!tensor)
    throw IoError(path, fmt::format("has no tensor '{}'; expected the state dict of the guide's model", key));
  if (tensor->dim() != 2 || tensor->numel() == 0)
    throw IoError(path, fmt::format("tensor '{}' is {}; expected a matrix", key, tensor->shape().str()));
  return tensor->shape();
}

// A model of that width has matrices of width x width; it is not made where the file cannot hold one.
void check_width(const io::SafeTensors& file, const std::string& path, int64_t width) {
  int64_t numbers = 0;
  for (const auto& [key, tensor] : file.tensors) numbers += tensor.numel();
  if (numbers / width < width)
    throw IoError(path,
                  fmt::format("holds {} in all; a model as wide as its 'embedding.weight' has matrices of {} x {}",
                              words::plural(numbers, "number"), width, width));
}

// One row of ids, separated by spaces, tabs or commas, with or without [ ] around it.
std::vector<int64_t> parse_row(const std::string& where, std::string_view line, int64_t vocabulary) {
  std::string text(line);
  for (char& c : text)
    if (c == ',' || c == '\t' || c == '[' || c == ']' || c == '\r') c = ' ';
  std::vector<int64_t> ids;
  for (size_t begin = 0; (begin = text.find_first_not_of(' ', begin)) != std::string::npos;) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    ids.push_back(parse_integer(where, text.substr(begin, end - begin), 0, vocabulary - 1));
    begin = end;
  }
  if (ids.empty()) throw IoError(where, "holds no ids; expected a row of whole numbers");
  if (ids.size() > kMostIds)
    throw IoError(where, fmt::format("{} ids in a row; expected at most {}", ids.size(), kMostIds));
  return ids;
}

std::string array_text(const std::vector<float>& values) { return fmt::format("[{}]", fmt::join(values, ",")); }

// (1, C) -> [..]; (1, T, C) -> [[..], ..].
std::string json_of(const Tensor& logits) {
  if (logits.dim() == 2) return array_text(logits.to_vector<float>());
  std::vector<std::string> rows;
  for (int64_t t = 0; t < logits.size(1); ++t)
    rows.push_back(array_text(logits.select(0, 0).select(0, t).to_vector<float>()));
  return fmt::format("[{}]", fmt::join(rows, ","));
}

void print_logits(train::MakeGuide make, const io::SafeTensors& weights, const std::string& path, int64_t heads,
                  Device device, const std::vector<std::vector<int64_t>>& rows) {
  const Shape table = matrix(weights, path, "embedding.weight"), head = matrix(weights, path, "fc.weight");
  const train::GuideNetwork network = make(table[0], table[1], heads, head[0]);
  try {
    network.module->load_state_dict(weights.tensors);
  } catch (const Error& error) {
    throw IoError(path, error.what());
  }
  network.module->to(device);
  network.module->eval();
  NoGrad no_grad;
  for (const std::vector<int64_t>& ids : rows)
    print_line(
        json_of(network.forward(from_data(ids.data(), {1, static_cast<int64_t>(ids.size())}, {.device = device}))));
}

// The tasks for which the guide has a model.
train::Tasks guided(const train::Tasks& tasks) {
  train::Tasks some;
  for (const train::Task* task : tasks)
    if (task->guide()) some.push_back(task);
  return some;
}

struct Arguments {
  std::string model, guide, ids;
  int64_t heads = 0;
  Device device = Device::cpu();
};

int64_t heads_of(const Arguments& arguments, const io::SafeTensors& weights, const std::string& path, int64_t width) {
  int64_t heads = arguments.heads;
  const auto noted = weights.metadata.find("heads");
  if (heads == 0 && noted != weights.metadata.end())
    heads = parse_integer(path + " metadata 'heads'", noted->second, 1);
  if (heads == 0) {
    heads = kGuideHeads;
    fmt::print(
        stderr,
        "lemma: note: weights do not say how many heads they were trained with; assuming the guide's {} (--heads N)\n",
        heads);
  }
  if (width % heads != 0)
    throw ValueError(
        "--heads", fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of it", heads, width));
  return heads;
}

train::MakeGuide guide_of(const std::string& name, const train::Tasks& tasks) {
  for (const train::Task* task : guided(tasks))
    if (task->name() == name) return task->guide();
  throw ValueError("--guide",
                   fmt::format("{} was given; expected {}", words::quote(name), train::names_text(guided(tasks))));
}

int run_logits(const Arguments& arguments, const train::Tasks& tasks) {
  const train::MakeGuide make = guide_of(arguments.guide, tasks);
  const std::string path =
      io::is_directory(arguments.model) ? io::join(arguments.model, "model.safetensors") : arguments.model;
  const io::SafeTensors weights = io::load_safetensors(path);
  train::check_finite(path, weights.tensors);
  const Shape table = matrix(weights, path, "embedding.weight");
  check_width(weights, path, table[1]);
  const int64_t heads = heads_of(arguments, weights, path, table[1]);
  const data::TextFile file(arguments.ids);
  std::vector<std::vector<int64_t>> rows;
  for (const data::Line& line : file.lines()) rows.push_back(parse_row(file.at(line.number), line.text, table[0]));
  print_logits(make, weights, path, heads, arguments.device, rows);
  return 0;
}

}  // namespace

void add_logits(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command =
      app.add_subcommand("logits", "Run the guide's models on rows of ids; prints one JSON array per row");
  const auto a = std::make_shared<Arguments>();
  command
      ->add_option("--model", a->model,
                   "a .safetensors file with the guide's state dict, or a directory with model.safetensors")
      ->required()
      ->type_name("DIR|FILE");
  command->add_option("--guide", a->guide, "which of the guide's models: " + train::names_text(guided(tasks)))
      ->required()
      ->type_name("NAME");
  command
      ->add_option_function<std::string>(
          "--heads", [a](const std::string& text) { a->heads = parse_integer("--heads", text, 1); },
          "attention heads (default 8, as in the guide)")
      ->type_name("N");
  command->add_option("--ids", a->ids, "one row of ids per line, separated by spaces or commas")
      ->required()
      ->type_name("FILE");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action, &tasks] { action = [a, &tasks] { return run_logits(*a, tasks); }; });
}

}  // namespace lemma::cli
