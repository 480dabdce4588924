#pragma once
/// Colours for values, and text made safe for the page it goes into.

#include <cstdint>
#include <string>
#include <string_view>

namespace lemma::viz {

struct Rgb {
  uint8_t red, green, blue;
  bool operator==(const Rgb&) const = default;
};

/// The viridis map: dark violet at 0, green at 0.5, yellow at 1; equal steps look equal, even in grey and to the
/// colour-blind. Values outside [0, 1] are clipped, NaN is grey. Source: van der Walt and Smith, 2015 (public domain).
Rgb viridis(double t);
/// Black or white, whichever has more contrast with `background`: 4.58 or more, as WCAG 2.2 asks for text.
Rgb text_colour(Rgb background);
/// "#rrggbb".
std::string hex(Rgb colour);
/// & < > " ' as entities, for HTML and SVG; control characters, which neither may contain, become U+FFFD.
std::string escape_markup(std::string_view text);

}  // namespace lemma::viz
