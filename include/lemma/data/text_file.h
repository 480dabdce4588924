#pragma once
/// A text file as lines: what every reader in the project starts from.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::data {

/// One line without its end (LF, CR LF, or a lone CR in a file that has no LF), and its number from 1.
struct Line {
  std::string_view text;
  int64_t number = 0;
};

class TextFile {
 public:
  /// Reads a whole file, also a gzipped one. Throws IoError (where() is the path, or path:line:column) for a missing
  /// file, a directory, an empty or binary file (NUL bytes, UTF-16), and for bytes that are not UTF-8 unless
  /// `replace_invalid`.
  explicit TextFile(const std::string& path, bool replace_invalid = false);
  TextFile(const TextFile&) = delete;  // text() looks into the object itself
  TextFile& operator=(const TextFile&) = delete;

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }  ///< without byte-order mark
  int64_t replaced() const { return replaced_; }   ///< bad sequences that became U+FFFD
  std::vector<Line> lines() const;                 ///< views into text()
  /// "path:12", for errors.
  std::string at(int64_t line) const;

 private:
  std::string path_;
  std::string contents_;
  std::string_view text_;
  int64_t replaced_ = 0;
};

/// True if the line holds nothing but blanks, tabs and the like.
bool is_blank(std::string_view line);

}  // namespace lemma::data
