// lemma attention: what every token looks at, in every layer and head, as one page or on the terminal.
#include <unistd.h>

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/attention_page.h"
#include "lemma/viz/picture_page.h"
#include "lemma/viz/sound_page.h"
#include "lemma/viz/terminal.h"
#include "lemma/viz/wrap.h"

namespace lemma::cli {
namespace {

constexpr size_t kMostTokensOnPage =
    256;  // T x T squares for each head: beyond this a page is neither readable nor small

using Matrix = std::vector<std::vector<double>>;

// (1, H, Q, K) -> H matrices.
std::vector<Matrix> matrices(const Tensor& weights) {
  const auto H = static_cast<size_t>(weights.size(1)), Q = static_cast<size_t>(weights.size(2)),
             K = static_cast<size_t>(weights.size(3));
  const std::vector<double> flat = weights.to_vector<double>();
  std::vector<Matrix> heads(H, Matrix(Q));
  for (size_t row = 0; row < H * Q; ++row) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(row * K);
    heads[row / Q][row % Q].assign(begin, begin + static_cast<std::ptrdiff_t>(K));
  }
  return heads;
}

struct Arguments {
  std::string model, text, out;
  int64_t layer = 0, head = 0;  // 0: the mean of all
  bool terminal = false;
  Device device = Device::cpu();
  train::ReadOptions reading;
};

// What the terminal shows, in words.
std::string heading(const Arguments& arguments) {
  const std::string which = arguments.layer == 0 ? "All layers" : fmt::format("Layer {}", arguments.layer);
  return fmt::format("{}, {}: where each token looks, and how much of its attention its first few get.", which,
                     arguments.head == 0 ? "mean of the heads" : fmt::format("head {}", arguments.head));
}

void print_picture(const viz::AttentionPage& page, const Arguments& arguments) {
  const int columns = viz::columns_of(STDOUT_FILENO);
  const viz::AttentionChoice choice{static_cast<int>(arguments.layer) - 1, static_cast<int>(arguments.head) - 1};
  const std::string picture = viz::attention_text(page, choice, columns, viz::shows_colour(STDOUT_FILENO));
  for (const std::string& line : {page.summary, heading(arguments)})
    if (!line.empty()) print_line(viz::wrapped(words::printable(line), columns));
  print_line("\n" + picture);
  if (arguments.out.empty() && arguments.layer == 0 && arguments.head == 0)
    print_line(viz::wrapped("--layer N --head N shows one head; --out FILE.html draws all of them.", columns));
}

// What a network that sees looks at: the group of maps that was asked for, on the terminal, or all of them as a page.
int show_looks(const viz::PicturePage& page, const Arguments& arguments) {
  const auto layers = static_cast<int64_t>(page.groups.size()) - 1;
  if (arguments.layer > layers)
    throw ValueError("--layer", fmt::format("there is no layer {}; expected 1 to {}", arguments.layer, layers));
  const viz::MapGroup& group = page.groups[static_cast<size_t>(arguments.layer)];
  const auto maps = static_cast<int64_t>(group.maps.size());
  if (arguments.head > maps)
    throw ValueError("--head", fmt::format("there is no map {}; expected 1 to {}", arguments.head, maps));
  if (arguments.terminal || arguments.out.empty()) {
    const int columns = viz::columns_of(STDOUT_FILENO);
    std::vector<viz::PictureMap> shown = {page.picture};
    for (int64_t i = 0; i < maps; ++i)
      if (arguments.head == 0 || arguments.head == i + 1)
        shown.push_back(viz::spread_over(group.maps[static_cast<size_t>(i)], page.picture));
    print_line(viz::wrapped(page.summary, columns));
    print_line(viz::wrapped(group.name + ". " + group.note + "\n", columns));
    print_line(viz::maps_text(shown, columns, viz::shows_colour(STDOUT_FILENO)));
    if (arguments.out.empty() && arguments.layer == 0)
      print_line(
          viz::wrapped("--layer N shows one layer; --out FILE.html draws all of them over the picture.", columns));
  }
  if (arguments.out.empty()) return 0;
  io::write_file(arguments.out, viz::picture_html(page));
  print_line(fmt::format("Wrote {}: {}.", words::printable(arguments.out), words::plural(layers, "layer")));
  return 0;
}

// What a network that listens heard, and when.
int show_sound(const viz::SoundPage& page, const Arguments& arguments) {
  if (arguments.layer > 0 || arguments.head > 0)
    throw ValueError("--layer", "is for models of texts and pictures; a recording has one picture");
  if (arguments.terminal || arguments.out.empty()) {
    const int columns = viz::columns_of(STDOUT_FILENO);
    print_line(viz::wrapped(words::printable(page.summary) + "\n", columns));
    print_line(viz::sound_text(page, columns, viz::shows_colour(STDOUT_FILENO)));
  }
  if (arguments.out.empty()) return 0;
  io::write_file(arguments.out, viz::sound_html(page));
  print_line(fmt::format("Wrote {}: {:.2f} seconds, {}.", words::printable(arguments.out), page.seconds,
                         words::plural(static_cast<int64_t>(page.words.size()), "word")));
  return 0;
}

int run_attention(const Arguments& arguments, const train::Tasks& tasks) {
  train::SavedModel saved = train::load_model(arguments.model, tasks);
  saved.learner->module().to(arguments.device);
  if (arguments.reading != train::ReadOptions{}) saved.learner->set_reading(arguments.reading);
  if (const auto page = saved.learner->looks("TEXT", arguments.text)) return show_looks(*page, arguments);
  if (const auto page = saved.learner->hears("TEXT", arguments.text)) return show_sound(*page, arguments);
  train::Attention attention = saved.learner->attention("TEXT", arguments.text, kMostTokensOnPage);
  const auto layers = static_cast<int64_t>(attention.weights.size()),
             tokens = static_cast<int64_t>(attention.tokens.size());
  const int64_t heads = layers == 0 ? 0 : attention.weights[0].size(1);
  viz::AttentionPage page{
      arguments.text, std::move(attention.summary), std::move(attention.tokens), {}, std::move(attention.keys)};
  for (const Tensor& layer : attention.weights) page.weights.push_back(matrices(layer));
  if (arguments.terminal || arguments.out.empty()) print_picture(page, arguments);
  if (arguments.out.empty()) return 0;
  io::write_file(arguments.out, viz::attention_html(page));
  print_line(fmt::format("Wrote {}: {}, {}, {}.", words::printable(arguments.out), words::plural(layers, "layer"),
                         words::plural(heads, "head"), words::plural(tokens, "token")));
  return 0;
}

}  // namespace

void add_attention(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand(
      "attention", "Show where each token of a text looks: on the terminal, or in every layer and head as a page");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("text", a->text, "the text, or a picture for a model of image")->required()->type_name("TEXT");
  command->add_option("--out", a->out, "page to write, which opens anywhere (default: the terminal)")
      ->type_name("FILE.html");
  command->add_flag("--terminal", a->terminal, "show it on the terminal too");
  for (const auto& [name, value, help] :
       {std::tuple{"--layer", &a->layer, "layer that the terminal shows (default: mean)"},
        std::tuple{"--head", &a->head, "head that the terminal shows (default: mean)"}})
    command
        ->add_option_function<std::string>(
            name,
            [name = name, value = value](const std::string& text) { *value = parse_integer(name, text, 1, 10'000); },
            help)
        ->type_name("N");
  add_sound_reading(*command, a->reading);
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, command, &action, &tasks] {
    if (command->count("--out") > 0 && a->out.empty()) throw ValueError("--out", "is empty; expected a file");
    action = [a, &tasks] { return run_attention(*a, tasks); };
  });
}

}  // namespace lemma::cli
