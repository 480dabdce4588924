#include "core/cuda/runtime.h"
#include "kernels/cuda/cuda.h"

namespace lemma::kernels::cuda {

Backend& backend() {
  struct Cuda final : Backend {
    void run(const Work& work) override {
      std::visit(
          [](const auto& w) {
            lemma::cuda::use(device_of(w));
            cuda::run(w);
          },
          work);
    }
  };
  static Backend* const one = new Cuda;  // never destroyed, as the CPU's
  return *one;
}

}  // namespace lemma::kernels::cuda
