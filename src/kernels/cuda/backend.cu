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
  static Cuda cuda;
  return cuda;
}

}  // namespace lemma::kernels::cuda
