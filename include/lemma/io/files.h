#pragma once
/// Files that are read whole and written whole: after a crash or on a full disk the old contents remain, never half of
/// the new.
///
/// Everything here throws IoError whose where() is the path.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::io {

/// The bytes of a file, a pipe or a device. Refuses directories and more than `max_bytes`.
std::string read_file(const std::string& path, size_t max_bytes = size_t{1} << 30);

/// While one lives, what read_file() reads from a pipe or a device is kept, and reading that path again gives it again.
class ReadOnce {
 public:
  ReadOnce();
  ~ReadOnce();
  ReadOnce(const ReadOnce&) = delete;
  ReadOnce& operator=(const ReadOnce&) = delete;
};

/// Replaces `path` with `contents` in one step (AtomicFile).
void write_file(const std::string& path, std::string_view contents);

/// A file that appears under its name only when it is complete and on the disk.
///
/// Writes go to a temporary file beside `path`; commit() syncs it, renames it over `path` and syncs the directory.
/// Without commit() the temporary is removed; one that a killed process left goes with the next write. A file that is
/// replaced keeps its mode and owner. Where `path` is a device or a pipe (/dev/stdout), writes go straight to
/// it.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(const void* data, size_t bytes);  ///< appends; throws IoError, as commit() does
  void commit();                               ///< lets the file appear under its name

 private:
  [[noreturn]] void fail(int error);
  std::string path_;       // as the caller names it, for messages
  std::string target_;     // with symbolic links resolved
  std::string temporary_;  // empty: writing straight to a device
  int descriptor_ = -1;
  size_t written_ = 0;
};

/// A directory that is replaced as a whole: what `lemma train --out DIR` saves into.
///
/// The files are written into a hidden sibling directory; commit() swaps the two names in one step, so a reader or a
/// crash sees the old directory or the new one. Files in the old one that are not listed in `owned` are the user's and
/// move into the new one; directory and files keep their mode and owner. What a killed process left beside it goes with
/// the next save, and the user's files in there are moved back.
///   io::AtomicDirectory out("models/mine", {"config.json", "model.safetensors"});
///   out.write("config.json", text);
///   out.write("model.safetensors", [&](const std::string& file) { io::save_safetensors(file, tensors); });
///   out.commit();
class AtomicDirectory {
 public:
  /// Creates the sibling at once, so a place that cannot be written to is reported before any work is done. Refuses a
  /// directory that holds files but none of `owned`: it is somebody's data, not an older save.
  AtomicDirectory(const std::string& path, std::vector<std::string> owned);
  ~AtomicDirectory();  ///< removes the sibling unless committed
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;
  /// Where to write the directory's file `name`.
  std::string file(const std::string& name) const;
  void write(const std::string& name, std::string_view contents);  ///< the file `name`, whole; throws IoError
  /// Lets `writer` make the file at the path it is given; its IoError then names the directory as the user does.
  void write(const std::string& name, const std::function<void(const std::string& path)>& writer);
  void commit();  ///< lets the directory take the place of the old one

 private:
  void sweep_leftovers();
  std::string swap_in();
  void keep_foreign_files(const std::string& old_directory);
  std::string path_, target_, temporary_;
  std::vector<std::string> owned_;
  int lock_ = -1;  // on the sibling, while this process lives
};

/// Throws unless AtomicDirectory(path, owned) could save about `bytes` there now. Leaves nothing behind.
/// Call it before training: it is better to learn of an unwritable or full place before than after.
void check_can_save(const std::string& path, const std::vector<std::string>& owned, size_t bytes);

/// Keeps a directory to one run, which saves into it time and again. The lock is a hidden file beside it,
/// ".<name>.lock", and dies with its process; where the system has no locks, there is none.
class DirectoryLock {
 public:
  /// Makes missing parents. Throws IoError if another process holds the lock.
  explicit DirectoryLock(const std::string& path);
  ~DirectoryLock();  ///< also removes the parents that it made, where they are empty
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  std::string file_;
  std::vector<std::string> made_;
  int fd_ = -1;
};

/// If a save was cut off between its two renames (on file systems that cannot exchange names), puts the old directory
/// back; otherwise does nothing. Loaders call it first.
void recover_directory(const std::string& path);

/// Whether anything is there, a link followed.
bool exists(const std::string& path);
/// A plain file: no directory, pipe or device.
bool is_file(const std::string& path);
bool is_directory(const std::string& path);  ///< a link followed
/// "dir/name", with one slash.
std::string join(const std::string& directory, const std::string& name);

}  // namespace lemma::io
