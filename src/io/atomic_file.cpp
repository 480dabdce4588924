#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "io/system.h"
#include "lemma/core/error.h"
#include "lemma/io/files.h"

namespace lemma::io {

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  if (path.empty()) throw IoError("file", "the path is empty; name a file to write");
  struct stat info;
  const bool there = ::stat(path.c_str(), &info) == 0;
  if (there && S_ISDIR(info.st_mode)) throw IoError(path, "is a directory; name a file to write");
  if (there && !S_ISREG(info.st_mode)) {  // renaming over a device would replace the device itself
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    target_ = resolve(path);
    for_abandoned_siblings(target_, "tmp", [](const std::string& left) { ::unlink(left.c_str()); });
    Sibling made = make_sibling(target_, "tmp", [&](const std::string& name) {
      return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, there ? 0600 : 0666);
    });
    temporary_ = std::move(made.path);
    descriptor_ = made.fd;
    if (descriptor_ >= 0 && there) keep_rights(target_, temporary_);
  }
  if (descriptor_ < 0) fail(errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t bytes) {
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::write(descriptor_, from, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno);
    from += n;
    bytes -= static_cast<size_t>(n);
    written_ += static_cast<size_t>(n);
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail(errno);
  const Descriptor lock(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));  // the temporary stays ours until it is renamed
  const int closing = descriptor_;
  descriptor_ = -1;
  if (::close(closing) != 0) fail(errno);
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();
  sync_directory(parent_of(target_), path_);
}

void AtomicFile::fail(int error) {
  // A throwing constructor runs no destructor, so what is open is closed here.
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  descriptor_ = -1;
  temporary_.clear();
  throw IoError(path_, fmt::format("cannot be written{}: {}", written_ ? fmt::format(" past byte {}", written_) : "",
                                   reason(error)));
}

}  // namespace lemma::io
