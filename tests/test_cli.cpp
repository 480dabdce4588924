// What the program prints when all is well: its contract with scripts.
#include <nlohmann/json.hpp>
#include <set>

#include "lemma/io/safetensors.h"
#include "lemma/nn/guide.h"
#include "lemma/random.h"
#include "tests/program.h"

using Json = nlohmann::json;

namespace {

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(Json::parse(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

std::set<std::string> keys(const Json& object) {
  std::set<std::string> out;
  for (const auto& [key, value] : object.items()) out.insert(key);
  return out;
}

}  // namespace

TEST_CASE("every command explains itself") {
  for (const char* command : {"train", "evaluate", "predict", "generate", "play", "logits", "attention", "graph",
                              "compare", "inspect", "info", "doctor"}) {
    const Program help = run_lemma({command, "--help"});
    CAPTURE(command, help.err);
    CHECK(help.status == 0);
    CHECK(help.out.find("Usage: lemma " + std::string(command)) != std::string::npos);
  }
  CHECK(run_lemma({"--help"}).status == 0);
  CHECK(run_lemma({"--version"}).out == "lemma 0.1.0\n");
}

TEST_CASE("help on one task lists its options alone, with its own defaults") {
  const std::string all = run_lemma({"train", "--help"}).out, lm = run_lemma({"train", "lm", "--help"}).out;
  CHECK(all.find("--mels N") != std::string::npos);
  CHECK(lm.find("--mels N") == std::string::npos);
  CHECK(lm.find("--tokens NAME") != std::string::npos);
  CHECK(all.find("(default: lm transformer)") != std::string::npos);
  CHECK(lm.find("(default transformer)") != std::string::npos);
  CHECK(run_lemma({"train", "nothing", "--help"}).out == all);
}

TEST_CASE("a model directory holds what the contract names") {
  for (const char* task : {"sentiment", "ner"})
    for (const char* file : {"model.safetensors", "config.json", "vocab.txt", "labels.txt"}) {
      CAPTURE(task, file);
      CHECK(lemma::io::exists(playground().dir / task + "/" + file));
    }
  CHECK(lemma::io::read_file(playground().dir / "sentiment/labels.txt") == "bad\ngood\n");
  CHECK(lemma::io::read_file(playground().dir / "ner/labels.txt") == "O\nB-LOC\nI-LOC\nB-PER\nI-PER\n");
}

TEST_CASE("training tells what it will do, its scores beside the baselines, and what to do next") {
  const Program train = playground().train("sentiment", ".tsv");
  CHECK(train.err == "");
  for (const char* part :
       {"40 texts", "classes     bad (20), good (20)", "vocabulary", "parameters", "ln(2) = 0.693", "epoch 1/2",
        "naive Bayes", "majority 0.500", "gold \\ predicted", "lemma predict --model sentiment"}) {
    CAPTURE(part, train.out);
    CHECK(train.out.find(part) != std::string::npos);
  }
  CHECK(train.out.find('\r') == std::string::npos);  // a pipe gets plain lines
}

TEST_CASE("evaluate prints one JSON object with the contract's fields") {
  const Program sentiment = playground().run({"evaluate", "--model", "sentiment", "--data", "dev.tsv"});
  REQUIRE(sentiment.status == 0);
  const Json a = Json::parse(sentiment.out);
  CHECK(keys(a) == std::set<std::string>{"task", "examples", "accuracy", "loss", "classes", "positive", "threshold",
                                         "precision", "recall", "f1", "best_threshold", "threshold_curve"});
  CHECK(sentiment.out.starts_with("{\"task\":\"sentiment\",\"examples\":12,\"accuracy\":"));
  CHECK(a["task"] == "sentiment");
  CHECK(a["examples"] == 12);
  const Program ner = playground().run({"evaluate", "--model", "ner", "--data", "dev.conll"});
  REQUIRE(ner.status == 0);
  const Json b = Json::parse(ner.out);
  CHECK(keys(b) == std::set<std::string>{"task", "sentences", "precision", "recall", "f1"});
  CHECK(b["sentences"] == 12);
  const double p = b["precision"], r = b["recall"], f1 = b["f1"];
  CHECK(f1 == Approx(p + r == 0 ? 0 : 2 * p * r / (p + r)));
}

TEST_CASE("predict prints one object per text, from arguments and from lines") {
  const Program arguments = playground().run({"predict", "--model", "sentiment", "a fine film", "truly awful food"});
  const Program lines =
      playground().run({"predict", "--model", "sentiment"}, {.input = "a fine film\r\ntruly awful food"});
  REQUIRE(arguments.status == 0);
  CHECK(arguments.out == lines.out);
  const std::vector<Json> answers = json_lines(arguments.out);
  REQUIRE(answers.size() == 2);
  for (const Json& answer : answers) {
    const double good = answer["probabilities"]["good"], bad = answer["probabilities"]["bad"];
    CHECK(good + bad == Approx(1));
    CHECK(answer["label"] == (good > bad ? "good" : "bad"));
  }
}

TEST_CASE("a text in brackets is one text") {
  const Program predict = playground().run({"predict", "--model", "sentiment", "[good, bad]", "[]"});
  CHECK(predict.status == 0);
  CHECK(predict.out.find(R"({"text":"[good, bad]")") == 0);
  CHECK(std::count(predict.out.begin(), predict.out.end(), '\n') == 2);
}

TEST_CASE("what follows -- is text, whatever it begins with") {
  const Program predict =
      playground().run({"predict", "--model", "sentiment", "good", "--", "-1 stars", "--pretty", "[x]", "--"});
  CHECK(predict.status == 0);
  const std::vector<Json> answers = json_lines(predict.out);
  REQUIRE(answers.size() == 5);
  CHECK(answers[0]["text"] == "good");
  CHECK(answers[1]["text"] == "-1 stars");
  CHECK(answers[2]["text"] == "--pretty");
  CHECK(answers[3]["text"] == "[x]");
  CHECK(answers[4]["text"] == "--");
  const Program one = playground().run({"predict", "--model", "sentiment", "--", "-1 stars"});
  CHECK(one.status == 0);
  CHECK(one.out == predict.out.substr(predict.out.find('\n') + 1, one.out.size()));
}

TEST_CASE("a run that ended for want of patience says so when it is resumed") {
  const std::vector<std::string> few = {"--epochs", "9", "--patience", "1", "--lr", "1e-9", "--out", "patient"};
  const Program first = playground().train("sentiment", ".tsv", few);
  REQUIRE(first.status == 0);
  const Program again = playground().run({"train", "sentiment", "--out", "patient", "--resume"});
  CHECK(again.status == 0);
  CHECK_THAT(again.out,
             Catch::Contains("The run is complete: 2 of 9 epochs. It ended since the score no longer improved; give "
                             "more --patience to continue."));
  CHECK_THAT(first.out, Catch::Contains("25 words seen 2 times or more; unknown: 0.0 %"));
  CHECK_THAT(first.out, !Catch::Contains("the run ends within its warm-up"));
  const Program short_run = playground().train("sentiment", ".tsv", {"--warmup", "99", "--out", "short"});
  CHECK_THAT(short_run.out, Catch::Contains("the run ends within its warm-up, before the learning rate is reached"));
  const Program more = playground().run({"train", "sentiment", "--out", "patient", "--resume", "--patience", "2"});
  CHECK(more.status == 0);
  const Program done = playground().run({"train", "sentiment", "--out", "sentiment", "--resume"});
  CHECK_THAT(done.out, Catch::Contains("The run is complete: 2 of 2 epochs. Give more --epochs to continue."));
}

TEST_CASE("predict gives entities with their offsets in the text as typed") {
  // More epochs than the playground's, so that there is an entity to look at.
  REQUIRE(playground().train("ner", ".conll", {"--epochs", "40", "--lr", "0.01", "--out", "ner40"}).status == 0);
  const std::string text = "\xF0\x9F\x99\x82  Anna lives in\tOslo.";  // an emoji of four bytes and one character
  const Program program = playground().run({"predict", "--model", "ner40", text});
  REQUIRE(program.status == 0);
  const Json answer = Json::parse(program.out);
  CHECK(answer["tokens"] == Json({"\xF0\x9F\x99\x82", "Anna", "lives", "in", "Oslo", "."}));
  REQUIRE(answer["tags"].size() == 6);
  std::set<std::string> found;
  for (const Json& entity : answer["entities"]) {
    const size_t begin = entity["byte_begin"], end = entity["byte_end"], first = entity["char_begin"],
                 last = entity["char_end"];
    CHECK(entity["text"] == text.substr(begin, end - begin));
    CHECK(begin - first == 3);  // the emoji's
    CHECK(end - last == 3);
    found.insert(entity["text"].get<std::string>() + " " + entity["type"].get<std::string>());
  }
  CHECK(found.contains("Oslo LOC"));
  CHECK(found.contains("Anna PER"));
}

TEST_CASE("logits are those of the guide's models with the same weights") {
  lemma::manual_seed(3);
  lemma::guide::SentimentClassifier sentiment(20, 8, 2, 3);
  lemma::guide::NERModel ner(20, 8, 4, 5);
  for (lemma::nn::Module* model : {static_cast<lemma::nn::Module*>(&sentiment), static_cast<lemma::nn::Module*>(&ner)})
    model->eval();
  lemma::io::save_safetensors(playground().dir / "guide_s.safetensors", sentiment.state_dict());
  lemma::io::save_safetensors(playground().dir / "guide_n.safetensors", ner.state_dict());
  lemma::io::write_file(playground().dir / "ids.txt", "1 2 3\n19, 0\n[4 5]\n");
  const std::vector<std::vector<int64_t>> rows = {{1, 2, 3}, {19, 0}, {4, 5}};
  const Program s = playground().run(
      {"logits", "--model", "guide_s.safetensors", "--guide", "sentiment", "--heads", "2", "--ids", "ids.txt"});
  const Program n = playground().run(
      {"logits", "--model", "guide_n.safetensors", "--guide", "ner", "--heads", "4", "--ids", "ids.txt"});
  CHECK(s.err + n.err == "");
  const std::vector<Json> s_rows = json_lines(s.out), n_rows = json_lines(n.out);
  REQUIRE(s_rows.size() == 3);
  REQUIRE(n_rows.size() == 3);
  sentiment.to(lemma::Device::cpu()), ner.to(lemma::Device::cpu());  // the program's own, to the bit
  for (size_t i = 0; i < rows.size(); ++i) {
    const lemma::Tensor ids =
        lemma::from_data(rows[i].data(), {1, static_cast<int64_t>(rows[i].size())}, {.device = lemma::Device::cpu()});
    CHECK(s_rows[i].get<std::vector<float>>() == sentiment(ids).to_vector<float>());
    std::vector<float> flat;
    for (const Json& token : n_rows[i])
      for (const Json& value : token) flat.push_back(value.get<float>());
    CHECK(flat == ner(ids).to_vector<float>());
  }
}

TEST_CASE("logits says so when it has to guess the number of heads") {
  lemma::guide::SentimentClassifier model(20, 8, 8, 3);
  lemma::io::save_safetensors(playground().dir / "guide_8.safetensors", model.state_dict());
  lemma::io::write_file(playground().dir / "ids8.txt", "1 2\n");
  const Program program =
      playground().run({"logits", "--model", "guide_8.safetensors", "--guide", "sentiment", "--ids", "ids8.txt"});
  CHECK(program.status == 0);
  CHECK(program.err ==
        "lemma: note: weights do not say how many heads they were trained with; assuming the guide's 8 (--heads N)\n");
}

TEST_CASE("attention writes one page and says what is on it") {
  const Program program =
      playground().run({"attention", "--model", "ner", "Anna lives in <Oslo>", "--out", "page.html"});
  CHECK(program.status == 0);
  CHECK(program.out == "Wrote page.html: 1 layer, 2 heads, 6 tokens.\n");
  const std::string page = lemma::io::read_file(playground().dir / "page.html");
  CHECK(page.find("Anna") != std::string::npos);
  CHECK(page.find("<Oslo>") == std::string::npos);  // escaped
}

TEST_CASE("attention without a page is for the terminal") {
  const Program mean = playground().run({"attention", "--model", "ner", "Anna lives in Oslo"});
  CAPTURE(mean.out, mean.err);
  CHECK(mean.status == 0);
  CHECK(mean.out.find("All layers, mean of the heads") != std::string::npos);
  CHECK(mean.out.find("\nlives  ") != std::string::npos);
  CHECK(mean.out.find("--layer N --head N") != std::string::npos);
  const std::vector<std::string> both = {"attention", "--model", "ner",        "Anna lives", "--layer",  "1",
                                         "--head",    "2",       "--terminal", "--out",      "both.html"};
  const Program one = playground().run(both);
  CHECK(one.out.find("Layer 1, head 2") != std::string::npos);
  CHECK(one.out.ends_with("Wrote both.html: 1 layer, 2 heads, 2 tokens.\n"));
}

TEST_CASE("info shows the architecture and how the model was trained") {
  const Program program = playground().run({"info", "--model", "ner"});
  CHECK(program.status == 0);
  for (const char* part : {"a model for ner", "Width 8, 2 heads, 1 layer", "labels O, B-LOC", "train.conll",
                           "training lexicon", "fc.weight"}) {
    CAPTURE(part, program.out);
    CHECK(program.out.find(part) != std::string::npos);
  }
}

TEST_CASE("a run in half precision says so in config.json and info, and is not resumed in another") {
  const std::vector<std::string> train = {"train", "sentiment", "--train",  "train.tsv", "--dev",       "dev.tsv",
                                          "--out", "half",      "--epochs", "1",         "--precision", "float16"};
  const Program first = playground().run(train);
  REQUIRE(first.status == 0);
  CHECK(first.out.find("products in float16") != std::string::npos);
  const Json config = Json::parse(lemma::io::read_file(playground().dir / "half/config.json"));
  CHECK(config["options"]["precision"] == "float16");
  CHECK(playground().run({"info", "--model", "half"}).out.find("precision float16.") != std::string::npos);
  const Program other =
      playground().run({"train", "sentiment", "--out", "half", "--resume", "--precision", "bfloat16"});
  CHECK(other.status == 2);
  CHECK(other.err.find("--precision is bfloat16 where the saved run has float16") != std::string::npos);
}

TEST_CASE("the corpora of data/ are found from any directory") {
  TempDir elsewhere;
  const Program program = run_lemma({"train", "ner", "--overfit-one-batch"}, {.directory = elsewhere.path});
  CHECK(program.status == 0);
  CHECK(program.out.find("\nPASS: the loss fell from") != std::string::npos);
  CHECK(elsewhere.entries() == 0);  // the check saves nothing
}

TEST_CASE("predict --pretty is for people: brackets in a pipe, no control codes") {
  const Program sentiment = playground().run({"predict", "--model", "sentiment", "--pretty", "a fine film"});
  CHECK(sentiment.status == 0);
  CHECK(sentiment.out.ends_with(" %  a fine film\n"));
  CHECK(sentiment.out.find('\033') == std::string::npos);
  CHECK(playground().run({"predict", "--model", "ner", "--pretty", "Anna lives."}).out.find('\033') ==
        std::string::npos);
}
