#pragma once
/// How a text becomes ids and back: characters, bytes or byte pairs. Saved as one file, tokenizer.json.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::tasks {

class Codec {
 public:
  virtual ~Codec() = default;
  /// kind: "char", "byte" or "bpe"; `vocabulary` tokens of the latter. Learns from the text.
  static std::unique_ptr<Codec> build(const std::string& kind, std::string_view text, int64_t vocabulary);
  /// From json(). Throws IoError naming `where`.
  static std::unique_ptr<Codec> open(const std::string& kind, std::string_view json, const std::string& where);

  virtual int64_t size() const = 0;
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;
  virtual std::string decode(std::span<const int64_t> ids) const = 0;
  virtual std::string json() const = 0;
  /// The id of all characters that have none of their own; -1 where every text has ids.
  virtual int64_t unknown() const { return -1; }
  /// "65 characters"
  virtual std::string told() const = 0;
  /// What stands before a text: a line end where there is one, else a blank.
  int64_t start() const;
};

/// Code points outside the vocabulary share the probability of <unk>: each costs this much more, so that losses of
/// different vocabularies compare.
double unknown_cost(int64_t known);

/// Characters (code points) of a text; a byte that begins none counts as one.
int64_t count_characters(std::string_view text);

}  // namespace lemma::tasks
