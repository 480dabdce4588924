#include "io/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::io {

namespace {

constexpr FileType kFileTypes[] = {
    {"F32", 4, DType::float32}, {"F64", 8, DType::float64},   {"I64", 8, DType::int64}, {"BOOL", 1, DType::boolean},
    {"F16", 2, DType::float16}, {"BF16", 2, DType::bfloat16}, {"I32", 4, DType::int64}};

// Receives the parser's events and knows where in the three-level structure it stands. Anything else is refused at
// once, so depth is bounded by 4 whatever the file holds.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(const std::string& path, Header& header) : path_(path), header_(header) {}

  bool start_object(size_t) override {
    if (level_ == 0)
      level_ = 1;
    else if (level_ == 1)
      level_ = 2;
    else
      refuse("an object");
    return true;
  }
  bool end_object() override {
    if (level_ == 2 && !in_metadata_) finish_entry();
    in_metadata_ = false;
    --level_;
    return true;
  }
  bool start_array(size_t) override {
    if (level_ != 2 || in_metadata_ || (field_ != "shape" && field_ != "data_offsets")) refuse("a list");
    level_ = 3;
    numbers_.clear();
    return true;
  }
  bool end_array() override {
    level_ = 2;
    if (field_ == "shape")
      set_shape();
    else
      set_offsets();
    return true;
  }
  bool key(std::string& text) override {
    if (level_ == 1) {
      if (!names_.insert(text).second) throw IoError(path_, fmt::format("tensor {} appears twice", words::quote(text)));
      in_metadata_ = text == "__metadata__";
      entry_ = TensorEntry{};
      entry_.name = text;
      has_shape_ = has_offsets_ = false;
    } else {
      if (!in_metadata_ && text != "dtype" && text != "shape" && text != "data_offsets")
        complain(fmt::format("has an unknown field {}; known: dtype, shape, data_offsets", words::quote(text)));
      const bool repeated = in_metadata_ ? header_.metadata.count(text) > 0
                                         : (text == "dtype" && entry_.type) || (text == "shape" && has_shape_) ||
                                               (text == "data_offsets" && has_offsets_);
      if (repeated) complain(fmt::format("has the field {} twice", words::quote(text)));
      field_ = text;
    }
    return true;
  }
  bool string(std::string& text) override {
    if (level_ != 2) refuse("a string");
    if (in_metadata_) {
      header_.metadata[field_] = text;
    } else {
      if (field_ != "dtype") refuse("a string");
      entry_.type = find_file_type(text);
      if (!entry_.type)
        complain(fmt::format("has dtype {}; Lemma reads F32, F64, I64, BOOL, F16, BF16 and I32", words::quote(text)));
    }
    return true;
  }
  bool number_unsigned(uint64_t value) override {
    if (level_ != 3) refuse("a number");
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      complain(fmt::format("has {} in its {}, which is beyond any file", value, field_));
    if (numbers_.size() > 64) complain(fmt::format("has more than 64 numbers in its {}", field_));
    numbers_.push_back(static_cast<int64_t>(value));
    return true;
  }
  bool number_integer(int64_t value) override {
    if (level_ != 3) refuse("a number");
    complain(fmt::format("has {} in its {}; numbers there are 0 or more", value, field_));
  }
  bool number_float(double, const std::string& text) override {
    if (level_ != 3) refuse("a number");
    complain(fmt::format("has {} in its {}; numbers there are whole and below 2^63", words::quote(text), field_));
  }
  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a boolean"); }
  bool binary(nlohmann::json::binary_t&) override { refuse("binary data"); }
  bool parse_error(size_t byte, const std::string&, const nlohmann::json::exception&) override {
    throw IoError(
        path_,
        fmt::format("the header is not valid JSON at its byte {}; this is not a safetensors file, or it is damaged",
                    byte));
  }

