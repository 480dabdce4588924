// The policy of the caching allocator, with a source that remembers what it was asked.
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "core/caching_allocator.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

struct Log {
  std::vector<size_t> taken;  // sizes, in order
  size_t given_back = 0;      // blocks
  size_t room = SIZE_MAX;     // bytes that may be held at once
  CachingAllocator<struct Remembering>* owner = nullptr;
  bool keeps = true;
};

struct Remembering {
  Log* log;
  static size_t class_of(size_t bytes) { return size_classes::class_of(bytes); }
  bool keeps_blocks() const { return log->keeps; }
  static size_t kept_at_most(size_t peak) { return peak / 2; }
  void* take(size_t bytes, size_t held) const;
  void give_back(std::span<void* const> blocks) const;
};

// Asking the allocator from here would wait forever if it held its lock.
void* Remembering::take(size_t bytes, size_t held) const {
  if (log->owner) log->owner->figures();
  log->taken.push_back(bytes);
  return held + bytes > log->room ? nullptr : std::malloc(bytes);
}
void Remembering::give_back(std::span<void* const> blocks) const {
  if (log->owner) log->owner->figures();
  log->given_back += blocks.size();
  for (void* block : blocks) std::free(block);
}

struct Fixture {
  Log log;
  CachingAllocator<Remembering> memory{Remembering{&log}};
  Fixture() { log.owner = &memory; }
  ~Fixture() { memory.empty_cache(); }
};

constexpr size_t kMiB = size_t{1} << 20;

}  // namespace

TEST_CASE("a freed block is kept by its class and taken by the next request of that class") {
  Fixture f;
  void* block = f.memory.allocate(1000);
  f.memory.release(block, 1000);
  REQUIRE(f.memory.figures().cached == 1024);
  REQUIRE(f.memory.allocate(1020) == block);  // 1020 is of the same class
  REQUIRE(f.log.taken == std::vector<size_t>{1024});
  REQUIRE(f.memory.figures().active == 1020);
  REQUIRE(f.memory.figures().requests == 1);
  f.memory.release(block, 1020);
}

TEST_CASE("before a source is asked for much, it gets the largest blocks back until no more is kept than it allows") {
  Fixture f;
  void* large = f.memory.allocate(8 * kMiB);
  void* small = f.memory.allocate(1 * kMiB);
  f.memory.release(large, 8 * kMiB), f.memory.release(small, 1 * kMiB);
  REQUIRE(f.memory.figures().peak == 9 * kMiB);
  void* other = f.memory.allocate(2 * kMiB);  // 9 MiB are kept, 4.5 may be
  REQUIRE(f.log.given_back == 1);
  REQUIRE(f.memory.figures().cached == 1 * kMiB);
  f.memory.release(other, 2 * kMiB);
}

TEST_CASE("a source without room gets everything back and is asked once more") {
  Fixture f;
  f.log.room = 4 * kMiB;
  void* first = f.memory.allocate(2 * kMiB);
  void* second = f.memory.allocate(1 * kMiB);
  f.memory.release(second, 1 * kMiB);
  void* third = f.memory.allocate(2 * kMiB);  // fits once the second is gone
  REQUIRE(third != nullptr);
  REQUIRE(f.log.given_back == 1);
  REQUIRE(f.memory.allocate(1 * kMiB) == nullptr);
  REQUIRE(f.memory.figures().active == 4 * kMiB);
  f.memory.release(first, 2 * kMiB), f.memory.release(third, 2 * kMiB);
}

TEST_CASE("a source whose blocks are not kept gets each back at once, with exactly the bytes asked for") {
  Fixture f;
  f.log.keeps = false;
  void* block = f.memory.allocate(1000);
  REQUIRE(f.log.taken == std::vector<size_t>{1000});
  f.memory.release(block, 1000);
  REQUIRE(f.log.given_back == 1);
  REQUIRE(f.memory.figures().cached == 0);
}

TEST_CASE("many threads allocate and free at once, and the figures add up") {
  Fixture f;
  f.log.owner = nullptr;
  std::vector<void*> warm;
  for (int i = 0; i < 64; ++i) warm.push_back(f.memory.allocate(100));
  for (void* block : warm) f.memory.release(block, 100);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        void* block = f.memory.allocate(100);
        f.memory.release(block, 100);
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(f.memory.figures().active == 0);
  REQUIRE(f.memory.figures().cached == 64 * 128);
  REQUIRE(f.memory.figures().requests == 64);
}
