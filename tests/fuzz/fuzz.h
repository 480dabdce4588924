#pragma once
/// What the harnesses share: choices drawn from the input's bytes, and the two ways in which a call may end.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "lemma/core/error.h"
#include "lemma/io/files.h"
#include "tests/temp_dir.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fuzz {

/// The input, read from its start. At its end every choice is 0, so a short input is a short program.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  uint8_t byte() { return empty() ? uint8_t{0} : *at_++; }
  size_t below(size_t bound) { return byte() % bound; }
  bool flag() { return byte() & 1; }
  std::string rest() {
    std::string text(reinterpret_cast<const char*>(at_), static_cast<size_t>(end_ - at_));
    at_ = end_;
    return text;
  }

 private:
  const uint8_t *at_, *end_;
};

/// A finding: says so and stops, so that the fuzzer keeps the input.
[[noreturn]] inline void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}
inline void require(bool holds, const char* what) {
  if (!holds) finding(what);
}

/// Runs a call that may succeed or throw one of Lemma's errors, which is returned; any other exception is a finding.
template <class Call>
std::optional<std::string> refused(const char* where, Call&& call) {
  try {
    call();
    return std::nullopt;
  } catch (const lemma::Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    finding(std::string(where) + ": " + error.what());
  }
}

/// A place for the one file that changes from input to input; written plainly, since nobody needs it on the disk.
inline void put(const std::string& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  require(file != nullptr, "the file could not be written");
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

}  // namespace fuzz
