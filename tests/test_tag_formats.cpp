// Entity tags as people have them: each way to write them, what is left out, and what is refused with the option that
// helps.
#include "catch.h"
#include "lemma/data/tagged_sentences.h"
#include "text_file_helper.h"

using namespace lemma;
using namespace lemma::data;

namespace {
TaggedSentences read(std::string_view contents, const TaggedSentenceOptions& options = {}) {
  const TempDir dir;
  return read_tagged_sentences(write_text(dir, "f", contents), options);
}
std::vector<std::string> sentences(std::string_view contents, const TaggedSentenceOptions& options = {}) {
  std::vector<std::string> out;
  for (const TaggedSentence& s : read(contents, options).sentences) {
    std::string line;
    for (size_t i = 0; i < s.tokens.size(); ++i) line += (i ? " " : "") + s.tokens[i] + "/" + s.tags[i];
    out.push_back(line);
  }
  return out;
}
std::string refused(std::string_view contents, const TaggedSentenceOptions& options = {}) {
  return refusal(contents, [&](const std::string& path) { read_tagged_sentences(path, options); });
}
using Lines = std::vector<std::string>;
const Lines kTwo = {"New/B-LOC York/I-LOC is/O", "Ann/B-PER"};
}  // namespace

TEST_CASE("every spelling of a tag reads the same", "[data]") {
  const Lines files = {
      "New\tB-LOC\nYork\tI-LOC\nis\t0\n\nAnn\tB-PER\n",  // 0 for O
      "New\tLOC-B\nYork\tLOC-I\nis\tO\n\nAnn\tPER-B\n",  // the letter last
      "New\tB_LOC\nYork\tI_LOC\nis\tO\n\nAnn\tB_PER\n",  // an underscore
      "New\tb-LOC\nYork\ti-LOC\nis\to\n\nAnn\tb-PER\n",  // lower case
      "New\tB-LOC\nYork\tE-LOC\nis\tO\n\nAnn\tS-PER\n",  // BMES
      "B-LOC\tNew\nI-LOC\tYork\nO\tis\n\nB-PER\tAnn\n",  // tag first
      "New/B-LOC York/I-LOC is/O\nAnn/B-PER\n",          // token/TAG
      "Word\tTag\nNew\tB-LOC\nYork\tI-LOC\nis\tO\n\nAnn\tB-PER\n",
      "token,pos,ner\nNew,NNP,B-LOC\nYork,NNP,I-LOC\nis,VB,O\n\nAnn,NNP,B-PER\n",
      "Sentence #,Word,POS,Tag\nSentence: 1,New,NNP,B-LOC\n,York,NNP,I-LOC\n,is,VB,O\nSentence: 2,Ann,NNP,B-PER\n",
      "# id = 1\nNew\tB-LOC\nYork\tI-LOC\nis\tO\n\n# id = 2\nAnn\tB-PER\n",
      "-- the first sentence\nNew B-LOC\nYork I-LOC\nis O\n\n-- another\nAnn B-PER\n",
      "# text = New York is\n1-2\tNewYork\t_\t_\n1\tNew\t_\tB-LOC\n2\tYork\t_\tI-LOC\n3\tis\t_\tO\n3.1\tnot\t_\t_\n\n"
      "1\tAnn\t_\tB-PER\n",
  };
  for (const std::string& contents : files) {
    INFO(contents);
    CHECK(sentences(contents) == kTwo);
  }
  CHECK(sentences("a\tB-X\nb\tM-X\nc\tE-X\nd\tS-X\n") == Lines{"a/B-X b/I-X c/I-X d/B-X"});
  CHECK(read("a\tB-X\nb\tM-X\nc\tE-X\n").scheme == "BMES");
}

