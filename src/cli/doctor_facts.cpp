// What this program was built from and what machine it runs on.
#include <unistd.h>

#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <hwy/highway.h>

#include "cli/cli.h"
#include "cli/doctor_checks.h"
#include "core/openblas.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"
#include "lemma/core/threads.h"

namespace lemma::cli {
namespace {

std::string version_text(int number, int thousand) {
  return fmt::format("{}.{}", number / thousand, number % thousand / (thousand / 100));
}

std::string gib(size_t bytes) { return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (size_t{1} << 30)); }

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

// "AVX2, of AVX3 AVX2 SSE4": what this processor uses, out of what is compiled in.
std::string simd() {
  std::string all, best;
  for (int64_t bits = HWY_TARGETS; bits != 0; bits &= bits - 1) {
    const std::string name = hwy::TargetName(bits & -bits);
    all += (all.empty() ? "" : " ") + name;
    if (best.empty() && (hwy::SupportedTargets() & (bits & -bits))) best = name;
  }
  return fmt::format("{}, of {} (Highway {}.{})", best, all, HWY_MAJOR, HWY_MINOR);
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

DeviceReport cpu_report() {
  const auto memory = static_cast<size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return {"cpu",
          fmt::format("{}, {} hardware threads, {}", processor(), std::thread::hardware_concurrency(), gib(memory)),
          check_device(Device::cpu())};
}

DeviceReport cuda_report(Device device) {
  DeviceReport report{device.str(), "", {}};
  try {
    const cuda::Properties p = cuda::properties(device);
    report.properties = fmt::format("{}, compute capability {}.{}, {} multiprocessors, {} of {} free", p.name, p.major,
                                    p.minor, p.multiprocessors, gib(p.free_memory), gib(p.total_memory));
    if (p.memory_gb_s > 0) report.properties += fmt::format(", {:.0f} GB/s", p.memory_gb_s);
    report.checks = check_device(device);
  } catch (const Error& error) {
    report.checks = {{"opens", false, error.what()}};
  }
  return report;
}

}  // namespace

Report examine() {
  Report report;
  report.facts = {{"lemma", kVersion},
                  {"compiler", compiler()},
                  {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
                  {"BLAS", fmt::format("{}, kernels for {}", openblas().config(), openblas().core_name())},
                  {"SIMD", simd()},
                  {"threads", std::to_string(num_threads())},
                  {"CUDA build", cuda::build()}};
  report.devices.push_back(cpu_report());
  report.no_cuda = cuda::why_unavailable();
  for (int i = 0; i < cuda::device_count(); ++i) report.devices.push_back(cuda_report(Device::cuda(i)));
  if (cuda::device_count() > 0 && !cuda::is_emulated()) {
    const cuda::Properties p = cuda::properties(Device::cuda());
    report.facts.emplace_back("driver", "CUDA " + version_text(p.driver, 1000));
    report.facts.emplace_back("toolkit", "CUDA " + version_text(p.toolkit, 1000));
  }
  return report;
}

}  // namespace lemma::cli
