#pragma once
/// Byte-pair encoding: a vocabulary of frequent byte strings, learnt from text by joining the most frequent neighbours.
/// Sennrich et al., "Neural machine translation of rare words with subword units", 2016; on bytes as in GPT-2, so that
/// every text has tokens and comes back exactly.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lemma::text {

struct BpeOptions {
  int64_t size = 1000;                    ///< tokens in all: the special ones, 256 bytes, and the joined ones
  int64_t min_count = 2;                  ///< neighbours seen less often are not joined
  std::vector<std::string> special = {};  ///< tokens that no text makes, such as "<end>"; ids 0, 1, ...
};

class Bpe {
 public:
  /// Learns from texts. The same merges and ids as Hugging Face's ByteLevel BPE trainer, ties included.
  /// Throws ValueError for a size that does not hold the bytes.
  static Bpe train(std::span<const std::string_view> texts, const BpeOptions& options);
  static Bpe train(std::string_view text, const BpeOptions& options = {}) {
    return train(std::span(&text, 1), options);
  }

  /// Any bytes; special tokens in the text are ordinary text. Throws ValueError for a byte that a tokenizer from
  /// elsewhere has no token for.
  std::vector<int64_t> encode(std::string_view text) const;
  /// The bytes of the tokens; special ones as their names. Throws IndexError outside [0, size()).
  std::string decode(std::span<const int64_t> ids) const;
  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }
  /// The id of a special token, -1 where there is none of this name.
  int64_t special(std::string_view name) const;
  const std::vector<std::string>& special() const { return special_; }
  /// Pairs of ids in the order in which they were joined.
  const std::vector<std::pair<int64_t, int64_t>>& merges() const { return merges_; }

  /// As the tokenizer.json that Hugging Face's `tokenizers` reads.
  std::string to_json() const;
  /// Throws IoError naming `where` for another kind of tokenizer, in words.
  static Bpe from_json(std::string_view text, const std::string& where);

 private:
  friend class BpeTrainer;
  friend struct BpeFile;
  struct Joined {
    int64_t rank, id;
  };
  void add(std::string bytes) { tokens_.push_back(std::move(bytes)); }
  void join(int64_t left, int64_t right, int64_t id);
  void encode_piece(std::string_view piece, std::vector<int64_t>& out) const;

  std::vector<std::string> tokens_, special_;
  std::vector<int64_t> special_ids_;
  std::array<int64_t, 256> bytes_{};
  std::vector<std::pair<int64_t, int64_t>> merges_;
  std::unordered_map<uint64_t, Joined> joined_;  // by pair
};

}  // namespace lemma::text
