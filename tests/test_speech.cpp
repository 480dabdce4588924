// The speech task from end to end, on tones: a digit is a chord, and a string of them is a melody.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "lemma/data/recordings.h"
#include "lemma/tasks/all.h"
#include "tasks/speech/learner.h"
#include "tests/in_process.h"

using namespace lemma;
using nlohmann::json;

namespace {

// Two tones and an overtone of a voice, which begin and end softly.
std::vector<float> chord(int digit, double voice, int64_t count) {
  const double low[] = {300, 500, 800}, high[] = {1200, 1700, 2600};
  std::vector<float> samples;
  for (int64_t i = 0; i < count; ++i) {
    const double t = 2 * std::numbers::pi * static_cast<double>(i) / 8000;
    const double soft = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(count));
    samples.push_back(static_cast<float>(soft * (0.4 * std::sin(low[digit] * voice * t) +
                                                 0.2 * std::sin(high[digit] * voice * t) + 0.05 * std::sin(150 * t))));
  }
  return samples;
}

void write_digits(const std::string& directory, const std::vector<std::string>& speakers, int takes) {
  std::filesystem::create_directory(directory);
  for (size_t s = 0; s < speakers.size(); ++s)
    for (int digit = 0; digit < 3; ++digit)
      for (int take = 0; take < takes; ++take) {
        const double voice = 0.94 + 0.05 * static_cast<double>(s) + 0.01 * take;
        data::write_recording(fmt::format("{}/{}_{}_{}.wav", directory, digit, speakers[s], take),
                              {chord(digit, voice, 1400 + 100 * take), 8000});
      }
}

const std::vector<std::string> kSmall = {"--width", "16",   "--heads",   "2", "--layers", "1",   "--mels",       "16",
                                         "--lr",    "0.01", "--dropout", "0", "--noise",  "0.2", "--batch-size", "8"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

struct Digits {
  Digits() {
    write_digits(program.dir / "train", {"ann", "bob", "cat"}, 3);
    write_digits(program.dir / "dev", {"eve"}, 4);
  }
  Program train(const std::vector<std::string>& more) const {
    return program.run(with(with({"train", "speech", "--train", "train", "--dev", "dev", "--out", "m"}, kSmall), more));
  }
  InProcess program{{&tasks::speech()}};
};

}  // namespace

TEST_CASE("single labels are learnt, scored and predicted by both networks") {
  const Digits digits;
  for (const std::string model : {"conformer", "lstm"}) {
    CAPTURE(model);
    const Program run = digits.train({"--model", model, "--epochs", "12", "--overwrite"});
    INFO(run.out << run.err);
    REQUIRE(run.status == 0);
    CHECK(run.out.find("dynamic time warping") != std::string::npos);
    const json score = json::parse(digits.program.run({"evaluate", "--model", "m", "--data", "dev"}).out);
    CHECK(score["task"] == "speech");
    CHECK(score["recordings"] == 12);
    CHECK(score["accuracy"] >= 0.9);
    const json said = json::parse(digits.program.run({"predict", "--model", "m", "dev/2_eve_1.wav"}).out);
    CHECK(said["recording"] == "dev/2_eve_1.wav");
    CHECK(said["label"] == "2");
    double total = 0;
    for (const auto& share : said["probabilities"]) total += share.get<double>();
    CHECK(total == Approx(1).margin(1e-5));
  }
}

