#pragma once
/// How exactly float32 matrices are multiplied on CUDA devices: PyTorch's switch, under its name.

#include <string_view>

namespace lemma {

/// "highest" (the default): float32 throughout. "high": CUDA devices may round the operands to tf32, 10 fraction bits
/// instead of 23 (relative error 2^-11 each), and use tensor cores; sums stay float32. The CPU is always "highest".
/// Throws Error for any other word. Applies to the whole process.
void set_float32_matmul_precision(std::string_view precision);
std::string_view get_float32_matmul_precision();  ///< the word that was set

}  // namespace lemma
