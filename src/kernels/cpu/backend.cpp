#include "kernels/cpu/cpu.h"

namespace lemma::kernels::cpu {

Backend& backend() {
  struct Cpu final : Backend {
    void run(const Work& work) override {
      std::visit([](const auto& w) { cpu::run(w); }, work);
    }
  };
  static Cpu cpu;
  return cpu;
}

}  // namespace lemma::kernels::cpu
