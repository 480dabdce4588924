// lemma attention: what every token looks at, in every layer and head, as one page.
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/texts.h"
#include "lemma/autograd.h"
#include "lemma/core/words.h"
#include "lemma/data/tags.h"
#include "lemma/io/files.h"
#include "lemma/train/evaluate.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/progress.h"
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

std::string summary_of(const train::SavedModel& saved, const std::vector<text::Token>& tokens,
                       const train::Answer& answer) {
  if (saved.config.task == train::Task::sentiment) {
    const auto label = static_cast<size_t>(answer.labels[0]);
    return fmt::format("The model says {} with probability {:.3f}.", saved.coder.labels[label],
                       answer.probabilities[label]);
  }
  std::vector<std::string> tags;
  for (const int64_t tag : answer.labels) tags.push_back(saved.coder.labels[static_cast<size_t>(tag)]);
  std::string out = "The model finds";
  const std::vector<data::Span> spans = data::spans_of(tags);
  for (const data::Span& span : spans) {
    out += &span == &spans[0] ? " " : ", ";
    for (int64_t t = span.begin; t < span.end; ++t) out += tokens[static_cast<size_t>(t)].text + " ";
    out += "(" + span.type + ")";
  }
  return out + (spans.empty() ? " no entity." : ".");
}

struct Arguments {
  std::string model, text, out;
  Device device = Device::cpu();
};

int run_attention(const Arguments& arguments) {
  const auto& [directory, text, out, device] = arguments;
  train::SavedModel saved = train::load_model(directory);
  saved.model->to(device);
  const std::vector<text::Token> tokens = tokens_of(saved.coder, "TEXT", text, kMostTokensOnPage);
  const data::Example example = encode(saved.coder, tokens);
  std::vector<Tensor> weights;  // (1, H, T, T) a layer
  {
    NoGrad no_grad;
    (*saved.model)(data::collate({example}).to(device), &weights);
  }
  viz::AttentionPage page{
      text, summary_of(saved, tokens, train::answer(*saved.model, saved.coder, {example})[0]), {}, {}};
  for (const text::Token& token : tokens) page.tokens.push_back(token.text);
  for (const Tensor& layer : weights) page.weights.push_back(matrices(layer));
  io::write_file(out, viz::attention_html(page));
  print_line(fmt::format("Wrote {}: {}, {}, {}.", out, words::plural(saved.config.layers, "layer"),
                         words::plural(saved.config.heads, "head"),
                         words::plural(static_cast<int64_t>(tokens.size()), "token")));
  return 0;
}

}  // namespace

void add_attention(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "attention", "Draw the attention of every layer and head on a text, as a page that opens anywhere");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("text", a->text, "the text")->required()->type_name("TEXT");
  command->add_option("--out", a->out, "page to write")->required()->type_name("FILE.html");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action] { action = [a] { return run_attention(*a); }; });
}

}  // namespace lemma::cli
