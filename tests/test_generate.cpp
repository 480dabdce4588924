// generate() on a model small enough to try every text.
#include <cmath>
#include <map>

#include "lemma/nn/generate.h"
#include "tests/catch.h"
#include "tests/golden.h"

using namespace lemma;

namespace {

// A table of logits that depends on the last two tokens and the length, so that no greedy choice is safe. Vocabulary 4.
class Table : public nn::Decoding {
 public:
  explicit Table(uint64_t seed) : logits_(golden::input({6, 4, 4, 4}, seed).detach()) {}
  Tensor next(const Tensor& ids) override {
    calls += ids.size(1);
    held_ = held_.defined() ? cat({held_, ids}, 1) : ids;
    std::vector<Tensor> rows;
    for (int64_t r = 0; r < held_.size(0); ++r) rows.push_back(after(lemma::select(held_, 0, r).to_vector<int64_t>()));
    return stack(rows, 0);
  }
  void select(const Tensor& rows) override { held_ = index_select(held_, 0, rows); }
  Tensor after(const std::vector<int64_t>& text) const {
    const int64_t last = text.back(), before = text.size() > 1 ? text[text.size() - 2] : 0;
    const auto length = static_cast<int64_t>(text.size()) % 6;
    return lemma::select(lemma::select(lemma::select(logits_, 0, length), 0, before), 0, last);
  }
  int64_t calls = 0;

 private:
  Tensor logits_, held_;
};

// The best text by trying all: log P / length^penalty, ended by `end` or by `max`.
void search(const Table& table, std::vector<int64_t> text, size_t prompt, double score,
            const nn::GenerateOptions& options, double& best, std::vector<int64_t>& found) {
  const auto logs = nn::log_probabilities(table.after(text).to_vector<double>(), text, options.repetition_penalty);
  for (int64_t token = 0; token < 4; ++token) {
    std::vector<int64_t> longer = text;
    longer.push_back(token);
    const double sum = score + logs[static_cast<size_t>(token)];
    const auto length = static_cast<int64_t>(longer.size() - prompt);
    if (token != options.end && length < options.max) {
      search(table, longer, prompt, sum, options, best, found);
    } else if (const double value = sum / std::pow(static_cast<double>(length), options.length_penalty); value > best) {
      best = value;
      found.assign(longer.begin() + static_cast<std::ptrdiff_t>(prompt), longer.end());
    }
  }
}

}  // namespace

TEST_CASE("a beam as wide as all texts finds the best of all texts") {
  int differs = 0;
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6})
    for (const double penalty : {0.0, 0.6, 1.0, 2.0})
      for (const int64_t end : {-1, 2}) {
        CAPTURE(seed, penalty, end);
        const nn::GenerateOptions options{.max = 4, .beams = 256, .length_penalty = penalty, .end = end};
        Table table(seed);
        double best = -INFINITY;
        std::vector<int64_t> want;
        search(table, {1, 3}, 2, 0, options, best, want);
        CHECK(nn::generate(table, {1, 3}, options) == want);
        Table again(seed);
        nn::GenerateOptions greedy = options;
        greedy.beams = 1;
        greedy.temperature = 0;
        differs += nn::generate(again, {1, 3}, greedy) != want;
      }
  CHECK(differs > 5);  // or the search would prove nothing
}

TEST_CASE("greedy is the likeliest token each time, and ends where the end token comes") {
  Table table(1);
  std::vector<int64_t> text = {0};
  for (int i = 0; i < 5; ++i) text.push_back(argmax(table.after(text), 0).to_vector<int64_t>()[0]);
  const std::vector<int64_t> want(text.begin() + 1, text.end());
  Table fresh(1);
  CHECK(nn::generate(fresh, {0}, {.max = 5, .temperature = 0}) == want);
  CHECK(fresh.calls == 5);
  Table ending(1);
  const auto ended = nn::generate(ending, {0}, {.max = 5, .temperature = 0, .end = want[0]});
  CHECK(ended == std::vector<int64_t>{want[0]});
  Table stopped(1);
  int told = 0;
  CHECK(nn::generate(stopped, {0}, {.max = 5, .on_token = [&](int64_t) { return ++told < 3; }}).size() == 3);
}

TEST_CASE("drawn tokens have the probabilities that temperature, top_k, top_p and the penalty give") {
  const std::vector<double> logits = {2, 1, 0, -1};
  const auto shares = [&](nn::GenerateOptions options, const std::vector<int64_t>& before = {}) {
    Generator generator{5, 0};
    options.generator = &generator;
    std::vector<double> counts(4);
    for (int i = 0; i < 20000; ++i) counts[static_cast<size_t>(nn::draw_token(logits, before, options))] += 1.0 / 20000;
    return counts;
  };
  const auto near = [](const std::vector<double>& got, const std::vector<double>& want) {
    for (size_t i = 0; i < 4; ++i) CHECK(got[i] == Approx(want[i]).margin(0.012));
  };
  near(shares({}), {0.6439, 0.2369, 0.0871, 0.0321});
  near(shares({.temperature = 2}), {0.4551, 0.2760, 0.1674, 0.1015});
  near(shares({.top_k = 2}), {0.7311, 0.2689, 0, 0});
  near(shares({.top_p = 0.7}), {0.7311, 0.2689, 0, 0});
  near(shares({.top_p = 0.6}), {1, 0, 0, 0});
  near(shares({.repetition_penalty = 2}, {0, 3, 0}), {0.4136, 0.4136, 0.1522, 0.0206});  // 2 / 2, -1 * 2
  CHECK(nn::draw_token(logits, {0}, {.temperature = 0, .repetition_penalty = 4}) == 1);
  CHECK(nn::draw_token({-2, -3}, {0, 1}, {.temperature = 0, .repetition_penalty = 1e308}) == 0);
  for (const double penalty : {1e-308, 1e308})  // beyond what a number holds, the order is still one of numbers
    for (const double log : nn::log_probabilities({40, 0, -40}, {0, 1, 2}, penalty)) CHECK_FALSE(std::isnan(log));
}

TEST_CASE("generate refuses in words") {
  Table table(1);
  const auto says = [&](const nn::GenerateOptions& options, const std::string& words) {
    CHECK_THROWS_WITH(nn::generate(table, {0}, options), "[generate] " + words);
  };
  CHECK_THROWS_WITH(nn::generate(table, {}), "[generate] the prompt is empty; expected at least one token");
  says({.temperature = -1}, "temperature is -1; expected 0, which takes the likeliest token, or more");
  says({.beams = 0}, "beams is 0; expected 1 or more");
  says({.top_p = 0}, "top_p is 0; expected a probability above 0, at most 1");
  says({.top_k = -2}, "top_k is -2; expected 1 or more, or 0 for all tokens");
  says({.repetition_penalty = 0}, "repetition_penalty is 0; expected a number above 0; 1 changes nothing");
  CHECK_THROWS_AS(nn::draw_token({0, NAN}, {}, {}), ValueError);
  CHECK_THROWS_AS(nn::log_probabilities({-INFINITY, -INFINITY}, {}), ValueError);
}
