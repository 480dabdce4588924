// What is in a directory. Not by std::filesystem, whose iterators abort the program where they find no memory.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "io/system.h"

namespace lemma::io {
namespace {

struct Close {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// Calls visit(fd, name) for each entry of what `fd` is, and closes it; false, with errno, where they cannot be read.
template <class Visit>
bool for_each_entry(int fd, const Visit& visit) {
  if (fd < 0) return false;
  const std::unique_ptr<DIR, Close> directory(::fdopendir(fd));
  if (!directory) {
    const int why = errno;
    ::close(fd);
    errno = why;
    return false;
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (!entry) return errno == 0;
    const char* name = entry->d_name;
    const bool itself = name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
    if (!itself) visit(fd, name);
  }
}

int open_directory(int at, const char* name) {
  return ::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void remove_entry(int at, const char* name) noexcept {
  if (::unlinkat(at, name, 0) == 0) return;
  const int fd = open_directory(at, name);
  if (fd < 0) return;
  for_each_entry(fd, remove_entry);
  ::unlinkat(at, name, AT_REMOVEDIR);
}

}  // namespace

std::vector<std::string> entries_of(const std::string& directory, int& error) {
  std::vector<std::string> names;
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  error = for_each_entry(fd, [&](int, const char* name) { names.emplace_back(name); }) ? 0 : errno;
  std::sort(names.begin(), names.end());
  return names;
}

void remove_all(const std::string& path) noexcept { remove_entry(AT_FDCWD, path.c_str()); }

}  // namespace lemma::io
