// The one table of options: what follows from a row.
#include <cstdlib>
#include <map>

#include "cli/options.h"
#include "lemma/io/files.h"
#include "lemma/tasks/all.h"
#include "lemma/tasks/text/options.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;
using train::Field;

namespace {

// Options of the first task, with the field of that key set to a value by its text.
std::unique_ptr<train::Options> with(const std::string& key, double value) {
  std::unique_ptr<train::Options> options = tasks::all()[0]->options();
  for (const Field& field : fields(*options))
    if (key == field.key) {
      if (auto* const* number = std::get_if<double*>(&field.value)) **number = value;
      if (auto* const* whole = std::get_if<int64_t*>(&field.value)) **whole = static_cast<int64_t>(value);
    }
  return options;
}
std::string refused(const std::string& key, double value) {
  return error_of<ValueError>([&] { check(*with(key, value)); });
}

}  // namespace

TEST_CASE("docs/options.md is what the rows say") {
  const std::string path = LEMMA_SOURCE_DIR "/docs/options.md", page = cli::options_page(tasks::all());
  if (std::getenv("LEMMA_WRITE_DOCS")) io::write_file(path, page);
  INFO("LEMMA_WRITE_DOCS=1 build/tests/lemma_tests \"docs/options*\" writes it anew");
  CHECK(io::read_file(path) == page);
}

TEST_CASE("every option has a key of its own, a meaning, and a value that passes its check") {
  for (const train::Task* task : tasks::all()) {
    const std::unique_ptr<train::Options> options = task->options();
    CHECK_NOTHROW(check(*options));
    std::vector<std::string> keys;
    for (const Field& field : fields(*options)) {
      CAPTURE(field.key);
      CHECK(std::count(keys.begin(), keys.end(), field.key) == 0);
      CHECK(std::string(field.help) != "");
      keys.emplace_back(field.key);
    }
    const std::map<std::string, size_t> rows = {{"sentiment", 27}, {"ner", 27},      {"lm", 20},    {"translation", 19},
                                                {"image", 18},     {"decision", 20}, {"speech", 25}};
    CHECK(keys.size() == rows.at(task->name()));
  }
}

TEST_CASE("the noise of every task's options can be silenced, and nothing else is") {
  for (const train::Task* task : tasks::all()) {
    const std::unique_ptr<train::Options> options = task->options(), before = task->options();
    train::silence(*options);
    const std::vector<train::Field> now = train::fields(*options), then = train::fields(*before);
    for (size_t i = 0; i < now.size(); ++i) {
      CAPTURE(task->name(), now[i].key);
      CHECK(now[i].text() == (!now[i].noise                                 ? then[i].text()
                              : std::holds_alternative<bool*>(now[i].value) ? "false"
                                                                            : "0"));
    }
  }
}

TEST_CASE("without --epochs a run takes the usual steps of its task, within 3 and 20 epochs") {
  const auto epochs = [](size_t task, int64_t batches) {
    return train::default_epochs(*tasks::all()[task]->options(), batches);
  };
  REQUIRE(tasks::all()[0]->name() == "sentiment");
  REQUIRE(tasks::all()[3]->name() == "translation");
  CHECK(epochs(0, 217) == 7);  // 1,500 steps: 6.9 epochs
  CHECK(epochs(3, 454) == 6);  // 2,700 steps: 5.9 epochs
  CHECK(epochs(0, 1) == 20);
  CHECK(epochs(0, 5000) == 3);
}

TEST_CASE("a value out of its range is refused by the name that the user knows") {
  CHECK(refused("embed", 0) == "[--embed] 0 is too small; expected 1 or more");
  CHECK(refused("embed", 20000) == "[--embed] 20000 is too large; expected 16384 or less");
  CHECK(refused("epochs", -1) == "[--epochs] -1 is too small; expected 0 or more");
  CHECK(refused("lr", 0) == "[--lr] 0 is out of range; expected a number above 0");
  CHECK(refused("lr", 1e300) == "[--lr] 1e+300 is too large; expected 3.4028235e+38 or less");
  CHECK(refused("clip", -1) == "[--clip] -1 is out of range; expected a number of 0 or more");
  CHECK(refused("head_dropout", 1) == "[--dropout] 1 is out of range; expected at least 0, below 1");
  CHECK(refused("average", 2) == "[average] 2 is out of range; expected at least 0, below 1");
  CHECK(refused("heads", 3) == "[--heads] 3 heads do not divide a width of 128 evenly; expected a divisor of --embed");
  std::unique_ptr<train::Options> options = tasks::all()[0]->options();
  options->precision = int64;
  CHECK(error_of<ValueError>([&] { check(*options); }) ==
        "[--precision] int64 was given; expected float32, bfloat16 or float16");
  CHECK(error_of<ValueError>([&] { tasks::text_options(train::Options()); }) ==
        "[options] these belong to another task; expected those of a text model");
}

TEST_CASE("a resumed run may change epochs and patience, and no other option") {
  const std::unique_ptr<train::Options> saved = tasks::all()[0]->options();
  for (const Field& field : fields(*saved)) {
    CAPTURE(field.key);
    const std::unique_ptr<train::Options> now = saved->clone();
    for (const Field& other : fields(*now))
      if (std::string(other.key) == field.key) {
        if (auto* const* number = std::get_if<double*>(&other.value)) **number += 0.25;
        if (auto* const* whole = std::get_if<int64_t*>(&other.value)) ++**whole;
        if (auto* const* seed = std::get_if<uint64_t*>(&other.value)) ++**seed;
        if (auto* const* yes = std::get_if<bool*>(&other.value)) **yes = !**yes;
        if (auto* const* dtype = std::get_if<DType*>(&other.value)) **dtype = float16;
        if (auto* const* word = std::get_if<std::string*>(&other.value)) **word = field.choices.back();
      }
    const bool free = std::string(field.key) == "epochs" || std::string(field.key) == "patience";
    CHECK(difference(*saved, *now).empty() == free);
    CHECK(difference(*saved, *saved).empty());
  }
  CHECK(difference(*saved, *with("rare_dropout", 0.5)) == "rare_dropout is 0.5 where the saved run has 0");
  CHECK(difference(*saved, *with("feature_count", 9)) == "feature_count is 9 where the saved run has 3");
}

TEST_CASE("a flag that is not the task's is refused") {
  CHECK(error_of<ValueError>([] {
          cli::apply({{"--width", "3"}}, *tasks::all()[0], *tasks::all()[0]->options());
        }) == "[--width] is not an option of " + tasks::all()[0]->name() + "; see lemma train --help");
  std::unique_ptr<train::Options> options = tasks::all()[0]->options();
  cli::apply({{"--dropout", "0.25"}, {"--lr", "0.5"}}, *tasks::all()[0], *options);
  const tasks::TextOptions& text = tasks::text_options(*options);
  CHECK(text.lr == 0.5);
  for (const double p : {text.embed_dropout, text.layer_dropout, text.head_dropout}) CHECK(p == 0.25);
}