TEST_CASE("strings are learnt from joined recordings, and heard in files with transcripts") {
  const Digits digits;
  // Two words and a pause, as a file.
  const std::string both = digits.program.dir / "both";
  std::filesystem::create_directory(both);
  std::string transcripts;
  for (const auto& [name, first, second] : {std::tuple{"a.wav", 0, 2}, {"b.wav", 1, 1}, {"c.wav", 2, 0}}) {
    std::vector<float> sound = chord(first, 1.0, 1500);
    sound.insert(sound.end(), 1200, 0.0f);
    const std::vector<float> more = chord(second, 1.0, 1500);
    sound.insert(sound.end(), more.begin(), more.end());
    data::write_recording(both + "/" + name, {sound, 8000});
    transcripts += fmt::format("{}\t{} {}\n", name, first, second);
  }
  io::write_file(both + "/transcripts.tsv", transcripts);
  const Program run =
      digits.train({"--join", "4", "--epochs", "60", "--speed", "0.1", "--mask", "0.2", "--noise", "0.5"});
  INFO(run.out << run.err);
  REQUIRE(run.status == 0);
  const json score = json::parse(digits.program.run({"evaluate", "--model", "m", "--data", "dev"}).out);
  CHECK(score["word_error_rate"] <= 0.1);
  CHECK(score["recordings"] == 3);  // 12 recordings in strings of 3 or 4
  const json heard = json::parse(digits.program.run({"evaluate", "--model", "m", "--data", "both"}).out);
  CHECK(heard["word_error_rate"] <= 0.2);
  CHECK(json::parse(digits.program.run({"predict", "--model", "m", "both/a.wav"}).out)["words"] == "0 2");
  CHECK(digits.program.run({"attention", "--model", "m", "both/a.wav"}).status == 0);

  // A transcript that is longer than its recording: which one?
  io::write_file(both + "/transcripts.tsv", "a.wav\t0 2\nb.wav\t1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
  const Program refused = digits.program.run({"evaluate", "--model", "m", "--data", "both"});
  CHECK(refused.status == 2);
  CHECK(refused.err ==
        "lemma: [both/b.wav] its transcript has 20 words, and 0.53 seconds hold 14 steps; CTC needs one for each, "
        "and one between equal ones: 39\n");
}

TEST_CASE("the recurrent encoder-decoder writes strings word by word") {
  const Digits digits;
  const Program run = digits.train({"--model", "lstm", "--join", "3", "--epochs", "3"});
  INFO(run.out << run.err);
  REQUIRE(run.status == 0);
  const json score = json::parse(digits.program.run({"evaluate", "--model", "m", "--data", "dev"}).out);
  CHECK(score.contains("word_error_rate"));
  // One bad recording among others: they have answers all the same.
  io::write_file(digits.program.dir / "bad.wav", "RIFF");
  const Program answers =
      digits.program.run({"predict", "--model", "m", "dev/2_eve_1.wav", "bad.wav", "dev/1_eve_1.wav"});
  CHECK(answers.status == 2);
  CHECK(std::count(answers.out.begin(), answers.out.end(), '\n') == 3);
  CHECK(answers.out.find("dev/1_eve_1.wav") != std::string::npos);
}

TEST_CASE("inspect says what is in a directory of recordings") {
  const Digits digits;
  const Program shown = digits.program.run({"inspect", "dev"});
  CHECK(shown.status == 0);
  CHECK(shown.out.starts_with("dev: recordings, for lemma train speech\n"));
  CHECK(shown.out.find("speakers  eve\n") != std::string::npos);
  CHECK(shown.out.find("labels    '0' 4\n          '1' 4\n          '2' 4\n") != std::string::npos);
}

TEST_CASE("a label that one speaker alone says is not held out in silence") {
  const Digits digits;
  std::filesystem::copy(digits.program.dir / "dev/2_eve_1.wav", digits.program.dir / "train/9_zed_1.wav");
  const Program run = digits.program.run({"train", "speech", "--train", "train", "--out", "none"});
  CHECK(run.status == 2);
  CHECK(run.err ==
        "lemma: [train/9_zed_1.wav] '9' is said in what would be held out to score on, and nowhere else; give --dev\n");
}

TEST_CASE("what is no such recording is one line, and nothing is saved") {
  const Digits digits;
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const Program run = digits.program.run(arguments);
    CHECK(run.status == 2);
    CHECK(run.out.find("Saved") == std::string::npos);
    CHECK(!io::exists(digits.program.dir / "none"));
    return run.err;
  };
  const auto train = [&] { return refused({"train", "speech", "--train", "train", "--dev", "dev", "--out", "none"}); };
  const std::string file = digits.program.dir / "dev/0_eve_9.wav";
  data::write_recording(file, {chord(0, 1, 3000), 16000});
  CHECK(train() ==
        "lemma: [dev/0_eve_9.wav] it has 16,000 samples a second; expected 8,000 (--resample brings it to "
        "that rate)\n");
  data::write_recording(file, {std::vector<float>(3000, 0.0f), 8000});
  CHECK(train() == "lemma: [dev/0_eve_9.wav] it is silent: no sample is loud enough to be heard\n");
  io::write_file(file, io::read_file(digits.program.dir / "dev/0_eve_1.wav").substr(0, 44));
  CHECK(train() == "lemma: [dev/0_eve_9.wav] it holds a header and no samples; expected a recording\n");
  data::write_recording(file, {chord(0, 1, 8000 * 61), 8000});
  CHECK(train() == "lemma: [dev/0_eve_9.wav] it is 61 seconds long; expected at most 60, so cut it into sentences\n");
  std::filesystem::remove(file);
  CHECK(refused({"train", "speech", "--train", "none", "--out", "none"}) ==
        "lemma: [none] does not exist; expected a directory of WAV files\n");
  CHECK(refused({"train", "speech", "--train", "train", "--dev", "dev", "--out", "none", "--heads", "3"}) ==
        "lemma: [--heads] 3 heads do not divide a width of 64 evenly; expected a divisor of --width\n");
}

