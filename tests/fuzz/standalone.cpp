// Runs a harness without libFuzzer: on the files given, or on N pseudo-random inputs, half of them damaged seeds.
//   fuzz_readers FILE...      fuzz_readers --runs 2000 [--seed 1] [--keep FILE] [SEED FILE...]
// --keep writes each input to a file before it runs, so that the one that stops the program is there.
#include <random>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

int run(const std::string& input) {
  return LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string drawn(std::mt19937& rng, const std::vector<std::string>& seeds) {
  std::string input;
  if (!seeds.empty() && rng() % 2) input = seeds[rng() % seeds.size()];
  if (input.empty()) input.resize(rng() % 200);
  const bool fresh = seeds.empty() || rng() % 8 == 0;
  for (size_t changes = fresh ? input.size() : 1 + rng() % 8; changes > 0 && !input.empty(); --changes)
    input[fresh ? changes - 1 : rng() % input.size()] = static_cast<char>(rng());
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned long runs = 0, seed = 1;
  std::string keep;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--runs" && i + 1 < argc)
      runs = std::strtoul(argv[++i], nullptr, 10);
    else if (argument == "--seed" && i + 1 < argc)
      seed = std::strtoul(argv[++i], nullptr, 10);
    else if (argument == "--keep" && i + 1 < argc)
      keep = argv[++i];
    else
      inputs.push_back(lemma::io::read_file(argument));
  }
  std::mt19937 rng(static_cast<std::mt19937::result_type>(seed));
  for (const std::string& input : inputs) run(input);
  for (unsigned long i = 0; i < runs; ++i) {
    const std::string input = drawn(rng, inputs);
    if (!keep.empty()) fuzz::put(keep, input);
    run(input);
  }
  std::printf("%lu files and %lu drawn inputs, no finding\n", static_cast<unsigned long>(inputs.size()), runs);
}
