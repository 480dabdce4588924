#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "io/system.h"
#include "lemma/core/error.h"
#include "lemma/io/files.h"

namespace lemma::io {

DirectoryLock::DirectoryLock(const std::string& path) {
  for (std::string parent = parent_of(resolve(path)); !exists(parent); parent = parent_of(parent))
    made_.push_back(parent);
  std::error_code error;
  std::filesystem::create_directories(parent_of(resolve(path)), error);
  const std::string target = resolve(path);
  file_ = fmt::format("{}/.{}.lock", parent_of(target), target.substr(target.find_last_of('/') + 1));
  for (;;) {
    // Where it cannot be made, nothing can be saved either, and the check of the place says why.
    fd_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd_ < 0) return;
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(fd_);
      throw IoError(path, "is in use by another run; wait for its end or name another directory");
    }
    if (is_same(fd_, file_)) return;
    ::close(fd_);  // the run before removed it in between
  }
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) {
    ::unlink(file_.c_str());
    ::close(fd_);
  }
  for (const std::string& directory : made_) ::rmdir(directory.c_str());
}

}  // namespace lemma::io
