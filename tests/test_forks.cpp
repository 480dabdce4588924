// A process that forks while its threads work.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "lemma/core/threads.h"
#include "lemma/nn/activation.h"
#include "lemma/nn/linear.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

double busy_sum() {
  const Tensor x = ones({200, 300}) * 2.0;
  return matmul(x, x.transpose(0, 1)).sum().item();
}

}  // namespace

TEST_CASE("a child of fork computes, whatever the parent's threads were doing") {
  if (!default_device().is_cpu()) return;  // CUDA does not live on in a child
  const int before = num_threads();
  set_num_threads(3);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!stop) {
        busy_sum();
        for (int k = 0; k < 2000; ++k) Tensor(ones({2}));  // most of the time within the allocator
        for (int k = 0; k < 100; ++k) const nn::Dropout dropout(0.5);
      }
    });
  const double expected = busy_sum();
  int right = 0;
  constexpr int kForks = 300;
  for (int i = 0; i < kForks; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(5);  // one that hangs is ended
      const nn::Linear linear(3, 3);
      ::_exit(busy_sum() == expected ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    right += status == 0;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  set_num_threads(before);
  CHECK(right == kForks);
}
