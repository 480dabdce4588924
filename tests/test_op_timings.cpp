// Every row of the table as a benchmark, on demand: `lemma_tests "[.timings]"` prints microseconds per call.
#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "tests/catch.h"
#include "tests/op_table.h"

using namespace lemma;
using namespace optable;

namespace {

// The smallest of several batches: what the call costs when nothing disturbs it.
template <class Call>
double microseconds(const Call& call) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [&](int times) {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i) call();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const double once = std::max(1e-7, seconds(3) / 3);
  const int times = std::max(1, static_cast<int>(1e-3 / once));
  double best = 1e9;
  for (int batch = 0; batch < 5; ++batch) best = std::min(best, seconds(times) / times);
  return best * 1e6;
}

}  // namespace

TEST_CASE("timings of every operation, forward and with gradients", "[.timings]") {
  size_t timed = 0;
  for (const Row& row : table()) {
    // The largest case.
    const Shapes& shapes =
        *std::max_element(row.shapes.begin(), row.shapes.end(),
                          [](const Shapes& a, const Shapes& b) { return a[0].numel() < b[0].numel(); });
    const Tensors inputs = draw(row, shapes, float32);
    const double forward = microseconds([&] { row.run(inputs); });
    const double both = row.order > 0 ? microseconds([&] { gradients(row, inputs); }) : 0;
    std::string sizes;
    for (const Shape& shape : shapes) sizes += shape.str() + " ";
    std::cout << fmt::format("{:50} {:32} {:9.2f} us  {:>9} us with gradients\n", row.name(), sizes, forward,
                             row.order > 0 ? fmt::format("{:.2f}", both) : "-");
    ++timed;
  }
  CHECK(timed == table().size());
}
