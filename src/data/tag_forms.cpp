#include "tag_forms.h"

#include <algorithm>
#include <array>

namespace lemma::data {
namespace {

constexpr std::string_view kLetters = "BIESULM";

char letter(char c) {
  const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return kLetters.find(upper) == std::string_view::npos ? '\0' : upper;
}

std::string form(char sign, std::string_view type) { return std::string(1, sign) + "-" + std::string(type); }

bool joins(char c) { return c == '-' || c == '_'; }

}  // namespace

std::optional<std::string> tag_form(std::string_view tag) {
  if (tag.find_first_of("\r\n\t") != std::string_view::npos) return std::nullopt;
  if (tag == "O" || tag == "o" || tag == "0") return "O";
  const bool bare = tag.size() == 1 && letter(tag[0]) && (tag[0] < 'a' || tag == "b" || tag == "i");
  if (bare) return form(letter(tag[0]), kNameless);
  if (tag.size() > 2 && joins(tag[1]) && letter(tag[0])) return form(letter(tag[0]), tag.substr(2));
  const size_t n = tag.size();
  if (n > 2 && joins(tag[n - 2]) && letter(tag[n - 1]) && tag[n - 1] < 'a')
    return form(tag[n - 1], tag.substr(0, n - 2));
  return std::nullopt;
}

bool is_chunk_type(std::string_view type) {
  static constexpr std::array<std::string_view, 15> types = {
      "NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "PC", "VC", "AC"};
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace lemma::data
