#pragma once
// The JSON header of a safetensors file, read as a stream so that neither deep nesting nor sheer size can hurt.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lemma/core/shape.h"
#include "lemma/io/safetensors.h"

namespace lemma::io {

/// How elements lie in the file, and the dtype they get here.
struct FileType {
  const char* name;
  int64_t bytes;
  DType dtype;
};

/// nullptr for a type that Lemma does not read.
const FileType* find_file_type(std::string_view name);
const char* file_type_of(DType dtype);

struct TensorEntry {
  std::string name;
  const FileType* type = nullptr;
  Shape shape;
  int64_t begin = 0, end = 0;  ///< bytes from the start of the data
};

struct Header {
  std::vector<TensorEntry> entries;
  Metadata metadata;
};

/// Parses and checks everything that the header alone can tell, against `data_bytes` that follow it. Throws IoError.
Header parse_header(const std::string& path, std::string_view json, int64_t data_bytes);

}  // namespace lemma::io
