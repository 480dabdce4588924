// Limits that the system sets: the program works within them, or says in words what it lacks.
#include "tests/shell.h"

TEST_CASE("the program starts no thread that it was not asked for") {
  // OpenBLAS's own would be there before main; here they would show while predict waits for its first line.
  REQUIRE(shell("exec 3> >(lemma predict --model sentiment > seen); pid=$!; "
                "for i in $(seq 100); do sleep 0.1; grep -q lemma /proc/$pid/comm && break; done; sleep 1; "
                "grep Threads /proc/$pid/status > threads; echo 'a fine film' >&3; exec 3>&-; wait $pid") == 0);
  CHECK(written("threads") == "Threads:\t1\n");
  CHECK(written("seen").find("label") != std::string::npos);
}

TEST_CASE("under a tight limit on memory predict answers and ends") {
#ifdef __SANITIZE_ADDRESS__
  WARN("skipped: the address sanitizer asks for more addresses than any limit allows");
  return;
#endif
  for (const char* kilobytes : {"1000000", "400000"}) {
    CAPTURE(kilobytes);
    const int status = shell(std::string("unset LEMMA_NUM_THREADS; ulimit -v ") + kilobytes + "; timeout 60 " +
                             build_dir() + "/lemma predict --model sentiment 'a fine film' > seen 2> error");
    CHECK(status != 124);  // it ended by itself
    CHECK((status == 0 || written("error").starts_with("lemma: ")));
    if (status == 0) CHECK(written("seen").find("label") != std::string::npos);
  }
}

TEST_CASE("a run for which the system's memory does not do ends in words that name what would help") {
#ifdef __SANITIZE_ADDRESS__
  WARN("skipped: the address sanitizer asks for more addresses than any limit allows");
  return;
#endif
  CHECK(shell("ulimit -v 3000000; " + build_dir() +
              "/lemma train sentiment --train train.tsv --dev dev.tsv --out large --embed 8192 --heads 1 --ff 8192 "
              "> seen 2> error") == 2);
  const std::string error = written("error");
  CAPTURE(error);
  CHECK(error.starts_with("lemma: [memory] "));
  CHECK(std::count(error.begin(), error.end(), '\n') == 1);
  CHECK(shell("ls large 2> error") != 0);
}

TEST_CASE("download_data.sh unpacks nothing that its checksum refuses, and leaves nothing of a broken archive") {
  const std::string script = LEMMA_SOURCE_DIR "/scripts/download_data.sh";
  REQUIRE(shell("rm -rf corpora && mkdir -p corpora/mr && echo broken > corpora/mr/rt-polaritydata.tar.gz") == 0);
  CHECK(shell("sh " + script + " corpora mr 2> error > seen") == 1);
  CHECK(shell("ls corpora/mr > left") == 0);
  CHECK(written("left") == "rt-polaritydata.tar.gz\n");
  // The same script, believing that the broken archive is the published one.
  REQUIRE(shell("sum=$(sha256sum corpora/mr/rt-polaritydata.tar.gz | cut -d ' ' -f 1); "
                "sed \"s/[0-9a-f]\\{64\\} mr/$sum mr/\" " +
                script +
                " > believing.sh; "
                "sh believing.sh corpora mr 2> error > seen") == 1);
  CHECK(written("error").find("cannot be unpacked") != std::string::npos);
  CHECK(shell("ls corpora/mr > left") == 0);
  CHECK(written("left") == "rt-polaritydata.tar.gz\n");
  CHECK(shell("rm -r corpora") == 0);
}
