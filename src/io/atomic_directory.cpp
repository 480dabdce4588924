#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "io/system.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::io {
namespace fs = std::filesystem;

namespace {

// The name that a directory has between the two renames of a file system that cannot exchange names.
std::string set_aside(const std::string& target) {
  return fmt::format("{}/.{}.old", parent_of(target), target.substr(target.find_last_of('/') + 1));
}

bool exchange_names(const std::string& a, const std::string& b) {
#if defined(SYS_renameat2)
  constexpr unsigned kExchange = 2;  // RENAME_EXCHANGE; not every libc's header names it
  return ::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), kExchange) == 0;
#else
  return false;
#endif
}

// The names in a directory, sorted.
std::vector<std::string> names_in(const std::string& path, const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename());
  if (error) throw IoError(path, "cannot be read: " + reason(error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

bool is_mount_point(const std::string& directory) {
#if defined(STATX_ATTR_MOUNT_ROOT)
  struct statx info;
  return ::statx(AT_FDCWD, directory.c_str(), 0, STATX_BASIC_STATS, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#else
  return false;
#endif
}

// Refuses what cannot or should not be replaced by a saved directory.
void check_target(const std::string& path, const std::string& target, const std::vector<std::string>& owned) {
  if (!exists(target)) return;
  if (!is_directory(target)) throw IoError(path, "is a file; name a directory to save into");
  const std::vector<std::string> names = names_in(path, target);
  const auto is_owned = [&owned](const std::string& name) {
    return std::find(owned.begin(), owned.end(), name) != owned.end();
  };
  if (!names.empty() && std::none_of(names.begin(), names.end(), is_owned))
    throw IoError(path,
                  fmt::format("holds {} but nothing that was saved there before; name a new or an empty directory",
                              words::quote(names.front())));
  if (is_mount_point(target))
    throw IoError(path, "is a mount point, which cannot be replaced as a whole; name a directory inside it");
}

}  // namespace

AtomicDirectory::AtomicDirectory(const std::string& path, std::vector<std::string> owned)
    : path_(path), owned_(std::move(owned)) {
  if (path.empty()) throw IoError("directory", "the path is empty; name a directory to save into");
  recover_directory(path);
  target_ = resolve(path);
  check_target(path, target_, owned_);
  std::error_code error;
  fs::create_directories(parent_of(target_), error);
  if (error) throw IoError(path, "cannot be created: " + reason(error.value()));
  target_ = resolve(path);
  temporary_ = sibling(target_, "saving");
  if (::mkdir(temporary_.c_str(), 0777) != 0) {
    const int why = errno;
    temporary_.clear();
    throw IoError(path, "cannot be written: " + reason(why));
  }
}

AtomicDirectory::~AtomicDirectory() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

std::string AtomicDirectory::file(const std::string& name) const { return join(temporary_, name); }

void AtomicDirectory::write(const std::string& name, std::string_view contents) {
  write(name, [&](const std::string& path) { write_file(path, contents); });
}

void AtomicDirectory::write(const std::string& name, const std::function<void(const std::string& path)>& writer) {
  try {
    writer(file(name));
  } catch (const IoError& error) {  // the user knows the directory by its own name
    throw IoError(join(path_, name), error.message());
  }
}

void AtomicDirectory::commit() {
  sync_directory(temporary_);
  std::string old;  // where the replaced directory is afterwards
  if (!exists(target_)) {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw IoError(path_, "cannot be written: " + reason(errno));
  } else if (exchange_names(temporary_, target_)) {
    old = temporary_;
  } else {
    old = set_aside(target_);
    if (::rename(target_.c_str(), old.c_str()) != 0) throw IoError(path_, "cannot be replaced: " + reason(errno));
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
      const int why = errno;
      ::rename(old.c_str(), target_.c_str());
      throw IoError(path_, "cannot be written: " + reason(why));
    }
  }
  temporary_.clear();
  sync_directory(parent_of(target_));
  if (old.empty()) return;
  keep_foreign_files(old);
  std::error_code ignored;
  fs::remove_all(old, ignored);
}

void AtomicDirectory::keep_foreign_files(const std::string& old_directory) {
  for (const std::string& name : names_in(path_, old_directory)) {
    if (std::find(owned_.begin(), owned_.end(), name) != owned_.end()) continue;
    if (exists(join(target_, name))) continue;
    if (::rename(join(old_directory, name).c_str(), join(target_, name).c_str()) != 0)
      throw IoError(path_, fmt::format("{} could not be moved to the new save and stays in {}", words::quote(name),
                                       words::quote(old_directory)));
  }
}

void check_can_save(const std::string& path, const std::vector<std::string>& owned, size_t bytes) {
  // Parents that did not exist are made for the trial and removed again, deepest first.
  std::vector<std::string> made;
  for (std::string parent = parent_of(resolve(path)); !exists(parent); parent = parent_of(parent))
    made.push_back(parent);
  const auto clean = [&made] {
    for (const std::string& directory : made) ::rmdir(directory.c_str());
  };
  try {
    AtomicDirectory trial(path, owned);
    trial.write("trial", "x");
    const std::string inside = trial.file("");
    struct statvfs space;
    const size_t available = ::statvfs(inside.c_str(), &space) == 0 ? size_t{space.f_bavail} * space.f_frsize : bytes;
    if (available < bytes)
      throw IoError(path,
                    fmt::format("has {} bytes free, but about {} are needed; free some space or choose another place",
                                available, bytes));
  } catch (...) {
    clean();
    throw;
  }
  clean();
}

void recover_directory(const std::string& path) {
  const std::string target = resolve(path);
  if (!exists(target) && is_directory(set_aside(target))) ::rename(set_aside(target).c_str(), target.c_str());
}

}  // namespace lemma::io
