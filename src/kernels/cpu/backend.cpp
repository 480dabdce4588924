#include "kernels/cpu/cpu.h"

namespace lemma::kernels::cpu {

Backend& backend() {
  struct Cpu final : Backend {
    void run(const Work& work) override {
      std::visit([](const auto& w) { cpu::run(w); }, work);
    }
  };
  static Backend* const one = new Cpu;  // never destroyed: tensors may be, after any static
  return *one;
}

}  // namespace lemma::kernels::cpu
