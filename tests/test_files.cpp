#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "lemma/core/error.h"
#include "lemma/io/files.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kOwned = {"config.json", "model.bin"};

void save(const std::string& directory, const std::string& text) {
  io::AtomicDirectory out(directory, kOwned);
  out.write("config.json", text);
  out.write("model.bin", text);
  out.commit();
}

// While it lives, no file of this process may grow past `bytes`: a full disk for tests that may run as root.
struct FileSizeLimit {
  rlimit before;
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit limit{bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before); }
};

}  // namespace

TEST_CASE("a file is written whole, replaced whole, and read back byte for byte") {
  TempDir dir;
  const std::string bytes("a\0b\r\n\xff", 6);
  io::write_file(dir / "x", bytes);
  CHECK(io::read_file(dir / "x") == bytes);
  io::write_file(dir / "x", "");
  CHECK(io::read_file(dir / "x").empty());
  const std::string large(300'000, 'z');
  io::write_file(dir / "x", large);
  CHECK(io::read_file(dir / "x") == large);
  CHECK(dir.entries() == 1);
}

TEST_CASE("reading what is missing, a directory or too large is a sentence") {
  TempDir dir;
  io::write_file(dir / "big", std::string(101, 'x'));
  const std::string path = dir.path;
  CHECK(error_of<IoError>([&] { io::read_file(path + "/none"); }) ==
        "[" + path + "/none] cannot be opened: No such file or directory; check the path");
  CHECK(error_of<IoError>([&] { io::read_file(path); }) == "[" + path + "] is a directory; give a file");
  CHECK(error_of<IoError>([&] { io::read_file(path + "/big/inner"); }) ==
        "[" + path + "/big/inner] cannot be opened: Not a directory; a part of the path is a file");
  CHECK(error_of<IoError>([&] { io::read_file(path + "/big", 100); }) ==
        "[" + path + "/big] holds more than 100 bytes; split it into smaller files");
  CHECK(io::read_file(path + "/big", 101).size() == 101);
}

TEST_CASE("a write that fails leaves the old contents and no temporary file") {
  TempDir dir;
  io::write_file(dir / "x", "old");
  {
    FileSizeLimit limit(10);
    CHECK(error_of<IoError>([&] { io::write_file(dir / "x", std::string(100, 'n')); }) ==
          "[" + (dir / "x") +
              "] cannot be written past byte 10: File too large; raise the file size limit (ulimit -f) or choose "
              "another place");
  }
  CHECK(io::read_file(dir / "x") == "old");
  CHECK(dir.entries() == 1);
  CHECK(error_of<IoError>([&] { io::write_file("/dev/full", "text"); }) ==
        "[/dev/full] cannot be written: No space left on device; free some space or choose another place");
  CHECK(fs::is_character_file("/dev/full"));  // written to, not replaced
  CHECK(error_of<IoError>([&] { io::write_file("/proc/lemma-no-such", "text"); }) ==
        "[/proc/lemma-no-such] cannot be written: No such file or directory; check the path");
  CHECK(error_of<IoError>([&] { io::write_file(dir.path, "text"); }) ==
        "[" + dir.path + "] is a directory; name a file to write");
  CHECK(error_of<IoError>([&] { io::write_file("", "text"); }) == "[file] the path is empty; name a file to write");
}

TEST_CASE("a file begun and not committed never shows") {
  TempDir dir;
  {
    io::AtomicFile file(dir / "x");
    file.write("half", 4);
    CHECK(!io::exists(dir / "x"));
  }
  CHECK(dir.entries() == 0);
}

TEST_CASE("writing through a symbolic link changes its target, and permissions stay") {
  TempDir dir;
  io::write_file(dir / "real", "old");
  fs::permissions(dir / "real", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real", dir / "link");
  io::write_file(dir / "link", "new");
  CHECK(fs::is_symlink(dir / "link"));
  CHECK(io::read_file(dir / "real") == "new");
  CHECK((fs::status(dir / "real").permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a directory is replaced as a whole") {
  TempDir dir;
  save(dir / "deep/er/model", "one");  // parents are made
  CHECK(io::read_file(dir / "deep/er/model/config.json") == "one");
  save(dir / "deep/er/model/", "two");
  CHECK(io::read_file(dir / "deep/er/model/model.bin") == "two");
  CHECK(fs::directory_iterator(dir / "deep/er")->path().filename() == "model");
  {
    io::AtomicDirectory out(dir / "deep/er/model", kOwned);
    out.write("config.json", "three");  // and no commit
  }
  CHECK(io::read_file(dir / "deep/er/model/config.json") == "two");
}

TEST_CASE("an older save's own files go with it, the user's files stay") {
  TempDir dir;
  save(dir / "m", "one");
  io::write_file(dir / "m/notes.txt", "mine");
  fs::create_directory(dir / "m/plots");
  io::write_file(dir / "m/plots/a.svg", "<svg/>");
  io::AtomicDirectory out(dir / "m", kOwned);
  out.write("config.json", "two");
  out.commit();
  CHECK(io::read_file(dir / "m/config.json") == "two");
  CHECK(!io::exists(dir / "m/model.bin"));
  CHECK(io::read_file(dir / "m/notes.txt") == "mine");
  CHECK(io::read_file(dir / "m/plots/a.svg") == "<svg/>");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a failing save leaves the old directory as it was") {
  TempDir dir;
  save(dir / "m", "one");
  {
    FileSizeLimit limit(10);
    CHECK(error_of<IoError>([&] { save(dir / "m", std::string(100, 'n')); }) ==
          "[" + (dir / "m/config.json") +
              "] cannot be written past byte 10: File too large; raise the file size limit (ulimit -f) or choose "
              "another place");
  }
  CHECK(io::read_file(dir / "m/config.json") == "one");
  CHECK(dir.entries() == 1);
}

TEST_CASE("a process killed at any moment of a save leaves a whole directory") {
  TempDir dir;
  save(dir / "m", std::string(1000, 'a'));
  int changed = 0;
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (char letter = 'b';; letter = letter == 'z' ? 'b' : static_cast<char>(letter + 1))
        save(dir / "m", std::string(1000, letter));
    }
    ::usleep(static_cast<useconds_t>(3000 + 1700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    io::recover_directory(dir / "m");
    const std::string config = io::read_file(dir / "m/config.json");
    CHECK(config.size() == 1000);
    CHECK(config == io::read_file(dir / "m/model.bin"));
    changed += config[0] != 'a';
  }
  CHECK(changed > 0);  // the child did save
}

TEST_CASE("a directory set aside by a cut save is put back") {
  TempDir dir;
  save(dir / "m", "one");
  fs::rename(dir / "m", dir / ".m.old");
  io::recover_directory(dir / "m");
  CHECK(io::read_file(dir / "m/config.json") == "one");
}

TEST_CASE("somebody's data, a file or an empty name is not a place to save") {
  TempDir dir;
  fs::create_directory(dir / "home");
  io::write_file(dir / "home/thesis.txt", "years of work");
  const auto refuse = [](const std::string& path) { return error_of<IoError>([&] { save(path, "x"); }); };
  CHECK(refuse(dir / "home") ==
        "[" + (dir / "home") +
            "] holds 'thesis.txt' but nothing that was saved there before; name a new or an empty directory");
  CHECK(refuse(dir / "home/thesis.txt") ==
        "[" + (dir / "home/thesis.txt") + "] is a file; name a directory to save into");
  CHECK(refuse(dir / "home/thesis.txt/m") ==
        "[" + (dir / "home/thesis.txt/m") + "] cannot be created: Not a directory; a part of the path is a file");
  CHECK(refuse("") == "[directory] the path is empty; name a directory to save into");
  CHECK(refuse("/proc") ==
        "[/proc] holds '1' but nothing that was saved there before; name a new or an empty directory");
  CHECK(io::read_file(dir / "home/thesis.txt") == "years of work");
  fs::create_directory(dir / "empty");
  CHECK(refuse(dir / "empty") == "no exception");
}

TEST_CASE("whether a save could work is known beforehand and leaves nothing behind") {
  TempDir dir;
  io::check_can_save(dir / "a/b/c", kOwned, 1000);
  CHECK(dir.entries() == 0);
  CHECK(error_of<IoError>([&] { io::check_can_save("/proc/model", kOwned, 1); }) ==
        "[/proc/model] cannot be written: No such file or directory; check the path");
  const std::string full = error_of<IoError>([&] { io::check_can_save(dir / "a/m", kOwned, size_t{1} << 60); });
  CHECK(full.find("bytes free, but about 1152921504606846976 are needed; free some space or choose another place") !=
        std::string::npos);
  CHECK(dir.entries() == 0);
  {
    FileSizeLimit limit(0);
    CHECK(error_of<IoError>([&] { io::check_can_save(dir / "m", kOwned, 1); }) ==
          "[" + (dir / "m/config.json") +
              "] cannot be written: File too large; raise the file size limit (ulimit -f) or choose another place");
  }
  CHECK(dir.entries() == 0);
}

TEST_CASE("an unwritable directory is refused in words") {
  if (::geteuid() == 0) {  // root may write anywhere: ask as nobody, in a child
    TempDir dir;
    fs::permissions(dir.path, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                  fs::perms::others_read | fs::perms::others_exec);
    const pid_t child = ::fork();
    if (child == 0) {
      const bool dropped = ::setgid(65534) == 0 && ::setuid(65534) == 0;
      const std::string text = error_of<IoError>([&] { io::check_can_save(dir / "m", kOwned, 1); });
      ::_exit(dropped &&
                      text ==
                          "[" + (dir / "m") +
                              "] cannot be written: Permission denied; change its permissions or choose another place"
                  ? 0
                  : 1);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(dir.entries() == 0);
  } else {
    TempDir dir;
    fs::permissions(dir.path, fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(error_of<IoError>([&] { io::check_can_save(dir / "m", kOwned, 1); }) ==
          "[" + (dir / "m") + "] cannot be written: Permission denied; change its permissions or choose another place");
    fs::permissions(dir.path, fs::perms::owner_all);
  }
}
