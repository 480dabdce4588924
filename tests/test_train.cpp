// Training as a whole: the same bits however it is run, cut or continued; checks that judge in words.
#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include "lemma/autograd.h"
#include "lemma/core/threads.h"
#include "lemma/io/files.h"
#include "lemma/random.h"
#include "lemma/tasks/all.h"
#include "lemma/tasks/ner/ner.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/tasks/text/token_dropout.h"
#include "lemma/train/model_dir.h"
#include "lemma/train/run.h"
#include "lemma/train/trainer.h"
#include "tests/program.h"
#include "tests/tiny_recordings.h"

using namespace lemma;

namespace {

// Those whose models are made of words.
const train::Tasks& text_tasks() {
  static const train::Tasks list = {&tasks::sentiment(), &tasks::ner()};
  return list;
}

// One small run in a directory of its own; its log goes nowhere.
struct Bench {
  /// A table of texts and labels is also a text, and a table of translations.
  explicit Bench(const train::Task& task) : task_(task) {
    const auto data = [&task](int n) {
      return task.name() == "image" ? tiny::image(n) : task.name() == "ner" ? tiny::ner(n) : tiny::sentiment(n);
    };
    for (const auto& [part, n] : {std::pair{"train", 60}, {"dev", 20}}) {
      if (task.name() == "speech")
        tiny::speech(dir / part, n);
      else
        io::write_file(dir / part, data(n));
    }
    log_ = std::fopen("/dev/null", "w");
  }
  ~Bench() { std::fclose(log_); }
  train::Run run(const std::string& out, int64_t epochs) const {
    train::Run run;
    run.task = &task_;
    run.choose = [epochs](train::Options& options) {
      const std::map<std::string, int64_t> small = {{"embed", 16},    {"ff", 16},          {"heads", 2},
                                                    {"context", 16},  {"vocabulary", 262}, {"width", 8},
                                                    {"episodes", 10}, {"plays", 2}};
      for (const train::Field& field : fields(options))
        if (const auto size = small.find(field.key); size != small.end())
          *std::get<int64_t*>(field.value) = size->second;
      options.batch_size = 8;
      options.epochs = epochs;
    };
    if (!task_.makes_data()) {
      run.train_path = dir / "train";
      run.dev_path = dir / "dev";
    }
    run.out = dir / out;
    run.log = log_;
    return run;
  }
  std::string weights(const std::string& out) const { return io::read_file(dir / out + "/model.safetensors"); }
  std::string state(const std::string& out) const { return io::read_file(dir / out + "/training.safetensors"); }
  TempDir dir;

 private:
  const train::Task& task_;
  std::FILE* log_;
};

// A corpus, its learner and examples, without files.
struct Small {
  explicit Small(const train::Task& task) {
    const bool ner = &task == &tasks::ner();
    TempDir dir;
    io::write_file(dir / "train", ner ? tiny::ner(40) : tiny::sentiment(40));
    tasks::TextCorpora read = ner ? tasks::read_ner(dir / "train", "") : tasks::read_sentiment(dir / "train", "");
    corpus = std::move(read.train);
    coder = tasks::TextCoder::build(corpus, 1, 1);
    dataset = coder.encode(corpus);
    given = task.options();
    options().embed = options().ff = 16;
    options().heads = 2;
    options().min_count = options().feature_count = 1;
    manual_seed(5);
    learner = task.make(corpus, *given);
  }
  tasks::TextOptions& options() const { return tasks::text_options(*given); }
  tasks::TextModel& model() const { return dynamic_cast<tasks::TextModel&>(learner->module()); }
  tasks::TextCorpus corpus;
  tasks::TextCoder coder;
  data::EncodedTexts dataset;
  std::unique_ptr<train::Options> given;
  std::unique_ptr<train::Learner> learner;
};

}  // namespace

TEST_CASE("the same seed gives the same weights for any number of threads, another seed others") {
  for (const train::Task* task : tasks::all()) {
    const Bench bench(*task);
    const int before = num_threads();
    set_num_threads(1);
    train::run(bench.run("one", 2));
    set_num_threads(2);
    train::run(bench.run("two", 2));
    set_num_threads(before);
    CHECK(bench.weights("one") == bench.weights("two"));
    CHECK(bench.state("one") == bench.state("two"));
    train::Run other = bench.run("other", 2);
    const auto choose = other.choose;
    other.choose = [choose](train::Options& options) {
      choose(options);
      options.seed = 2;
    };
    train::run(other);
    CHECK(bench.weights("one") != bench.weights("other"));
  }
}

