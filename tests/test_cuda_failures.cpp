// What goes wrong with a GPU, on the emulated one: each failure is one line that says what to do, and nothing is lost.
#include <algorithm>
#include <cstdlib>

#include "lemma/lemma.h"
#include "tests/cuda_helpers.h"
#include "tests/program.h"

using namespace lemma;

namespace {

bool emulated() {
  if (cuda::is_available() && cuda::is_emulated()) return true;
  WARN("skipped: failures are tried on the emulated device; configure with -DLEMMA_CUDA=EMULATED");
  return false;
}

using Environment = std::vector<std::pair<std::string, std::string>>;

Program train_on_cuda(const std::string& out, const std::vector<std::string>& more,
                      const Environment& environment = {}) {
  std::vector<std::string> arguments = {"train", "sentiment", "--out", out, "--device", "cuda"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return playground().run(arguments, {.environment = environment});
}

// A run of one epoch that is there to be continued.
void train_one_epoch(const std::string& out) {
  const Program run = train_on_cuda(out, {"--train", "train.tsv", "--dev", "dev.tsv", "--embed", "8", "--heads", "2",
                                          "--ff", "8", "--batch-size", "8", "--epochs", "1"});
  CAPTURE(run.err);
  REQUIRE(run.status == 0);
}

std::string everything_in(const std::string& out) {
  std::string all;
  for (const char* file : {"model.safetensors", "config.json", "training.safetensors", "vocab.txt", "labels.txt"})
    all += io::read_file(playground().dir / out + "/" + file);
  return all;
}

}  // namespace

TEST_CASE("no driver, an old driver, no device, an old architecture: each is reported with its remedy") {
  if (!emulated()) return;
  const std::string start = "lemma: [--device] ";
  const auto refused = [&](const char* fault) {
    const Program run = train_on_cuda("never", {"--train", "train.tsv"}, {{"LEMMA_EMULATOR_FAULT", fault}});
    CHECK(run.status == 2);
    CHECK(run.out == "");
    CHECK(!io::exists(playground().dir / "never"));
    return run.err;
  };
  CHECK(refused("no-driver") ==
        start +
            "no NVIDIA driver is installed; install one, or configure with -DLEMMA_CUDA=EMULATED, which needs none\n");
  CHECK(refused("old-driver") ==
        start +
            "the NVIDIA driver supports CUDA 12.2 and this program was built with CUDA 13.0; update the driver, or "
            "build with an older toolkit\n");
  CHECK(refused("no-device") ==
        start +
            "the NVIDIA driver finds no GPU that it may use (nvidia-smi -L lists them; CUDA_VISIBLE_DEVICES hides "
            "some)\n");
  CHECK(refused("old-architecture") ==
        start +
            "cuda has compute capability 7.0, and this program holds code for 80, 86, 89, 90; configure with "
            "-DCMAKE_CUDA_ARCHITECTURES=70\n");
}

TEST_CASE("lemma doctor without a driver is well, and says why there is no device; with an old GPU it is not") {
  if (!emulated()) return;
  const Program none = run_lemma({"doctor"}, {.environment = {{"LEMMA_EMULATOR_FAULT", "no-driver"}}});
  CAPTURE(none.out, none.err);
  CHECK(none.status == 0);
  CHECK(none.out.find("none: no NVIDIA driver is installed") != std::string::npos);
  const Program old = run_lemma({"doctor"}, {.environment = {{"LEMMA_EMULATOR_FAULT", "old-architecture"}}});
  CAPTURE(old.out, old.err);
  CHECK(old.status == 1);
  CHECK(old.out.find("FAILED opens           [cuda] cuda has compute capability 7.0") != std::string::npos);
}

TEST_CASE("out of memory in the middle of training: the saved model stays, and the message says what to lower") {
  if (!emulated()) return;
  train_one_epoch("memory");
  const std::string before = everything_in("memory");
  const Program run = train_on_cuda("memory", {"--resume", "--epochs", "3"}, {{"LEMMA_MEMORY_LIMIT", "60K"}});
  CAPTURE(run.out, run.err);
  CHECK(run.status == 2);
  CHECK(run.err.find("lemma: [memory] cuda has no room for ") == 0);
  CHECK(run.err.find("LEMMA_MEMORY_LIMIT is ") != std::string::npos);
  CHECK(run.err.find("; a smaller batch or shorter sequences need less: --batch-size, --max-len, --embed; memory is as "
                     "it was last saved, and --out memory --resume continues from there\n") != std::string::npos);
  CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  CHECK(everything_in("memory") == before);
  CHECK(train_on_cuda("memory", {"--resume", "--epochs", "3"}).status == 0);
}

TEST_CASE("an allocation that fails once is tried again, without the blocks that were kept") {
  if (!emulated()) return;
  const Program run = train_on_cuda(
      "again",
      {"--train", "train.tsv", "--dev", "dev.tsv", "--embed", "8", "--heads", "2", "--ff", "8", "--epochs", "1"},
      {{"LEMMA_EMULATOR_FAULT", "memory@40"}});
  CAPTURE(run.err);
  CHECK(run.status == 0);
}

TEST_CASE("a device that is lost ends the run in one line, and the saved model stays") {
  if (!emulated()) return;
  train_one_epoch("lost");
  const std::string before = everything_in("lost");
  for (const char* fault : {"lost@1", "lost@700", "lost@1500"}) {
    const Program run = train_on_cuda("lost", {"--resume", "--epochs", "3"}, {{"LEMMA_EMULATOR_FAULT", fault}});
    CAPTURE(fault, run.out, run.err);
    CHECK(run.status == 2);
    CHECK(run.err.find("lemma: [cuda] ") == 0);
    CHECK(run.err.find("; the device is lost for this process") != std::string::npos);
    CHECK(run.err.find("; lost is as it was last saved, and --out lost --resume continues from there\n") !=
          std::string::npos);
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    CHECK(everything_in("lost") == before);
  }
  CHECK(train_on_cuda("lost", {"--resume", "--epochs", "3"}).status == 0);
}

TEST_CASE("two devices at once", "[.two-devices]") {
  if (!std::getenv("LEMMA_EMULATOR_DEVICES")) return;  // run by the next test
  REQUIRE(cuda::device_count() == 2);
  const Device first = Device::cuda(0), second = Device::cuda(1);
  const Tensor a = arange(6.0, {.device = first}).reshape({2, 3}), b = a.to(second);
  CHECK(b.device() == second);
  CHECK(b.transpose(0, 1).to(first).to_vector<double>() == std::vector<double>{0, 3, 1, 4, 2, 5});
  CHECK((b + 1).to(Device::cpu()).to_vector<double>() == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH(a + b,
                    "[add] devices differ: lhs (2, 3) is on cuda, rhs (2, 3) is on cuda:1; move one side with .to()");
  const Tensor leaf = a.detach().requires_grad_();
  (leaf.to(second) * b).sum().backward();
  CHECK(leaf.grad().device() == first);
  CHECK(leaf.grad().to_vector<double>() == a.to_vector<double>());
  nn::Linear layer(3, 2);
  layer.to(second);
  CHECK(layer(b).device() == second);
  CHECK(memory::active(second) > 0);
  const cuda::Event start(second), end(second);
  CHECK(b.str().find("device=cuda:1") != std::string::npos);
}

TEST_CASE("a program uses several devices") {
  if (!emulated()) return;
  const std::string command =
      "LEMMA_DEVICE= LEMMA_EMULATOR_DEVICES=2 '" + build_dir() + "/tests/lemma_tests' '[.two-devices]' > /dev/null";
  CHECK(std::system(command.c_str()) == 0);
  const Program run = run_lemma({"doctor"}, {.environment = {{"LEMMA_EMULATOR_DEVICES", "2"}}});
  CAPTURE(run.out);
  CHECK(run.status == 0);
  CHECK(run.out.find("cuda:1") != std::string::npos);
}

TEST_CASE("LEMMA_CUDA_SYNC, odd limits and device names from the environment") {
  if (!emulated()) return;
  CHECK(run_lemma({"doctor"}, {.environment = {{"LEMMA_CUDA_SYNC", "1"}}}).status == 0);
  const Program odd = playground().run({"predict", "--model", "sentiment", "--device", "cuda", "a fine film"},
                                       {.environment = {{"LEMMA_MEMORY_LIMIT", "much"}}});
  CHECK(odd.status == 2);
  CHECK(odd.err ==
        "lemma: [LEMMA_MEMORY_LIMIT] 'much' is not a size; give bytes, or a number with K, M or G, such as 6G\n");
}
