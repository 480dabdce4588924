#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <regex>
#include <vector>

#include <fmt/format.h>

#include "io/system.h"

namespace lemma::io {
namespace fs = std::filesystem;

namespace {
std::string beginning(const std::string& path, const char* kind) {
  return fmt::format(".{}.{}-", path.substr(path.find_last_of('/') + 1), kind);
}
}  // namespace

bool is_sibling_name(const std::string& name, const std::string& path, const char* kind) {
  static const std::regex numbers("[0-9]+-[0-9]+");
  const std::string begin = beginning(path, kind);
  return name.starts_with(begin) && std::regex_match(name.substr(begin.size()), numbers);
}

Sibling make_sibling(const std::string& path, const char* kind, const std::function<int(const std::string&)>& make) {
  static std::atomic<int> count{0};
  for (;;) {
    const std::string name = fmt::format("{}/{}{}-{}", parent_of(path), beginning(path, kind), ::getpid(), ++count);
    const int fd = make(name);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return {};
    const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // or there are no locks here
    if (locked && is_same(fd, name)) return {name, fd};
    ::close(fd);  // swept away before it was locked
  }
}

void for_abandoned_siblings(const std::string& path, const char* kind,
                            const std::function<void(const std::string&)>& sweep) {
  const std::string parent = parent_of(path);
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (is_sibling_name(name, path, kind)) names.push_back(fmt::format("{}/{}", parent, name));
  }
  for (const std::string& name : names) {
    const Descriptor fd(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd.get() >= 0 && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) sweep(name);
  }
}

}  // namespace lemma::io