TEST_CASE("a run that is interrupted anywhere and resumed gives the bits of one that never was") {
  for (const train::Task* task : tasks::all()) {
    const Bench bench(*task);
    CHECK(train::run(bench.run("whole", 3)) == train::Outcome::complete);
    // 8 steps an epoch: within the first epoch, at the end of the second, within the third.
    train::Run run = bench.run("cut", 3);
    for (const int steps : {3, 13, 3}) {
      int done = 0;
      run.stop = [&done, steps] { return ++done == steps; };
      CHECK(train::run(run) == train::Outcome::interrupted);
      CHECK_FALSE(train::load_model(run.out, tasks::all()).history.complete);
      run.resume = true;
    }
    run.stop = [] { return false; };
    CHECK(train::run(run) == train::Outcome::complete);
    CHECK(bench.weights("whole") == bench.weights("cut"));
    CHECK(bench.state("whole") == bench.state("cut"));
    const train::History whole = train::load_model(bench.dir / "whole", tasks::all()).history,
                         cut = train::load_model(bench.dir / "cut", tasks::all()).history;
    REQUIRE(whole.epochs.size() == cut.epochs.size());
    for (size_t i = 0; i < whole.epochs.size(); ++i) {
      CHECK(whole.epochs[i].train_loss == cut.epochs[i].train_loss);
      CHECK(whole.epochs[i].score == cut.epochs[i].score);
    }
  }
}

TEST_CASE("runs in half precision resume bit for bit, keep float32 files, and end near a float32 run") {
  const Bench bench(tasks::sentiment());
  const auto in = [&](const std::string& out, DType precision) {
    train::Run run = bench.run(out, 3);
    const auto choose = run.choose;
    run.choose = [choose, precision](train::Options& options) {
      choose(options);
      options.precision = precision;
    };
    return run;
  };
  train::run(in("float32", float32));
  const double reference = train::load_model(bench.dir / "float32", tasks::all()).history.epochs.back().train_loss;
  for (const DType precision : {bfloat16, float16}) {
    const std::string whole = name(precision), cut = whole + "-cut";
    train::run(in(whole, precision));
    train::Run run = in(cut, precision);
    int done = 0;
    run.stop = [&done] { return ++done == 11; };
    CHECK(train::run(run) == train::Outcome::interrupted);
    run.resume = true;
    run.stop = [] { return false; };
    CHECK(train::run(run) == train::Outcome::complete);
    CHECK(bench.weights(whole) == bench.weights(cut));
    CHECK(bench.state(whole) == bench.state(cut));
    CHECK(bench.weights(whole) != bench.weights("float32"));
    const io::SafeTensors state = io::load_safetensors(bench.dir / whole + "/training.safetensors");
    CHECK((state.find("scaler.scale") != nullptr) == (precision == float16));
    for (const auto& [key, tensor] : state.tensors) CHECK_FALSE(is_half(tensor.dtype()));
    const train::SavedModel saved = train::load_model(bench.dir / whole, tasks::all());
    CHECK(saved.options->precision == precision);
    CHECK(std::fabs(saved.history.epochs.back().train_loss - reference) < 0.02);
    for (const auto& [key, tensor] : saved.learner->module().state_dict()) CHECK(tensor.dtype() == float32);
    train::Run other = in(whole, float32);
    other.resume = true;
    CHECK_THROWS_WITH(train::run(other), "[--resume] --precision is float32 where the saved run has " + whole +
                                             "; a resumed run keeps its options, except for --epochs, --patience, "
                                             "--device and --threads");
  }
}

TEST_CASE("a complete run goes on with more epochs as if it had been asked for them at first") {
  const Bench bench(tasks::sentiment());
  train::run(bench.run("long", 4));
  train::run(bench.run("short", 2));
  train::Run more = bench.run("short", 4);
  more.resume = true;
  train::run(more);
  CHECK(bench.weights("long") == bench.weights("short"));
  CHECK(bench.state("long") == bench.state("short"));
}

TEST_CASE("a run resumed on other data is refused and leaves the saved one alone") {
  const Bench bench(tasks::sentiment());
  train::run(bench.run("run", 1));
  const std::string saved = bench.state("run");
  io::write_file(bench.dir / "train",
                 tiny::sentiment(60) + "something quite different\tgood\nsomething quite different\tbad\n");
  train::Run again = bench.run("run", 2);
  again.resume = true;
  CHECK_THROWS_AS(train::run(again), ValueError);
  CHECK(bench.state("run") == saved);
}

