// lemma attention: what every token looks at, in every layer and head, as one page.
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/attention_page.h"

namespace lemma::cli {
namespace {

constexpr size_t kMostTokensOnPage =
    256;  // T x T squares for each head: beyond this a page is neither readable nor small

using Matrix = std::vector<std::vector<double>>;

// (1, H, T, T) -> H matrices.
std::vector<Matrix> matrices(const Tensor& weights) {
  const auto H = static_cast<size_t>(weights.size(1)), T = static_cast<size_t>(weights.size(2));
  const std::vector<double> flat = weights.to_vector<double>();
  std::vector<Matrix> heads(H, Matrix(T));
  for (size_t row = 0; row < H * T; ++row) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(row * T);
    heads[row / T][row % T].assign(begin, begin + static_cast<std::ptrdiff_t>(T));
  }
  return heads;
}

struct Arguments {
  std::string model, text, out;
  Device device = Device::cpu();
};

int run_attention(const Arguments& arguments, const train::Tasks& tasks) {
  const auto& [directory, text, out, device] = arguments;
  train::SavedModel saved = train::load_model(directory, tasks);
  saved.learner->module().to(device);
  train::Attention attention = saved.learner->attention("TEXT", text, kMostTokensOnPage);
  const auto layers = static_cast<int64_t>(attention.weights.size()),
             tokens = static_cast<int64_t>(attention.tokens.size());
  const int64_t heads = layers == 0 ? 0 : attention.weights[0].size(1);
  viz::AttentionPage page{text, std::move(attention.summary), std::move(attention.tokens), {}};
  for (const Tensor& layer : attention.weights) page.weights.push_back(matrices(layer));
  io::write_file(out, viz::attention_html(page));
  print_line(fmt::format("Wrote {}: {}, {}, {}.", words::printable(out), words::plural(layers, "layer"),
                         words::plural(heads, "head"), words::plural(tokens, "token")));
  return 0;
}

}  // namespace

void add_attention(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand(
      "attention", "Draw the attention of every layer and head on a text, as a page that opens anywhere");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("text", a->text, "the text")->required()->type_name("TEXT");
  command->add_option("--out", a->out, "page to write")->required()->type_name("FILE.html");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action, &tasks] { action = [a, &tasks] { return run_attention(*a, tasks); }; });
}

}  // namespace lemma::cli
