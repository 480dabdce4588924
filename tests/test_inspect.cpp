// lemma inspect, and what training and prediction do about lines that do not read.
#include <nlohmann/json.hpp>

#include "tests/program.h"
#include "tests/text_file_helper.h"

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Sixty sentences, whose last one has a type that no other has.
std::string with_rare_type() {
  std::string file;
  for (int i = 0; i < 60; ++i) file += "Ann\tB-PER\nlives\tO\nin\tO\nOslo\tB-LOC\n\n";
  return file + "the\tO\nphone\tB-GADGET\n";
}

const std::vector<std::string> kSmall = {"--epochs", "1", "--embed", "8", "--ff", "8"};

Program train(const TempDir& dir, const std::string& task, const std::string& out, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"train", task, "--out", dir / out};
  arguments.insert(arguments.end(), kSmall.begin(), kSmall.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_lemma(arguments);
}

}  // namespace

TEST_CASE("inspect shows format, columns, labels, examples, what was odd and the options", "[cli]") {
  const TempDir dir;
  write_text(dir, "f.csv", "text,label,id\n\"good, film\",pos,1\nbad film,neg,2\n,neg,3\nodd\nfine film,Pos,4\n");
  const Program shown = run_lemma({"inspect", "f.csv"}, {.directory = dir.path});
  CHECK(shown.status == 0);
  CHECK(shown.out ==
        "f.csv: labelled texts, for lemma train sentiment\n"
        "format    comma-separated, sentence first, with a header\n"
        "columns   'text', 'label', 'id'; text in 'text', label in 'label'\n"
        "size      3 texts, 7 tokens\n"
        "labels    'Pos' 1\n"
        "          'neg' 1\n"
        "          'pos' 1\n"
        "examples  line 2: 'pos' 'good, film'\n"
        "          line 3: 'neg' 'bad film'\n"
        "          line 6: 'Pos' 'fine film'\n"
        "odd       1 example without a text left out\n"
        "          1 line left out (line 5: 1 comma-separated field where line 1 has 3)\n"
        "          'Pos' (1), 'pos' (1) differ only by case; --fold-case makes them one label\n"
        "          training stops at such a line unless --skip-bad-lines leaves it out\n"
        "options   --text-column, --label-column COLUMN: take other columns, by name or number\n"
        "          --skip-bad-lines: leave out lines that do not read\n"
        "          --fold-case: labels that differ only by case are one\n"
        "          --replace-invalid: read bytes that are not UTF-8\n");
  CHECK(has(run_lemma({"inspect", "f.csv", "--label-column", "id"}, {.directory = dir.path}).out, "label in 'id'"));
  write_text(dir, "f.conll", with_rare_type());
  const Program tags = run_lemma({"inspect", "f.conll"}, {.directory = dir.path});
  CHECK(has(tags.out, "tokens with entity tags, for lemma train ner"));
  CHECK(has(tags.out, "entities  'GADGET' 1\n"));
  write_text(dir, "odd.conll", "x\ty\na\tNN\tB-PER\nb\tNN\tO\nc\tNN\tO\nd\tNN\tO\ne\tO\n");
  CHECK(has(run_lemma({"inspect", "odd.conll"}, {.directory = dir.path}).out,
            "2 lines left out (line 1: 2 columns where most lines have 3; line 6: 2 columns where most lines have 3)"));
  write_text(dir, "prose", "The film was fine.\nIt was long.\nA gem of a film.\n");
  const Program neither = run_lemma({"inspect", "prose"}, {.directory = dir.path});
  CHECK(neither.status == 2);
  CHECK(has(neither.err, "is read by no task; for decision: "));
  CHECK(has(neither.err, "; for image: "));
  CHECK(has(neither.err, "; for ner: "));
  CHECK(!has(neither.err, "for speech"));
  CHECK(run_lemma({"inspect", "none"}, {.directory = dir.path}).err ==
        "lemma: [none] does not exist; expected a file of data, or a directory\n");
  const Program empty = run_lemma({"inspect", "."}, {.directory = dir.path});
  CHECK(has(empty.err, "is read by no task; for speech: "));
  CHECK(!has(empty.err, "for ner"));
}

TEST_CASE("a type that only the held-out tenth, the dev file or the scored file has counts as missed", "[cli]") {
  const TempDir dir;
  const std::string file = write_text(dir, "f.conll", with_rare_type());
  const std::string other = write_text(dir, "g.conll", "Ann\tB-PER\nhas\tO\na\tO\nphone\tB-TOOL\nnow\tI-TOOL\n");
  const Program held_out = train(dir, "ner", "m", {"--train", file});
  CHECK(held_out.status == 0);
  CHECK(has(held_out.out, "1 entity of types that the training data lacks will count as missed: GADGET (1)"));
  const Program given = train(dir, "ner", "n", {"--train", file, "--dev", other});
  CHECK(given.status == 0);
  CHECK(has(given.out, "will count as missed: TOOL (1)"));
  const Program scored = run_lemma({"evaluate", "--model", dir / "n", "--data", other});
  CHECK(scored.status == 0);
  CHECK(nlohmann::json::parse(scored.out)["recall"].get<double>() <= 0.5);
  CHECK(has(scored.err, "will count as missed: TOOL (1)"));
}

