// Saving where processes die, disks fail and people keep their own files: nothing is lost, and what is left is swept.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <functional>
#include <string_view>

#include "lemma/core/error.h"
#include "lemma/io/files.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;
namespace fs = std::filesystem;

namespace {

bool fail_directory_fsync = false, die_at_fsync = false, die_when_notes_move = false;

const std::vector<std::string> kOwned = {"config.json", "model.bin"};

void save(const std::string& directory, const std::string& text) {
  io::AtomicDirectory out(directory, kOwned);
  out.write("config.json", text);
  out.write("model.bin", text);
  out.commit();
}

mode_t mode_of(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

// From here on this process cannot exchange names, as on a file system that lacks it.
bool forbid_exchange() {
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 3),
                         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[4])),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{6, steps};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// The exit status of `work` in a child process.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

// The system's, with a disk that fails when a test wants it to.
extern "C" int fsync(int fd) {
  struct stat info;
  if (die_at_fsync) ::raise(SIGKILL);
  if (fail_directory_fsync && ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (die_when_notes_move && std::string_view(from).ends_with("/notes.txt")) ::raise(SIGKILL);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

TEST_CASE("a user's file is never parted from the directory, whenever the save is killed") {
  TempDir dir;
  save(dir / "m", "one");
  io::write_file(dir / "m/notes.txt", "mine");
  const int status = in_child([&] {
    die_when_notes_move = true;
    save(dir / "m", "two");
    return 0;
  });
  CHECK(status == 0);
  CHECK(io::read_file(dir / "m/config.json") == "two");
  CHECK(io::read_file(dir / "m/notes.txt") == "mine");
  CHECK(std::distance(fs::directory_iterator(dir / "m"), fs::directory_iterator()) == 3);
}

TEST_CASE("what killed processes left is swept by the next save, and the user's files in it come back") {
  TempDir dir;
  save(dir / "m", "one");
  // In a container each process has the same number, so the names that this one will choose are taken.
  for (int i = 1; i <= 200; ++i) {
    const std::string left = dir / ".m.saving-" + std::to_string(::getpid()) + "-" + std::to_string(i);
    fs::create_directory(left);
    io::write_file(left + "/config.json", "half");
  }
  const std::string replaced = dir / ".m.saving-7-1";
  fs::create_directory(replaced);
  io::write_file(replaced + "/notes.txt", "mine");
  io::write_file(replaced + "/model.bin", "old");
  fs::create_directory(dir / ".m.saving-backup");  // no name of ours
  save(dir / "m", "two");
  CHECK(io::read_file(dir / "m/config.json") == "two");
  CHECK(io::read_file(dir / "m/notes.txt") == "mine");
  CHECK(dir.entries() == 2);
}

TEST_CASE("a user's file that is in both a leftover and the directory is kept twice") {
  TempDir dir;
  save(dir / "m", "one");
  io::write_file(dir / "m/notes.txt", "new");
  fs::create_directory(dir / ".m.saving-7-1");
  io::write_file(dir / ".m.saving-7-1/notes.txt", "old");
  save(dir / "m", "two");
  CHECK(io::read_file(dir / "m/notes.txt") == "new");
  CHECK(io::read_file(dir / "m/notes.txt (2)") == "old");
}

TEST_CASE("a user's file waits in a leftover as long as there is no directory for it") {
  TempDir dir;
  fs::create_directory(dir / ".m.saving-7-1");
  io::write_file(dir / ".m.saving-7-1/notes.txt", "mine");
  save(dir / "m", "one");
  CHECK(io::read_file(dir / "m/notes.txt") == "mine");
  CHECK(dir.entries() == 1);
}

TEST_CASE("half a file that a killed save left is swept, and not taken for the user's") {
  for (const bool at_check : {false, true}) {
    CAPTURE(at_check);
    TempDir dir;
    save(dir / "m", "one");
    const int status = in_child([&] {
      die_at_fsync = true;
      at_check ? io::check_can_save(dir / "m", kOwned, 1) : save(dir / "m", "two");
      return 0;
    });
    CHECK(status == 128 + SIGKILL);
    CHECK(dir.entries() == 2);
    // Such halves came into a model by the next save once; files that only look alike are the user's.
    io::write_file(dir / "m/.model.bin.tmp-7-1", "half");
    io::write_file(dir / "m/.model.bin.tmp-notes", "mine");
    save(dir / "m", "three");
    CHECK(dir.entries() == 1);
    CHECK(std::distance(fs::directory_iterator(dir / "m"), fs::directory_iterator()) == 3);
    CHECK(io::read_file(dir / "m/.model.bin.tmp-notes") == "mine");
  }
}

TEST_CASE("what a living process is writing is left alone") {
  TempDir dir;
  io::AtomicDirectory slow(dir / "m", kOwned);
  io::AtomicFile file(dir / "x");
  slow.write("config.json", "slow");
  file.write("slow", 4);
  save(dir / "m", "quick");
  io::write_file(dir / "x", "quick");
  slow.commit();
  file.commit();
  CHECK(io::read_file(dir / "m/config.json") == "slow");
  CHECK(io::read_file(dir / "x") == "slow");
  CHECK(dir.entries() == 2);
}

TEST_CASE("half a file of a killed process is swept by the next write of that file") {
  TempDir dir;
  for (int i = 1; i <= 200; ++i)
    io::write_file(dir / ".page.tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i), "half");
  io::write_file(dir / ".page.tmp-notes", "mine");
  io::write_file(dir / "page", "whole");
  CHECK(io::read_file(dir / "page") == "whole");
  CHECK(dir.entries() == 2);
}

TEST_CASE("a file system that cannot exchange names is not blocked by what a killed save left there") {
  TempDir dir;
  save(dir / "m", "one");
  save(dir / ".m.old", "zero");
  io::write_file(dir / ".m.old/notes.txt", "mine");
  const int status = in_child([&] {
    if (!forbid_exchange()) return 77;
    save(dir / "m", "two");
    save(dir / "m", "three");
    return 0;
  });
  if (status == 77) return;  // no such filter here
  CHECK(status == 0);
  CHECK(io::read_file(dir / "m/config.json") == "three");
  CHECK(io::read_file(dir / "m/notes.txt") == "mine");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a save keeps the mode and the owner of the directory and of its files") {
  TempDir dir;
  save(dir / "m", "one");
  ::chmod((dir / "m").c_str(), 02700);
  ::chmod((dir / "m/model.bin").c_str(), 0640);
  const bool root = ::geteuid() == 0;
  if (root) CHECK(::chown((dir / "m").c_str(), 1234, 2345) == 0);
  if (root) ::chmod((dir / "m").c_str(), 02700);
  if (root) CHECK(::chown((dir / "m/model.bin").c_str(), 1234, 2345) == 0);
  save(dir / "m", "two");
  CHECK(mode_of(dir / "m") == 02700);
  CHECK(mode_of(dir / "m/model.bin") == 0640);
  for (const char* name : {"m", "m/model.bin"}) {
    struct stat info;
    REQUIRE(::stat((dir / name).c_str(), &info) == 0);
    CHECK(info.st_uid == (root ? 1234 : ::geteuid()));
    if (root) CHECK(info.st_gid == 2345);
  }
  io::write_file(dir / "m/model.bin", "three");
  CHECK(mode_of(dir / "m/model.bin") == 0640);
}

TEST_CASE("a directory that its user has made read-only is not replaced") {
  TempDir dir;
  const int status = in_child([&] {
    ::chmod(dir.path.c_str(), 0777);
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 77;
    save(dir / "m", "one");
    ::chmod((dir / "m").c_str(), 0555);
    const std::string text = error_of<IoError>([&] { io::check_can_save(dir / "m", kOwned, 1); });
    return text == "[" + (dir / "m") +
                       "] cannot be written: Permission denied; change its permissions or choose another place"
               ? 0
               : 1;
  });
  CHECK((status == 0 || status == 77));
}

TEST_CASE("a link that leads nowhere is refused as a directory before anything is done, and followed as a file") {
  TempDir dir;
  fs::create_symlink("gone/models", dir / "m");
  for (const char* name : {"m", "m/"})
    CHECK(error_of<IoError>([&] { io::check_can_save(dir / name, kOwned, 1); }) ==
          "[" + (dir / name) +
              "] is a link to 'gone/models', which is not there; make that directory or name another place");
  CHECK(dir.entries() == 1);
  fs::create_symlink("real", dir / "link");
  io::write_file(dir / "link", "text");
  CHECK(fs::is_symlink(dir / "link"));
  CHECK(io::read_file(dir / "real") == "text");
  fs::create_symlink("round", dir / "round");
  CHECK(error_of<IoError>([&] { io::check_can_save(dir / "round", kOwned, 1); }).find("is a link to 'round'") !=
        std::string::npos);
}

TEST_CASE("a disk that does not take a directory's entries is an error") {
  TempDir dir;
  save(dir / "m", "one");
  fail_directory_fsync = true;
  const std::string directory = error_of<IoError>([&] { save(dir / "m", "two"); });
  const std::string file = error_of<IoError>([&] { io::write_file(dir / "x", "text"); });
  fail_directory_fsync = false;
  CHECK(directory == "[" + (dir / "m/config.json") + "] cannot be put on the disk: Input/output error");
  CHECK(file == "[" + (dir / "x") + "] cannot be put on the disk: Input/output error");
  CHECK(io::read_file(dir / "m/config.json") == "one");
}

TEST_CASE("a directory is kept to one run for as long as that lives") {
  TempDir dir;
  const std::string taken =
      "[" + (dir / "a/m") + "] is in use by another run; wait for its end or name another directory";
  {
    const io::DirectoryLock lock(dir / "a/m");
    CHECK(error_of<IoError>([&] { io::DirectoryLock(dir / "a/m"); }) == taken);
    CHECK(in_child([&] { return error_of<IoError>([&] { io::DirectoryLock(dir / "a/m"); }) == taken ? 0 : 1; }) == 0);
    CHECK_NOTHROW(io::DirectoryLock(dir / "a/other"));
  }
  CHECK(dir.entries() == 0);
  CHECK(in_child([&] {
          const io::DirectoryLock lock(dir / "m");
          ::raise(SIGKILL);
          return 0;
        }) == 128 + SIGKILL);
  { CHECK_NOTHROW(io::DirectoryLock(dir / "m")); }
  CHECK(dir.entries() == 0);
}

TEST_CASE("a pipe can be read twice while its contents are kept") {
  TempDir dir;
  ::mkfifo((dir / "pipe").c_str(), 0600);
  const pid_t child = ::fork();
  if (child == 0) {
    io::write_file(dir / "pipe", "text");
    ::_exit(0);
  }
  const io::ReadOnce kept;
  CHECK(io::read_file(dir / "pipe") == "text");
  CHECK(io::read_file(dir / "pipe") == "text");
  ::waitpid(child, nullptr, 0);
  io::write_file(dir / "file", "one");
  CHECK(io::read_file(dir / "file") == "one");
  io::write_file(dir / "file", "two");
  CHECK(io::read_file(dir / "file") == "two");  // a file is read anew
}
