// What finds no memory has changed nothing, and may be tried again.
#include <malloc.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>

#include "core/poison.h"
#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/io/files.h"
#include "lemma/ops.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/grad_scaler.h"
#include "lemma/optim/sgd.h"
#include "lemma/tasks/all.h"
#include "lemma/train/trainer.h"
#include "tests/in_process.h"

using namespace lemma;
namespace fs = std::filesystem;

namespace {
int blocks_left = -1;  // that the system still gives; -1: no end of them
}

// The system's, with a memory that ends when a test wants it to.
extern "C" void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  if (blocks_left == 0) return nullptr;
  if (blocks_left > 0) --blocks_left;
  return ::memalign(alignment, bytes);
}

namespace {
int objects_left = -1;  // that operator new still makes before it fails once
}

#if !defined(LEMMA_ADDRESS_SANITIZER)  // which has operators of its own, and compares who gave with who takes
[[gnu::noinline]] void* operator new(size_t bytes) {
  if (objects_left >= 0 && objects_left-- == 0) throw std::bad_alloc();
  if (void* const made = std::malloc(bytes)) return made;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, size_t) noexcept { std::free(p); }
#endif

namespace {

/// Two groups, one step of which needs memory: for its state, and for gradients that do not lie in order.
struct Training {
  explicit Training(int kind) {
    const std::vector<optim::ParamGroup> groups = {{.params = {a, b}, .lr = 0.1}, {.params = {c}, .lr = 0.2}};
    if (kind == 0) optimizer = std::make_unique<optim::AdamW>(groups);
    if (kind == 1) optimizer = std::make_unique<optim::Adam>(groups);
    if (kind == 2) optimizer = std::make_unique<optim::SGD>(groups, optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
  }
  void gradients() {
    for (Tensor* p : {&a, &b, &c}) p->set_grad(transpose(arange(6.0).reshape({3, 2}) + 1.0, 0, 1));
  }
  std::vector<float> seen() const {
    std::vector<float> all;
    for (const Tensor& p : {a, b, c})
      for (const float x : p.to_vector<float>()) all.push_back(x);
    for (const auto& [name, tensor] : optimizer->state_dict())
      for (const float x : tensor.to_vector<float>()) all.push_back(x);
    return all;
  }
  Tensor a = ones({2, 3}, {.requires_grad = true}), b = full({2, 3}, 2.0, {.requires_grad = true}),
         c = full({2, 3}, 3.0, {.requires_grad = true});
  std::unique_ptr<optim::Optimizer> optimizer;
};

void find_none() { throw std::bad_alloc(); }

/// Does `work` run out of memory after so many blocks?
bool fails(int blocks, const std::function<void()>& work) {
  memory::empty_cache();
  blocks_left = blocks;
  bool failed = false;
  try {
    work();
  } catch (const Error& error) {
    failed = true;
  }
  blocks_left = -1;
  return failed;
}

}  // namespace

TEST_CASE("a step of an optimiser that finds no memory has changed nothing, and may be taken again") {
  if (!default_device().is_cpu()) return;
  for (const int kind : {0, 1, 2}) {
    for (const int steps_before : {0, 1}) {
      CAPTURE(kind, steps_before);
      const auto prepared = [&] {
        auto training = std::make_unique<Training>(kind);
        training->gradients();
        for (int i = 0; i < steps_before; ++i) training->optimizer->step();
        return training;
      };
      const auto whole = prepared();
      whole->optimizer->step();
      int failures = 0;
      for (int blocks = 0;; ++blocks) {
        const auto training = prepared();
        const std::vector<float> before = training->seen();
        const bool failed = fails(blocks, [&] { training->optimizer->step(); });
        if (failed) {
          ++failures;
          CHECK(training->seen() == before);
          training->optimizer->step();
        }
        CHECK(training->seen() == whole->seen());
        if (!failed) break;
      }
      CHECK(failures >= 3);
    }
  }
}

TEST_CASE("a step of training that finds no memory has changed nothing, and may be taken again") {
  if (!default_device().is_cpu()) return;
  struct Lesson {
    Tensor loss(std::span<const int64_t> rows) {
      const Tensor x = rand({static_cast<int64_t>(rows.size()), 5});  // so that random numbers are used up
      return mean(square(layer(x)));
    }
    std::map<std::string, std::vector<double>> seen() const {
      io::Metadata facts;
      std::map<std::string, std::vector<double>> all;
      for (const auto& [name, value] : trainer.state(facts)) all[name] = value.to(float64).to_vector<double>();
      all["random"] = {static_cast<double>(default_generator().offset)};
      all["steps"] = {static_cast<double>(trainer.steps()), static_cast<double>(trainer.batch())};
      return all;
    }
    Generator before = default_generator() = {.seed = 7, .offset = 0};
    nn::Linear layer{5, 3};
    train::TrainOptions options{.clip = 0.01, .average = 0.9};
    train::Trainer trainer{layer,
                           {[](Generator& g) {
                              return train::Batches{{g.below(9), 1}, {2}};
                            },
                            [this](std::span<const int64_t> rows) { return loss(rows); }},
                           options};
  };
  for (const int steps_before : {0, 1, 2}) {  // the third is the first of an epoch
    CAPTURE(steps_before);
    const auto prepared = [&] {
      auto lesson = std::make_unique<Lesson>();
      for (int i = 0; i < steps_before; ++i) lesson->trainer.step();
      return lesson;
    };
    const auto after = [](Lesson& lesson) {
      lesson.trainer.step();
      return lesson.seen();
    };
    const auto whole = after(*prepared());
    int failures = 0;
    for (int blocks = 0;; ++blocks) {
      CAPTURE(blocks);
      const auto lesson = prepared();
      const auto before = lesson->seen();
      const bool failed = fails(blocks, [&] { lesson->trainer.step(); });
      if (!failed) {
        CHECK(lesson->seen() == whole);
        break;
      }
      ++failures;
      auto seen = lesson->seen();
      if (lesson->trainer.batch() == 0 && steps_before == 2)  // an epoch has begun, and its order is drawn
        for (const char* each : {"steps", "random"}) seen[each] = before.at(each);
      CHECK(seen == before);
      CHECK(after(*lesson) == whole);
    }
    CHECK(failures >= 8);
  }
}

TEST_CASE("a module that finds no memory for another dtype keeps all of its own") {
  if (!default_device().is_cpu()) return;
  nn::Linear layer(30, 40);
  for (int blocks = 0; blocks < 2; ++blocks) {
    CHECK(fails(blocks, [&] { layer.to(float64); }));
    CHECK(layer.weight.dtype() == float32);
    CHECK(layer.bias.dtype() == float32);
  }
  layer.to(float64);
  CHECK(layer.weight.dtype() == float64);
  CHECK(layer.bias.dtype() == float64);
}

TEST_CASE("a save that finds no memory at some place leaves the old directory or the new, and no litter") {
#if defined(LEMMA_ADDRESS_SANITIZER)
  WARN("skipped: the address sanitizer's operator new does not fail");
  return;
#endif
  TempDir dir;
  const std::string out = dir / "a-name-that-no-string-holds-without-memory";
  const auto save = [&](const std::string& text) {
    io::AtomicDirectory directory(out, {"one", "other"});
    directory.write("one", text);
    directory.write("other", text);
    directory.commit();
  };
  save("old");
  io::write_file(out + "/users-own-file-with-a-long-name", "theirs");
  int failures = 0;
  for (int objects = 0;; ++objects) {
    CAPTURE(objects);
    bool failed = false;
    objects_left = objects;
    try {
      save("new");
    } catch (const std::bad_alloc&) {
      failed = true;
    } catch (const IoError&) {
      failed = true;
    }
    objects_left = -1;
    const std::string one = io::read_file(out + "/one");
    CHECK(one == io::read_file(out + "/other"));
    if (!failed) CHECK(one == "new");
    CHECK(io::read_file(out + "/users-own-file-with-a-long-name") == "theirs");
    save("old");
    CHECK(std::distance(fs::directory_iterator(dir.path), fs::directory_iterator()) == 1);
    if (!failed) break;
    REQUIRE(++failures < 1000);
  }
  CHECK(failures > 50);
}

TEST_CASE("a scaled step that finds no memory may be taken again") {
  if (!default_device().is_cpu()) return;
  Training training(0), whole(0);
  for (Training* each : {&training, &whole}) each->gradients();
  optim::GradScaler scaler, other;
  for (auto [s, t] : {std::pair(&scaler, &training), std::pair(&other, &whole)}) s->unscale_(*t->optimizer);
  CHECK(fails(1, [&] { scaler.step(*training.optimizer); }));
  CHECK(scaler.step(*training.optimizer));
  CHECK(other.step(*whole.optimizer));
  CHECK(training.seen() == whole.seen());
}

TEST_CASE("the program says that there is no memory where nothing can catch it") {
  struct Full : train::Task {
    struct Destructor {
      ~Destructor() { find_none(); }  // as of a list that asks for memory to take itself apart
    };
    std::string name() const override { return "full"; }
    std::string learns() const override { return "nothing"; }
    train::Score score() const override { return {}; }
    std::string ending() const override { return ".tsv"; }
    std::string reads() const override { return "anything"; }
    std::string sample() const override { return "text"; }
    std::unique_ptr<train::Options> options() const override { return tasks::sentiment().options(); }
    train::Corpora read(const std::string&, const std::string&, bool) const override { return {}; }
    std::string inspect(const std::string&, const train::ReadOptions&) const override {
      const Destructor destructor;
      return "";
    }
    std::unique_ptr<train::Learner> make(const train::Corpus&, const train::Options&) const override { return nullptr; }
    std::unique_ptr<train::Learner> open(const train::Options&, const std::vector<train::NamedText>&) const override {
      return nullptr;
    }
  };
  const Full full;
  TempDir dir;
  const std::string said = dir / "said";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open(said.c_str(), O_WRONLY | O_CREAT, 0600), 2);
    std::string words[] = {"lemma", "inspect", "file"};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    ::_exit(cli::main(3, arguments, {&full}));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(io::read_file(said) == "lemma: out of memory; a smaller --batch-size, --max-len or model needs less\n");
}
