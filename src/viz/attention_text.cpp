// The attention of a model on a terminal.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/viz/colour.h"
#include "lemma/viz/terminal.h"
#include "viz/attention.h"

namespace lemma::viz {

namespace {

using Matrix = std::vector<std::vector<double>>;

constexpr size_t kNamed = 3;  // keys beside each row, where they fit
constexpr int kWidest = 16;   // columns for a token; longer ones are cut

// The first and the last one to take from `count`.
std::pair<size_t, size_t> chosen(const char* what, int which, size_t count) {
  if (which < -1 || which >= static_cast<int>(count))
    throw ValueError("attention", fmt::format("there is no {} {}; expected 1 to {}", what, which + 1, count));
  return which < 0 ? std::pair<size_t, size_t>{0, count} : std::pair{size_t(which), size_t(which) + 1};
}

Matrix mean_of(const AttentionPage& page, AttentionChoice choice) {
  Matrix mean(page.tokens.size(), std::vector<double>(keys_of(page).size(), 0.0));
  const auto [first, last] = chosen("layer", choice.layer, page.weights.size());
  size_t count = 0;
  for (size_t layer = first; layer < last; ++layer) {
    const auto [from, to] = chosen("head", choice.head, page.weights[layer].size());
    for (size_t head = from; head < to; ++head, ++count)
      for (size_t q = 0; q < mean.size(); ++q)
        for (size_t k = 0; k < mean[q].size(); ++k) mean[q][k] += page.weights[layer][head][q][k];
  }
  for (auto& row : mean)
    for (double& w : row) w /= static_cast<double>(std::max<size_t>(count, 1));
  return mean;
}

// A token as a terminal shows it in one line, blanks seen, at most kWidest columns.
std::string shown(const std::string& token) {
  std::string text;
  for (const char c : token) text += c == ' ' ? "␣" : c == '\n' ? "↵" : c == '\t' ? "⇥" : std::string(1, c);
  text = words::printable(text.empty() ? "∅" : text);
  if (display_width(text) <= kWidest) return text;
  while (display_width(text) >= kWidest) {
    while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    text.pop_back();
  }
  return text + "…";
}

std::string square(double share, bool colour, int width) {
  if (colour) {
    const Rgb c = viridis(share);
    return fmt::format("\x1b[48;2;{};{};{}m{:{}}\x1b[0m", c.red, c.green, c.blue, "", width);
  }
  constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
  std::string text;
  for (int i = 0; i < width; ++i) text += kShades[std::clamp(static_cast<int>(share * 5), 0, 4)];
  return text;
}

std::string largest_of(const std::vector<double>& row, const std::vector<std::string>& keys, size_t most) {
  std::vector<size_t> order(row.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return row[a] > row[b]; });
  std::string text;
  for (size_t i = 0; i < std::min(most, order.size()); ++i)
    text += fmt::format("{}{} {:.2f}", i ? ", " : "", shown(keys[order[i]]), row[order[i]]);
  return text;
}

}  // namespace

std::string attention_text(const AttentionPage& page, AttentionChoice choice, int columns, bool colour) {
  check_attention("attention_text", page);
  const Matrix weights = mean_of(page, choice);
  const std::vector<std::string>& keys = keys_of(page);
  double top = 0;
  int label = 0, named = 0;
  for (size_t q = 0; q < weights.size(); ++q) {
    for (const double w : weights[q]) top = std::max(top, std::isfinite(w) ? w : 0);
    label = std::max(label, display_width(shown(page.tokens[q])));
  }
  size_t most = kNamed + 1;
  do {
    named = 0, --most;
    for (const auto& row : weights) named = std::max(named, display_width(largest_of(row, keys, most)));
  } while (columns > 0 && most > 1 && label + 2 + named > columns);
  const int room = columns > 0 ? columns - label - named - 4 : static_cast<int>(2 * keys.size());
  const int width = std::clamp(room / std::max(static_cast<int>(keys.size()), 1), 0, 2);
  std::string text;
  for (size_t q = 0; q < weights.size(); ++q) {
    text += pad(shown(page.tokens[q]), label) + "  ";
    if (width > 0) {
      for (const double w : weights[q]) text += square(top > 0 && std::isfinite(w) ? w / top : 0, colour, width);
      text += "  ";
    }
    text += largest_of(weights[q], keys, most) + "\n";
  }
  return text;
}

}  // namespace lemma::viz
