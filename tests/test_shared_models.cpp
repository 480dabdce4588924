// Models of text: what they will hold, and threads that share one.
#include <atomic>
#include <cmath>
#include <thread>
#include <tuple>

#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/io/safetensors.h"
#include "lemma/nn/linear.h"
#include "lemma/ops.h"
#include "lemma/tasks/ner/ner.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/tasks/text/answers.h"
#include "lemma/train/weight_average.h"
#include "tests/program.h"

using namespace lemma;

namespace {

struct Model {
  explicit Model(bool tags, int64_t letters, bool window, const std::string& encoder = "transformer") {
    TempDir dir;
    io::write_file(dir / "train", tags ? tiny::ner(20) : tiny::sentiment(20));
    const tasks::TextCorpora read =
        tags ? tasks::read_ner(dir / "train", "") : tasks::read_sentiment(dir / "train", "");
    const train::Task& task = tags ? tasks::ner() : tasks::sentiment();
    coder = tasks::TextCoder::build(read.train, 1, 1);
    options = task.options();
    tasks::TextOptions& own = tasks::text_options(*options);
    own.embed = 8, own.heads = 2, own.ff = 12, own.layers = 2, own.letters = letters, own.window = window;
    own.encoder = encoder;
    own.min_count = own.feature_count = 1;
    learner = task.make(read.train, *options);
  }
  tasks::TextModel& model() const { return dynamic_cast<tasks::TextModel&>(learner->module()); }
  tasks::TextCoder coder;
  std::unique_ptr<train::Options> options;
  std::unique_ptr<train::Learner> learner;
};

}  // namespace

TEST_CASE("the shapes that a model's options and coder tell are all that it has") {
  for (const auto& [tags, letters, window, encoder] :
       std::vector<std::tuple<bool, int64_t, bool, std::string>>{{false, 0, false, "transformer"},
                                                                 {false, 6, true, "transformer"},
                                                                 {true, 0, true, "transformer"},
                                                                 {true, 6, false, "transformer"},
                                                                 {false, 0, false, "lstm"},
                                                                 {true, 6, true, "lstm"},
                                                                 {false, 6, false, "cnn"},
                                                                 {true, 0, true, "cnn"}}) {
    const Model one(tags, letters, window, encoder);
    CAPTURE(tags, letters, window, encoder);
    const auto told = tasks::shapes_of(tasks::text_options(*one.options), &one.coder);
    const StateDict state = one.model().state_dict();
    CHECK(told.size() == state.size());
    for (const auto& [name, shape] : told) {
      CAPTURE(name);
      const auto found =
          std::find_if(state.begin(), state.end(), [&, n = name](const auto& e) { return e.first == n; });
      REQUIRE(found != state.end());
      CHECK(found->second.shape() == shape);
    }
  }
}

TEST_CASE("padding changes nothing, whatever reads the tokens; only attention can be shown") {
  for (const char* encoder : {"transformer", "lstm", "cnn"}) {
    CAPTURE(encoder);
    const Model one(true, 0, true, encoder);
    const tasks::TextModel& model = one.model();
    one.model().eval();
    const NoGrad no_grad;
    const data::Example brief = one.coder.encode({"Anna", "sleeps"}),
                        wide = one.coder.encode(std::vector<std::string>(9, "in"));
    const Tensor alone = model(data::collate({brief})), beside = model(data::collate({brief, wide}));
    CHECK(allclose(beside[0].narrow(0, 0, 2), alone[0], 1e-5, 1e-6));
    std::vector<Tensor> attention;
    if (std::string(encoder) == "transformer")
      CHECK(model(data::collate({brief}), &attention).defined());
    else
      CHECK_THROWS_AS(model(data::collate({brief}), &attention), ValueError);
  }
}

TEST_CASE("threads that share a model get the answers of one, for texts that grow") {
  const Model one(false, 0, false);
  tasks::TextModel& model = one.model();
  model.eval();
  std::vector<data::Example> examples;
  for (size_t length = 100; length < 600; length += 60)
    examples.push_back(one.coder.encode(std::vector<std::string>(length, "film")));
  const tasks::Decode decode = [](const float* log_probs, int64_t, int64_t classes, const std::vector<int64_t>&) {
    tasks::Answer answer;
    answer.probabilities.assign(log_probs, log_probs + classes);
    return answer;
  };
  const auto all = [&] {
    std::vector<std::vector<double>> result;
    for (const data::Example& example : examples)
      result.push_back(tasks::answer(model, {example}, decode)[0].probabilities);
    return result;
  };
  std::vector<std::vector<std::vector<double>>> got(4);
  std::vector<std::thread> threads;
  for (auto& mine : got) threads.emplace_back([&] { mine = all(); });
  for (std::thread& thread : threads) thread.join();
  const auto expected = all();
  for (const auto& each : got) CHECK(each == expected);
}

TEST_CASE("answering leaves every part in the mode that it had") {
  const Model one(false, 0, false);
  tasks::TextModel& model = one.model();
  model.train();
  model.dropout.eval();
  tasks::answer(model, {one.coder.encode(std::vector<std::string>{"film"})},
                [](const float*, int64_t, int64_t, const std::vector<int64_t>&) { return tasks::Answer(); });
  CHECK(model.is_training());
  CHECK(model.fc.is_training());
  CHECK(!model.dropout.is_training());
}

