#pragma once
/// For tests that need a CUDA device, real or emulated.

#include "lemma/core/cuda.h"
#include "tests/catch.h"

/// True where there is a CUDA device; else says that the test is skipped, and why.
inline bool have_cuda() {
  if (lemma::cuda::is_available()) return true;
  WARN("skipped: no CUDA device: " << lemma::cuda::why_unavailable());
  return false;
}

/// New tensors go to `device` while it lives.
class DefaultDevice {
 public:
  explicit DefaultDevice(lemma::Device device) : before_(lemma::default_device()) { lemma::set_default_device(device); }
  ~DefaultDevice() { lemma::set_default_device(before_); }
  DefaultDevice(const DefaultDevice&) = delete;
  DefaultDevice& operator=(const DefaultDevice&) = delete;

 private:
  lemma::Device before_;
};
