#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

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
  int error = 0;
  std::vector<std::string> names = entries_of(directory, error);
  if (error != 0) throw IoError(path, "cannot be read: " + reason(error));
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

// A file of ours, or half of one, which a process that was killed while it wrote the file has left.
bool is_owned(const std::vector<std::string>& owned, const std::string& name) {
  return std::any_of(owned.begin(), owned.end(),
                     [&](const std::string& ours) { return name == ours || is_sibling_name(name, ours, "tmp"); });
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat one, other;
  return ::lstat(a.c_str(), &one) == 0 && ::lstat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// Refuses what cannot or should not be replaced by a saved directory.
void check_target(const std::string& path, const std::string& target, const std::vector<std::string>& owned) {
  std::error_code none;
  const std::string link = fs::read_symlink(trimmed(path), none);
  if (!none && !exists(path))
    throw IoError(path, fmt::format("is a link to {}, which is not there; make that directory or name another place",
                                    words::quote(link)));
  if (!exists(target)) return;
  if (!is_directory(target)) throw IoError(path, "is a file; name a directory to save into");
  const std::vector<std::string> names = names_in(path, target);
  if (!names.empty() &&
      std::none_of(names.begin(), names.end(), [&](const std::string& name) { return is_owned(owned, name); }))
    throw IoError(path,
                  fmt::format("holds {} but nothing that was saved there before; name a new or an empty directory",
                              words::quote(names.front())));
  if (is_mount_point(target))
    throw IoError(path, "is a mount point, which cannot be replaced as a whole; name a directory inside it");
  if (::access(target.c_str(), W_OK) != 0) throw IoError(path, "cannot be written: " + reason(errno));
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
  sweep_leftovers();
  const mode_t mode = exists(target_) ? 0700 : 0777;  // commit() gives it the old one's
  Sibling made = make_sibling(target_, "saving", [mode](const std::string& name) {
    if (::mkdir(name.c_str(), mode) != 0) return -1;
    const int fd = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) ::rmdir(name.c_str());
    return fd;
  });
  if (made.fd < 0) throw IoError(path, "cannot be written: " + reason(errno));
  temporary_ = std::move(made.path);
  lock_ = made.fd;
}

AtomicDirectory::~AtomicDirectory() {
  if (!temporary_.empty()) remove_all(temporary_);
  if (lock_ >= 0) ::close(lock_);
}

// What a killed process left is a save that it had not finished, or the old directory that it had replaced, in which
// the user's files still are.
void AtomicDirectory::sweep_leftovers() {
  const auto sweep = [this](const std::string& left) {
    if (!is_directory(left)) return;
    const std::vector<std::string> names = names_in(path_, left);
    const bool all_owned =
        std::all_of(names.begin(), names.end(), [this](const std::string& name) { return is_owned(owned_, name); });
    if (!all_owned && !exists(target_)) return;  // there is nowhere to move the user's files yet
    if (!all_owned) keep_foreign_files(left);
    remove_all(left);
  };
  for_abandoned_siblings(target_, "saving", sweep);
  if (exists(target_)) sweep(set_aside(target_));  // otherwise it is what recover_directory() puts back
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
  for (const std::string& name : names_in(path_, temporary_)) {
    if (!is_owned(owned_, name)) owned_.push_back(name);
    keep_rights(join(target_, name), join(temporary_, name));
  }
  // The user's files are in both directories while their names are exchanged, so that no kill parts them from the save.
  if (exists(target_))
    for (const std::string& name : names_in(path_, target_))
      if (!is_owned(owned_, name) && ::link(join(target_, name).c_str(), join(temporary_, name).c_str()) != 0)
        continue;  // a directory, or no links here: it is moved when the names are exchanged
  keep_rights(target_, temporary_);
  sync_directory(temporary_, path_);
  const std::string old = swap_in();
  temporary_.clear();
  if (!old.empty()) keep_foreign_files(old);
  sync_directory(parent_of(target_), path_);  // until then the old directory may be the only one on the disk
  if (!old.empty()) remove_all(old);
  sweep_leftovers();
}

// Puts the new directory in the old one's place; returns where the old one is afterwards, if there was one.
std::string AtomicDirectory::swap_in() {
  const std::string aside = set_aside(target_);
  for (int attempt = 0;; ++attempt) {
    if (!exists(target_)) {
      if (::rename(temporary_.c_str(), target_.c_str()) == 0) return "";
      throw IoError(path_, "cannot be written: " + reason(errno));
    }
    if (exchange_names(temporary_, target_)) return temporary_;
    if (::rename(target_.c_str(), aside.c_str()) != 0) throw IoError(path_, "cannot be replaced: " + reason(errno));
    if (::rename(temporary_.c_str(), target_.c_str()) == 0) return aside;
    const int why = errno;
    ::rename(aside.c_str(), target_.c_str());
    // A reader that saw neither name has put the old directory back: again.
    if ((why != ENOTEMPTY && why != EEXIST) || attempt == 3) throw IoError(path_, "cannot be written: " + reason(why));
  }
}

void AtomicDirectory::keep_foreign_files(const std::string& old_directory) {
  for (const std::string& name : names_in(path_, old_directory)) {
    if (is_owned(owned_, name)) continue;
    std::string to = join(target_, name);
    if (is_same_file(join(old_directory, name), to)) continue;
    for (int i = 2; exists(to); ++i) to = join(target_, fmt::format("{} ({})", name, i));
    if (::rename(join(old_directory, name).c_str(), to.c_str()) != 0 && errno != ENOENT)
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
    // Under a name of ours: what a kill leaves of it is then swept, and not taken for the user's.
    trial.write(owned.empty() ? "trial" : owned.front(), "x");
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
