#pragma once
/// Named tensors in a .safetensors file, the format in which PyTorch, JAX and others exchange weights.
///
/// Layout: 8 bytes n (little-endian), n bytes of JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
/// 24]}, ...}, then the elements, row-major, without gaps. Python reads it with `safetensors.torch.load_file(path)`.
/// Source: the format's specification, github.com/huggingface/safetensors.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma::io {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using Metadata = std::map<std::string, std::string>;

struct SafeTensors {
  NamedTensors tensors;  ///< in the order of the file's header
  Metadata metadata;
  /// The tensor of that name; nullptr if there is none.
  const Tensor* find(const std::string& name) const;
};

/// Writes tensors of every dtype, atomically (io/files.h). The header keeps the order given.
/// Throws ValueError for a repeated or reserved name or an undefined tensor, IoError if the file cannot be written.
void save_safetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata = {});

/// Reads F32, F64, F16, BF16, I64 and BOOL as they are (a float32 module's load_state_dict casts), I32 as int64. Throws
/// IoError, naming file and tensor, for anything that is not a sound file; no more is allocated than the file's own
/// size.
SafeTensors load_safetensors(const std::string& path);

}  // namespace lemma::io
