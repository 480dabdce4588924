#pragma once
// What the files of src/io share: error sentences from errno, and descriptors that close themselves.

#include <string>

namespace lemma::io {

/// "No space left on device; free some space or choose another place": the system's words and what to do.
std::string reason(int error);

/// A file descriptor that closes itself; -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Opens for reading and returns the descriptor. Throws IoError for a missing file or a directory.
int open_for_reading(const std::string& path);
/// Reads up to `bytes`, fewer only at the end of the file; returns how many. Throws IoError.
size_t read_fully(int fd, const std::string& path, void* into, size_t bytes);
/// Asks the system to put a directory's entries on the disk; file systems that cannot are left alone.
void sync_directory(const std::string& directory);
/// The directory that holds `path`: "." for a bare name.
std::string parent_of(const std::string& path);
/// `path` with symbolic links resolved; where nothing is there yet, its parent's are.
std::string resolve(const std::string& path);
/// "<parent>/.<name>.<kind>-<process>-<count>": a hidden sibling that no other writer uses.
std::string sibling(const std::string& path, const char* kind);

}  // namespace lemma::io
