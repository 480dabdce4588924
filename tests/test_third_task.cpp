// A third task, made up and defined in this file alone: is a number divisible by three? It trains, is interrupted,
// resumes, evaluates and predicts through the program's own code, which finds it in the list that this test passes.
#include <csignal>

#include <nlohmann/json.hpp>

#include "lemma/nn/linear.h"
#include "lemma/ops.h"
#include "tests/in_process.h"
#include "tests/program.h"

using namespace lemma;
using nlohmann::json;

namespace {

struct Numbers : train::Corpus, train::Examples {
  int64_t size() const override { return static_cast<int64_t>(digits.size()); }
  std::string size_text() const override { return std::to_string(size()) + " numbers"; }
  std::unique_ptr<train::Examples> first(int64_t count) const override {
    auto some = std::make_unique<Numbers>(*this);
    some->digits.resize(static_cast<size_t>(count));
    return some;
  }
  std::vector<std::string> digits;
};

// A row per number: the sum of its digits as an angle, a third of a turn for each 1, in sine and cosine.
Tensor features(const std::vector<std::string>& numbers) {
  std::vector<float> sums(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i)
    for (const char c : numbers[i]) sums[i] += static_cast<float>(c - '0');
  const Tensor turn = from_data(sums.data(), {static_cast<int64_t>(numbers.size()), 1}) * 2.0943951;
  return cat({turn.sin(), turn.cos()}, 1);
}
bool divides(const std::string& number) {
  int sum = 0;
  for (const char c : number) sum += c - '0';
  return sum % 3 == 0;
}

struct Net : nn::Module {
  explicit Net(int64_t width) : hidden(child(this, "hidden", 2, width)), out(child(this, "out", width, 2)) {}
  nn::Linear hidden, out;
};
struct Width : train::Options {
  std::unique_ptr<Options> clone() const override { return std::make_unique<Width>(*this); }
  std::vector<train::Field> task_fields() override {
    return {{.key = "width", .value = &width, .flag = "--width", .help = "hidden units", .section = "model"}};
  }
  int64_t width = 24;
};

int steps_until_signal = 0;  // the test's Ctrl-C, pressed at an exact step

struct Counter : train::Learner {
  explicit Counter(const train::Options& options) : net(dynamic_cast<const Width&>(options).width) {}
  nn::Module& module() override { return net; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool) const override {
    auto numbers = std::make_unique<Numbers>();
    numbers->path = path, numbers->format = "a number a line";
    std::istringstream lines(io::read_file(path));
    for (std::string line; std::getline(lines, line);) numbers->digits.push_back(line);
    return numbers;
  }
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use) const override {
    return std::make_unique<Numbers>(dynamic_cast<const Numbers&>(corpus));
  }
  Tensor logits(const std::vector<std::string>& numbers) { return net.out(net.hidden(features(numbers)).tanh()); }
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override {
    if (net.is_training() && --steps_until_signal == 0) std::raise(SIGINT);
    std::vector<std::string> some;
    std::vector<int64_t> labels;
    for (const int64_t row : rows) {
      some.push_back(dynamic_cast<const Numbers&>(examples).digits[static_cast<size_t>(row)]);
      labels.push_back(divides(some.back()));
    }
    return cross_entropy(logits(some), from_data(labels.data(), {static_cast<int64_t>(labels.size())}));
  }
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples&) override {
    const auto& digits = dynamic_cast<const Numbers&>(corpus).digits;
    const std::vector<int64_t> answers = argmax(logits(digits), 1).to_vector<int64_t>();
    int64_t wrong = 0;
    for (size_t i = 0; i < digits.size(); ++i) wrong += answers[i] != static_cast<int64_t>(divides(digits[i]));
    const double share = static_cast<double>(wrong) / static_cast<double>(digits.size());
    return {0, share, json{{"task", "thirds"}, {"error", share}}.dump(),
            [](size_t) { return std::string("report\n"); }};
  }
  std::string predict(const std::string&, const std::string& text) override {
    return json{{"number", text}, {"divides", argmax(logits({text}), 1).item() == 1}}.dump();
  }
  Net net;
};

struct Thirds : train::Task {
  std::string name() const override { return "thirds"; }
  std::string learns() const override { return "divisibility"; }
  train::Score score() const override { return {"error rate", false}; }
  std::string unit() const override { return "numbers"; }
  std::string ending() const override { return ".txt"; }
  std::string reads() const override { return "a number a line"; }
  std::string sample() const override { return "12345"; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<Width>(); }
  train::Corpora read(const std::string& train, const std::string& dev, bool) const override {
    const Counter any{Width()};
    return {any.read(train, false), any.read(dev, false), {{"always no", 1.0 / 3}}};
  }
  std::unique_ptr<train::Learner> make(const train::Corpus&, const train::Options& options) const override {
    return std::make_unique<Counter>(options);
  }
  std::unique_ptr<train::Learner> open(const train::Options& o, const std::vector<train::NamedText>&) const override {
    return std::make_unique<Counter>(o);
  }
};

}  // namespace

TEST_CASE("a third task trains, resumes, evaluates and predicts through the program, from an entry in its list") {
  const Thirds thirds;
  const InProcess lemma({&thirds});
  std::string numbers;
  for (int i = 0; i < 300; ++i) numbers += std::to_string(i * 7919 % 99991) + "\n";
  io::write_file(lemma.dir / "train", numbers);
  io::write_file(lemma.dir / "dev", "3\n4\n111\n1000\n99\n98765\n70\n71\n72\n");
  const auto train = [&](const std::string& out, int interrupt_at) {
    steps_until_signal = interrupt_at;
    return lemma.run(
        {"train", "thirds", "--train", "train", "--dev", "dev", "--out", out, "--epochs", "12", "--lr", "0.05"});
  };
  const Program whole = train("whole", 0);
  INFO(whole.out << whole.err);
  REQUIRE(whole.status == 0);
  CHECK(whole.out.find("of 32 numbers") != std::string::npos);
  CHECK(whole.out.find("error rate 0.0000 (to beat 0.333)") != std::string::npos);
  CHECK(train("cut", 47).status == 130);
  CHECK(lemma.run({"train", "thirds", "--out", "cut", "--resume", "--width", "9"}).err ==
        "lemma: [--resume] --width is 9 where the saved run has 24; a resumed run keeps its options, except for "
        "--epochs, "
        "--patience, --device and --threads\n");
  CHECK(lemma.run({"train", "thirds", "--out", "cut", "--resume"}).status == 0);
  for (const char* file : {"/model.safetensors", "/training.safetensors"})
    CHECK(io::read_file(lemma.dir / "whole" + file) == io::read_file(lemma.dir / "cut" + file));
  CHECK(json::parse(lemma.run({"evaluate", "--model", "cut", "--data", "dev"}).out)["error"] == 0.0);
  CHECK(lemma.run({"predict", "--model", "cut", "123"}).out == "{\"divides\":true,\"number\":\"123\"}\n");
  CHECK(lemma.run({"info", "--model", "cut"}).out.find("Dev error rate over 12 epochs") != std::string::npos);
  CHECK(lemma.run({"attention", "--model", "cut", "123", "--out", "page.html"}).err.find("has no attention") !=
        std::string::npos);
}