 private:
  [[noreturn]] void complain(const std::string& what) const {
    throw IoError(path_,
                  fmt::format("{} {}", in_metadata_ ? "__metadata__" : "tensor " + words::quote(entry_.name), what));
  }
  [[noreturn]] void refuse(const char* what) const {
    if (level_ == 0) throw IoError(path_, fmt::format("the header is {}; it must be a JSON object of tensors", what));
    if (level_ == 1) complain(fmt::format("is {}; it must be an object", what));
    if (in_metadata_) complain(fmt::format("has {} as {}; it holds strings only", what, words::quote(field_)));
    complain(fmt::format("has {} in its {}", what, field_));
  }
  void set_shape() {
    has_shape_ = true;
    if (numbers_.size() > static_cast<size_t>(kMaxRank))
      complain(fmt::format("has {} dims; Lemma's tensors have at most {}", numbers_.size(), kMaxRank));
    entry_.shape = Shape(numbers_);
  }
  void set_offsets() {
    has_offsets_ = true;
    if (numbers_.size() != 2)
      complain(fmt::format("has {} numbers in its data_offsets; it needs begin and end", numbers_.size()));
    entry_.begin = numbers_[0];
    entry_.end = numbers_[1];
  }
  void finish_entry() {
    if (!entry_.type) complain("has no dtype");
    if (!has_shape_) complain("has no shape");
    if (!has_offsets_) complain("has no data_offsets");
    header_.entries.push_back(entry_);
  }

  const std::string& path_;
  Header& header_;
  int level_ = 0;  // 0 outside, 1 among the tensors, 2 in a tensor's fields, 3 in a list of numbers
  bool in_metadata_ = false, has_shape_ = false, has_offsets_ = false;
  TensorEntry entry_;
  std::string field_;
  std::vector<int64_t> numbers_;
  std::unordered_set<std::string> names_;
};

// Bytes that shape and dtype imply; nothing where that overflows. Zero dims count as 1, so that strides cannot overflow
// either.
std::optional<int64_t> bytes_of(const TensorEntry& entry) {
  int64_t bytes = entry.type->bytes;
  bool empty = false;
  for (const int64_t dim : entry.shape) {
    if (dim == 0)
      empty = true;
    else if (__builtin_mul_overflow(bytes, dim, &bytes))
      return std::nullopt;
  }
  return empty ? 0 : bytes;
}

// Each tensor's bytes fit its shape, and together they fill the data exactly: no overlap, no hole, nothing left over.
void check_layout(const std::string& path, const Header& header, int64_t data_bytes) {
  std::vector<const TensorEntry*> order;
  for (const TensorEntry& entry : header.entries) {
    const auto where = [&] { return fmt::format("tensor {}", words::quote(entry.name)); };
    if (entry.begin > entry.end)
      throw IoError(path, fmt::format("{} begins at byte {}, after its end at {}", where(), entry.begin, entry.end));
    if (entry.end > data_bytes)
      throw IoError(path, fmt::format("{} ends at byte {} of the data, which has {}; the file is cut short or damaged",
                                      where(), entry.end, data_bytes));
    const std::optional<int64_t> needed = bytes_of(entry);
    if (!needed) throw IoError(path, fmt::format("{} of shape {} is larger than any file", where(), entry.shape.str()));
    if (*needed != entry.end - entry.begin)
      throw IoError(path, fmt::format("{} of shape {} and dtype {} takes {} bytes; its data_offsets give it {}",
                                      where(), entry.shape.str(), entry.type->name, *needed, entry.end - entry.begin));
    order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  int64_t at = 0;
  for (const TensorEntry* entry : order) {
    if (entry->begin != at)
      throw IoError(
          path,
          fmt::format("tensor {} begins at byte {} where {} was expected; tensors must follow each other without {}",
                      words::quote(entry->name), entry->begin, at, entry->begin < at ? "overlap" : "holes"));
    at = entry->end;
  }
  if (at != data_bytes)
    throw IoError(path, fmt::format("has {} bytes after the last tensor; the file is damaged", data_bytes - at));
}

}  // namespace

const FileType* find_file_type(std::string_view name) {
  for (const FileType& type : kFileTypes)
    if (name == type.name) return &type;
  return nullptr;
}

const char* file_type_of(DType dtype) {
  for (const FileType& type : kFileTypes)
    if (type.dtype == dtype) return type.name;
  return "?";
}

Header parse_header(const std::string& path, std::string_view json, int64_t data_bytes) {
  Header header;
  HeaderReader reader(path, header);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  check_layout(path, header, data_bytes);
  return header;
}

}  // namespace lemma::io
