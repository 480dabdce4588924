#include "lemma/text/bpe.h"

#include <algorithm>
#include <queue>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "text/pair_key.h"
#include "text/pieces.h"

namespace lemma::text {

void Bpe::join(int64_t left, int64_t right, int64_t id) {
  joined_.emplace(pair_key(left, right), Joined{static_cast<int64_t>(merges_.size()), id});
  merges_.emplace_back(left, right);
}

// The pair that was joined first in training is joined first here; of equal ones the leftmost. A list of what is left,
// and a queue of what may be joined, keep a long piece at O(n log n).
void Bpe::encode_piece(std::string_view piece, std::vector<int64_t>& out) const {
  struct Part {
    int64_t id;
    size_t before, after;
  };
  struct Candidate {
    int64_t rank;
    size_t left, right;
    int64_t id, left_id, right_id;
    bool operator<(const Candidate& other) const {  // the queue's top is the largest
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };
  const size_t none = piece.size();
  std::vector<Part> parts;
  for (size_t i = 0; i < piece.size(); ++i) {
    const auto byte = static_cast<unsigned char>(piece[i]);
    if (bytes_[byte] < 0)
      throw ValueError("Bpe", fmt::format("the tokenizer has no token for byte {:#04x}", unsigned{byte}));
    parts.push_back({bytes_[byte], i == 0 ? none : i - 1, i + 1});
  }
  std::priority_queue<Candidate> queue;
  const auto offer = [&](size_t left, size_t right) {
    if (left == none || right == none) return;
    const auto found = joined_.find(pair_key(parts[left].id, parts[right].id));
    if (found != joined_.end())
      queue.push({found->second.rank, left, right, found->second.id, parts[left].id, parts[right].id});
  };
  for (size_t i = 0; i + 1 < parts.size(); ++i) offer(i, i + 1);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Part &left = parts[best.left], &right = parts[best.right];
    if (left.id != best.left_id || right.id != best.right_id || left.after != best.right) continue;  // joined meanwhile
    left.id = best.id;
    left.after = right.after;
    right.id = -1;
    if (left.after != none) parts[left.after].before = best.left;
    offer(left.before, best.left);
    offer(best.left, left.after);
  }
  for (const Part& part : parts)
    if (part.id >= 0) out.push_back(part.id);
}

std::vector<int64_t> Bpe::encode(std::string_view text) const {
  std::unordered_map<std::string_view, std::vector<int64_t>> known;  // words come again and again
  std::vector<int64_t> ids;
  for (const std::string_view piece : pieces(text)) {
    const auto [at, is_new] = known.try_emplace(piece);
    if (is_new) encode_piece(piece, at->second);
    ids.insert(ids.end(), at->second.begin(), at->second.end());
  }
  return ids;
}

std::string Bpe::decode(std::span<const int64_t> ids) const {
  std::string text;
  for (const int64_t id : ids) {
    if (id < 0 || id >= size())
      throw IndexError("Bpe", fmt::format("token {} is outside a vocabulary of {}", id, size()), id, size());
    text += tokens_[static_cast<size_t>(id)];
  }
  return text;
}

int64_t Bpe::special(std::string_view name) const {
  const auto found = std::find(special_.begin(), special_.end(), name);
  return found == special_.end() ? -1 : special_ids_[static_cast<size_t>(found - special_.begin())];
}

}  // namespace lemma::text
