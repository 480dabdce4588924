#include "lemma/core/matmul_precision.h"

#include <atomic>
#include <string>

#include "lemma/core/error.h"

namespace lemma {
namespace {
std::atomic<bool> high{false};
}

void set_float32_matmul_precision(std::string_view precision) {
  if (precision != "highest" && precision != "high")
    throw Error("set_float32_matmul_precision",
                "unknown precision '" + std::string(precision) + "': \"highest\" (float32) or \"high\" (tf32)");
  high = precision == "high";
}

std::string_view get_float32_matmul_precision() { return high ? "high" : "highest"; }

}  // namespace lemma
