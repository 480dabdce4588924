// Contractions: windows are laid out as a matrix, which the product reads.

#include "kernels/contraction.h"
#include "kernels/cuda/cuda.h"

namespace lemma::kernels::cuda {

void run(const ContractWork& work) {
  contract_as_product(
      work, [](const Array& to, const Array& from) { copy(to, from); },
      [](const MatmulWork& product) { run(product); });
}

}  // namespace lemma::kernels::cuda
