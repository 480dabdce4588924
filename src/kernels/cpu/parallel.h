#pragma once
/// Sharing work among threads so that results cannot depend on how many there are.

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/thread_pool.h"
#include "lemma/core/threads.h"

namespace lemma::kernels::cpu {

/// So few elements are not worth a second thread.
inline constexpr int64_t kGrain = 32768;

/// How many threads would share `pieces` pieces of work: 1 inside another parallel region.
inline int threads_for(int64_t pieces) {
  if (pieces <= 1 || inside_parallel_part()) return 1;
  return static_cast<int>(std::min<int64_t>(pieces, num_threads()));
}

/// Calls work(begin, end) until [0, n) is covered. Cuts lie at multiples of `grain`, but which ones depends on the
/// number of threads: work on an index must not depend on the others in its call. `work` must not throw.
template <class Work>
void parallel_for(int64_t n, int64_t grain, const Work& work) {
  if (n <= 0) return;
  const int64_t pieces = (n + grain - 1) / grain;
  const int threads = threads_for(pieces);
  if (threads == 1) return work(int64_t{0}, n);
  // A few parts per thread: one that is held up by other programs leaves its share to the rest.
  const int64_t parts = std::min<int64_t>(pieces, threads * 4);
  const auto part = [&](int64_t i) { work(pieces * i / parts * grain, std::min(n, pieces * (i + 1) / parts * grain)); };
  run_parts(
      threads, parts, [](const void* f, int64_t i) { (*static_cast<const decltype(part)*>(f))(i); }, &part);
}

}  // namespace lemma::kernels::cpu