TEST_CASE("a saved model answers bit for bit as before") {
  for (const train::Task* task : text_tasks()) {
    Small small(*task);
    TempDir dir;
    train::save_model(dir / "m", {*task, *small.given, {}, *small.learner, small.model().state_dict()});
    const train::SavedModel loaded = train::load_model(dir / "m", tasks::all());
    small.model().eval();
    std::vector<int64_t> all(static_cast<size_t>(small.dataset.size()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    const auto logits = [&](train::Learner& learner) {
      const auto coder = tasks::TextCoder::from_texts(
          {{"vocab", learner.texts()[0]}, {"features", learner.texts()[1]}, {"labels", learner.texts()[2]}},
          small.corpus.labels_per_token);
      return dynamic_cast<tasks::TextModel&>(learner.module())(data::collate(coder.encode(small.corpus), all));
    };
    CHECK(equal(logits(*small.learner), logits(*loaded.learner)));
    const train::Task& other = task == &tasks::ner() ? tasks::sentiment() : tasks::ner();
    CHECK(error_of<IoError>([&] { train::load_model(dir / "m", tasks::all(), &other); }) ==
          "[" + dir / "m" + "] is a model for " + task->name() + "; expected one for " + other.name());
  }
}

TEST_CASE("padding changes nothing at a real token") {
  for (const train::Task* task : text_tasks()) {
    Small small(*task);
    small.model().eval();
    NoGrad guard;
    const std::vector<std::string> text = {"Anna", "lives", "in", "Oslo"};
    const std::vector<std::string> longer = {"Bo", "Berg", "lives", "in", "a", "fine", "and", "warm", "hotel", "."};
    const Tensor alone = small.model()(data::collate({small.coder.encode(text)}));
    Tensor beside =
        small.model()(data::collate({small.coder.encode(text), small.coder.encode(longer)})).narrow(0, 0, 1);
    if (task == &tasks::ner()) beside = beside.narrow(1, 0, 4);
    CHECK(allclose(alone, beside, 1e-5, 1e-6));
  }
}

TEST_CASE("the model sees features, neighbours and order") {
  Small small(tasks::ner());
  small.model().eval();
  NoGrad guard;
  const auto logits = [&](const std::vector<std::string>& tokens) {
    return small.model()(data::collate({small.coder.encode(tokens)})).contiguous();
  };
  // Two words that are both unknown differ by how they look.
  CHECK_FALSE(allclose(logits({"Xanadu"}), logits({"xylophones"})));
  CHECK_FALSE(allclose(logits({"Anna", "Bo", "Oslo"}).select(1, 1), logits({"Oslo", "Bo", "Anna"}).select(1, 1)));
}

TEST_CASE("a NaN stops the run, names its operation, and leaves the weights of the step before") {
  Small small(tasks::sentiment());
  small.options().batch_size = 8;
  const auto examples = small.learner->examples(small.corpus, train::Use::training);
  train::Trainer trainer(*small.learner, *examples, *small.given);
  trainer.step();
  {
    NoGrad guard;
    small.model().fc.weight.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  const std::vector<float> before = small.model().encoder.words.weight.to_vector<float>();
  const std::string text = error_of<GradError>([&] { trainer.step(); });
  CAPTURE(text);
  CHECK(text.starts_with("[epoch 1, step 2] the loss is NaN; it began in ["));
  CHECK(text.find("--lr") != std::string::npos);
  CHECK(small.model().encoder.words.weight.to_vector<float>() == before);
}

TEST_CASE("a healthy step passes the NaN detector, masks and all") {
  for (const train::Task* task : text_tasks()) {
    Small small(*task);
    const data::Batch batch = data::collate(small.dataset, std::vector<int64_t>{0, 1, 2, 3});
    DetectAnomaly detect;
    CHECK_NOTHROW(tasks::loss_of(small.model()(batch), batch.labels).backward());
  }
}

TEST_CASE("a trainer needs no more than a module, batches from a generator and a loss for a batch") {
  struct Line : nn::Module {
    Line() { register_parameter("w", w); }
    Tensor w = tensor({0.0}).requires_grad_();
  } line;
  std::vector<int64_t> seen;
  const train::Lessons lessons{[](Generator& generator) {
                                 return train::Batches{{generator.below(5), 5}, {6}};
                               },
                               [&](std::span<const int64_t> rows) {
                                 seen.insert(seen.end(), rows.begin(), rows.end());
                                 return (line.w - 3.0).pow(2.0).mean();  // least at w = 3
                               }};
  manual_seed(1);
  train::Trainer trainer(line, lessons, {.lr = 0.3, .weight_decay = 0, .warmup = 1, .average = 0});
  CHECK(trainer.batches() == 2);
  CHECK(trainer.initial_loss() == Approx(9));
  seen.clear();
  for (int step = 0; step < 200; ++step) trainer.step();
  CHECK(line.w.item() == Approx(3).margin(0.05));
  CHECK(trainer.epoch() == 100);
  REQUIRE(seen.size() == 300);
  for (size_t i = 0; i < seen.size(); i += 3) CHECK((seen[i] < 5 && seen[i + 1] == 5 && seen[i + 2] == 6));
}

TEST_CASE("words are hidden at the rate asked for, padding and unknown ones never") {
  manual_seed(1);
  const Tensor p = tensor({0.0, 0.0, 0.5, 1.0});
  const Tensor ids = full({100, 100}, 2, {.dtype = DType::int64});
  const Tensor hidden = tasks::drop_tokens(ids, p);
  const double share = eq(hidden, 1).to(float32).mean().item();
  CHECK(share == Approx(0.5).margin(0.02));
  CHECK(equal(tasks::drop_tokens(tensor({0, 1, 3}), p), tensor({0, 1, 1})));
}

TEST_CASE("the average of the weights is that of its formula, and swapping is exact") {
  struct One : nn::Module {
    One() { register_parameter("w", w); }
    Tensor w = tensor({1.0, -2.0});
  } one;
  train::WeightAverage average(one, 0.9);
  double expected = 1;
  for (int64_t step = 1; step <= 200; ++step) {
    NoGrad guard;
    one.w.fill_(static_cast<double>(step % 7));
    average.update(step);
    const double decay = std::min(0.9, static_cast<double>(step) / static_cast<double>(step + 9));
    expected = decay * expected + (1 - decay) * static_cast<double>(step % 7);
  }
  CHECK(average.state()[0].second.select(0, 0).item() == Approx(expected).epsilon(1e-5));
  const std::vector<float> weights = one.w.to_vector<float>();
  {
    const train::WithAverage averaged(average);
    CHECK(one.w.select(0, 0).item() == Approx(expected).epsilon(1e-5));
  }
  CHECK(one.w.to_vector<float>() == weights);
}

TEST_CASE("one batch is learned by heart, or the verdict says that it was not") {
  const Bench bench(tasks::sentiment());
  CHECK(train::overfit_one_batch(bench.run("none", 1)));
  std::string contradictions;
  for (int i = 0; i < 40; ++i) contradictions += std::string(i % 2 ? "good" : "bad") + " the same text\n";
  io::write_file(bench.dir / "train", contradictions);
  CHECK_FALSE(train::overfit_one_batch(bench.run("none", 1)));
  CHECK_FALSE(io::exists(bench.dir / "none"));
}

TEST_CASE("what is cut is counted, and dev never is") {
  Small small(tasks::ner());
  const data::EncodedTexts cut = small.coder.encode(small.corpus, 3);
  CHECK(cut.truncated_examples == small.dataset.size());
  CHECK(cut.tokens + cut.truncated_tokens == small.dataset.tokens);
  CHECK(small.dataset.truncated_tokens == 0);
}

TEST_CASE("Ctrl-C finishes the step and saves; --resume then ends where an uninterrupted run does") {
  const Playground& place = playground();
  const auto train = [&](const std::string& out, const std::function<void(pid_t)>& meanwhile) {
    std::vector<std::string> arguments = {"train",        "sentiment", "--train",  "train.tsv", "--dev", "dev.tsv",
                                          "--embed",      "8",         "--heads",  "2",         "--ff",  "8",
                                          "--batch-size", "8",         "--epochs", "25",        "--out", out};
    return place.run(arguments, {.meanwhile = meanwhile});
  };
  const Program whole = train("calm", [](pid_t) {});
  REQUIRE(whole.status == 0);
  const Program cut = train("shaken", [&](pid_t child) {
    while (!io::exists(place.dir / "shaken/config.json")) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ::kill(child, SIGINT);
  });
  CHECK(cut.status == 130);
  CHECK(cut.out.find("saved to shaken") != std::string::npos);
  CHECK(cut.out.find("lemma train sentiment --out shaken --resume") != std::string::npos);
  CHECK(place.run({"train", "sentiment", "--out", "shaken", "--resume"}).status == 0);
  for (const char* file : {"model.safetensors", "training.safetensors"})
    CHECK(io::read_file(place.dir / "calm/" + file) == io::read_file(place.dir / "shaken/" + file));
}
