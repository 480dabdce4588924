#include "lemma/data/odd_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::data {

void OddLines::add(const std::string& path, int64_t line, const std::string& what, const std::string& expected) {
  if (!skip) throw BadLineError(fmt::format("{}:{}", path, line), fmt::format("{}; {}", what, expected));
  if (first.size() < kShown) first.push_back(fmt::format("line {}: {}", line, what));
  ++count;
}

void OddLines::check(const std::string& path, int64_t read) const {
  if (count > read)
    throw IoError(path, fmt::format("{} of {} do not read ({}); expected another kind of file", words::grouped(count),
                                    words::plural(count + read, "line"), fmt::join(first, "; ")));
}

std::string OddLines::note() const {
  if (count == 0) return "";
  return fmt::format("{} left out ({}{})", words::plural(count, "line"), fmt::join(first, "; "),
                     count > static_cast<int64_t>(first.size()) ? "; ..." : "");
}

}  // namespace lemma::data