TEST_CASE("a recording of another rate is resampled when asked, and said") {
  const Digits digits;
  REQUIRE(digits.train({"--epochs", "1"}).status == 0);
  data::write_recording(digits.program.dir / "fast.wav", {chord(1, 0.5, 3000), 16000});
  CHECK(digits.program.run({"predict", "--model", "m", "fast.wav"}).err ==
        "lemma: [text 1] 'fast.wav': it has 16,000 samples a second; expected 8,000 (--resample brings it to that "
        "rate)\n");
  CHECK(digits.program.run({"predict", "--model", "m", "--resample", "fast.wav"}).status == 0);
  std::filesystem::copy(digits.program.dir / "fast.wav", digits.program.dir / "dev/1_eve_9.wav");
  const Program score = digits.program.run({"evaluate", "--model", "m", "--data", "dev", "--resample"});
  CHECK(json::parse(score.out)["recordings"] == 13);
  CHECK(score.err == "lemma: dev: recordings of other rates were resampled to 8,000 a second\n");
}

TEST_CASE("a stopped run of recordings goes on with the same bits; other recordings are refused") {
  const Digits digits;
  const auto weights = [&](const std::string& out) {
    return io::read_file(digits.program.dir / (out + "/model.safetensors"));
  };
  const std::vector<std::string> small = with(kSmall, {"--join", "4"});
  const auto train = [&](const std::string& out, const std::vector<std::string>& more) {
    return digits.program.run(
        with(with({"train", "speech", "--train", "train", "--dev", "dev", "--out", out}, small), more));
  };
  REQUIRE(train("whole", {"--epochs", "4"}).status == 0);
  REQUIRE(train("parts", {"--epochs", "2"}).status == 0);
  const Program resumed = digits.program.run({"train", "speech", "--out", "parts", "--resume", "--epochs", "4"});
  INFO(resumed.err);
  REQUIRE(resumed.status == 0);
  CHECK(io::read_file(digits.program.dir / "whole/training.safetensors").size() > 0);
  CHECK(weights("whole") == weights("parts"));
  write_digits(digits.program.dir / "dev", {"fay"}, 1);
  CHECK(digits.program.run({"train", "speech", "--out", "parts", "--resume", "--epochs", "6"}).status == 2);
}

TEST_CASE("a batch can be learnt by heart") {
  const Digits digits;
  const Program run = digits.train({"--overfit-one-batch"});
  INFO(run.out << run.err);
  CHECK(run.status == 0);
}
