#pragma once
/// How many CPU threads kernels use. Results never depend on it.

namespace lemma {

/// n >= 1; throws ValueError otherwise. Default: LEMMA_NUM_THREADS, else OMP_NUM_THREADS, else the machine's cores.
void set_num_threads(int n);
int num_threads();  ///< how many the CPU kernels use

}  // namespace lemma
