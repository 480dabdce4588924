#include "lemma/data/bleu.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

constexpr size_t kOrders = 4;

bool digit(char c) { return c >= '0' && c <= '9'; }

// Stands alone wherever it is: { to ~, [ to `, blank to &, ( to +, : to @, and /.
bool alone(char c) {
  const auto within = [&](char low, char high) { return c >= low && c <= high; };
  return within('{', '~') || within('[', '`') || within(' ', '&') || within('(', '+') || within(':', '@') || c == '/';
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// A pass over pairs of neighbours: where `apart` holds for one, blanks as `write` puts them; the next pair begins
// behind.
template <class Apart, class Write>
std::string pairs_apart(const std::string& text, const Apart& apart, const Write& write) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (i + 1 < text.size() && apart(text[i], text[i + 1])) {
      write(out, text[i], text[i + 1]);
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

bool is_blank(char32_t c) {  // as Python's str.split()
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::code_point_at(text, at);
    const bool blank = is_blank(c.value);
    if (!blank && !within) words.emplace_back();
    if (!blank) words.back() += text.substr(at, c.length);
    within = !blank;
    at += c.length;
  }
  return words;
}

using Counts = std::unordered_map<std::string, int64_t>;

Counts ngrams(const std::vector<std::string>& words, size_t n) {
  Counts counts;
  for (size_t i = 0; i + n <= words.size(); ++i) {
    std::string key;
    for (size_t k = i; k < i + n; ++k) key += words[k] + ' ';
    ++counts[key];
  }
  return counts;
}

}  // namespace

std::vector<std::string> bleu_words(std::string_view given) {
  std::string text(given);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  for (const auto& [name, character] : {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}})
    replace_all(text, name, character);
  std::string out = " ";
  for (const char c : text + " ") out += alone(c) ? std::string{' ', c, ' '} : std::string{c};
  const auto stop = [](char c) { return c == '.' || c == ','; };
  out = pairs_apart(
      out, [&](char a, char b) { return !digit(a) && stop(b); },
      [](std::string& to, char a, char b) {
        to += {a, ' ', b, ' '};
      });
  out = pairs_apart(
      out, [&](char a, char b) { return stop(a) && !digit(b); },
      [](std::string& to, char a, char b) {
        to += {' ', a, ' ', b};
      });
  out = pairs_apart(
      out, [](char a, char b) { return digit(a) && b == '-'; },
      [](std::string& to, char a, char b) {
        to += {a, ' ', b, ' '};
      });
  return split(out);
}

Bleu bleu(std::span<const std::string> translations, std::span<const std::string> references) {
  if (translations.size() != references.size())
    throw ValueError("bleu", fmt::format("{} translations and {} references; expected one reference each",
                                         translations.size(), references.size()));
  Bleu result;
  std::array<int64_t, kOrders> right{}, all{};
  for (size_t i = 0; i < translations.size(); ++i) {
    const std::vector<std::string> words = bleu_words(translations[i]), reference = bleu_words(references[i]);
    result.words += static_cast<int64_t>(words.size());
    result.reference_words += static_cast<int64_t>(reference.size());
    for (size_t n = 1; n <= kOrders; ++n) {
      const Counts wanted = ngrams(reference, n);
      for (const auto& [key, count] : ngrams(words, n)) {
        all[n - 1] += count;
        if (const auto found = wanted.find(key); found != wanted.end()) right[n - 1] += std::min(count, found->second);
      }
    }
  }
  if (result.words < result.reference_words)
    result.brevity_penalty =
        result.words == 0
            ? 0
            : std::exp(1 - static_cast<double>(result.reference_words) / static_cast<double>(result.words));
  if (right[0] == 0) return result;
  double logarithms = 0, smooth = 1;
  for (size_t n = 0; n < kOrders; ++n) {
    if (all[n] == 0) return result;  // no text has so many words
    const double total = static_cast<double>(all[n]);
    if (right[n] == 0) smooth *= 2;
    result.precisions[n] = right[n] == 0 ? 100 / (smooth * total) : 100 * static_cast<double>(right[n]) / total;
    logarithms += std::log(result.precisions[n]);
  }
  result.score = result.brevity_penalty * std::exp(logarithms / kOrders);
  return result;
}

}  // namespace lemma::data
