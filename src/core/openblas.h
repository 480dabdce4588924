#pragma once
/// OpenBLAS, loaded so that it starts no threads: those of the kernels do the work. Linked to the program it would
/// start them before main; a limit on processes would then end the program, and one on memory would keep it from
/// ending.

#include <cblas.h>

namespace lemma {

struct OpenBlas {
  decltype(&cblas_sgemm) sgemm;
  decltype(&cblas_dgemm) dgemm;
  decltype(&cblas_sgemv) sgemv;
  decltype(&cblas_dgemv) dgemv;
  char* (*config)();     ///< its version and how it was built
  char* (*core_name)();  ///< the processor whose kernels it uses
};

/// Throws Error where it is not installed.
const OpenBlas& openblas();

}  // namespace lemma
