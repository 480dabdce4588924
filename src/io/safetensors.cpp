#include "lemma/io/safetensors.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/safetensors_header.h"
#include "io/system.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::io {

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian and is read and written as it lies");

namespace {

constexpr uint64_t kLongestHeader = 100'000'000;  // the reference implementation's limit
constexpr uint64_t kZip = 0x04034b50;             // how a zip archive begins: "PK\3\4"

// Reads elements of type From a block at a time and stores them as To.
template <class From, class To, class Convert>
void read_converted(int fd, const std::string& path, To* out, int64_t count, Convert convert) {
  std::vector<From> block(static_cast<size_t>(std::min<int64_t>(count, 65536)));
  while (count > 0) {
    const size_t n = std::min(static_cast<size_t>(count), block.size());
    if (read_fully(fd, path, block.data(), n * sizeof(From)) != n * sizeof(From))
      throw IoError(path, "ended while it was being read");
    for (size_t i = 0; i < n; ++i) *out++ = convert(block[i]);
    count -= static_cast<int64_t>(n);
  }
}

template <class T>
void read_plain(int fd, const std::string& path, T* out, int64_t count) {
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  if (read_fully(fd, path, out, bytes) != bytes) throw IoError(path, "ended while it was being read");
}

Tensor read_tensor(int fd, const std::string& path, const TensorEntry& entry) {
  Tensor tensor = empty(entry.shape, {.dtype = entry.type->dtype, .device = Device::cpu()});
  const int64_t count = tensor.numel();
  if (count == 0) return tensor;
  const std::string_view type = entry.type->name;
  if (type == "F32") read_plain(fd, path, tensor.mutable_data<float>(), count);
  if (type == "F64") read_plain(fd, path, tensor.mutable_data<double>(), count);
  if (type == "I64") read_plain(fd, path, tensor.mutable_data<int64_t>(), count);
  if (type == "F16") read_plain(fd, path, tensor.mutable_data<Half>(), count);
  if (type == "BF16") read_plain(fd, path, tensor.mutable_data<BFloat16>(), count);
  if (type == "I32")
    read_converted<int32_t>(fd, path, tensor.mutable_data<int64_t>(), count, [](int32_t v) { return int64_t{v}; });
  if (type == "BOOL")
    read_converted<uint8_t>(fd, path, tensor.mutable_data<bool>(), count, [&](uint8_t byte) {
      if (byte > 1)
        throw IoError(
            path, fmt::format("tensor {} holds the byte {} where a bool is 0 or 1", words::quote(entry.name), byte));
      return byte == 1;
    });
  return tensor;
}

const void* bytes_at(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::float32:
      return tensor.data<float>();
    case DType::float64:
      return tensor.data<double>();
    case DType::int64:
      return tensor.data<int64_t>();
    case DType::boolean:
      return tensor.data<bool>();
    case DType::float16:
      return tensor.data<Half>();
    case DType::bfloat16:
      return tensor.data<BFloat16>();
  }
  return nullptr;
}

size_t bytes_of(const Tensor& tensor) { return static_cast<size_t>(tensor.numel()) * size_of(tensor.dtype()); }

}  // namespace

const Tensor* SafeTensors::find(const std::string& name) const {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return &tensor;
  return nullptr;
}

void save_safetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined())
      throw ValueError("save_safetensors", fmt::format("tensor {} is undefined", words::quote(name)));
    if (name == "__metadata__")
      throw ValueError("save_safetensors", "'__metadata__' is reserved by the format; give the tensor another name");
    if (!names.insert(name).second)
      throw ValueError("save_safetensors", fmt::format("two tensors are named {}", words::quote(name)));
  }
  // Wide elements first: each tensor then starts at a multiple of its element size, which PyTorch's reader insists on.
  std::vector<size_t> order(tensors.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return size_of(tensors[a].second.dtype()) > size_of(tensors[b].second.dtype());
  });
  std::vector<size_t> begin(tensors.size());
  size_t end = 0;
  for (const size_t i : order) {
    begin[i] = end;
    end += bytes_of(tensors[i].second);
  }
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    header[name] = {{"dtype", file_type_of(tensor.dtype())},
                    {"shape", tensor.shape().to_vector()},
                    {"data_offsets", {begin[i], begin[i] + bytes_of(tensor)}}};
  }
  std::string json;
  try {
    json = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw ValueError("save_safetensors", "a tensor's name or a metadata text is not valid UTF-8");
  }
  json.append((8 - json.size() % 8) % 8, ' ');  // the data starts at a multiple of 8

  AtomicFile file(path);
  const uint64_t length = json.size();
  file.write(&length, sizeof length);
  file.write(json.data(), json.size());
  for (const size_t i : order) {
    const Tensor plain = tensors[i].second.detach().to(Device::cpu()).contiguous();
    if (plain.numel() > 0) file.write(bytes_at(plain), bytes_of(plain));
  }
  file.commit();
}

SafeTensors load_safetensors(const std::string& path) {
  const Descriptor fd(open_for_reading(path));
  struct stat info;
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw IoError(path, "is not a regular file; give a safetensors file");
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < 8) throw IoError(path, fmt::format("has {} bytes; a safetensors file has at least 8", size));
  uint64_t length = 0;
  read_fully(fd.get(), path, &length, sizeof length);
  if (length > kLongestHeader && (length & 0xffffffff) == kZip)
    throw IoError(path,
                  "is a zip archive, as torch.save writes; convert it in Python: "
                  "safetensors.torch.save_file(torch.load(file), \"model.safetensors\")");
  if (length > size - 8)
    throw IoError(
        path, fmt::format(
                  "claims a header of {} bytes but only {} follow; this is not a safetensors file, or it is cut short",
                  length, size - 8));
  if (length > kLongestHeader)
    throw IoError(path, fmt::format("has a header of {} bytes; the format allows {}", length, kLongestHeader));
  std::string json(length, '\0');
  if (read_fully(fd.get(), path, json.data(), length) != length) throw IoError(path, "ended while it was being read");
  Header header = parse_header(path, json, static_cast<int64_t>(size - 8 - length));

  // The data is read from front to back, whatever the header's order.
  std::vector<size_t> order(header.entries.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return header.entries[a].begin < header.entries[b].begin; });
  SafeTensors result;
  result.metadata = std::move(header.metadata);
  result.tensors.resize(order.size());
  for (const size_t i : order)
    result.tensors[i] = {header.entries[i].name, read_tensor(fd.get(), path, header.entries[i])};
  return result;
}

}  // namespace lemma::io
