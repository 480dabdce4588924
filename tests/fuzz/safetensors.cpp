// Files of any bytes as safetensors: refused in words, or read, and then written and read again to the same bits.
#include "tests/fuzz/fuzz.h"

#include "lemma/io/safetensors.h"
#include "lemma/ops.h"

using namespace lemma;

namespace {

// The length in front of the header would cost the fuzzer its first million inputs: one kind of input has it right.
std::string file_of(fuzz::Bytes& in) {
  if (in.flag()) return in.rest();
  const std::string text = in.rest();
  const uint64_t header = text.find('\n') == std::string::npos ? text.size() : text.find('\n');
  std::string file;
  for (int shift = 0; shift < 64; shift += 8) file += static_cast<char>(header >> shift & 255);
  return file + text.substr(0, header) + (header < text.size() ? text.substr(header + 1) : "");
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return equal(a, b) || (is_floating(a.dtype()) && all(logical_or(eq(a, b), logical_and(isnan(a), isnan(b)))));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TempDir dir;
  static const std::string path = dir / "a.safetensors", again = dir / "b.safetensors";
  fuzz::Bytes in(data, size);
  fuzz::put(path, file_of(in));
  const auto error = fuzz::refused("safetensors", [&] {
    const io::SafeTensors read = io::load_safetensors(path);
    for (const auto& [name, tensor] : read.tensors) tensor.str();
    io::save_safetensors(again, read.tensors, read.metadata);
    const io::SafeTensors copy = io::load_safetensors(again);
    fuzz::require(copy.metadata == read.metadata, "other metadata after writing");
    fuzz::require(copy.tensors.size() == read.tensors.size(), "other tensors after writing");
    for (size_t i = 0; i < copy.tensors.size(); ++i) {
      fuzz::require(copy.tensors[i].first == read.tensors[i].first, "another name after writing");
      fuzz::require(same_bytes(copy.tensors[i].second, read.tensors[i].second), "another value after writing");
    }
  });
  if (error) fuzz::require(error->starts_with("[" + path), ("an error that does not name the file: " + *error).c_str());
  return 0;
}
