// Training on the device: the CPU's losses, the same bits in every run, and no memory that grows.
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "lemma/core/memory.h"
#include "lemma/io/files.h"
#include "lemma/random.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/train/trainer.h"
#include "tests/cuda_helpers.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

// The first 200 sentences of SST where LEMMA_DATA_DIR has them, else of data/; everything is built from them once.
struct Sentences {
  Sentences() {
    const char* root = std::getenv("LEMMA_DATA_DIR");
    std::string path = root ? std::string(root) + "/sst-sentences/stsa.binary.train" : "";
    if (!root || !io::exists(path)) path = LEMMA_SOURCE_DIR "/data/sentiment/train.tsv";
    std::istringstream lines(io::read_file(path));
    std::string some, line;
    for (int i = 0; i < 200 && std::getline(lines, line); ++i) some += line + "\n";
    TempDir dir;
    io::write_file(dir / "sentences", some);
    corpora = tasks::sentiment().read(dir / "sentences", dir / "sentences", false);
  }
  train::Corpora corpora;
};
const Sentences& sentences() {
  static const Sentences all;
  return all;
}

// A model of `width`, its trainer, and the device they are on.
struct Bench {
  Bench(Device device, int64_t width) : home(device) {
    manual_seed(1);
    const std::unique_ptr<train::Options> options = tasks::sentiment().options();
    tasks::TextOptions& text = tasks::text_options(*options);
    text.embed = width, text.heads = 4, text.ff = 2 * width;
    text.batch_size = 20;
    learner = tasks::sentiment().make(*sentences().corpora.train, text);
    examples = learner->examples(*sentences().corpora.train, train::Use::training);
    learner->module().to(device);
    trainer = std::make_unique<train::Trainer>(*learner, *examples, text);
  }
  std::vector<double> losses(int64_t steps) {
    std::vector<double> all;
    for (int64_t i = 0; i < steps; ++i) all.push_back(trainer->step().loss);
    return all;
  }
  std::vector<float> weights() const {
    std::vector<float> all;
    for (const auto& [key, value] : learner->module().state_dict()) {
      const std::vector<float> one = value.to_vector<float>();
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  }
  DefaultDevice home;
  std::unique_ptr<train::Learner> learner;
  std::unique_ptr<train::Examples> examples;
  std::unique_ptr<train::Trainer> trainer;
};

}  // namespace

TEST_CASE("two epochs on 200 real sentences: CUDA's losses are the CPU's to 1e-4, with dropout and all") {
  if (!have_cuda()) return;
  Bench cpu(Device::cpu(), 32);
  const int64_t steps = 2 * cpu.trainer->batches();
  REQUIRE(steps == 20);
  const std::vector<double> expected = cpu.losses(steps);
  Bench cuda(Device::cuda(), 32);
  const std::vector<double> got = cuda.losses(steps);
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) worst = std::max(worst, std::fabs(got[i] - expected[i]));
  INFO("largest difference " << worst << ", last loss " << got.back());
  CHECK(worst <= 1e-4);
  CHECK(got.back() != got.front());  // it did learn something
}

TEST_CASE("two runs on the device end with the same weights, bit for bit") {
  if (!have_cuda()) return;
  Bench first(Device::cuda(), 16), second(Device::cuda(), 16);
  const auto run = [](Bench& bench) {
    manual_seed(2);
    bench.losses(8);
    return bench.weights();
  };
  CHECK(run(first) == run(second));
}

TEST_CASE("after 30 steps the device holds what it held after 3") {
  if (!have_cuda()) return;
  Bench bench(Device::cuda(), 16);
  bench.losses(3);
  const size_t early = memory::active(Device::cuda());
  bench.losses(27);
  CHECK(memory::active(Device::cuda()) == early);
}
