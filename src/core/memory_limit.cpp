#include "core/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::memory_limit {
namespace {

constexpr size_t kNone = std::numeric_limits<size_t>::max();

size_t minus(size_t a, size_t b) { return a > b ? a - b : 0; }

// The number in a file that holds only it; kNone for "max", or without such a file.
size_t number_in(const std::string& path) {
  std::ifstream file(path);
  size_t number = 0;
  return file >> number ? number : kNone;
}

// The number behind `key` in a file of "key number" lines; 0 if there is none.
size_t field_in(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  std::string word;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key)) return std::strtoull(line.c_str() + key.size(), nullptr, 10);
  return 0;
}

// What one control group leaves; pages of files that it read count as used, but it gives them up.
size_t left_by_group(const std::string& directory, const char* most, const char* used, const char* files) {
  const size_t limit = number_in(directory + most), usage = number_in(directory + used);
  if (limit == kNone || usage == kNone) return kNone;
  return minus(limit, minus(usage, field_in(directory + "/memory.stat", files)));
}

// Of the groups that this process is in, from its own to the root of what it can see.
size_t left_by_groups() {
  size_t left = kNone;
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string kind = line.substr(first + 1, second - first - 1);
    const bool second_version = kind.empty();
    if (!second_version && kind != "memory") continue;
    for (std::string path = line.substr(second + 1);; path.resize(path.rfind('/'))) {
      if (path == "/") path.clear();
      left = std::min(left, second_version ? left_by_group("/sys/fs/cgroup" + path, "/memory.max", "/memory.current",
                                                           "inactive_file ")
                                           : left_by_group("/sys/fs/cgroup/memory" + path, "/memory.limit_in_bytes",
                                                           "/memory.usage_in_bytes", "total_inactive_file "));
      if (path.empty() || path.find('/') == std::string::npos) break;
    }
  }
  return left;
}

size_t left_by_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNone;
  const size_t pages = number_in("/proc/self/statm");
  return pages == kNone ? limit.rlim_cur : minus(limit.rlim_cur, pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE)));
}

size_t left_by_machine() {
  const size_t kib = field_in("/proc/meminfo", "MemAvailable:") + field_in("/proc/meminfo", "SwapFree:");
  return kib == 0 ? kNone : kib * 1024;
}

}  // namespace

size_t from_environment() {
  const char* text = std::getenv("LEMMA_MEMORY_LIMIT");
  if (!text || !*text) return 0;
  char* end = nullptr;
  const double number = std::strtod(text, &end);
  size_t factor = 1;
  for (size_t i = 0; *end && i < 4; ++i)
    if (std::toupper(*end) == "KMGT"[i]) factor = size_t{1} << (10 * (i + 1)), ++end, i = 4;
  const double bytes = number * static_cast<double>(factor);
  const bool plain = std::strspn(text, "0123456789.KMGTkmgt") == std::strlen(text);
  if (*end || end == text || !plain || !(bytes >= 1 && bytes < 0x1p62))
    throw ValueError(
        "LEMMA_MEMORY_LIMIT",
        fmt::format("{} is not a size; give bytes, or a number with K, M or G, such as 6G", words::quote(text)));
  return static_cast<size_t>(bytes);
}

size_t left_by_system() { return std::min({left_by_machine(), left_by_groups(), left_by_address_space()}); }

}  // namespace lemma::memory_limit
