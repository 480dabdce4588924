#include "kernels/cuda/emulator/options.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "kernels/cuda/emulator/sanitizer.h"

namespace emulator {
namespace {

// A value that would be taken for another is worse than none: whoever sets one wants it.
[[noreturn]] void refuse(const char* variable, const char* text, const std::string& valid) {
  std::fprintf(stderr, "emulated device: %s is '%s'; valid: %s\n", variable, text, valid.c_str());
  std::exit(2);
}
long long number(const char* variable, long long otherwise, long long least, long long most) {
  const char* text = std::getenv(variable);
  if (!text || !*text) return otherwise;
  char* end = nullptr;
  const long long n = std::strtoll(text, &end, 10);
  if (*end || n < least || n > most) refuse(variable, text, std::to_string(least) + " to " + std::to_string(most));
  return n;
}
bool flag(const char* variable, bool otherwise) { return number(variable, otherwise, 0, 1) != 0; }
std::string fault() {
  const char* variable = "LEMMA_EMULATOR_FAULT";
  const char* text = std::getenv(variable);
  if (!text || !*text) return "";
  for (const char* known : {"no-driver", "old-driver", "no-device", "old-architecture"})
    if (!std::strcmp(text, known)) return text;
  for (const char* counted : {"lost@", "memory@"})
    if (const std::size_t n = std::strlen(counted); !std::strncmp(text, counted, n) && std::atol(text + n) > 0)
      return text;
  refuse(variable, text, "no-driver, old-driver, no-device, old-architecture, lost@N, memory@N with N from 1");
}

Options from_environment() {
  Options o{
      .workers = static_cast<int>(number("LEMMA_EMULATOR_WORKERS", 1, 0, 256)),
      .order = static_cast<int>(number("LEMMA_EMULATOR_ORDER", 0, 0, 2)),
      .seed = static_cast<unsigned>(number("LEMMA_EMULATOR_SEED", 1, 0, 0xffffffffLL)),
      .async = flag("LEMMA_EMULATOR_ASYNC", false),
      .poison = flag("LEMMA_EMULATOR_POISON", true),
      .host_guard = flag("LEMMA_EMULATOR_HOST_GUARD", true),
      .early_exit = flag("LEMMA_EMULATOR_EARLY_EXIT", false),
      .between_blocks = flag("LEMMA_EMULATOR_BETWEEN_BLOCKS", true),
      .devices = static_cast<int>(number("LEMMA_EMULATOR_DEVICES", 1, 0, 16)),
      .memory = static_cast<std::size_t>(number("LEMMA_EMULATOR_MEMORY", 8LL << 30, 0, 1LL << 50)),
      .fault = fault(),
  };
  if (o.workers <= 0) o.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (sanitizer::races()) o.workers = 1;  // each worker would need 2048 of the sanitizer's 8000 threads
  return o;
}

}  // namespace

Options& options() {
  static Options result = from_environment();
  return result;
}

}  // namespace emulator
