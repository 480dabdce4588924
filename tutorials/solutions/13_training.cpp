// Answers to the exercises of tutorial 13.
#include <filesystem>
#include <fstream>

#include "../13_model.h"
#include "lemma/viz/curves.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// One run of the deep model, from the same start each time.
double deep(int64_t layers, bool norm_first, int warm_up, std::vector<double>& losses) {
  manual_seed(arguments().seed.value_or(1));
  const DeepReader model(layers, norm_first);
  learn_deep(model, 400, warm_up, [&](int, double loss) { losses.push_back(loss); });
  return accuracy(model, 1).item();
}

void answers() {
  set_num_threads(1);
  exercise(1, "Four curves in one picture");
  viz::Plot plot{.curves = {}, .title = "12 layers, learning rate 0.005", .x_label = "step", .y_label = "loss"};
  std::vector<double> steps;
  for (int step = 1; step <= 400; ++step) steps.push_back(step);
  for (const bool norm_first : {false, true})
    for (const bool warm : {false, true}) {
      viz::Curve line{.name = fmt::format("{}, {}", norm_first ? "pre-norm" : "post-norm", warm ? "warm-up" : "none"),
                      .x = steps,
                      .y = {}};
      deep(12, norm_first, warm ? 100 : 1, line.y);
      plot.curves.push_back(line);
    }
  const std::string svg = viz::curves_svg(plot);
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "lemma_13_training.svg";
  std::ofstream(file) << svg;
  say("  Written to {}; a browser shows it.", file.string());
  bool all = true;
  for (const viz::Curve& line : plot.curves) all = all && svg.find(line.name) != std::string::npos;
  claim("all four curves are in it, by name", all && std::filesystem::file_size(file) == svg.size());

  exercise(2, "The bad batch meets Adam");
  double worst[2][2];
  for (const bool adam : {false, true})
    for (const bool clip : {false, true}) {
      const std::vector<double> off = with_a_bad_batch(clip, adam);
      worst[adam][clip] = *std::max_element(off.begin() + 59, off.end());
      say("  {:<5} {:<16} {}  at worst {:>6.2f} off, at the end {:.2f}", adam ? "Adam" : "SGD",
          clip ? "clipped to 1" : "without clipping", curve(off, 0, 3), worst[adam][clip], off.back());
    }
  claim("Adam's steps are bounded: it is thrown less far than SGD", worst[1][0] < worst[0][0] / 10);
  claim("but without clipping it ends further off than SGD does",
        with_a_bad_batch(false, true).back() > with_a_bad_batch(false, false).back() + 0.1);
  claim("and clipping helps it, too", worst[1][1] < worst[1][0] / 2);
  say("  m forgets within some 10 steps and pushes on as long as it remembers. v forgets within some 50, and while it\n"
      "  holds the square of a huge gradient, every honest step is divided by its root: the model stands still.");

  exercise(3, "How deep without warm-up?");
  std::vector<double> ignored;
  double right[2] = {0, 0};
  for (const int64_t layers : {2, 6, 12}) {
    const double without = deep(layers, false, 1, ignored);
    say("  {:>2} layers, no warm-up: right answers {:.2f}", layers, without);
    if (layers == 2 || layers == 12) right[layers == 12] = without;
  }
  claim("2 layers need none, 12 do", right[0] > 0.99 && right[1] < 0.5);
  for (const int warm_up : {10, 30})
    say("  12 layers, warm-up {:>2}: right answers {:.2f}", warm_up, deep(12, false, warm_up, ignored));
  say("  Where the border lies changes with the seed and the rate: try --seed 2. It is the first steps that count.");

  exercise(4, "Four times the warm-up");
  const auto peak = [](double warm_up) { return std::pow(512 * warm_up, -0.5); };
  check("the peak is (D W)^-0.5: with 4 W it is lower by", 0.5, peak(16000) / peak(4000));
  const auto rate = [](double t, double w) {
    return std::pow(512, -0.5) * std::min(std::pow(t, -0.5), t * std::pow(w, -1.5));
  };
  check("the first step by 4^1.5 = 8", 8, rate(1, 4000) / rate(1, 16000));
  check("and from step 16000 on nothing has changed", 1, rate(20000, 4000) / rate(20000, 16000));

  exercise(5, "Two faults at once");
  const Sheet slow = Run({.rate = 0.01}).learn(), both = Run({.rate = 0.01, .wrong_labels = true}).learn();
  say("  rate / 100                    {}", line_of(slow));
  say("  rate / 100 and wrong labels   {}", line_of(both));
  claim("both have hardly moved, and guess on dev", both.moved < 0.03 && both.dev < 0.3 && slow.dev < 0.3);
  say("  The lower rate hides the wrong labels: nothing is learnt, right or wrong. Mend what you see and look again.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
