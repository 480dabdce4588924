// Language models: what a text costs, and what a model writes.
#include <cmath>

#include <nlohmann/json.hpp>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "lemma/tasks/all.h"
#include "lemma/text/utf8.h"
#include "tasks/lm/codec.h"
#include "tasks/lm/learner.h"
#include "tasks/lm/model.h"
#include "tasks/lm/ngrams.h"
#include "tasks/lm/recurrent.h"
#include "tests/in_process.h"

using namespace lemma;
using nlohmann::json;
using tasks::Codec;

namespace {

// Sentences of a small language, in which a letter often tells the next.
std::string story(int sentences) {
  const char* who[] = {"the cat", "a dog", "the old man", "my sister"};
  const char* does[] = {" sees ", " likes ", " calls ", " finds "};
  std::string text;
  for (int i = 0; i < sentences; ++i)
    text += std::string(who[i * 7 % 4]) + does[i * 5 % 3 + i % 2] + who[i * 3 % 4] + ".\n";
  return text;
}

tasks::LmOptions small() {
  tasks::LmOptions options;
  options.embed = 16, options.heads = 2, options.layers = 2, options.ff = 32, options.context = 16, options.dropout = 0;
  return options;
}
const std::vector<std::string> kSmall = {"--embed", "16", "--heads",   "2",  "--layers", "1",
                                         "--ff",    "32", "--context", "16", "--lr",     "0.02"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("characters, bytes and byte pairs all give a text back") {
  const std::string text = "zwölf Boxkämpfer\n\n12 日本 日本\tzwölf Boxkämpfer 12";
  for (const char* kind : {"char", "byte", "bpe"}) {
    CAPTURE(kind);
    const auto codec = Codec::build(kind, text + text, 280);
    CHECK(codec->decode(codec->encode(text)) == text);
    const auto again = Codec::open(kind, codec->json(), "tokenizer.json");
    CHECK(again->encode(text) == codec->encode(text));
    CHECK(again->size() == codec->size());
    CHECK(again->json() == codec->json());
    CHECK(codec->decode(std::vector<int64_t>{codec->start()}) == "\n");
  }
  const auto letters = Codec::build("char", "aabbc", 0);  // c was there once: as good as never
  CHECK(letters->size() == 3);
  CHECK(letters->encode("abcd") == std::vector<int64_t>{1, 2, 0, 0});
  CHECK(letters->start() == 0);
}

TEST_CASE("a damaged tokenizer.json is refused in words") {
  const auto refused = [](const char* kind, const char* text) {
    try {
      Codec::open(kind, text, "t.json");
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK(refused("char", "{") == "[t.json] is no tokenizer.json of type 'char', which config.json asks for");
  CHECK(refused("byte", R"({"type":"char"})") ==
        "[t.json] is no tokenizer.json of type 'byte', which config.json asks for");
  CHECK(refused("char", R"({"type":"char"})") ==
        "[t.json] has no list 'characters'; expected the tokenizer.json of a character model");
  CHECK(refused("char", R"({"type":"char","characters":["a","bc"]})") ==
        "[t.json] entry 2 of 'characters' is no character");
  CHECK(refused("char", R"({"type":"char","characters":[]})") ==
        "[t.json] lists no character; expected the tokenizer.json of a character model");
  CHECK(refused("char", R"({"type":"char","characters":["b","a"]})") ==
        "[t.json] entry 2 of 'characters' is not in order");
  CHECK(refused("char", R"({"type":"char","characters":[[[[[1]]]]]})") ==
        "[t.json] is nested too deeply to be a tokenizer.json of this kind");
}

TEST_CASE("the last tenth of a text is held out, whole lines where there are some") {
  const auto tenth = [](const std::string& text) {
    tasks::PlainText train;
    train.path = "text", train.text = text;
    const auto dev = tasks::hold_out_last_tenth(train);
    CHECK(train.text + dev->text == text);
    return dev->text;
  };
  CHECK(tenth(std::string(60, 'b') + "\na\nfive\n") == "five\n");
  CHECK(tenth(std::string(40, 'a')) == "aaaa");  // one line
  CHECK(tenth("short\n" + std::string(40, 'a') + "\n") == "aaa\n");
  CHECK(tenth("äääääääääääää") == "ä");                             // whole characters
  CHECK(tenth(std::string(40, '\x80')) == std::string(1, '\x80'));  // bytes that are none
  CHECK_THROWS_WITH(tenth("a"), "[text] holds 1 character, too few to hold some out; give --dev FILE");
}

TEST_CASE("n-grams back off as Witten and Bell say") {
  // After "aab": a twice and b once, two kinds. P1(a) = (2 + 2 u) / (3 + 2), with u = 1 / all code points.
  const double u = 1.0 / (0x110000 - 0x800), a = (2 + 2 * u) / 5, b = (1 + 2 * u) / 5, c = 2 * u / 5;
  const auto losses = tasks::ngram_losses("aab", "abc", 2);
  CHECK(losses[0] == Approx(-(std::log(a) + std::log(b) + std::log(c)) / 3).epsilon(1e-12));
  // After a: a once, b once. P2(b | a) = (1 + 2 b) / (2 + 2); after b nothing was seen, so P2(c | b) = P1(c).
  CHECK(losses[1] == Approx(-(std::log(a) + std::log((1 + 2 * b) / 4) + std::log(c)) / 3).epsilon(1e-12));
  const auto story_losses = tasks::ngram_losses(story(200), story(50));
  CHECK(story_losses.size() == 6);
  CHECK(story_losses[5] < story_losses[0] / 3);
}

TEST_CASE("every character is scored once, with at least half a context before it") {
  manual_seed(3);
  const std::string text = story(6);
  tasks::LmLearner learner(small(), Codec::build("char", story(20), 0));
  tasks::PlainText corpus;
  corpus.path = "text", corpus.text = text;
  const auto examples = learner.examples(corpus, train::Use::scoring);
  const train::Evaluation result = learner.evaluate(corpus, *examples);
  const auto& windows = dynamic_cast<const tasks::Windows&>(*examples);
  // By hand, a character at a time: a window of 16 from each multiple of 8 on; the last ends with the text.
  NoGrad no_grad;
  learner.module().eval();
  double sum = 0;
  const int64_t N = windows.tokens();
  for (int64_t i = 0; i < N; ++i) {
    const int64_t begin = i < 16 ? 0 : std::min((i - 16) / 8 * 8 + 8, N - 16);
    const auto [inputs, targets] = windows.batch(std::vector<int64_t>{begin}, i - begin + 1);
    const Tensor logits = dynamic_cast<tasks::LanguageModel&>(learner.module())(inputs);
    sum += cross_entropy(logits.select(1, i - begin), targets.select(1, i - begin)).item();
  }
  CHECK(result.score == Approx(sum / static_cast<double>(N)).epsilon(1e-5));
}

TEST_CASE("generation with a cache is generation without, also beyond the context") {
  manual_seed(5);
  tasks::LmOptions options = small();
  tasks::LanguageModel model(options, 20);
  model.eval();
  for (const int64_t beams : {1, 3}) {
    Generator one{.seed = 9}, two{.seed = 9};
    nn::GenerateOptions how{.max = 45, .temperature = 0.9, .beams = beams, .generator = &one};
    tasks::LanguageDecoding cached(model, 0, true), plain(model, 0, false);
    const auto quick = nn::generate(cached, {3, 4, 5}, how);
    how.generator = &two;
    CHECK(quick == nn::generate(plain, {3, 4, 5}, how));
    CHECK(quick.size() == 45);
    CHECK(std::count(quick.begin(), quick.end(), 0) == 0);  // <unk> is never written
  }
}

TEST_CASE("a recurrent model read token by token is the one read at once, and holds what its options tell") {
  manual_seed(5);
  for (const char* kind : {"lstm", "gru"}) {
    CAPTURE(kind);
    tasks::LmOptions options = small();
    options.model = kind, options.hidden = 12;
    tasks::RecurrentLanguageModel model(options, 20);
    model.eval();
    const NoGrad no_grad;
    const Tensor ids = randint(1, 20, {2, 9});
    const auto decoding = model.decoding(0);
    Tensor last;
    for (int64_t t = 0; t < 9; ++t) last = decoding->next(ids.narrow(1, t, 1));
    const Tensor whole = model.logits(ids).select(1, 8);
    CHECK(allclose(last.narrow(1, 1, 19), whole.narrow(1, 1, 19), 1e-5, 1e-5));
    CHECK(last[0][0].item() == -INFINITY);  // <unk> is never written
    decoding->select(tensor({1, 1, 0}));
    CHECK(decoding->next(tensor({{3}, {3}, {3}})).size(0) == 3);
    std::vector<Tensor> weights;
    CHECK_THROWS_WITH(model.logits(ids, &weights),
                      "[attention] a recurrent model has none: it reads token by token and keeps a state");
    const StateDict state = model.state_dict();
    const auto told = tasks::lm_shapes(options, 20);
    CHECK(told.size() == state.size());
    for (const auto& [name, tensor] : state) {
      CAPTURE(name);
      CHECK(std::count(told.begin(), told.end(), std::pair(name, tensor.shape())) == 1);
    }
  }
}

TEST_CASE("recurrent language models train, resume and write through the program") {
  const InProcess lemma({&tasks::lm()});
  io::write_file(lemma.dir / "train", story(300));
  io::write_file(lemma.dir / "dev", story(30));
  for (const std::string kind : {"lstm", "gru"}) {
    CAPTURE(kind);
    const auto train = [&](const std::string& out, const std::string& epochs) {
      return lemma.run(with({"train", "lm", "--model", kind, "--hidden", "24", "--out", out, "--epochs", epochs,
                             "--train", "train", "--dev", "dev"},
                            {"--embed", "16", "--context", "16", "--lr", "0.02"}));
    };
    const Program whole = train("whole-" + kind, "3");
    INFO(whole.out << whole.err);
    REQUIRE(whole.status == 0);
    CHECK(whole.out.find(kind == "lstm" ? "LSTM, width 16, 2 layers, state 24" : "GRU, width 16, 2 layers, state 24") !=
          std::string::npos);
    CHECK(train("cut-" + kind, "1").status == 0);
    CHECK(lemma.run({"train", "lm", "--out", "cut-" + kind, "--resume", "--epochs", "3"}).status == 0);
    CHECK(io::read_file(lemma.dir / "whole-" + kind + "/model.safetensors") ==
          io::read_file(lemma.dir / "cut-" + kind + "/model.safetensors"));
    const json score = json::parse(lemma.run({"evaluate", "--model", "whole-" + kind, "--data", "dev"}).out);
    CHECK(score["loss_per_character"] < tasks::ngram_losses(story(300), story(30), 1)[0]);
    CHECK(lemma.run({"generate", "--model", "whole-" + kind, "--prompt", "the c", "--max", "60", "--beams", "2"})
              .status == 0);
    CHECK(lemma.run({"attention", "--model", "whole-" + kind, "the cat"}).err ==
          "lemma: [attention] a recurrent model has none: it reads token by token and keeps a state\n");
  }
}

TEST_CASE("lm trains, resumes, evaluates and writes through the program") {
  const InProcess lemma({&tasks::lm()});
  io::write_file(lemma.dir / "train", story(300));
  io::write_file(lemma.dir / "dev", story(30));
  const auto train = [&](const std::string& out, const std::string& epochs, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"train", "lm", "--out", out, "--epochs", epochs};
    return lemma.run(with(with(arguments, kSmall), more));
  };
  const std::vector<std::string> files = {"--train", "train", "--dev", "dev"};
  for (const std::string tokens : {"char", "byte", "bpe"}) {
    CAPTURE(tokens);
    const auto these = with(files, {"--tokens", tokens, "--vocabulary", "280"});
    const Program whole = train("whole-" + tokens, "3", these);
    INFO(whole.out << whole.err);
    REQUIRE(whole.status == 0);
    CHECK(whole.out.find("6-grams") != std::string::npos);
    CHECK(whole.out.find("generate --model whole-" + tokens + " --prompt \"Once \"") != std::string::npos);
    CHECK(train("cut-" + tokens, "1", these).status == 0);
    CHECK(lemma.run({"train", "lm", "--out", "cut-" + tokens, "--resume", "--epochs", "3"}).status == 0);
    for (const char* file : {"/model.safetensors", "/training.safetensors", "/tokenizer.json"})
      CHECK(io::read_file(lemma.dir / "whole-" + tokens + file) == io::read_file(lemma.dir / "cut-" + tokens + file));
    const json score = json::parse(lemma.run({"evaluate", "--model", "whole-" + tokens, "--data", "dev"}).out);
    CHECK(score["task"] == "lm");
    CHECK(score["characters"] == story(30).size());
    CHECK(score["perplexity"] == Approx(std::exp(score["loss_per_character"].get<double>())));
    CHECK(score["loss_per_character"] < tasks::ngram_losses(story(300), story(30), 1)[0]);
    const std::vector<std::string> write = {"generate", "--model", "whole-" + tokens, "--prompt", "the c",
                                            "--max",    "40"};
    const Program text = lemma.run(write);
    CHECK(text.out.starts_with("the c"));
    CHECK(lemma.run(write).out == text.out);
    CHECK(lemma.run(with(write, {"--seed", "2"})).out != text.out);
    CHECK(lemma.run(with(write, {"--top-k", "1"})).out == lemma.run(with(write, {"--temperature", "0"})).out);
    CHECK(lemma.run(with(write, {"--end", "."})).out.find('.') == std::string::npos);
    CHECK(lemma.run(with(write, {"--beams", "3"})).status == 0);
    CHECK(lemma.run({"generate", "--model", "whole-" + tokens, "--max", "5"}).status == 0);  // without a prompt
    const json line = json::parse(lemma.run({"predict", "--model", "whole-" + tokens, "the cat sees"}).out);
    CHECK(line["characters"] == 12);
  }
  CHECK(lemma.run({"info", "--model", "whole-char"}).out.find("context 16") != std::string::npos);
  CHECK(lemma.run({"attention", "--model", "whole-char", "the cat", "--out", "page.html"}).status == 0);
}

TEST_CASE("a language model refuses what it cannot learn from, or go on from, in one line") {
  const InProcess lemma({&tasks::lm()});
  io::write_file(lemma.dir / "train", story(40));
  io::write_file(lemma.dir / "short", "too short");
  io::write_file(lemma.dir / "latin", story(40) + "caf\xE9\n");
  io::write_file(lemma.dir / "wide", std::string("\xFF\xFE") + "a");
  io::write_file(lemma.dir / "empty", "");
  const auto train = [&](std::vector<std::string> more) {
    return lemma.run(with(with({"train", "lm", "--out", "m", "--epochs", "1"}, kSmall), more)).err;
  };
  CHECK(train({"--train", "short", "--dev", "train"}) ==
        "lemma: [short] is 9 tokens long, shorter than one window of 16; give a longer text or a smaller --context\n");
  CHECK(train({"--train", "latin"}) ==
        "lemma: [latin:41:4] byte 0xe9 is not UTF-8; --tokens byte or bpe take any bytes, --replace-invalid replaces "
        "such as this\n");
  CHECK(train({"--train", "wide"}) ==
        "lemma: [wide] the file is UTF-16; expected UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)\n");
  CHECK(train({"--train", "empty"}) == "lemma: [empty] the file is empty; expected a text to learn from\n");
  io::write_file(lemma.dir / "once", "abcdefghijklmnopqrstuvwxyz");
  CHECK(train({"--train", "once", "--dev", "train"}) ==
        "lemma: [once] holds no character twice, so none is learnt; give a longer text, or --tokens byte\n");
  CHECK(train({"--train", "train", "--tokens", "word"}) ==
        "lemma: [--tokens] 'word' was given; expected char, byte or bpe\n");
  CHECK(train({"--train", "train", "--heads", "3"}) ==
        "lemma: [--heads] 3 heads do not divide a width of 16 evenly; expected a divisor of --embed\n");
  CHECK(!io::exists(lemma.dir / "m"));
  CHECK(train({"--train", "latin", "--tokens", "byte"}).empty());
  CHECK(train({"--train", "train", "--overwrite"}).empty());
  const auto refused = [&](std::vector<std::string> more) {
    const Program program = lemma.run(with({"generate", "--model", "m"}, more));
    CHECK(program.status == 2);
    CHECK(program.out.empty());
    return program.err;
  };
  CHECK(refused({"--prompt", "the Ω"}) ==
        "lemma: [--prompt] holds 'Ω', which the model does not know; it was trained on 20 characters seen twice or "
        "more\n");
  CHECK(refused({"--prompt", "the cat sees the dog"}) ==
        "lemma: [--prompt] is 20 tokens long; expected at most 16, which the model looks at\n");
  CHECK(refused({"--end", "!"}) ==
        "lemma: [--end] '!' is no token of this model, whose tokens are 20 characters seen twice or more\n");
  CHECK(refused({"--beams", "0"}) == "lemma: [--beams] '0' was given; expected a whole number from 1 to 1000\n");
  CHECK(refused({"--beams", "1001"}) == "lemma: [--beams] '1001' was given; expected a whole number from 1 to 1000\n");
  CHECK(refused({"--end", ""}) == "lemma: [--end] is empty; expected a token\n");
  CHECK(refused({"--temperature", "-0.5"}) ==
        "lemma: [--temperature] -0.5 was given; expected a number of 0 or more\n");
  CHECK(refused({"--top-p", "1.5"}) == "lemma: [--top-p] 1.5 was given; expected a probability above 0, at most 1\n");
  const Program lines = lemma.run({"predict", "--model", "m", "the cat", "caf\xE9", "a dog"});
  CHECK(
      lines.err ==
      "lemma: [text 2] byte 0xe9 at column 4 is not UTF-8; expected UTF-8 text (no answer to 1 of 3 texts; each has a "
      "line with \"error\")\n");
  CHECK(std::count(lines.out.begin(), lines.out.end(), '\n') == 3);
}

TEST_CASE("a token that is a part of a character is shown as its bytes, and a page stays UTF-8") {
  manual_seed(4);
  tasks::LmLearner learner(small(), Codec::build("byte", "", 0));
  const train::Attention attention = learner.attention("text", "aé\n", 9);
  CHECK(attention.tokens == std::vector<std::string>{"a", "\\xc3", "\\xa9", "\n"});
}