TEST_CASE("the averaged weights take their place without a byte, and a shared layer has one average") {
  struct Twice : nn::Module {
    Twice() {
      register_module("one", layer);
      register_module("two", layer);
    }
    nn::Linear layer{64, 64};
  } twice;
  train::WeightAverage average(twice, 0.9);
  const std::vector<float> before = twice.layer.weight.to_vector<float>();
  {
    NoGrad guard;
    twice.layer.weight.fill_(3);
  }
  average.update(100);
  const Device device = twice.layer.weight.device();
  memory::reset_peak(device);
  const size_t active = memory::active(device);
  {
    const train::WithAverage averaged(average);
    const double mean = 0.9 * static_cast<double>(before[0]) + 0.1 * 3;
    CHECK(twice.layer.weight.select(0, 0).select(0, 0).item() == Approx(mean).epsilon(1e-5));
    CHECK(memory::active(device) == active);
  }
  CHECK(twice.layer.weight.select(0, 0).select(0, 0).item() == 3);
  STATIC_REQUIRE(noexcept(average.swap()));
}

TEST_CASE("a model beyond all memory is refused before any of it is made") {
  CHECK_THROWS_WITH(
      memory::require("model", "a model of 3 TB", 1e18),
      Catch::Matchers::StartsWith("[model] a model of 3 TB needs 909,494.7 TiB of memory, and this system has "));
  memory::require("model", "a small model", 1e6);
  const std::vector<std::string> huge = {"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv",  "--out",
                                         "huge",  "--embed",   "16384",   "--ff",      "65536", "--layers", "256"};
  const Program program = playground().run(huge);
  CAPTURE(program.out, program.err);
  CHECK(program.status == 2);
  CHECK(
      program.err.starts_with("lemma: [model] a model with --embed 16384, --ff 65536 and --layers 256 needs 3.0 TiB"));
  CHECK(!io::exists(playground().dir / "huge"));
}

TEST_CASE("a model directory whose config asks for terabytes is refused by its shapes") {
  const std::string small = playground().dir / "sentiment", big = playground().dir / "asks";
  std::filesystem::copy(small, big, std::filesystem::copy_options::recursive);
  std::string config = io::read_file(big + "/config.json");
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"embed\": 8", "\"embed\": 16384"},
                                 {"\"ff\": 8", "\"ff\": 1"},
                                 {"\"layers\": 1", "\"layers\": 256"}}) {
    REQUIRE(config.find(from) != std::string::npos);
    config.replace(config.find(from), from.size(), to);
  }
  io::write_file(big + "/config.json", config);
  // What the check of old looked at fits: an empty vocabulary of that width, and the last layer's first matrix.
  io::save_safetensors(big + "/model.safetensors", {{"encoder.words.weight", zeros({0, 16384})},
                                                    {"encoder.encoder.layers.255.linear1.weight", zeros({1, 16384})}});
  const Program program = playground().run({"predict", "--model", "asks", "x"});
  CAPTURE(program.err);
  CHECK(program.status == 2);
  CHECK(program.err.find("model.safetensors] has no tensor 'encoder.") != std::string::npos);
}

TEST_CASE("a wide table alone does not make logits build a wide model") {
  io::save_safetensors(playground().dir / "wide.safetensors",
                       {{"embedding.weight", zeros({2, 300'000})}, {"fc.weight", zeros({2, 2})}});
  io::write_file(playground().dir / "ids.txt", "0 1\n");
  const Program program = playground().run(
      {"logits", "--model", "wide.safetensors", "--guide", "sentiment", "--heads", "1", "--ids", "ids.txt"});
  CAPTURE(program.err);
  CHECK(program.status == 2);
  CHECK(program.err.find("holds 600,004 numbers in all; a model as wide as its 'embedding.weight'") !=
        std::string::npos);
}

TEST_CASE("LEMMA_MEMORY_LIMIT bounds what tensors hold, and what is asked for at once") {
  const auto train = [](const char* limit, const char* embed) {
    return playground().run({"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "limited",
                             "--embed", embed, "--heads", "2", "--ff", "8", "--epochs", "1"},
                            {.environment = {{"LEMMA_MEMORY_LIMIT", limit}}});
  };
  CHECK(train("1G", "8").status == 0);
  const Program tight = train("8M", "1024");
  CAPTURE(tight.err);
  CHECK(tight.status == 2);
  CHECK(tight.err.find("bytes are not left for a tensor within LEMMA_MEMORY_LIMIT") != std::string::npos);
  const Program asked = train("100M", "4096");
  CAPTURE(asked.err);
  CHECK(asked.status == 2);
  CHECK(asked.err.find("[model] a model with --embed 4096") != std::string::npos);
  for (const char* wrong : {"much", "8GB", "-1", "0"}) {
    CAPTURE(wrong);
    const Program program = train(wrong, "4096");
    CHECK(program.status == 2);
    CHECK(program.err.find("[LEMMA_MEMORY_LIMIT]") != std::string::npos);
  }
}

TEST_CASE("a config whose path holds braces is sound, and depth hidden behind braces in a text is not") {
  const std::string copy = playground().dir / "braces";
  std::filesystem::copy(playground().dir / "sentiment", copy, std::filesystem::copy_options::recursive);
  const std::string config = io::read_file(copy + "/config.json"), key = "\"train\": \"";
  const size_t at = config.find(key) + key.size();
  const auto with = [&](const std::string& text) { io::write_file(copy + "/config.json", text); };
  with(std::string(config).insert(at, std::string(40, '{')));
  CHECK(playground().run({"info", "--model", "braces"}).status == 0);
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  with("{\"a\": \"" + std::string(200000, '}') + "\", \"format\": " + deep + "}");
  const Program program = playground().run({"info", "--model", "braces"});
  CAPTURE(program.err);
  CHECK(program.status == 2);
  CHECK(program.err.find("nested more than 32 levels deep") != std::string::npos);
}