TEST_CASE("a file sorted by label gives a dev set of every class, and says so", "[cli]") {
  const TempDir dir;
  std::string file;
  for (const char* label : {"neg", "pos"})
    for (int i = 0; i < 40; ++i) file += "film number " + std::to_string(i) + "\t" + label + "\n";
  const std::string path = write_text(dir, "f.tsv", file);
  const Program trained = train(dir, "sentiment", "m", {"--train", path});
  CHECK(trained.status == 0);
  CHECK(has(trained.out, "a tenth of each class of --train, drawn with a fixed seed"));
  CHECK(has(trained.out, "majority 0.500"));
}

TEST_CASE("a file of two quotes is an error, not a crash; a bad line names the option that leaves it out", "[cli]") {
  const TempDir dir;
  const Program quotes = train(dir, "sentiment", "m", {"--train", write_text(dir, "f", "\"\"")});
  CHECK(quotes.status == 2);
  CHECK(has(quotes.err, "no field with anything in it"));
  std::string file = "film\t1\nbad\n";
  for (int i = 0; i < 20; ++i) file += "a film\t" + std::to_string(i % 2) + "\n";
  const std::string path = write_text(dir, "g", file);
  CHECK(has(train(dir, "sentiment", "m", {"--train", path}).err, "(--skip-bad-lines leaves such lines out)\n"));
  const Program skipped = train(dir, "sentiment", "m", {"--train", path, "--skip-bad-lines"});
  CHECK(skipped.status == 0);
  CHECK(has(skipped.out, "1 line left out (line 2: 1 tab-separated field where line 1 has 2)"));
}

TEST_CASE("a blank line on stdin gets its own answer, and the status says so at the end", "[cli]") {
  const std::string model = LEMMA_SOURCE_DIR "/tests/saved/sentiment";
  const Program program = run_lemma({"predict", "--model", model}, {.input = "good film\n\nbad film\n"});
  CHECK(program.status == 2);
  std::istringstream lines(program.out);
  std::vector<nlohmann::json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(nlohmann::json::parse(line));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].contains("label"));
  CHECK(answers[1]["error"] == "holds no word; expected a text");
  CHECK(answers[2].contains("label"));
  CHECK(program.err ==
        "lemma: [stdin:2] holds no word; expected a text (no answer to 1 of 3 lines; each has a line with "
        "\"error\")\n");
  const Program several = run_lemma({"predict", "--model", model, "good", " ", "bad"});
  CHECK(several.status == 2);
  CHECK(std::count(several.out.begin(), several.out.end(), '\n') == 3);
}

TEST_CASE("whatever is wrong with a line of stdin, it has a line of output", "[cli]") {
  std::string megabyte;
  while (megabyte.size() < (1U << 20)) megabyte += "word ";
  const std::vector<std::pair<std::string, std::vector<std::string>>> inputs = {
      {megabyte, {"tokens long", "4096"}}, {"\xFF\n", {"0xff"}}, {"   \n", {"no word"}}};
  for (const auto& [input, parts] : inputs) {
    const Program program = run_lemma({"predict", "--model", LEMMA_SOURCE_DIR "/tests/saved/ner"}, {.input = input});
    CHECK(program.status == 2);
    CHECK(std::count(program.out.begin(), program.out.end(), '\n') == 1);
    CHECK(has(program.out, "\"error\":"));
    CHECK(program.err.starts_with("lemma: [stdin:1] "));
    for (const std::string& part : parts) CHECK(has(program.err, part));
  }
}

TEST_CASE("columns of the other kind of file are refused, not ignored", "[cli]") {
  const TempDir dir;
  lemma::io::write_file(dir / "t.tsv", "good\ta fine film\nbad\ta dull film\n");
  lemma::io::write_file(dir / "t.conll", "Anna B-PER\nsings O\n\nRome B-LOC\n");
  const Program texts = train(dir, "sentiment", "m", {"--train", dir / "t.tsv", "--tag-column", "2"});
  CHECK((texts.status == 2 && has(texts.err, "whole texts have --text-column and --label-column")));
  const Program tokens = train(dir, "ner", "m", {"--train", dir / "t.conll", "--text-column", "1"});
  CHECK((tokens.status == 2 && has(tokens.err, "tokens and their tags have --token-column and --tag-column")));
}
