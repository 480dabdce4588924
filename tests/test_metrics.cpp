#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catch.h"
#include "lemma/core/error.h"
#include "lemma/data/metrics.h"
#include "temp_dir.h"

using namespace lemma;
using namespace lemma::data;
using Tags = std::vector<std::string>;

namespace {

// The generator of tests/golden/make_seqeval.py.
struct Lcg {
  uint64_t state;
  uint64_t below(uint64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % bound;
  }
};

void add_sentence(Lcg& rng, const Tags& tags, TagSequences& gold, TagSequences& guess) {
  const uint64_t length = 1 + rng.below(12);
  Tags truth, other;
  for (uint64_t i = 0; i < length; ++i) truth.push_back(tags[rng.below(tags.size())]);
  for (const std::string& tag : truth) other.push_back(rng.below(3) ? tag : tags[rng.below(tags.size())]);
  gold.push_back(truth);
  guess.push_back(other);
}

double hex(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

void check_scores(std::istringstream& expected, const EntityScore& score) {
  std::string word;
  for (const double value : {score.all.precision(), score.all.recall(), score.all.f1(), score.token_accuracy()}) {
    REQUIRE(expected >> word);
    REQUIRE(value == hex(word));
  }
  size_t types = 0;
  while (expected >> word) {
    const size_t equals = word.find('=');
    REQUIRE(score.types.at(word.substr(0, equals)).f1() == hex(word.substr(equals + 1)));
    ++types;
  }
  REQUIRE(types == score.types.size());
}

}  // namespace

TEST_CASE("span scores equal seqeval's exactly on 1,000 random sequences, invalid tags among them", "[data]") {
  const Tags bio = {"O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"};
  Tags all = bio;
  all.insert(all.end(), {"E-PER", "S-PER", "E-LOC", "S-LOC"});
  std::ifstream golden(LEMMA_SOURCE_DIR "/tests/golden/seqeval.txt");
  REQUIRE(golden);
  Lcg rng{2024};
  TagSequences all_gold, all_guess;
  std::string line, name;
  for (int number = 0; number < 500; ++number) {
    TagSequences gold, guess;
    for (int i = 0; i < 2; ++i) add_sentence(rng, number % 2 == 0 ? bio : all, gold, guess);
    all_gold.insert(all_gold.end(), gold.begin(), gold.end());
    all_guess.insert(all_guess.end(), guess.begin(), guess.end());
    REQUIRE(std::getline(golden, line));
    std::istringstream expected(line);
    expected >> name;
    REQUIRE(name == std::to_string(number));
    check_scores(expected, score_tags(gold, guess));
  }
  REQUIRE(std::getline(golden, line));
  std::istringstream expected(line);
  expected >> name;
  REQUIRE(name == "all");
  check_scores(expected, score_tags(all_gold, all_guess));
}

TEST_CASE("span scores by hand", "[data]") {
  const TagSequences gold = {{"B-PER", "I-PER", "O", "B-LOC"}, {"O", "B-LOC"}};
  const TagSequences guess = {{"B-PER", "I-PER", "O", "B-PER"}, {"O", "I-LOC"}};
  const EntityScore score = score_tags(gold, guess);
  CHECK(score.all.correct == 2);
  CHECK(score.all.predicted == 3);
  CHECK(score.all.gold == 3);
  CHECK(score.all.f1() == Approx(2.0 / 3));
  CHECK(score.types.at("LOC").recall() == 0.5);
  CHECK(score.types.at("PER").precision() == 0.5);
  CHECK(score.token_accuracy() == Approx(4.0 / 6));
  CHECK(score.str() ==
        "type  precision  recall      f1  entities\n"
        "LOC       1.000   0.500   0.667         2\n"
        "PER       0.500   1.000   0.667         1\n"
        "all       0.667   0.667   0.667         3\n");
}

TEST_CASE("an entity must match whole: part of it, or another type, counts twice against", "[data]") {
  CHECK(score_tags({{"B-X", "I-X"}}, {{"B-X", "O"}}).all.correct == 0);
  CHECK(score_tags({{"B-X", "I-X"}}, {{"B-Y", "I-Y"}}).all.correct == 0);
  CHECK(score_tags({{"B-X", "I-X"}}, {{"B-X", "B-X"}}).all.predicted == 2);
}

TEST_CASE("scores of nothing are zero, not NaN", "[data]") {
  const EntityScore score = score_tags({{"O", "O"}}, {{"O", "O"}});
  CHECK(score.all.f1() == 0);
  CHECK(score.token_accuracy() == 1);
  CHECK(score_tags({}, {}).token_accuracy() == 0);
  CHECK(Confusion({"a", "b"}).accuracy() == 0);
}

TEST_CASE("scores of unequal parts are refused", "[data]") {
  CHECK(error_of<ValueError>([] { score_tags({{"O"}}, {}); }) ==
        "[score_tags] 1 gold sentences and 0 predicted; expected the same number");
  CHECK(error_of<ValueError>([] {
          score_tags({{"O"}}, {{"O", "O"}});
        }) == "[score_tags] sentence 0 has 1 gold tags and 2 predicted; expected the same number");
}

TEST_CASE("thresholds by hand: precision, recall, a curve, and the best one", "[data]") {
  const std::vector<double> scores = {0.9, 0.8, 0.6, 0.4, 0.4, 0.1};
  const std::vector<int64_t> truths = {1, 0, 1, 1, 0, 0};
  const ThresholdScore half = at_threshold(scores, truths, 0.5);
  CHECK(half.precision() == 2.0 / 3);
  CHECK(half.recall() == 2.0 / 3);
  CHECK(half.f1() == Approx(2.0 / 3));
  CHECK(at_threshold(scores, truths, 0.6).found.predicted == 3);  // at least, not above
  CHECK(at_threshold(scores, truths, 1).f1() == 0);
  const auto curve = threshold_curve(scores, truths, 4);
  std::vector<double> thresholds, recalls;
  for (const ThresholdScore& score : curve) thresholds.push_back(score.threshold), recalls.push_back(score.recall());
  CHECK(thresholds == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(recalls == std::vector<double>{1, 1, 2.0 / 3, 1.0 / 3, 0});
  CHECK(threshold_curve(scores, truths).size() == 21);
  const ThresholdScore best = best_threshold(scores, truths);  // all three found, two others too
  CHECK(best.threshold == 0.25);
  CHECK(best.f1() == Approx(0.75));
}

TEST_CASE("the best threshold is as good as the best of all, and is close to a half where it can be", "[data]") {
  Lcg random{7};
  for (int round = 0; round < 200; ++round) {
    std::vector<double> scores;
    std::vector<int64_t> truths;
    for (uint64_t n = 1 + random.below(12); n > 0; --n) {
      scores.push_back(static_cast<double>(random.below(8)) / 7);
      truths.push_back(static_cast<int64_t>(random.below(2)));
    }
    const ThresholdScore best = best_threshold(scores, truths);
    CHECK(at_threshold(scores, truths, best.threshold).f1() == best.f1());
    for (const ThresholdScore& other : threshold_curve(scores, truths, 70)) CHECK(other.f1() <= best.f1());
  }
  CHECK(best_threshold({0.2, 0.8}, {0, 1}).threshold == 0.5);
  CHECK(best_threshold({0.3, 0.6}, {1, 1}).threshold == 0);
  const double just_above = std::nextafter(0.5, 1);
  CHECK(best_threshold({0.5, just_above}, {0, 1}).threshold == just_above);  // no number lies between them
  CHECK(best_threshold({}, {}).threshold == 0.5);
  CHECK(best_threshold({}, {}).f1() == 0);
}

TEST_CASE("thresholds refuse what is no probability and no truth", "[data]") {
  CHECK(error_of<ValueError>([] {
          at_threshold({0.5}, {1, 0}, 0.5);
        }) == "[at_threshold] 1 scores and 2 truths; expected the same number");
  CHECK(error_of<ValueError>([] { at_threshold({0.5}, {1}, 1.5); }) ==
        "[at_threshold] threshold is 1.5; expected one from 0 to 1");
  CHECK(error_of<ValueError>([] {
          best_threshold({0.5, std::nan("")}, {1, 0});
        }) == "[best_threshold] score 1 is nan; expected a probability, from 0 to 1");
  CHECK(error_of<ValueError>([] { threshold_curve({0.5}, {2}); }) == "[threshold_curve] truth 0 is 2; expected 0 or 1");
  CHECK(error_of<ValueError>([] { threshold_curve({0.5}, {1}, 0); }) ==
        "[threshold_curve] steps is 0; expected 1 or more");
}

TEST_CASE("the confusion table counts and prints", "[data]") {
  Confusion confusion({"negative", "positive"});
  for (int i = 0; i < 3; ++i) confusion.add(0, 0);
  confusion.add(0, 1);
  confusion.add(1, 1);
  CHECK(confusion.total() == 5);
  CHECK(confusion.at(0, 1) == 1);
  CHECK(confusion.accuracy() == 0.8);
  CHECK(confusion.str() ==
        "gold \\ predicted  negative  positive    recall\n"
        "negative                 3         1     0.750\n"
        "positive                 0         1     1.000\n");
  CHECK(error_of<IndexError>([&] { confusion.add(2, 0); }) == "[confusion] class 2 is outside [0, 2)");
  CHECK(error_of<IndexError>([&] { confusion.add(0, -1); }) == "[confusion] class -1 is outside [0, 2)");
}
