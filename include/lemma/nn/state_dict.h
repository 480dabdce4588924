#pragma once
/// State dicts: a module's tensors by name, and the report on one that does not fit.

#include <string>
#include <utility>
#include <vector>

#include "lemma/core/error.h"
#include "lemma/tensor.h"

namespace lemma {

/// Names and tensors in a fixed order; what io::save_safetensors takes.
using StateDict = std::vector<std::pair<std::string, Tensor>>;

namespace nn {

/// What load_state_dict could not place.
struct LoadReport {
  std::vector<std::string> missing;     ///< the module has it, the dict does not
  std::vector<std::string> unexpected;  ///< the dict has it, the module does not
};

/// `[load_state_dict] missing 'encoder.norm1.weight'; unexpected 'encoder.ln1.weight'; 'fc.bias' is float32 (2),
/// expected float32 (3)`
class StateDictError : public ValueError {
 public:
  StateDictError(const std::string& message, LoadReport names, std::vector<std::string> mismatched_names)
      : ValueError("load_state_dict", message), report(std::move(names)), mismatched(std::move(mismatched_names)) {}
  LoadReport report;
  std::vector<std::string> mismatched;
};

}  // namespace nn
}  // namespace lemma
