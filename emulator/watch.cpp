#include "emulator/watch.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "emulator/block.h"
#include "emulator/options.h"
#include "emulator/sanitizer.h"

namespace emulator {
namespace {

constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kStop = SIGVTALRM;  // nobody else's: the timer that sends it is never set here
constexpr int kGrace = 5;         // seconds after which a thread that does not hear the signal ends the program

struct sigaction before[NSIG];

// Only what a signal handler may do. Then the handler that was there before decides: the instruction faults again.
void on_fault(int signal) {
  if (active) {
    char line[512];
    const LaunchConfig& c = active->launch->config;
    const char* slash = std::strrchr(c.where.file, '/');
    const int n = std::snprintf(line, sizeof line,
                                "emulated device: signal %d in kernel \"%s\", block (%u,%u,%u), thread (%u,%u,%u), "
                                "launched at %s:%d\n",
                                signal, c.name, blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y,
                                threadIdx.z, slash ? slash + 1 : c.where.file, c.where.line);
    if (n > 0 && ::write(STDERR_FILENO, line, std::min(static_cast<std::size_t>(n), sizeof line - 1)) < 0) ::_exit(134);
  }
  ::sigaction(signal, &before[signal], nullptr);
}

// A thread's stack may be what overflowed.
struct SpareStack {
  std::unique_ptr<char[]> memory;
  SpareStack() {
    stack_t now{};
    if (::sigaltstack(nullptr, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return;
    constexpr std::size_t kBytes = 64 << 10;
    memory.reset(new char[kBytes]);
    const stack_t spare{memory.get(), 0, kBytes};
    ::sigaltstack(&spare, nullptr);
  }
  ~SpareStack() {
    if (!memory) return;
    const stack_t none{nullptr, SS_DISABLE, 0};
    ::sigaltstack(&none, nullptr);
  }
};

// Seconds since the first launch, counted by the watchman. A debugger that stops the program stops them too.
std::atomic<int> now{1};

struct Entry {
  pthread_t thread = ::pthread_self();
  std::atomic<int> began{0};  // 0: no block runs
  std::atomic<const char*> kernel{nullptr};
};

// Every system thread that runs blocks, and the watchman who looks after them.
struct Watch {
  std::mutex mutex;
  std::vector<Entry*> entries;

  void look() {
    const std::lock_guard lock(mutex);
    const int limit = options().timeout;
    for (Entry* e : entries) {
      const int since = e->began.load(), spent = now.load() - since;
      if (since == 0 || limit == 0 || spent <= limit) continue;
      if (spent > limit + kGrace) {
        std::fprintf(stderr,
                     "emulated device: kernel \"%s\" has run for %d seconds in one block and cannot be stopped\n",
                     e->kernel.load(), spent);
        std::_Exit(1);
      }
      ::pthread_kill(e->thread, kStop);
    }
  }
};
Watch& watch() {
  static auto* w = new Watch;  // the watchman outlives everything
  return *w;
}

// In the thread that spins, on the stack of its fiber: as if it had failed there. Nobody returns to that stack.
void on_stop(int) {
  if (active) active->stop_after(options().timeout);
}

// Whoever steps through a kernel needs no limit, and no thread beside it.
bool debugged() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("TracerPid:")) return std::atoi(line.c_str() + std::strlen("TracerPid:")) != 0;
  return false;
}

void start_watchman() {
  // The race detector would take the watchman's own memory for the kernel's.
  if (options().timeout == 0 || debugged() || sanitizer::races()) return;
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_NODEFER | SA_RESTART;  // left by a jump, so it must block nothing
  ::sigaction(kStop, &action, nullptr);
  std::thread([] {
    for (;;) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      ++now;
      watch().look();
    }
  }).detach();
}

Entry& my_entry() {
  struct Registered {
    Entry entry;
    SpareStack spare;
    Registered() {
      static const bool started = (start_watchman(), true);
      (void)started;
      const std::lock_guard lock(watch().mutex);
      watch().entries.push_back(&entry);
    }
    ~Registered() {
      const std::lock_guard lock(watch().mutex);
      std::erase(watch().entries, &entry);
    }
  };
  thread_local Registered mine;
  return mine.entry;
}

}  // namespace

void name_faults() {
  static const bool installed = [] {
    struct sigaction action {};
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK;
    for (const int signal : kFaults) ::sigaction(signal, &action, &before[signal]);
    return true;
  }();
  (void)installed;
}

Watched::Watched() {
  Entry& e = my_entry();
  e.kernel.store(own_block().launch ? own_block().launch->config.name : "?", std::memory_order_relaxed);
  e.began.store(now.load(std::memory_order_relaxed), std::memory_order_release);
}
Watched::~Watched() { my_entry().began.store(0, std::memory_order_release); }

}  // namespace emulator
