// The allocator's figures.
#include "core/poison.h"
#include "lemma/core/cuda.h"
#include "lemma/core/memory.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

#if defined(LEMMA_ADDRESS_SANITIZER)
TEST_CASE("under the address sanitizer the cache hides nothing: neither an overrun nor a use after free") {
  Tensor x = zeros({10}, {.device = Device::cpu()});
  const float* const p = x.data<float>();
  CHECK_FALSE(__asan_region_is_poisoned(const_cast<float*>(p), 40));
  CHECK(__asan_address_is_poisoned(p + 10));
  x = Tensor();
  CHECK(__asan_address_is_poisoned(p));
}
#endif

TEST_CASE("active, peak and cached follow tensors as they come and go") {
  memory::empty_cache(default_device());
  memory::reset_peak(default_device());
  const size_t active = memory::active(default_device());
  CHECK(memory::cached(default_device()) == 0);
  CHECK(memory::peak(default_device()) == active);
  constexpr size_t kBytes = 1'000'000 * sizeof(float);
  {
    const Tensor x = empty({1000, 1000});
    CHECK(memory::active(default_device()) >= active + kBytes);
    CHECK(memory::active(default_device()) <= active + kBytes + 1024);  // a header, no more
    const Tensor view = x.transpose(0, 1), same = x;
    CHECK(memory::active(default_device()) <= active + kBytes + 1024);  // views and handles share
    {
      const Tensor y = empty({1000, 1000});
      CHECK(memory::peak(default_device()) >= active + 2 * kBytes);
    }
    CHECK(memory::active(default_device()) <= active + kBytes + 1024);
    CHECK(memory::cached(default_device()) >= kBytes);
  }
  CHECK(memory::active(default_device()) == active);
  CHECK(memory::cached(default_device()) >= 2 * kBytes);
  CHECK(memory::peak(default_device()) >= active + 2 * kBytes);
  CHECK(memory::peak(default_device()) <= active + 2 * kBytes + 2048);
  memory::reset_peak(default_device());
  CHECK(memory::peak(default_device()) == active);
  memory::empty_cache(default_device());
  CHECK(memory::cached(default_device()) == 0);
}

TEST_CASE("a freed block is used again instead of asking the system") {
  { const Tensor x = empty({12345}); }
  const size_t requests = memory::system_requests(default_device()), cached = memory::cached(default_device());
  for (int i = 0; i < 100; ++i) {
    const Tensor x = empty({12345});
    CHECK(memory::cached(default_device()) < cached);
  }
  CHECK(memory::system_requests(default_device()) == requests);
  CHECK(memory::cached(default_device()) == cached);
}

TEST_CASE("memory of a device that is not there is an error in words") {
  if (cuda::is_available()) {
    WARN("this machine has the device: its absence is not tested");
    return;
  }
  CHECK_THROWS_WITH(memory::active(Device::cuda()), "[memory] no cuda: " + cuda::why_unavailable());
}
