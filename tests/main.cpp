// Runs all tests, on the device that LEMMA_DEVICE names. Catch2 2 needs its main asked for; Catch2 3 links one.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

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
