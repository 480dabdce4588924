#include "lemma/io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "io/system.h"
#include "lemma/core/error.h"

namespace lemma::io {

std::string reason(int error) {
  const std::string words = std::strerror(error);
  switch (error) {
    case ENOENT:
      return words + "; check the path";
    case ENOSPC:
    case EDQUOT:
      return words + "; free some space or choose another place";
    case EFBIG:
      return words + "; raise the file size limit (ulimit -f) or choose another place";
    case EACCES:
    case EPERM:
      return words + "; change its permissions or choose another place";
    case EROFS:
      return words + "; choose a place that can be written";
    case ENOTDIR:
      return words + "; a part of the path is a file";
    default:
      return words;
  }
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int open_for_reading(const std::string& path) {
  if (is_directory(path)) throw IoError(path, "is a directory; give a file");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw IoError(path, "cannot be opened: " + reason(errno));
  return fd;
}

size_t read_fully(int fd, const std::string& path, void* into, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::read(fd, static_cast<char*>(into) + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw IoError(path, "cannot be read: " + reason(errno));
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

void sync_directory(const std::string& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string resolve(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  char real[PATH_MAX];
  if (::realpath(trimmed.c_str(), real)) return real;
  const std::string parent = parent_of(trimmed);
  if (!::realpath(parent.c_str(), real)) return trimmed;
  return join(real, trimmed.substr(trimmed.find_last_of('/') + 1));
}

std::string sibling(const std::string& path, const char* kind) {
  static std::atomic<int> count{0};
  return fmt::format("{}/.{}.{}-{}-{}", parent_of(path), path.substr(path.find_last_of('/') + 1), kind, ::getpid(),
                     ++count);
}

std::string read_file(const std::string& path, size_t max_bytes) {
  const Descriptor fd(open_for_reading(path));
  // A pipe or a device does not know its size, so the text grows until nothing more comes.
  std::string text;
  for (size_t chunk = size_t{1} << 16;; chunk *= 2) {
    const size_t before = text.size();
    text.resize(before + chunk);
    const size_t got = read_fully(fd.get(), path, text.data() + before, chunk);
    text.resize(before + got);
    if (text.size() > max_bytes)
      throw IoError(path, fmt::format("holds more than {} bytes; split it into smaller files", max_bytes));
    if (got < chunk) return text;
  }
}

void write_file(const std::string& path, std::string_view contents) {
  AtomicFile file(path);
  file.write(contents.data(), contents.size());
  file.commit();
}

bool exists(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0;
}

bool is_directory(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string join(const std::string& directory, const std::string& name) {
  if (directory.empty()) return name;
  return directory.back() == '/' ? directory + name : directory + '/' + name;
}

}  // namespace lemma::io
