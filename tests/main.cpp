// Runs all tests, on the device that LEMMA_DEVICE names.
#include <cstdio>
#include <cstdlib>

#include "lemma/core/error.h"
#include "tests/op_table.h"

namespace {

// Before the first test: new tensors and layers then go to that device.
const bool chosen = [] {
  try {
    lemma::set_default_device(optable::test_device());
  } catch (const lemma::DeviceError& error) {
    std::printf("  skipped: all tests with LEMMA_DEVICE=%s: %s\n", std::getenv("LEMMA_DEVICE"), error.what());
    std::exit(0);
  }
  return true;
}();

}  // namespace
