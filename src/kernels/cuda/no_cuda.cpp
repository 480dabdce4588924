// A build without CUDA: every entry point says in words how to get it.

#include "kernels/cuda/cuda.h"
#include "kernels/cuda/matmul/ladder.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cuda {
namespace {
[[noreturn]] void missing(const char* op, Device device) {
  throw DeviceError(op, lemma::cuda::why_unavailable(), {device});
}
}  // namespace

Backend& backend() {
  struct Missing final : Backend {
    void run(const Work& work) override {
      missing(name(work), std::visit([](const auto& w) { return device_of(w); }, work));
    }
  };
  static Backend* const one = new Missing;  // never destroyed, as the CPU's
  return *one;
}

bool Rung::takes(DType) const { return false; }
std::span<const Rung> ladder() { return {}; }
const Rung& rung(std::string_view) { missing("matmul", Device::cuda()); }
Array multiply_with(const Rung&, const Array& a, const Array&) { missing("matmul", a.device()); }

}  // namespace lemma::kernels::cuda
