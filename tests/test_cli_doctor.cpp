// lemma doctor, and --device in every command.
#include <nlohmann/json.hpp>

#include "lemma/io/safetensors.h"
#include "lemma/nn/guide.h"
#include "tests/cuda_helpers.h"
#include "tests/program.h"

using Json = nlohmann::json;
using namespace lemma;

namespace {

Program doctor(const std::vector<std::string>& more = {},
               const std::vector<std::pair<std::string, std::string>>& set = {}) {
  std::vector<std::string> arguments = {"doctor"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_lemma(arguments, {.environment = set});
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Every command that computes, on small inputs of the playground, without its --device.
std::vector<std::vector<std::string>> commands() {
  const Playground& p = playground();
  io::save_safetensors(p.dir / "guide.safetensors", guide::SentimentClassifier(20, 16, 8, 2).state_dict());
  io::write_file(p.dir / "ids", "1 2 3\n4 5\n");
  std::vector<std::string> train = {"train", "sentiment", "--train", "train.tsv",
                                    "--dev", "dev.tsv",   "--out",   "by-device"};
  for (const std::string& option : tiny::options()) train.push_back(option);
  return {train,
          {"evaluate", "--model", "sentiment", "--data", "dev.tsv"},
          {"predict", "--model", "ner", "Anna lives in Oslo ."},
          {"logits", "--model", "guide.safetensors", "--guide", "sentiment", "--heads", "8", "--ids", "ids"},
          {"attention", "--model", "sentiment", "a fine film", "--out", "page.html"}};
}

Program with_device(std::vector<std::string> command, const std::string& device) {
  command.insert(command.end(), {"--device", device});
  return playground().run(command);
}

}  // namespace

TEST_CASE("lemma doctor finds all well, and says what there is") {
  const Program plain = doctor();
  CAPTURE(plain.out, plain.err);
  CHECK(plain.status == 0);
  CHECK(plain.err == "");
  for (const char* part :
       {"lemma       0.1.0", "compiler", "fmt", "BLAS        OpenBLAS", "SIMD", "threads     1", "CUDA build", "cpu ",
        "ok     product", "ok     softmax", "ok     gradient", "ok     random numbers", "All is well."}) {
    CAPTURE(part);
    CHECK(holds(plain.out, part));
  }
  CHECK(!holds(plain.out, "\033"));  // no colour in a pipe
  const Json report = Json::parse(doctor({"--json"}).out);
  CHECK(report["ok"] == true);
  CHECK(report["facts"]["lemma"] == "0.1.0");
  CHECK(report["devices"][0]["name"] == "cpu");
  CHECK(report["devices"].size() == 1 + static_cast<size_t>(cuda::device_count()));
  for (const Json& device : report["devices"]) {
    CHECK(device["checks"].size() == 4);
    for (const Json& check : device["checks"]) CHECK(check["ok"] == true);
  }
  CHECK(report["no_cuda"] == cuda::why_unavailable());
  if (!cuda::is_available()) CHECK(holds(plain.out, "none: " + cuda::why_unavailable()));
}

TEST_CASE("lemma doctor ends with 1 when a check fails, and says which") {
  if (!have_cuda()) return;
  const Program plain = doctor({}, {{"LEMMA_MEMORY_LIMIT", "1K"}});
  CAPTURE(plain.out);
  CHECK(plain.status == 1);
  CHECK(holds(plain.out, "FAILED product         [memory] cuda has no room for "));
  CHECK(holds(plain.out, "Some checks failed: see the lines marked FAILED."));
  const Json report = Json::parse(doctor({"--json"}, {{"LEMMA_MEMORY_LIMIT", "1K"}}).out);
  CHECK(report["ok"] == false);
  CHECK(report["devices"][0]["checks"][0]["ok"] == true);
  CHECK(report["devices"][1]["checks"][0]["ok"] == false);
}

TEST_CASE("every command takes --device, and gives the CPU's answers on CUDA") {
  if (!have_cuda()) return;
  for (const std::vector<std::string>& command : commands()) {
    const Program cpu = with_device(command, "cpu"), cuda = with_device(command, "cuda");
    CAPTURE(command[0], cuda.out, cuda.err);
    CHECK(cpu.status == 0);
    CHECK(cuda.status == 0);
    if (command[0] == "predict") CHECK(Json::parse(cuda.out)["tags"] == Json::parse(cpu.out)["tags"]);
    if (command[0] == "evaluate") {
      CHECK(Json::parse(cuda.out)["accuracy"] == Json::parse(cpu.out)["accuracy"]);
      CHECK(Json::parse(cuda.out)["loss"].get<double>() ==
            Approx(Json::parse(cpu.out)["loss"].get<double>()).margin(1e-4));
    }
  }
  const Program info = playground().run({"info", "--model", "by-device"});  // trained on cuda, opened on the CPU
  CAPTURE(info.out);
  CHECK(info.status == 0);
  CHECK(holds(info.out, ", on cuda."));
  CHECK(playground().run({"predict", "--model", "by-device", "a fine film"}).status == 0);
}

TEST_CASE("a device that is not there, or is not a device, is refused in one line by every command") {
  const std::string none = cuda::is_available() ? "there is no cuda:7: this machine has " +
                                                      std::string(cuda::device_count() == 1 ? "one device, cuda:0" : "")
                                                : "no cuda:7: " + cuda::why_unavailable();
  for (const std::vector<std::string>& command : commands()) {
    const Program odd = with_device(command, "gpu"), absent = with_device(command, "cuda:7");
    CAPTURE(command[0], odd.err, absent.err);
    CHECK(odd.status == 2);
    CHECK(odd.out == "");
    CHECK(odd.err == "lemma: [--device] 'gpu' is not a device; expected cpu, cuda or cuda:1\n");
    CHECK(absent.status == 2);
    CHECK(absent.out == "");
    if (cuda::device_count() < 2) CHECK(absent.err == "lemma: [--device] " + none + "\n");
    if (!cuda::is_available())
      CHECK(with_device(command, "cuda").err == "lemma: [--device] no cuda: " + cuda::why_unavailable() + "\n");
  }
}
