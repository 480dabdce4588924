// lemma compare: two runs laid over each other.
#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/train/curves.h"
#include "lemma/viz/wrap.h"

namespace lemma::cli {
namespace {

struct Arguments {
  std::string first, second, out;
};

int run_compare(const Arguments& arguments, const train::Tasks& tasks) {
  const train::SavedModel first = train::load_history(arguments.first, tasks),
                          second = train::load_history(arguments.second, tasks);
  const viz::TrainingPage page = train::comparison(arguments.first, first, arguments.second, second);
  if (!arguments.out.empty()) io::write_file(arguments.out, viz::training_html(page));
  print_line(viz::training_text(page, viz::columns_of(STDOUT_FILENO)));
  if (!arguments.out.empty()) print_line(fmt::format("Wrote {}.", words::printable(arguments.out)));
  return 0;
}

}  // namespace

void add_compare(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("compare", "Lay the curves of two runs over each other");
  command->footer("Of one run, DIR/training.html shows the curves while it goes on and after.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("first", a->first, "model directory")->required()->type_name("DIR");
  command->add_option("second", a->second, "another one, of the same task")->required()->type_name("DIR");
  command->add_option("--out", a->out, "page to write, which opens anywhere")->type_name("FILE.html");
  command->callback([a, command, &action, &tasks] {
    if (command->count("--out") > 0 && a->out.empty()) throw ValueError("--out", "is empty; expected a file");
    action = [a, &tasks] { return run_compare(*a, tasks); };
  });
}

}  // namespace lemma::cli
