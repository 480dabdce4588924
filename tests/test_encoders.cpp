// What reads the tokens of sentences: an LSTM or convolutions in the Transformer's place, through the program.
#include <nlohmann/json.hpp>

#include "lemma/tasks/all.h"
#include "tests/in_process.h"

using namespace lemma;
using nlohmann::json;

namespace {

// Praise or blame is decided by one word, and turned round by a "not" before it.
std::string opinions(int count) {
  const char* things[] = {"film", "soup", "song", "walk"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    const bool good = i % 2 == 0, turned = i % 3 == 0;
    text += std::string("the ") + things[i * 5 % 4] + (turned ? " was not " : " was ") +
            (good == turned ? "dull" : "fine") + (i % 5 == 0 ? " today" : "") + "\t" + (good ? "1" : "0") + "\n";
  }
  return text;
}

// Names stand behind "in" or "by".
std::string places_and_people(int count) {
  const char* places[] = {"Paris", "Rome", "Oslo"};
  const char* people[] = {"Anna", "Otto", "Mary"};
  std::string text;
  for (int i = 0; i < count; ++i)
    text += std::string("it O\nwas O\nmade O\nin O\n") + places[i % 3] + " B-LOC\nby O\n" + people[i / 3 % 3] +
            " B-PER\n" + (i % 2 ? ". O\n\n" : "\n");
  return text;
}

}  // namespace

TEST_CASE("sentences are read by an LSTM or by convolutions, through the program") {
  const InProcess lemma({&tasks::sentiment(), &tasks::ner()});
  io::write_file(lemma.dir / "opinions.tsv", opinions(240));
  io::write_file(lemma.dir / "names.conll", places_and_people(90));
  for (const std::string encoder : {"lstm", "cnn"})
    for (const std::string task : {"sentiment", "ner"}) {
      CAPTURE(encoder, task);
      const std::string data = task == "ner" ? "names.conll" : "opinions.tsv", model = encoder + "-" + task;
      const Program trained = lemma.run(
          {"train",    task, "--encoder",    encoder, "--train", data,   "--dev",           data, "--embed", "16",
           "--epochs", "8",  "--batch-size", "8",     "--lr",    "0.01", "--token-dropout", "0",  "--out",   model});
      INFO(trained.out << trained.err);
      REQUIRE(trained.status == 0);
      CHECK(trained.out.find(encoder == "lstm" ? "LSTM, width 16" : "convolutions, width 16") != std::string::npos);
      const Program scored = lemma.run({"evaluate", "--model", model, "--data", data});
      INFO(scored.out << scored.err);
      REQUIRE(scored.status == 0);
      CHECK(json::parse(scored.out)[task == "ner" ? "f1" : "accuracy"] > 0.95);
      const Program looked = lemma.run({"attention", "--model", model, "it was fine in Rome"});
      CHECK(looked.status == 2);
      CHECK(looked.out.empty());
      CHECK(looked.err == std::string("lemma: [attention] this model has none: it reads its tokens with ") +
                              (encoder == "lstm" ? "an LSTM" : "convolutions") + "\n");
    }
  const Program odd =
      lemma.run({"train", "sentiment", "--encoder", "lstm", "--train", "opinions.tsv", "--embed", "15"});
  CHECK(odd.status == 2);
  CHECK(odd.err == "lemma: [--embed] a width of 15 has no half for each direction of an LSTM; expected an even one\n");
}
