// Files damaged at random are read or refused, never anything else, and what is read is whole.
#include "catch.h"
#include "lemma/data/labelled_texts.h"
#include "lemma/data/tagged_sentences.h"
#include "lemma/data/tags.h"
#include "lemma/text/utf8.h"
#include "text_file_helper.h"

using namespace lemma;
using namespace lemma::data;

namespace {

struct Lcg {
  uint64_t state;
  size_t below(size_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>(state >> 33) % bound;
  }
};

// Cuts, repeats or overwrites a few places with bytes that matter to a reader.
std::string damaged(std::string text, Lcg& rng) {
  static constexpr std::string_view bytes("\t\n\r \",\\\0\xFF\xC3\xA9\xEF\xBB\xBF-BIO01", 21);
  for (size_t changes = 1 + rng.below(4); changes > 0 && !text.empty(); --changes) {
    const size_t at = rng.below(text.size());
    switch (rng.below(4)) {
      case 0:
        text.erase(at, 1 + rng.below(5));
        break;
      case 1:
        text.insert(at, 1, bytes[rng.below(bytes.size())]);
        break;
      case 2:
        text[at] = bytes[rng.below(bytes.size())];
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("damaged sentiment files are read whole or refused", "[data]") {
  const std::vector<std::string> seeds = {"sentence\tlabel\ngood film\t1\nbad film\t0\nfine\t1\n",
                                          "text,label\n\"good, \"\"film\"\"\",pos\nbad,neg\n",
                                          "1 good film\n0 bad caf\u00e9\n"};
  const TempDir dir;
  Lcg rng{1};
  int read = 0, refused = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string path = write_text(dir, "f", damaged(seeds[rng.below(seeds.size())], rng));
    try {
      const LabelledTexts data = read_labelled_texts(path, {.replace_invalid = rng.below(2) == 0});
      REQUIRE(data.labels.size() >= 2);
      for (const LabelledText& e : data.examples) {
        REQUIRE(e.label >= 0);
        REQUIRE(e.label < static_cast<int64_t>(data.labels.size()));
        REQUIRE_FALSE(e.text.empty());
        REQUIRE_FALSE(text::find_bad_byte(e.text));
      }
      ++read;
    } catch (const IoError& error) {
      REQUIRE(std::string(error.what()).starts_with("[" + path));
      ++refused;
    }
  }
  CHECK(read > 100);
  CHECK(refused > 100);
}

TEST_CASE("damaged entity files are read whole or refused", "[data]") {
  const std::vector<std::string> seeds = {"New\tB-LOC\nYork\tI-LOC\nis\tO\n\nAnn\tB-PER\n",
                                          "0\tA\tS-X\n1\tb\tO\n\n0\tC\tB-X\n1\td\tE-X\n",
                                          "-DOCSTART- O\n\na I-X\nb O\n\nc\u00e9 O\n"};
  const TempDir dir;
  Lcg rng{2};
  int read = 0, refused = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string path = write_text(dir, "f", damaged(seeds[rng.below(seeds.size())], rng));
    try {
      const TaggedSentences data = read_tagged_sentences(path, {.replace_invalid = rng.below(2) == 0});
      int64_t entities = 0;
      for (const TaggedSentence& s : data.sentences) {
        REQUIRE(s.tokens.size() == s.tags.size());
        std::string previous;
        for (const std::string& tag : s.tags) {
          REQUIRE(bio_allows(previous, tag));
          previous = tag;
        }
        entities += static_cast<int64_t>(spans_of(s.tags).size());
      }
      REQUIRE(entities == data.entities);
      ++read;
    } catch (const IoError& error) {
      REQUIRE(std::string(error.what()).starts_with("[" + path));
      ++refused;
    }
  }
  CHECK(read > 100);
  CHECK(refused > 100);
}
