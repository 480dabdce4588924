#include "kernels/cuda/emulator/options.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "kernels/cuda/emulator/sanitizer.h"

namespace emulator {
namespace {

long long number(const char* variable, long long otherwise) {
  const char* text = std::getenv(variable);
  return text && *text ? std::atoll(text) : otherwise;
}
bool flag(const char* variable, bool otherwise) { return number(variable, otherwise) != 0; }

Options from_environment() {
  const char* fault = std::getenv("LEMMA_EMULATOR_FAULT");
  Options o{
      .workers = static_cast<int>(number("LEMMA_EMULATOR_WORKERS", 1)),
      .order = static_cast<int>(number("LEMMA_EMULATOR_ORDER", 0)),
      .seed = static_cast<unsigned>(number("LEMMA_EMULATOR_SEED", 1)),
      .async = flag("LEMMA_EMULATOR_ASYNC", false),
      .poison = flag("LEMMA_EMULATOR_POISON", true),
      .host_guard = flag("LEMMA_EMULATOR_HOST_GUARD", true),
      .early_exit = flag("LEMMA_EMULATOR_EARLY_EXIT", false),
      .between_blocks = flag("LEMMA_EMULATOR_BETWEEN_BLOCKS", true),
      .devices = static_cast<int>(std::clamp<long long>(number("LEMMA_EMULATOR_DEVICES", 1), 0, 16)),
      .memory = static_cast<std::size_t>(number("LEMMA_EMULATOR_MEMORY", 8LL << 30)),
      .fault = fault ? fault : "",
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
