#pragma once
/// Lines that do not read: the first one ends the reading, or all are left out, counted, and the first few kept to
/// show.

#include <cstdint>
#include <string>
#include <vector>

#include "lemma/core/error.h"

namespace lemma::data {

/// A line that OddLines could leave out.
class BadLineError : public IoError {
 public:
  using IoError::IoError;
};

struct OddLines {
  static constexpr size_t kShown = 3;

  bool skip = false;                    ///< leave them out instead of throwing
  int64_t count = 0;                    ///< left out so far
  std::vector<std::string> first = {};  ///< "line 7: one column, 'b'": at most kShown of them

  /// The line of `path` does not read. Throws BadLineError with `what` and `expected`, unless `skip`.
  void add(const std::string& path, int64_t line, const std::string& what, const std::string& expected);
  /// Throws IoError if more lines were left out than `read` remained: then the file is of another kind.
  void check(const std::string& path, int64_t read) const;
  /// "2 lines left out (line 7: one column, 'b'; line 9: ...)"; empty where there are none.
  std::string note() const;
};

}  // namespace lemma::data
