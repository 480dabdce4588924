// The curves of runs: as a page, on a terminal, and in a model directory.
#include <cmath>

#include "lemma/core/error.h"
#include "lemma/tasks/all.h"
#include "lemma/train/curves.h"
#include "lemma/viz/training_page.h"
#include "tests/catch.h"
#include "tests/find_text.h"
#include "tests/small_runs.h"

using namespace lemma;

namespace {

viz::RunCurves run_of(const std::string& name, double end) {
  return {name, {1, 0.5, end}, {1, 0.75, 0.5}, {0.5, 0.625, 0.875}, {0.001, 0.002, 0.001}, {2, NAN, 1}, {3, 3, 3}, 3};
}

viz::TrainingPage page_of(std::vector<viz::RunCurves> runs) {
  return {"A & B",         "3 epochs <so far>.",    "accuracy", "to beat: majority", 0.5,
          std::move(runs), {{"lr", {"0.1", "0.2"}}}};
}

const std::vector<std::string> kTrain = {"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv",  "--embed",
                                         "8",     "--ff",      "8",       "--heads",   "2",     "--layers", "1"};

std::vector<std::string> training(const std::vector<std::string>& more) {
  std::vector<std::string> all = kTrain;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("a run's page: four pictures, every number, nothing from elsewhere") {
  const std::string html = viz::training_html(page_of({run_of("one", 0.25)}));
  CHECK(html.starts_with("<!DOCTYPE html>"));
  CHECK(contains(html, "<h1>A &amp; B</h1>\n<p>3 epochs &lt;so far&gt;.</p>"));
  CHECK(count(html, "<svg class=\"chart\"") == 4);
  CHECK(count(html, "data-epochs=\"3\" data-left=\"58.0\" data-right=\"342.0\"") == 4);
  CHECK(contains(html, "\"train_loss\":[1.0,0.5,0.25]"));
  CHECK(contains(html, "\"gradient_norm\":[2.0,null,1.0]"));
  CHECK(contains(html, "<tr class=\"best\"><td>3</td><td>0.25</td><td>0.5</td><td>0.875</td><td>0.001</td><td>1</td>"));
  CHECK(contains(html, "to beat: majority"));
  CHECK(!contains(html, "://"));
  CHECK(!contains(html, "nan"));
  CHECK(!contains(html, "location.reload(), 5000); byId"));
  CHECK(contains(html, "\"live\":false"));
  viz::TrainingPage live = page_of({run_of("one", 0.25)});
  live.live = true;
  CHECK(contains(viz::training_html(live), "id=\"pause\">Pause</button>"));
  live.runs = {{}};  // stopped before its first score
  CHECK(count(viz::training_html(live), "<svg class=\"chart\"") == 0);
}

TEST_CASE("two runs are laid over each other, on a page and on a terminal") {
  const viz::TrainingPage page = page_of({run_of("one", 0.25), run_of("two", 0.125)});
  const std::string html = viz::training_html(page);
  CHECK(contains(html, "one, training"));
  CHECK(contains(html, "two, dev"));
  CHECK(contains(html, "<tr><th scope=\"row\">lr</th><td>0.1</td><td>0.2</td></tr>"));
  CHECK(viz::training_text(page, 60) ==
        "    one  two\n"
        "lr  0.1  0.2\n"
        "\n"
        "training loss  one      1 █▄▂ 0.25\n"
        "               two      1 █▄▁ 0.125\n"
        "dev loss       one      1 █▅▁ 0.5\n"
        "               two      1 █▅▁ 0.5\n"
        "dev accuracy   one    0.5 ▁▃█ 0.875\n"
        "               two    0.5 ▁▃█ 0.875\n"
        "learning rate  one  0.001 ▁█▁ 0.001\n"
        "               two  0.001 ▁█▁ 0.001\n"
        "gradient norm  one      2 █ ▁ 1\n"
        "               two      2 █ ▁ 1\n");
}

TEST_CASE("on a narrow terminal the runs' names and numbers stand below each other") {
  const viz::TrainingPage page = page_of({run_of("one", 0.25), run_of("a long name", 0.125)});
  const std::string text = viz::training_text(page, 40);
  CHECK(contains(text,
                 "training loss\n"
                 "  one              1 █▄▂ 0.25\n"
                 "  a long name      1 █▄▁ 0.125\n"
                 "dev loss\n"));
  CHECK(contains(viz::training_text(page, 12), "lr\n  one          0.1\n  a long name  0.2\n\ntraining loss\n"));
}

TEST_CASE("pages of no run, or of curves of unequal length, are refused") {
  CHECK(error_of<ValueError>([] { viz::training_html(page_of({})); }) ==
        "[training_html] there are 0 runs; expected one or two");
  viz::RunCurves odd = run_of("odd", 1);
  odd.lr.pop_back();
  CHECK(error_of<ValueError>([&] { viz::training_html(page_of({odd})); }) ==
        "[training_html] run 'odd' has 2 values of lr for 3 epochs; give one for each");
}

TEST_CASE("a model directory holds its curves, which the numbers of config.json are") {
  const Program run = playground().run(training({"--out", "curves", "--epochs", "3"}));
  CAPTURE(run.out, run.err);
  REQUIRE(run.status == 0);
  CHECK(contains(run.out, "learning rate "));
  CHECK(contains(run.out, "As a page: curves/training.html"));
  const std::string html = io::read_file(playground().dir / "curves/training.html");
  CHECK(contains(html, "3 epochs, complete."));
  CHECK(contains(html, "\"live\":false"));
  const train::SavedModel saved = train::load_history(playground().dir / "curves", tasks::all());
  CHECK(saved.learner == nullptr);
  REQUIRE(saved.history.epochs.size() == 3);
  for (const train::EpochRecord& epoch : saved.history.epochs) {
    CHECK(epoch.lr > 0);
    CHECK(epoch.gradient_norm > 0);
  }
  CHECK(html == viz::training_html(train::run_page(*saved.task, *saved.options, saved.history, false)));
  // A user may delete it, and keep notes beside it; a new run replaces the page and leaves the notes.
  std::filesystem::remove(playground().dir / "curves/training.html");
  io::write_file(playground().dir / "curves/notes.html", "mine");
  CHECK(playground().run({"train", "sentiment", "--out", "curves", "--resume", "--epochs", "4"}).status == 0);
  CHECK(contains(io::read_file(playground().dir / "curves/training.html"), "4 epochs, complete."));
  CHECK(io::read_file(playground().dir / "curves/notes.html") == "mine");
}

TEST_CASE("a run that is stopped within an epoch and resumed has the curves of one that was not") {
  const small_runs::Small small;
  small.go(small.run("whole"));
  small.go(small.run("cut"), 11);
  const std::string page = io::read_file(small.dir / "cut/training.html");
  CHECK(contains(page, "1 epoch; the run was stopped, and --resume continues it."));
  CHECK(contains(page, "\"live\":false"));
  train::Run rest = small.run("cut");
  rest.resume = true;
  small.go(rest);
  const auto epochs = [&](const std::string& name) {
    return train::load_history(small.dir / name, tasks::all()).history.epochs;
  };
  const auto whole = epochs("whole"), resumed = epochs("cut");
  REQUIRE(whole.size() == resumed.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    CHECK(whole[i].train_loss == resumed[i].train_loss);
    CHECK(whole[i].gradient_norm == resumed[i].gradient_norm);
    CHECK(whole[i].lr == resumed[i].lr);
  }
}

TEST_CASE("while a run goes on its page looks for news; old models, which know less, have curves too") {
  const small_runs::Small small;
  train::Run run = small.run("m");
  std::vector<std::string> pages;
  int steps = 0;
  run.stop = [&] {
    if (++steps % 8 == 1 && steps > 1) pages.push_back(io::read_file(small.dir / "m/training.html"));
    return false;
  };
  run.log = std::fopen(small.log_path.c_str(), "w");
  CHECK(train::run(run) == train::Outcome::complete);
  std::fclose(run.log);
  REQUIRE(pages.size() == 2);
  CHECK(contains(pages[0], "1 epoch so far; the run goes on."));
  CHECK(contains(pages[1], "2 epochs so far; the run goes on."));
  CHECK(contains(pages[1], "\"live\":true"));
  const train::SavedModel old = train::load_history(LEMMA_SOURCE_DIR "/tests/saved/ner", tasks::all());
  CHECK(std::isnan(old.history.epochs.at(0).lr));
  const std::string html = viz::training_html(train::run_page(*old.task, *old.options, old.history, false));
  CHECK(count(html, "<svg class=\"chart\"") == 2);  // loss and score
}

TEST_CASE("compare lays two runs of one task over each other") {
  REQUIRE(playground().run(training({"--out", "slow", "--epochs", "2", "--lr", "0.0001"})).status == 0);
  const Program text = playground().run({"compare", "sentiment", "slow", "--out", "both.html"});
  CAPTURE(text.out, text.err);
  CHECK(text.status == 0);
  for (const char* part : {"best score", "--lr", "0.0001", "dev accuracy", "Wrote both.html."})
    CHECK(contains(text.out, part));
  CHECK(contains(io::read_file(playground().dir / "both.html"), "<h1>sentiment and slow</h1>"));
  const auto refused = [](const std::vector<std::string>& arguments) {
    const Program program = playground().run(arguments);
    CHECK(program.status == 2);
    return program.err;
  };
  CHECK(refused({"compare", "sentiment", "ner"}) ==
        "lemma: [ner] is a model for ner, and sentiment one for sentiment; expected two runs of one task\n");
  CHECK(refused({"compare", "sentiment", "missing"}) ==
        "lemma: [missing] does not exist; expected a model directory, which `lemma train --out` makes\n");
  CHECK(contains(refused({"compare", "sentiment"}), "second"));
  std::string config = io::read_file(playground().dir / "slow/config.json");
  const size_t at = config.find("\"best_epoch\": ") + 14;
  std::filesystem::copy(playground().dir / "slow", playground().dir / "later");
  io::write_file(playground().dir / "later/config.json", config.replace(at, 1, "7"));
  CHECK(refused({"compare", "sentiment", "later"}) ==
        "lemma: [later/config.json] names epoch 7 of 2 as the best; the file is damaged\n");
  CHECK(refused({"compare", "sentiment", "slow", "--out", "missing/both.html"}) ==
        "lemma: [missing/both.html] cannot be written: No such file or directory; check the path\n");
  CHECK(playground().run({"compare", "sentiment", "slow", "--out", "missing/both.html"}).out == "");
  CHECK(refused({"compare", "sentiment", "slow", "--out", ""}) == "lemma: [--out] is empty; expected a file\n");
}
