// Learning a byte-pair vocabulary: the most frequent pair of neighbours is joined, again and again.
#include <algorithm>
#include <numeric>
#include <queue>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/bpe.h"
#include "lemma/text/utf8.h"
#include "text/byte_letters.h"
#include "text/pair_key.h"
#include "text/pieces.h"

namespace lemma::text {

class BpeTrainer {
 public:
  BpeTrainer(std::span<const std::string_view> texts, const BpeOptions& options) : options_(options) {
    alphabet();
    count_words(texts);
    count_pairs();
  }
  Bpe run() {
    while (bpe_.size() < options_.size && !queue_.empty()) {
      const Entry top = queue_.top();
      queue_.pop();
      const int64_t now = pairs_[top.pair].count;
      if (now != top.count) {  // its neighbours were joined meanwhile
        queue_.push({now, top.pair});
        continue;
      }
      if (now < 1 || now < options_.min_count) break;
      join(top.pair);
    }
    return std::move(bpe_);
  }

 private:
  struct Word {
    std::vector<int64_t> ids;
    int64_t count = 0;
  };
  struct Pair {
    int64_t count = 0;
    std::vector<size_t> words;  // where it was once seen; a word may stand twice
  };
  struct Entry {
    int64_t count;
    uint64_t pair;
    bool operator<(const Entry& other) const {  // of equally frequent ones the pair of the lower ids
      return count != other.count ? count < other.count : pair > other.pair;
    }
  };

  // The special tokens, then the bytes in the order of their letters.
  void alphabet() {
    const int64_t least = static_cast<int64_t>(options_.special.size()) + 256;
    if (options_.size < least)
      throw ValueError("Bpe",
                       fmt::format("a size of {} does not hold {} special tokens and 256 bytes; expected {} or more",
                                   options_.size, options_.special.size(), least));
    if (options_.min_count < 1)
      throw ValueError("Bpe", fmt::format("min_count is {}; expected 1 or more", options_.min_count));
    for (const std::string& name : options_.special) {
      const bool known = std::count(options_.special.begin(), options_.special.end(), name) > 1;
      if (name.empty() || known || find_bad_byte(name))
        throw ValueError("Bpe", fmt::format("the special token {} {}; expected different names in UTF-8",
                                            words::quote(name), known ? "is there twice" : "is no name"));
      bpe_.special_ids_.push_back(bpe_.size());
      bpe_.special_.push_back(name);
      bpe_.add(name);
    }
    const auto letters = byte_letters();
    std::array<unsigned, 256> order{};
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](unsigned a, unsigned b) { return letters[a] < letters[b]; });
    for (const unsigned byte : order) {
      bpe_.bytes_[byte] = bpe_.size();
      bpe_.add(std::string(1, static_cast<char>(byte)));
    }
  }

  void count_words(std::span<const std::string_view> texts) {
    std::unordered_map<std::string_view, size_t> known;
    for (const std::string_view text : texts)
      for (const std::string_view piece : pieces(text)) {
        const auto [at, is_new] = known.try_emplace(piece, words_.size());
        if (is_new) {
          Word word;
          for (const char c : piece) word.ids.push_back(bpe_.bytes_[static_cast<unsigned char>(c)]);
          words_.push_back(std::move(word));
        }
        ++words_[at->second].count;
      }
  }

  void count_pairs() {
    for (size_t w = 0; w < words_.size(); ++w)
      for (size_t i = 0; i + 1 < words_[w].ids.size(); ++i) change(words_[w].ids[i], words_[w].ids[i + 1], w, 1);
    for (const auto& [key, pair] : pairs_) queue_.push({pair.count, key});
  }

  void change(int64_t left, int64_t right, size_t word, int64_t by) {
    Pair& pair = pairs_[pair_key(left, right)];
    pair.count += by * words_[word].count;
    if (by > 0 && (pair.words.empty() || pair.words.back() != word)) pair.words.push_back(word);
  }

  void join(uint64_t key) {
    const int64_t left = left_of(key), right = right_of(key);
    std::string bytes = bpe_.tokens_[static_cast<size_t>(left)] + bpe_.tokens_[static_cast<size_t>(right)];
    const auto [known, is_new] = ids_.try_emplace(bytes, bpe_.size());
    const int64_t id = known->second;
    if (is_new) bpe_.add(std::move(bytes));
    bpe_.join(left, right, id);
    std::vector<size_t> words = std::move(pairs_[key].words);
    pairs_.erase(key);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    touched_.clear();
    for (const size_t w : words) join_in(w, left, right, id);
    for (const uint64_t pair : touched_)
      if (const auto found = pairs_.find(pair); found != pairs_.end() && found->second.count > 0)
        queue_.push({found->second.count, pair});
  }

  void join_in(size_t w, int64_t left, int64_t right, int64_t id) {
    std::vector<int64_t>& ids = words_[w].ids;
    const auto grows = [&](int64_t a, int64_t b) {
      change(a, b, w, 1);
      if (touched_.empty() || touched_.back() != pair_key(a, b)) touched_.push_back(pair_key(a, b));
    };
    size_t to = 0;
    for (size_t from = 0; from < ids.size(); ++from) {
      if (from + 1 == ids.size() || ids[from] != left || ids[from + 1] != right) {
        ids[to++] = ids[from];
        continue;
      }
      if (to > 0) change(ids[to - 1], left, w, -1), grows(ids[to - 1], id);
      if (from + 2 < ids.size()) change(right, ids[from + 2], w, -1), grows(id, ids[from + 2]);
      ids[to++] = id;
      ++from;
    }
    ids.resize(to);
  }

  const BpeOptions& options_;
  Bpe bpe_;
  std::vector<Word> words_;
  std::unordered_map<uint64_t, Pair> pairs_;
  std::unordered_map<std::string, int64_t> ids_;  // of joined tokens: two pairs may make the same bytes
  std::priority_queue<Entry> queue_;
  std::vector<uint64_t> touched_;
};

Bpe Bpe::train(std::span<const std::string_view> texts, const BpeOptions& options) {
  return BpeTrainer(texts, options).run();
}

}  // namespace lemma::text
