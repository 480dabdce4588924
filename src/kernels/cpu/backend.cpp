#include "kernels/cpu/cpu.h"

namespace lemma::kernels::cpu {

Backend& backend() {
  struct Cpu final : Backend {
    void run(const Work& work) override {
      std::visit([](const auto& w) { cpu::run(w); }, work);
    }
  };
  union Kept {  // a union's members are not destroyed: a tensor may be, after any static
    Cpu cpu = {};
    ~Kept() {}
  };
  static Kept kept;
  return kept.cpu;
}

}  // namespace lemma::kernels::cpu
