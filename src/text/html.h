#pragma once
// What scraped text still has of HTML.

#include <cstddef>
#include <string_view>

namespace lemma::text {

/// A character written as "&amp;", "&#39;" or "&#x2019;", or a line break written as a tag, "<br />", at the beginning
/// of a text: how many bytes it takes (0: there is none), and the character it stands for; a blank for a break.
struct Markup {
  size_t length = 0;
  char32_t value = 0;
};
Markup markup_at(std::string_view text);

}  // namespace lemma::text
