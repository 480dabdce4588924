// BIO decoding against trying every sequence of tags.
#include "lemma/lemma.h"
#include "lemma/tasks/ner/best_tags.h"
#include "tests/catch.h"

using namespace lemma;

TEST_CASE("the best tags are the likeliest valid ones, as trying all of them shows") {
  const std::vector<std::string> labels = {"O", "B-A", "I-A", "B-B", "I-B"};
  manual_seed(4);
  for (int round = 0; round < 20; ++round) {
    const std::vector<float> scores = log_softmax(randn({5, 5}) * 2.0, -1).to_vector<float>();
    std::vector<int64_t> best;
    double best_score = -1e9;
    for (int code = 0; code < 3125; ++code) {
      std::vector<int64_t> tags;
      double score = 0;
      bool valid = true;
      for (int t = 0, rest = code; t < 5; ++t, rest /= 5) {
        tags.push_back(rest % 5);
        score += static_cast<double>(scores[static_cast<size_t>(t * 5 + rest % 5)]);
        const std::string& tag = labels[static_cast<size_t>(rest % 5)];
        const std::string previous = t == 0 ? "O" : labels[static_cast<size_t>(tags[static_cast<size_t>(t) - 1])];
        if (tag[0] == 'I' && (previous == "O" || previous.substr(2) != tag.substr(2))) valid = false;
      }
      if (valid && score > best_score) {
        best_score = score;
        best = tags;
      }
    }
    CHECK(tasks::best_tags(scores, labels) == best);
  }
  CHECK(tasks::best_tags({}, labels).empty());
}
