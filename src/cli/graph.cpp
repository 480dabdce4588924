// lemma graph: what a model computes for a text, operation by operation, or the documents' example.
#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/autograd.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/nn/module_trace.h"
#include "lemma/ops.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/graph_page.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string model, text, out;
  Device device = Device::cpu();
};

void write(const Arguments& arguments, const viz::GraphPage& page) {
  io::write_file(arguments.out, viz::graph_html(page));
  int64_t operations = 0;
  for (const GraphPicture::Vertex& v : page.graph.vertices) operations += v.sequence != 0;
  print_line(fmt::format("Wrote {}: {}, {}.", words::printable(arguments.out), words::plural(operations, "operation"),
                         words::plural(static_cast<int64_t>(page.graph.vertices.size()) - operations, "leaf tensor")));
}

int draw_example(const Arguments& arguments) {
  const Tensor a = named(tensor(2.0, {.requires_grad = true}), "a"),
               b = named(tensor(1.0, {.requires_grad = true}), "b");
  const Tensor c = named(a + b, "c"), d = named(b + 1, "d"), e = named(c * d, "e");
  if (!arguments.out.empty()) {
    write(arguments, {"a = 2, b = 1, c = a + b, d = b + 1, e = c d",
                      "b reaches e on two paths: its derivative, 2 · 1 + 3 · 1 = 5, is their sum.", picture(e)});
    return 0;
  }
  print_line(explain(e));
  print_wrapped("--out FILE.html draws it with its derivatives; --model DIR TEXT shows what a model does.");
  return 0;
}

int run_graph(const Arguments& arguments, const train::Tasks& tasks) {
  if (arguments.model.empty()) return draw_example(arguments);
  const train::SavedModel saved = train::load_model(arguments.model, tasks);
  nn::Module& module = saved.learner->module();
  module.to(arguments.device);
  const nn::ModuleTrace trace(module);
  const Tensor root = named(saved.learner->surprise("TEXT", arguments.text), "surprise");
  if (arguments.out.empty()) {
    print_line(words::printable(explain(root), true));
    return 0;
  }
  viz::GraphPage page{arguments.text,
                      fmt::format("How a model for {} comes to its answer: the result is its surprise at that answer, "
                                  "-ln P, and a gradient says what would change it.",
                                  saved.task->name()),
                      picture(root)};
  page.modules = trace.modules(page.graph);
  trace.name_parameters(page.graph);
  for (const auto& [path, part] : module.named_modules()) page.types[path] = part->type_name();
  write(arguments, page);
  return 0;
}

}  // namespace

void add_graph(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command =
      app.add_subcommand("graph", "Draw what a model computes for a text, with the gradient of every step");
  command->footer("Without --model, a small example: a = 2, b = 1, e = (a + b) (b + 1).");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->type_name("DIR");
  command->add_option("text", a->text, "the text")->type_name("TEXT");
  command->add_option("--out", a->out, "page to write, which opens anywhere (default: a tree on the terminal)")
      ->type_name("FILE.html");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, command, &action, &tasks] {
    for (const auto& [option, value] : {std::pair{"--model", &a->model}, {"--out", &a->out}})
      if (command->count(option) > 0 && value->empty())
        throw ValueError(option, "is empty; expected a " + std::string(value == &a->out ? "file" : "directory"));
    if (a->model.empty() && command->count("text") > 0)
      throw ValueError("TEXT", "needs a model that reads it; give --model DIR");
    action = [a, &tasks] { return run_graph(*a, tasks); };
  });
}

}  // namespace lemma::cli
