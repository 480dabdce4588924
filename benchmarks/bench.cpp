#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "lemma/core/cuda.h"

using namespace lemma;

double Bench::run(const std::string& name, const std::function<void()>& work, double bytes) const {
  using Clock = std::chrono::steady_clock;
  if (!asked_for(name)) return 0;
  const bool cuda = device.is_cuda();
  std::unique_ptr<cuda::Event> begin, end;
  if (cuda) begin = std::make_unique<cuda::Event>(device), end = std::make_unique<cuda::Event>(device);
  const auto timed = [&] {
    const auto before = Clock::now();
    if (cuda) begin->record();
    work();
    if (!cuda) return std::chrono::duration<double, std::milli>(Clock::now() - before).count();
    end->record();
    return end->milliseconds_since(*begin);
  };
  for (int i = 0; i < 3; ++i) timed();
  std::vector<double> ms;
  const auto start = Clock::now();
  while (ms.size() < 5 || std::chrono::duration<double>(Clock::now() - start).count() < seconds) ms.push_back(timed());
  std::sort(ms.begin(), ms.end());
  const double median = ms[ms.size() / 2];
  std::string rate;
  if (cuda && bytes > 0) rate = fmt::format(", \"gb_s\": {:.1f}", bytes * 1e-6 / median);
  if (cuda && bytes > 0 && copy_gb_s > 0) rate += fmt::format(", \"copy_gb_s\": {:.1f}", copy_gb_s);
  fmt::print("{{\"case\": \"{}\", \"ms\": {:.5f}, \"min_ms\": {:.5f}, \"n\": {}{}}}\n", name, median, ms[0], ms.size(),
             rate);
  std::fflush(stdout);
  return median;
}
