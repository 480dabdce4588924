#pragma once
/// Prefetch: a worker thread that prepares items in order, a few ahead of the consumer.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace lemma::data {

/// `make` is called on one thread until it returns nothing or throws; next() hands out what it returned, in that order,
/// and then what it threw. At most `ahead` items wait. The destructor waits for the call in progress.
template <class T>
class Prefetch {
 public:
  Prefetch(std::function<std::optional<T>()> make, size_t ahead)
      : make_(std::move(make)), ahead_(ahead), worker_([this] { work(); }) {}
  ~Prefetch() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// The next item; nothing after the last.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || done_; });
    if (ready_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return std::nullopt;
    }
    std::optional<T> first = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return first;
  }

 private:
  void work() {
    std::exception_ptr error;
    try {
      while (wait_for_room()) {
        std::optional<T> made = make_();
        if (!made) break;
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(*made));
        changed_.notify_all();
      }
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    error_ = error;
    done_ = true;
    changed_.notify_all();
  }
  /// False when no more are wanted.
  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || ready_.size() < ahead_; });
    return !stop_;
  }

  std::function<std::optional<T>()> make_;
  size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> ready_;
  std::exception_ptr error_;
  bool stop_ = false, done_ = false;
  std::thread worker_;  // last: it uses all the others
};

}  // namespace lemma::data
