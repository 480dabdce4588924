#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <regex>

#include <fmt/format.h>

#include "io/system.h"

namespace lemma::io {

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
    Sibling made{fmt::format("{}/{}{}-{}", parent_of(path), beginning(path, kind), ::getpid(), ++count), -1};
    made.fd = make(made.path);  // from here on nothing throws: what is made must not be lost
    if (made.fd < 0 && errno == EEXIST) continue;
    if (made.fd < 0) return {};
    const bool locked = ::flock(made.fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // or there are no locks here
    if (locked && is_same(made.fd, made.path)) return made;
    ::close(made.fd);  // swept away before it was locked
  }
}

void for_abandoned_siblings(const std::string& path, const char* kind,
                            const std::function<void(const std::string&)>& sweep) {
  const std::string parent = parent_of(path);
  int ignored = 0;
  for (const std::string& entry : entries_of(parent, ignored)) {
    if (!is_sibling_name(entry, path, kind)) continue;
    const std::string name = fmt::format("{}/{}", parent, entry);
    const Descriptor fd(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd.get() >= 0 && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) sweep(name);
  }
}

}  // namespace lemma::io
