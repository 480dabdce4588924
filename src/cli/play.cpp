// lemma play: episodes of a model that acts.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/terminal.h"
#include "lemma/viz/wanted.h"
#include "lemma/viz/wrap.h"

namespace lemma::cli {
namespace {

constexpr int64_t kMostEpisodes = 100'000;

struct Arguments {
  std::string model, save, page;
  std::optional<double> wanted;
  int64_t episodes = 1, sweep = 0, frames = 20;
  uint64_t seed = 1;
  bool watch = false;
  Device device = Device::cpu();
};

// Shows each picture in the place of the one before, on a terminal that can; elsewhere one below the other. On stderr,
// so that stdout holds JSON alone.
class Screen {
 public:
  explicit Screen(int64_t frames) : pause_(frames > 0 ? 1000 / frames : 0), moves_(viz::is_terminal(STDERR_FILENO)) {}
  void show(const std::string& picture) {
    std::string text = words::printable(picture, true);
    if (moves_ && lines_ > 0) text = fmt::format("\x1b[{}A\x1b[J", lines_) + text;
    lines_ = std::count(picture.begin(), picture.end(), '\n');
    std::fputs(text.c_str(), stderr);
    if (moves_) std::this_thread::sleep_for(std::chrono::milliseconds(pause_));
  }
  void next_episode() { lines_ = 0; }

 private:
  int64_t pause_;
  bool moves_;
  int64_t lines_ = 0;
};

int run_play(const Arguments& arguments, const train::Tasks& tasks) {
  const train::SavedModel saved = train::load_model(arguments.model, tasks);
  train::Learner& learner = *saved.learner;
  learner.module().to(arguments.device);
  Screen screen(arguments.frames);
  train::Playing how{.wanted = arguments.wanted, .episodes = arguments.episodes, .seed = arguments.seed};
  const int columns = viz::columns_of(STDERR_FILENO);
  how.columns = columns > 0 ? std::max(20, columns - 1) : 80;
  if (arguments.watch) how.on_step = [&](const std::string& picture) { screen.show(picture); };
  viz::Wanted plot{.title = saved.task->name() + ": " + learner.description()[0], .wanted = {}, .reached = {}};
  std::vector<std::optional<double>> asked = {arguments.wanted};
  if (arguments.sweep > 0) {
    asked.clear();
    for (const double each : learner.returns(arguments.sweep)) asked.emplace_back(each);
  }
  std::string records;
  for (const std::optional<double>& wanted : asked) {
    how.wanted = wanted;
    const std::vector<train::Played> episodes = learner.play(how);
    plot.wanted.push_back(episodes.at(0).wanted);
    plot.reached.emplace_back();
    for (const train::Played& played : episodes) {
      print_line(played.json);
      plot.reached.back().push_back(played.reached);
      if (!arguments.save.empty()) records += played.record + "\n";
    }
  }
  if (arguments.sweep > 0) std::fputs(viz::wanted_text(plot, columns).c_str(), stderr);
  if (!arguments.page.empty()) io::write_file(arguments.page, viz::wanted_html(plot));
  if (!arguments.save.empty()) io::write_file(arguments.save, records);
  return 0;
}

}  // namespace

void add_play(CLI::App& app, Action& action, const train::Tasks& tasks) {
  CLI::App* command = app.add_subcommand("play", "Let a model of decision act; prints one JSON object per episode");
  command->footer(
      "The model is told the return that it is to reach. --watch shows the world; --sweep asks for several returns "
      "and draws what was wanted and what was reached.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command
      ->add_option_function<std::string>(
          "--return", [a](const std::string& text) { a->wanted = parse_number("--return", text); },
          "the return to ask for (default: the best that is known of the world)")
      ->type_name("X");
  add_whole(*command, "--episodes", a->episodes, 1, kMostEpisodes, "how many are played (default 1)");
  add_whole(*command, "--seed", a->seed, 0, std::numeric_limits<int64_t>::max(), "of their beginnings (default 1)");
  command->add_flag("--watch", a->watch, "show the world after each step, on stderr");
  add_whole(*command, "--frames", a->frames, 1, 1000, "steps a second that a terminal shows (default 20)");
  add_whole(*command, "--sweep", a->sweep, 1, 1000,
            "ask for N returns, from the world's worst to its best, instead of one");
  command->add_option("--page", a->page, "write what was wanted and reached as a page")->type_name("FILE");
  command->add_option("--save", a->save, "write the episodes, as train decision reads them")->type_name("FILE");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, command, &action, &tasks] {
    for (const auto& [option, value] : {std::pair{"--page", &a->page}, {"--save", &a->save}})
      if (command->count(option) > 0 && value->empty()) throw ValueError(option, "is empty; expected a file");
    if (a->sweep == 0 && !a->page.empty())
      throw ValueError("--page", "shows what was wanted and reached of several returns; give --sweep N too");
    if (a->sweep > 0 && a->wanted) throw ValueError("--sweep", "asks for returns of its own; leave out --return");
    action = [a, &tasks] { return run_play(*a, tasks); };
  });
}

}  // namespace lemma::cli
