// What finds no memory has changed nothing, and may be tried again.
#include <malloc.h>
#include <sys/wait.h>

#include <memory>
#include <new>

#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/ops.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/grad_scaler.h"
#include "lemma/optim/sgd.h"
#include "lemma/tasks/all.h"
#include "tests/in_process.h"

using namespace lemma;

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
