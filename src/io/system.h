#pragma once
// What the files of src/io share: error sentences from errno, and descriptors that close themselves.

#include <functional>
#include <string>
#include <vector>

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
  void close();

 private:
  int fd_;
};

/// Opens for reading and returns the descriptor. Throws IoError for a missing file or a directory.
int open_for_reading(const std::string& path);
/// Reads up to `bytes`, fewer only at the end of the file; returns how many. Throws IoError.
size_t read_fully(int fd, const std::string& path, void* into, size_t bytes);
/// Puts a directory's entries on the disk. Throws IoError naming `path` where that fails; file systems that do not
/// offer it are left alone, as is a directory that may be written to but not read.
void sync_directory(const std::string& directory, const std::string& path);
/// The names in a directory, sorted; `error` is 0, or says why it cannot be read.
std::vector<std::string> entries_of(const std::string& directory, int& error);
/// Removes a file, or a directory and all in it, as far as the system lets us. Asks for no memory of ours.
void remove_all(const std::string& path) noexcept;
/// The directory that holds `path`: "." for a bare name.
std::string parent_of(const std::string& path);
/// `path` without slashes at its end.
std::string trimmed(std::string path);
/// `path` with symbolic links resolved, also where nothing is there yet.
std::string resolve(const std::string& path);
/// Whether `fd` is what `path` names now.
bool is_same(int fd, const std::string& path);
/// Gives a new file or directory the mode of the one that it replaces, and its owner where the system lets us.
void keep_rights(const std::string& replaced, const std::string& by);

/// A hidden name beside a path, "<parent>/.<name>.<kind>-<process>-<count>", and what its writer made there. The open
/// descriptor holds a lock that dies with its process, whose number may come again: in a container it always does.
struct Sibling {
  std::string path;
  int fd = -1;  ///< -1: `make` failed, with errno
};
/// Is it a name that such a sibling of `path` has?
bool is_sibling_name(const std::string& name, const std::string& path, const char* kind);
/// Makes one under a name that is free. `make` returns a descriptor, or -1.
Sibling make_sibling(const std::string& path, const char* kind, const std::function<int(const std::string&)>& make);
/// Calls `sweep` with each sibling whose writer is dead, while nobody else can take it.
void for_abandoned_siblings(const std::string& path, const char* kind,
                            const std::function<void(const std::string&)>& sweep);

}  // namespace lemma::io
