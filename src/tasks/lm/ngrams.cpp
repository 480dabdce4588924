#include "tasks/lm/ngrams.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "lemma/text/utf8.h"

namespace lemma::tasks {
namespace {

constexpr double kCodePoints = 0x110000 - 0x800;

std::u32string characters_of(std::string_view text) {
  std::u32string characters;
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::code_point_at(text, at);
    characters += c.value;
    at += c.length;
  }
  return characters;
}

// Which contexts of n - 1 characters were followed by what: sorted, with running sums, so that a context is a range.
class Counts {
 public:
  Counts(const std::u32string& text, size_t n) : n_(n) {
    std::vector<Seen> all;
    for (size_t i = n - 1; i < text.size(); ++i) all.push_back({context(text, i), text[i]});
    std::sort(all.begin(), all.end());
    for (size_t i = 0; i < all.size(); ++i) {
      if (i == 0 || !(all[i] == all[i - 1])) {
        seen_.push_back(all[i]);
        before_.push_back(static_cast<double>(i));
      }
    }
    before_.push_back(static_cast<double>(all.size()));
  }

  /// P_n of the character at i, from P_{n-1}.
  double probability(const std::u32string& text, size_t i, double shorter) const {
    if (i + 1 < n_) return shorter;
    const uint64_t where = context(text, i);
    const auto begin = std::lower_bound(seen_.begin(), seen_.end(), Seen{where, 0});
    const auto end = std::lower_bound(begin, seen_.end(), Seen{where, 0xFFFFFFFF});
    if (begin == end) return shorter;
    const auto place = [&](auto at) { return static_cast<size_t>(at - seen_.begin()); };
    const auto it = std::lower_bound(begin, end, Seen{where, text[i]});
    const double count = it != end && it->next == text[i] ? before_[place(it) + 1] - before_[place(it)] : 0;
    const double total = before_[place(end)] - before_[place(begin)], kinds = static_cast<double>(end - begin);
    return (count + kinds * shorter) / (total + kinds);
  }

 private:
  struct Seen {
    uint64_t context;
    uint32_t next;
    auto operator<=>(const Seen&) const = default;
  };
  // The n - 1 characters before i as one number (FNV-1a): two contexts share one about once in 10^7 texts.
  uint64_t context(const std::u32string& text, size_t i) const {
    uint64_t hash = 14695981039346656037U;
    for (size_t k = i - (n_ - 1); k < i; ++k) hash = (hash ^ text[k]) * 1099511628211U, hash ^= hash >> 29;
    return hash;
  }
  size_t n_;
  std::vector<Seen> seen_;
  std::vector<double> before_;  // how many of the text's characters stand before each of seen_
};

}  // namespace

std::vector<double> ngram_losses(std::string_view train, std::string_view dev, int orders, size_t most) {
  std::u32string learnt = characters_of(train), text = characters_of(dev);
  if (learnt.size() > most) learnt.erase(0, learnt.size() - most);
  if (text.size() > most) text.resize(most);
  std::vector<double> p(text.size(), 1 / kCodePoints), losses;
  for (int n = 1; n <= orders; ++n) {
    const Counts counts(learnt, static_cast<size_t>(n));
    double loss = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      p[i] = counts.probability(text, i, p[i]);
      loss -= std::log(p[i]);
    }
    losses.push_back(loss / static_cast<double>(text.size()));
  }
  return losses;
}

}  // namespace lemma::tasks
