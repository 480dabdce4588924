#pragma once
/// Token -> id. 0 is <pad>, 1 is <unk>; the rest are by frequency, then by bytes, so the same corpus gives the same
/// ids.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lemma::text {

/// How often each token occurs.
class Counter {
 public:
  void add(std::string_view token, int64_t times = 1) { counts_[std::string(token)] += times; }
  int64_t operator[](std::string_view token) const;  ///< 0 for one that does not occur
  size_t size() const { return counts_.size(); }
  /// (token, count), most frequent first, equal counts by bytes.
  std::vector<std::pair<std::string, int64_t>> most_common() const;

 private:
  std::unordered_map<std::string, int64_t> counts_;
};

struct VocabularyOptions {
  int64_t min_count = 1;  ///< rarer tokens become <unk>
  int64_t max_size = 0;   ///< at most this many ids, including <pad> and <unk>; 0: no limit
};

class Vocabulary {
 public:
  static constexpr int64_t pad = 0;
  static constexpr int64_t unk = 1;

  Vocabulary();  ///< <pad> and <unk> only
  /// Throws ValueError for a negative min_count or a max_size of 1 or less than 0.
  static Vocabulary build(const Counter& counts, const VocabularyOptions& options = {});

  /// The id, or `unk`. The texts "<pad>" and "<unk>" in a corpus are <unk>: no text can look like padding.
  int64_t id(std::string_view token) const;
  std::vector<int64_t> ids(const std::vector<std::string>& tokens) const;  ///< of each
  bool contains(std::string_view token) const { return id(token) != unk; }
  /// Throws IndexError for an id outside the vocabulary.
  const std::string& token(int64_t id) const;
  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }
  /// How often the token occurred in the corpus it was built from; 0 for a vocabulary that was loaded.
  int64_t count(int64_t id) const;

  /// One token per line, in the order of ids; a newline inside one is \n, a carriage return \r, a backslash \\.
  std::string to_text() const;
  /// Reads what to_text wrote. `where` names the file in errors. Throws IoError naming the line of a missing <pad> or
  /// <unk>, a repeated token, an unknown escape or invalid UTF-8.
  static Vocabulary from_text(std::string_view text, const std::string& where);
  void save(const std::string& path) const;         ///< to_text() into a file; IoError
  static Vocabulary load(const std::string& path);  ///< from_text() of a file; IoError

 private:
  void append(std::string token, int64_t count);
  std::vector<std::string> tokens_;
  std::vector<int64_t> counts_;
  std::unordered_map<std::string, int64_t> ids_;
};

}  // namespace lemma::text
