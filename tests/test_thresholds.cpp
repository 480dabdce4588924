// `--threshold`, precision and recall, and stars, as people meet them in the program.
#include <nlohmann/json.hpp>

#include "tasks/sentiment/scores.h"
#include "tests/program.h"

using namespace lemma;
using Json = nlohmann::ordered_json;

namespace {

Json evaluated(const std::vector<std::string>& more, const std::string& model = "sentiment",
               const std::string& data = "dev.tsv") {
  std::vector<std::string> arguments = {"evaluate", "--model", model, "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Program program = playground().run(arguments);
  CAPTURE(program.err);
  REQUIRE(program.status == 0);
  return Json::parse(program.out);
}

std::string refused(const std::vector<std::string>& arguments) {
  const Program program = playground().run(arguments);
  CHECK(program.status == 2);
  CHECK(program.out == "");
  return program.err;
}

// A model of five classes, made once.
std::string five_stars() {
  static const bool made = [] {
    std::string rows;
    const char* words[] = {"awful", "poor", "fair", "good", "great"};
    for (int i = 0; i < 50; ++i)
      rows += std::string("a ") + words[i % 5] + " film\t" + std::to_string(i % 5 + 1) + "\n";
    io::write_file(playground().dir / "stars.tsv", rows);
    std::vector<std::string> arguments = {"train", "sentiment", "--train", "stars.tsv",
                                          "--dev", "stars.tsv", "--out",   "stars"};
    for (const std::string& option : tiny::options()) arguments.push_back(option);
    return playground().run(arguments).status == 0;
  }();
  REQUIRE(made);
  return "stars";
}

}  // namespace

TEST_CASE("evaluate gives precision and recall of each class, and what thresholds do") {
  const Json plain = evaluated({});
  CHECK(plain["positive"] == "good");
  CHECK(plain["threshold"] == 0.5);
  CHECK(plain["precision"] == plain["classes"]["good"]["precision"]);
  CHECK(plain["recall"] == plain["classes"]["good"]["recall"]);
  CHECK(plain["classes"]["bad"]["examples"] == 6);
  REQUIRE(plain["threshold_curve"].size() == 21);
  CHECK(plain["threshold_curve"][0].dump() ==
        R"({"threshold":0.0,"precision":0.5,"recall":1.0,"f1":0.6666666666666666})");
  for (const Json& point : plain["threshold_curve"]) CHECK(point["f1"] <= plain["best_threshold"]["f1"]);
  const Json all = evaluated({"--threshold", "0"});
  CHECK(all["accuracy"] == 0.5);
  CHECK(all["recall"] == 1.0);
  CHECK(all["classes"]["bad"]["recall"] == 0.0);
  CHECK(all["loss"] == plain["loss"]);
  CHECK(all["threshold_curve"] == plain["threshold_curve"]);
  const Json best = evaluated({"--threshold", plain["best_threshold"]["threshold"].dump()});
  CHECK(best["f1"] == plain["best_threshold"]["f1"]);
}

TEST_CASE("predict chooses the second of two labels at the threshold that it is given") {
  const auto answer = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"predict", "--model", "sentiment", "truly great food"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Json::parse(playground().run(arguments).out);
  };
  CHECK(!answer({}).contains("threshold"));
  const Json yes = answer({"--threshold", "0"}), no = answer({"--threshold", "1"});
  CHECK(yes["label"] == "good");
  CHECK(no["label"] == "bad");
  CHECK(yes["positive"] == "good");
  CHECK(no["threshold"] == 1.0);
  CHECK(yes["probabilities"] == no["probabilities"]);
  CHECK(answer({"--threshold", yes["probabilities"]["good"].dump()})["label"] == "good");  // at least, not above
}

TEST_CASE("a threshold outside 0 to 1, or for a model without two classes, is refused") {
  const std::string range = "expected a probability, from 0 to 1\n";
  CHECK(refused({"predict", "--model", "sentiment", "--threshold", "1.01", "x"}) ==
        "lemma: [--threshold] '1.01' was given; " + range);
  CHECK(refused({"evaluate", "--model", "sentiment", "--data", "dev.tsv", "--threshold=-0.1"}) ==
        "lemma: [--threshold] '-0.1' was given; " + range);
  CHECK(refused({"predict", "--model", "sentiment", "--threshold", "nan", "x"}) ==
        "lemma: [--threshold] 'nan' was given; expected a number such as 0.1 or 1e-3\n");
  CHECK(refused({"predict", "--model", "ner", "--threshold", "0.5", "x"}) ==
        "lemma: [--threshold] is for a model that chooses between two classes; this one does not\n");
  CHECK(refused({"predict", "--model", five_stars(), "--threshold", "0.5", "x"}) ==
        "lemma: [--threshold] is for a model that chooses between two classes; this one has 5\n");
}

TEST_CASE("stars: how far off the answers are, and a picture for people") {
  const Json scores = evaluated({}, five_stars(), "stars.tsv");
  CHECK(scores["mean_absolute_error"] >= 0.0);
  CHECK(scores["mean_absolute_error"] <= 4.0);
  CHECK(scores["classes"].size() == 5);
  CHECK(!scores.contains("threshold_curve"));
  const std::string shown = playground().run({"predict", "--model", "stars", "--pretty", "a great film"}).out;
  CAPTURE(shown);
  bool found = false;
  for (const char* begin : {"★☆☆☆☆ 1 ", "★★☆☆☆ 2 ", "★★★☆☆ 3 ", "★★★★☆ 4 ", "★★★★★ 5 "})
    found = found || shown.starts_with(begin);
  CHECK(found);

  tasks::TextCorpus corpus;
  corpus.labels = {"1", "2", "3", "4", "5"};
  std::vector<tasks::Answer> answers(3);
  for (size_t i = 0; i < 3; ++i) {
    corpus.samples.push_back({{"x"}, {static_cast<int64_t>(2 * i)}, "x", 1});  // 1, 3, 5 stars
    answers[i].labels = {2};                                                   // 3 each time
  }
  CHECK(tasks::mean_absolute_error(corpus, answers, *tasks::stars_of(corpus.labels)) == Approx(4.0 / 3));
}

TEST_CASE("only whole numbers are stars, and only those that count up are drawn") {
  using Labels = std::vector<std::string>;
  CHECK(tasks::stars_of({"1", "2", "10"}) == std::vector<int64_t>{1, 2, 10});
  CHECK(!tasks::stars_of({"0", "1"}));
  CHECK(!tasks::stars_of({"1", "2", "3.5"}));
  CHECK(!tasks::stars_of({"bad", "fair", "good"}));
  CHECK(tasks::star_picture({"0", "1", "2", "3", "4"}, 3) == "★★★☆");
  CHECK(tasks::star_picture({"1", "2", "3"}, 0) == "★☆☆");
  for (const Labels& labels :
       {Labels{"-1", "0", "1"}, Labels{"1", "2", "4"}, Labels{"2", "3", "4"}, Labels{"a", "b", "c"}})
    CHECK(tasks::star_picture(labels, 0) == "");
}
