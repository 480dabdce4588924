// planted_bugs NAME            runs a planted bug: exit 1 and a line when something notices, 0 when nothing does
// planted_bugs NAME --mended   the same without the mistake
// planted_bugs --list          the names

#include <cstdio>
#include <cstring>

#include "tests/emulator/bugs/bug.h"

int main(int argc, char** argv) {
  const bool list = argc == 2 && !std::strcmp(argv[1], "--list");
  const bool mended = argc == 3 && !std::strcmp(argv[2], "--mended");
  for (const Bugs& bugs : {races(), memory_bugs(), divergence_bugs(), host_bugs()})
    for (const Bug& bug : bugs) {
      if (list) std::puts(bug.name.c_str());
      if (list || argc < 2 || bug.name != argv[1]) continue;
      try {
        bug.run(mended);
        std::puts("nothing noticed");
        return 0;
      } catch (const std::exception& e) {
        std::printf("noticed: %s\n", e.what());
        return 1;
      }
    }
  if (list) return 0;
  std::fprintf(stderr, "usage: planted_bugs --list | NAME [--mended]\n");
  return 2;
}
