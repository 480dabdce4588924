#include "emulator/options.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "emulator/sanitizer.h"

namespace emulator {
namespace {

// What the variables' names begin with; the program that the library is built into may define it.
#ifndef EMULATOR_PREFIX
#define EMULATOR_PREFIX "EMULATOR_"
#endif

// A value that is not understood ends the program: to ignore it, or to take it for another, would mislead its user.
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
  const char* variable = EMULATOR_PREFIX "FAULT";
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
      .workers = static_cast<int>(number(EMULATOR_PREFIX "WORKERS", 1, 0, 256)),
      .order = static_cast<int>(number(EMULATOR_PREFIX "ORDER", 0, 0, 2)),
      .seed = static_cast<unsigned>(number(EMULATOR_PREFIX "SEED", 1, 0, 0xffffffffLL)),
      .async = flag(EMULATOR_PREFIX "ASYNC", false),
      .poison = flag(EMULATOR_PREFIX "POISON", true),
      .host_guard = flag(EMULATOR_PREFIX "HOST_GUARD", true),
      .early_exit = flag(EMULATOR_PREFIX "EARLY_EXIT", false),
      .between_blocks = flag(EMULATOR_PREFIX "BETWEEN_BLOCKS", true),
      .devices = static_cast<int>(number(EMULATOR_PREFIX "DEVICES", 1, 0, 16)),
      .memory = static_cast<std::size_t>(number(EMULATOR_PREFIX "MEMORY", 8LL << 30, 0, 1LL << 50)),
      .timeout = static_cast<int>(number(EMULATOR_PREFIX "TIMEOUT", 60, 0, 1'000'000)),
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
