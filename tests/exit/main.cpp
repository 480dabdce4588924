// Tensors that outlive main(), in every order that C++ has: of a namespace, of a function, of a thread, and graphs long
// enough that taking them apart one inside another would overflow the stack. The sanitizers watch.
#include <cstdio>
#include <thread>
#include <vector>

#include "lemma/lemma.h"

using namespace lemma;

namespace {

// x, and 100,000 steps on from it, so that the last tensor holds a long chain.
Tensor long_graph() {
  Tensor x = rand({2}, {.requires_grad = true});
  for (int i = 0; i < 100'000; ++i) x = x + 1;
  return x;
}

/// Makes a graph when it is destroyed.
struct Late {
  ~Late() {
    const Tensor x = ones({3}, {.requires_grad = true});
    sum(x * x).backward();
    if (x.grad().sum().item() != 6) std::abort();
  }
};

const Late last;  // destroyed after all others
const Tensor before_main = long_graph();
thread_local Tensor of_thread;

void keep_some() {
  static const Late late;
  static std::vector<Tensor> of_function = {long_graph(), before_main * 2};
  of_thread = of_function.back() + before_main;
}

}  // namespace

int main() {
  std::thread other([] {
    keep_some();
    of_thread = of_thread + long_graph();
  });
  other.join();
  keep_some();
  of_thread = of_thread * 3;
  std::puts(of_thread.requires_grad() ? "kept" : "lost");
}
