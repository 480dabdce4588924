#include "lemma/io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

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

Descriptor::~Descriptor() { close(); }

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
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

void sync_directory(const std::string& directory, const std::string& path) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 && errno == EACCES) return;
  if ((fd.get() < 0 || ::fsync(fd.get()) != 0) && errno != EINVAL && errno != ENOTSUP && errno != ENOSYS)
    throw IoError(path, "cannot be put on the disk: " + reason(errno));
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string trimmed(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string resolve(const std::string& path) {
  std::string name = trimmed(path);
  char real[PATH_MAX];
  for (int links = 0; links < 40; ++links) {
    if (::realpath(name.c_str(), real)) return real;
    std::error_code error;
    const std::string to = std::filesystem::read_symlink(name, error);
    if (error) break;
    name = trimmed(to.starts_with('/') ? to : join(parent_of(name), to));
  }
  if (!::realpath(parent_of(name).c_str(), real)) return name;
  return join(real, name.substr(name.find_last_of('/') + 1));
}

bool is_same(int fd, const std::string& path) {
  struct stat a, b;
  return ::fstat(fd, &a) == 0 && ::lstat(path.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void keep_rights(const std::string& replaced, const std::string& by) {
  struct stat info;
  if (::stat(replaced.c_str(), &info) != 0) return;
  if (::chown(by.c_str(), info.st_uid, info.st_gid) != 0 && ::chown(by.c_str(), uid_t(-1), info.st_gid) != 0)
    errno = 0;                                // only root may give files away
  ::chmod(by.c_str(), info.st_mode & 07777);  // after chown, which may clear bits
}

namespace {
// What was read from pipes while a ReadOnce lives.
std::mutex pipes_mutex;
int pipes_kept = 0;
std::map<std::string, std::string> pipes;

const std::string* kept(const std::string& path) {
  const std::lock_guard lock(pipes_mutex);
  const auto found = pipes.find(path);
  return found == pipes.end() ? nullptr : &found->second;
}

void keep(const std::string& path, const std::string& text) {
  const std::lock_guard lock(pipes_mutex);
  if (pipes_kept > 0) pipes[path] = text;
}
}  // namespace

ReadOnce::ReadOnce() {
  const std::lock_guard lock(pipes_mutex);
  ++pipes_kept;
}

ReadOnce::~ReadOnce() {
  const std::lock_guard lock(pipes_mutex);
  if (--pipes_kept == 0) pipes.clear();
}

std::string read_file(const std::string& path, size_t max_bytes) {
  if (const std::string* before = kept(path)) return *before;
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
    if (got < chunk) break;
  }
  struct stat info;
  if (::fstat(fd.get(), &info) == 0 && !S_ISREG(info.st_mode)) keep(path, text);
  return text;
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

bool is_file(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
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
