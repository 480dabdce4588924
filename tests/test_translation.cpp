// Translation: from number words to digits, which have other lengths and another order.
#include <nlohmann/json.hpp>

#include "lemma/tasks/all.h"
#include "tasks/translation/baselines.h"
#include "tasks/translation/learner.h"
#include "tests/in_process.h"

using namespace lemma;
using nlohmann::json;

namespace {

// "three two one" -> "c b a": word by word, and turned round.
std::pair<std::string, std::string> pair_of(int i) {
  const char* words[] = {"one", "two", "three", "four", "five", "six", "seven"};
  const int n = 2 + i % 3, digits[] = {i % 7, i / 7 % 7, (i / 3 + i / 11) % 7, i % 5};
  std::string source, target;
  for (int k = 0; k < n; ++k) {
    source += std::string(k ? " " : "") + words[digits[k]];
    target = std::string(1, static_cast<char>('a' + digits[k])) + (k ? " " : "") + target;
  }
  return {source, target};
}

std::string table(int begin, int end) {
  std::string text;
  for (int i = begin; i < end; ++i) text += pair_of(i).first + "\t" + pair_of(i).second + "\n";
  return text;
}

const std::vector<std::string> kSmall = {"--embed", "32",   "--heads",      "4",   "--layers",  "1", "--ff", "64",
                                         "--lr",    "0.01", "--vocabulary", "290", "--dropout", "0"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("pairs come from a table or from two files, and bad lines are named") {
  const TempDir dir;
  const auto read = [&](const std::string& path, bool skip = false) {
    return tasks::read_pairs(path, {.skip_bad_lines = skip});
  };
  const auto refused = [&](const std::string& path) {
    try {
      read(path);
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string t = dir / "t", a = dir / "a", b = dir / "b", c = dir / "c", x = dir / "x,y";
  io::write_file(t, "a man\tein Mann\r\n\r\na dog\tein Hund\r\n");
  io::write_file(a, "a man\na dog\n");
  io::write_file(b, "ein Mann\nein Hund\n");
  io::write_file(c, "ein Mann\n");
  io::write_file(x, "a man\tein Mann\na dog\tein Hund\n");
  for (const std::string& path : {t, a + "," + b, x}) {
    const auto pairs = read(path);
    CHECK(pairs->sources == std::vector<std::string>{"a man", "a dog"});
    CHECK(pairs->targets == std::vector<std::string>{"ein Mann", "ein Hund"});
  }
  CHECK(refused(a + "," + c) ==
        "[" + a + "," + c + "] " + a + " has 2 lines and " + c + " has 1 line; expected as many in both");
  CHECK(refused(a + "," + b + "," + c) ==
        "[" + a + "," + b + "," + c + "] names more than two files; expected FILE, or SOURCE,TARGET");
  CHECK(refused(a + ",") == "[" + a + ",] lacks a name beside the comma; expected FILE, or SOURCE,TARGET");
  io::write_file(t, "a\tb\nno tab\nx\ty\tz\n\tb\nc\td\ne\tf\ng\th\n");
  CHECK(refused(t) == "[" + t +
                          ":2] has no tab; expected a sentence and its translation (--skip-bad-lines leaves such lines "
                          "out)");
  const auto rest = read(t, true);
  CHECK(rest->size() == 4);
  CHECK(rest->notes == std::vector<std::string>{"3 lines left out (" + t + ":2, " + t + ":3, " + t + ":4)"});
}

TEST_CASE("copying and the dictionary are scored by BLEU") {
  tasks::SentencePairs train, dev;
  train.sources = {"red house", "red car", "blue house"};
  train.targets = {"rotes Haus", "rotes Auto", "blaues Haus"};
  dev.sources = {"red blue house car"}, dev.targets = {"rotes blaues Haus Auto"};
  const auto baselines = tasks::translation_baselines(train, dev);
  CHECK(baselines[0].score == 0);
  CHECK(baselines[1].score == Approx(100));
}

TEST_CASE("translation learns, resumes, evaluates and answers through the program") {
  const InProcess lemma({&tasks::translation()});
  io::write_file(lemma.dir / "train", table(0, 900));
  io::write_file(lemma.dir / "dev", table(900, 950));
  const std::vector<std::string> files = {"--train", "train", "--dev", "dev"};
  const auto train = [&](const std::string& out, const std::string& epochs) {
    return lemma.run(with(with({"train", "translation", "--out", out, "--epochs", epochs}, kSmall), files));
  };
  const Program whole = train("whole", "12");
  INFO(whole.out << whole.err);
  REQUIRE(whole.status == 0);
  CHECK(whole.out.find("word by word") != std::string::npos);
  CHECK(train("cut", "5").status == 0);
  CHECK(lemma.run({"train", "translation", "--out", "cut", "--resume", "--epochs", "12"}).status == 0);
  for (const char* file : {"/model.safetensors", "/training.safetensors", "/tokenizer.json"})
    CHECK(io::read_file(lemma.dir / "whole" + file) == io::read_file(lemma.dir / "cut" + file));
  const json score = json::parse(lemma.run({"evaluate", "--model", "whole", "--data", "dev"}).out);
  CHECK(score["task"] == "translation");
  CHECK(score["sentences"] == 50);
  CHECK(score["bleu"] > 60.0);
  CHECK(score["loss"] < 0.5);
  const json line = json::parse(lemma.run({"predict", "--model", "whole", "one two three"}).out);
  CHECK(line["translation"] == "c b a");
  CHECK(lemma.run({"generate", "--model", "whole", "--prompt", "one two three", "--temperature", "0"}).out ==
        "c b a\n");
  CHECK(lemma.run({"generate", "--model", "whole", "--prompt", "one two three", "--beams", "4"}).out == "c b a\n");
  CHECK(lemma.run({"generate", "--model", "whole", "--prompt", "one two three", "--temperature", "0", "--max", "1"})
            .out.size() < 6);
  const Program look = lemma.run({"attention", "--model", "whole", "one two three", "--out", "page.html"});
  CHECK(look.err == "");
  const std::string page = io::read_file(lemma.dir / "page.html");  // the words that it writes look at those it reads
  CHECK(page.find("translates it as &#39;c b a&#39;") != std::string::npos);
  CHECK(page.find("\"keys\":[\"") != std::string::npos);
  CHECK(lemma.run({"generate", "--model", "whole", "--prompt", "one", "--end", "a"}).err ==
        "lemma: [--end] a translation ends where the model says so; --end is for models of lm\n");
  CHECK(lemma.run({"generate", "--model", "whole"}).err ==
        "lemma: [--prompt] holds no word; expected a sentence to translate\n");
  CHECK(lemma.run({"predict", "--model", "whole", " "}).status == 2);
}

TEST_CASE("a translation never holds <pad> or <start>, however unsure the model is") {
  manual_seed(2);
  tasks::TranslationOptions options;
  options.embed = 8, options.heads = 2, options.layers = 1, options.ff = 8;
  tasks::TranslationModel model(options, 5);  // <pad>, <start>, <end> and two more
  model.eval();
  const NoGrad no_grad;
  Generator chance{.seed = 3};
  int64_t written = 0;
  for (int i = 0; i < 20; ++i) {
    tasks::TranslationDecoding decoding(model, tensor({{3, 4, 2}}));
    for (const int64_t token : nn::generate(decoding, {tasks::kStart}, {.max = 10, .generator = &chance})) {
      CHECK(token >= tasks::kEnd);
      ++written;
    }
  }
  CHECK(written == 200);
}

TEST_CASE("attention tells a text that is too long from one whose translation is") {
  manual_seed(2);
  tasks::TranslationOptions options;
  options.embed = 8, options.heads = 2, options.layers = 1, options.ff = 8;
  tasks::TranslationLearner learner(options,
                                    text::Bpe::train("", {.size = 259, .special = {"<pad>", "<start>", "<end>"}}));
  CHECK_THROWS_WITH(learner.attention("text", "abcdefgh", 8), "[text] is 9 tokens long; expected at most 8");
  CHECK_THROWS_WITH(learner.attention("text", "abcdefgh", 9),
                    "[text] has a translation of 29 tokens; expected at most 9");
}

TEST_CASE("the same pairs in two files train the same model, and resume from anywhere") {
  const InProcess lemma({&tasks::translation()});
  std::string sources, targets;
  for (int i = 0; i < 200; ++i) sources += pair_of(i).first + "\n", targets += pair_of(i).second + "\n";
  io::write_file(lemma.dir / "train", table(0, 200));
  io::write_file(lemma.dir / "s", sources);
  io::write_file(lemma.dir / "t", targets);
  const auto train = [&](const std::string& files, const std::string& out) {
    return lemma.run(with({"train", "translation", "--train", files, "--out", out, "--epochs", "2"}, kSmall)).status;
  };
  CHECK(train("train", "one") == 0);
  CHECK(train("s,t", "two") == 0);
  CHECK(io::read_file(lemma.dir / "one/model.safetensors") == io::read_file(lemma.dir / "two/model.safetensors"));
  const auto resume = [&] { return lemma.run({"train", "translation", "--out", "two", "--resume", "--epochs", "3"}); };
  io::write_file(lemma.dir / "t", targets + "x\n");
  CHECK(resume().err == "lemma: [--resume] s,t has changed since the run began; resume with the data it began with\n");
  io::write_file(lemma.dir / "t", targets);
  CHECK(resume().status == 0);
}
