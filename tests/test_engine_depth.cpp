// Long chains on a small stack, and memory that comes back.
#include <atomic>
#include <functional>

#include <pthread.h>

#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

constexpr int kLong = 1'000'000;

// Runs f on a thread with a stack of `bytes`; an overflow would end the process.
void on_small_stack(size_t bytes, const std::function<void()>& f) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread;
  const auto call = [](void* p) -> void* {
    (*static_cast<const std::function<void()>*>(p))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, call, const_cast<std::function<void()>*>(&f)) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

Tensor chain(const Tensor& x, int length) {
  Tensor y = x;
  for (int i = 0; i < length; ++i) y = i % 2 ? y * 1.0 : y + x;
  return y;
}

}  // namespace

TEST_CASE("a chain of 1,000,000 operations is built, walked and freed on a stack of 256 KiB") {
  // 8 MiB is the usual stack; a walk or a destructor that recursed would need a hundred times as much.
  std::atomic<double> slope{0}, freed{0};
  const size_t before = memory::active(default_device());
  on_small_stack(256 * 1024, [&] {
    Tensor x = tensor(1.0, {.dtype = float64, .requires_grad = true});
    {
      const Tensor y = chain(x, kLong);
      y.backward();
    }
    slope = x.grad().item();
  });
  on_small_stack(256 * 1024, [&] {
    const Tensor x = tensor(1.0, {.dtype = float64, .requires_grad = true});
    { const Tensor never_walked = chain(x, kLong); }
    freed = 1;
  });
  CHECK(slope == 1 + kLong / 2);
  CHECK(freed == 1);
  CHECK(memory::active(default_device()) == before);
}

TEST_CASE("a deep graph is explained and differentiated twice on a small stack too") {
  std::atomic<bool> done{false};
  on_small_stack(256 * 1024, [&] {
    const Tensor x = tensor(1.0, {.dtype = float64, .requires_grad = true});
    Tensor y = x;
    for (int i = 0; i < 20000; ++i) y = y * 1.0001;
    const Tensor first = grad(y * y, x, {.create_graph = true});
    const Tensor second = grad(first, x);
    done = second.item() > 0 && explain(y).size() > 1000;
  });
  CHECK(done);
}

TEST_CASE("memory is back at its baseline after every step, with and without backward") {
  Tensor w = tensor({{0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}, {0.7, 0.8, 0.9}}, {.requires_grad = true});
  const Tensor x = ones({64, 3});
  w.set_grad(zeros({3, 3}));
  const size_t baseline = memory::active(default_device());
  size_t during = 0, requests = 0;
  for (int step = 0; step < 200; ++step) {
    {
      const Tensor h = tanh(matmul(x, w)), loss = mean(square(softmax(h, 1) - 0.5));
      during = memory::active(default_device());
      if (step % 7 == 0) sum(grad(mean(square(h)), w, {.create_graph = true})).backward({}, true);
      if (step % 3 != 0) loss.backward();
    }
    if (memory::active(default_device()) != baseline)
      FAIL("step " << step << " left " << memory::active(default_device()) - baseline << " bytes");
    if (step == 20) requests = memory::system_requests(default_device());
  }
  CHECK(during > baseline);
  CHECK(memory::system_requests(default_device()) == requests);  // the steady state asks the system for nothing
}

TEST_CASE("backward frees saved values as it passes, and retain_graph keeps them") {
  Tensor x = ones({1000}, {.requires_grad = true});
  Tensor y = x;
  for (int i = 0; i < 10; ++i) y = exp(y * 0.1);
  const Tensor loss = sum(y);
  y = Tensor();
  const size_t held = memory::active(default_device());
  loss.backward({}, true);
  CHECK(memory::active(default_device()) >= held);
  loss.backward();
  CHECK(memory::active(default_device()) + 9 * 4000 <= held);
}

TEST_CASE(
    "dropping tensors in any order leaves nothing behind: no cycles through hooks, retained gradients or double "
    "backward") {
  const size_t baseline = memory::active(default_device());
  {
    Tensor x = ones({100}, {.requires_grad = true});
    const Tensor h = x * x;
    h.retain_grad();
    h.register_hook([](const Tensor& g) { return g * 2.0; });
    const Tensor loss = sum(h * h);
    const Tensor g = grad(loss, x, {.create_graph = true});
    sum(g * g).backward({}, true);
    grad(loss, x, {.create_graph = true});
    x.zero_grad();
  }
  CHECK(memory::active(default_device()) == baseline);
}
