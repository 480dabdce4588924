#include "emulator/workers.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "emulator/options.h"

namespace emulator {
namespace {

// The blocks of one launch, given out one by one.
struct Round {
  const Launch* launch = nullptr;
  std::vector<unsigned> shuffled;
  std::atomic<unsigned> next{0};
  std::mutex mutex;
  std::string error;

  unsigned number(unsigned i) const {
    if (options().order == 1) return launch->blocks - 1 - i;
    return shuffled.empty() ? i : shuffled[i];
  }
  void begin(const Launch& l) {
    launch = &l, next = 0, error.clear(), shuffled.clear();
    if (options().order != 2) return;
    shuffled.resize(l.blocks);
    std::iota(shuffled.begin(), shuffled.end(), 0u);
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(options().seed));
  }
  // Until no block is left or one failed.
  void work() {
    Block& b = own_block();
    for (unsigned i = 0; (i = next.fetch_add(1)) < launch->blocks;) {
      b.run(*launch, number(i));
      if (b.error.empty()) continue;
      const std::lock_guard lock(mutex);
      if (error.empty()) error = b.error;
      next = launch->blocks;
    }
  }
};

// Started at the first launch that can use them.
class Workers {
 public:
  void run(Round& round) {
    std::unique_lock lock(mutex_);
    while (threads_.size() + 1 < static_cast<std::size_t>(options().workers))
      threads_.emplace_back([this] { serve(); });
    round_ = &round;
    ++generation_, busy_ = threads_.size();
    begin_.notify_all();
    lock.unlock();
    round.work();
    lock.lock();
    done_.wait(lock, [&] { return busy_ == 0; });
  }
  ~Workers() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    begin_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

 private:
  void serve() {
    unsigned seen = 0;
    for (std::unique_lock lock(mutex_);;) {
      begin_.wait(lock, [&] { return stop_ || generation_ != seen; });
      if (stop_) return;
      seen = generation_;
      lock.unlock();
      round_->work();
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable begin_, done_;
  std::vector<std::thread> threads_;
  Round* round_ = nullptr;
  unsigned generation_ = 0;
  std::size_t busy_ = 0;
  bool stop_ = false;
};

}  // namespace

std::string run_blocks(const Launch& l) {
  static Round round;
  round.begin(l);
  if (options().workers > 1 && l.blocks > 1) {
    static Workers workers;
    workers.run(round);
  } else {
    round.work();
  }
  return round.error;
}

}  // namespace emulator