TEST_CASE("types that differ only by case are pointed out, and one only where asked", "[data]") {
  const std::string file = "Ann\tB-PER\nLee\tI-per\n\nBo\tB-Per\n\nOslo\tB-LOC\nCy\tB-PER\n";
  const auto apart = read(file);
  CHECK(apart.types == Lines{"LOC", "PER", "Per", "per"});
  CHECK(apart.notes == Lines{"'PER' (2), 'Per' (1), 'per' (1) differ only by case; --fold-case makes them one label"});
  const auto folded = read(file, {.fold_case = true});
  CHECK(folded.types == Lines{"LOC", "PER"});
  CHECK(folded.notes == Lines{"'PER' (2), 'Per' (1), 'per' (1) are one label, 'PER'"});
  CHECK(sentences(file, {.fold_case = true}) == Lines{"Ann/B-PER Lee/I-PER", "Bo/B-PER", "Oslo/B-LOC Cy/B-PER"});
  CHECK(sentences("Bo\tB-LOC\n", {.types = {"Loc"}, .fold_case = true}) == Lines{"Bo/B-Loc"});
  CHECK(refused("Bo\tB-LOC\n", {.types = {"Loc"}}) ==
        "[f:1] entity type 'LOC' was not in the training data; expected one of: Loc");
}

TEST_CASE("bare B, I and O are one type without a name", "[data]") {
  const auto data = read("New\tB\nYork\tI\nis\tO\nLima\tB\n");
  CHECK(data.types == Lines{"_"});
  CHECK(data.entities == 2);
  CHECK(read("New\tb\nYork\ti\nis\to\n").types == Lines{"_"});
}

TEST_CASE("quoted commas in comma-separated tokens", "[data]") {
  CHECK(sentences("word,tag\nLima,B-LOC\n\",\",O\n\"\"\"\",O\nwe,O\n") == Lines{"Lima/B-LOC ,/O \"/O we/O"});
}

TEST_CASE("several columns of tags are refused until one is named", "[data]") {
  const std::string german = "1\tSchartau\tB-PER\tO\n2\tsagte\tO\tO\n3\tBerlin\tB-LOC\tB-ORG\n";
  CHECK(refused(german) ==
        "[f:1] columns 3 and 4 all hold tags; say which are the entities with --tag-column, by name or number");
  CHECK(sentences(german, {.tag_column = "3"}) == Lines{"Schartau/B-PER sagte/O Berlin/B-LOC"});
  CHECK(sentences(german, {.tag_column = "4"}) == Lines{"Schartau/O sagte/O Berlin/B-ORG"});
  CHECK(sentences("EU NNP I-NP I-ORG\ncalls VBZ I-VP O\n") == Lines{"EU/B-ORG calls/O"});  // chunks are no entities
  CHECK(refused(german, {.tag_column = "tag"}) == "[f] --tag-column 'tag' is no column; expected a number from 1 to 4");
  CHECK(sentences("x\tLima\tB-LOC\ny\tis\tO\n", {.token_column = "2"}) == Lines{"Lima/B-LOC is/O"});
}

TEST_CASE("numbers in the first of three columns are tokens unless they count", "[data]") {
  CHECK(sentences("3.5\tCD\tO\n1-2\tCD\tO\nLima\tNNP\tB-LOC\n") == Lines{"3.5/O 1-2/O Lima/B-LOC"});
}

TEST_CASE("odd lines among tags are repaired where plain, left out where asked, and counted", "[data]") {
  const auto repaired = read("Lima\tB-LOC\nis O\nfar\tO\t\nyes\tO\n");
  CHECK(repaired.sentences[0].tokens == Lines{"Lima", "is", "far", "yes"});
  CHECK(repaired.notes == Lines{"1 line separated by blanks instead of tabs"});
  const auto left = read("Lima\tB-LOC\nis\nfar\tX\nyes\tO\n", {.skip_bad_lines = true});
  CHECK(left.sentences[0].tokens == Lines{"Lima", "yes"});
  CHECK(left.skipped == 2);
  CHECK(left.notes == Lines{"2 lines left out (line 2: one column, 'is'; line 3: 'X' is not an entity tag)"});
}

TEST_CASE("three thousand entity types are refused in words, and quickly", "[data]") {
  std::string file;
  for (int i = 0; i < 3000; ++i) file += "a\tB-T" + std::to_string(i) + "\n\n";
  CHECK(refused(file) ==
        "[f] 3,000 entity types; expected at most 1,000 (tab-separated, 2 columns; BIO; is it the right column?)");
}

TEST_CASE("types beyond those of training are kept where asked", "[data]") {
  const auto data = read("a\tB-PER\nb\tB-GADGET\n", {.types = {"PER"}, .other_types = true});
  CHECK(data.types == Lines{"GADGET", "PER"});
}
