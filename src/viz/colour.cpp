#include "lemma/viz/colour.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/text/utf8.h"

namespace lemma::viz {

Rgb viridis(double t) {
  // Nine stops of the map, straight lines between them.
  constexpr Rgb kStops[] = {{68, 1, 84},    {71, 45, 123}, {59, 82, 139},  {44, 114, 142}, {33, 145, 140},
                            {40, 174, 128}, {94, 201, 98}, {173, 220, 48}, {253, 231, 37}};
  if (std::isnan(t)) return {160, 160, 160};
  const double at = std::clamp(t, 0.0, 1.0) * 8;
  const int stop = std::min(static_cast<int>(at), 7);
  const double part = at - stop;
  const auto mix = [part](uint8_t a, uint8_t b) { return static_cast<uint8_t>(std::lround(a + part * (b - a))); };
  const Rgb a = kStops[stop], b = kStops[stop + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

// The relative luminance Y of WCAG 2.2; black on it has the contrast (Y + 0.05) / 0.05, white 1.05 / (Y + 0.05).
Rgb text_colour(Rgb background) {
  const auto linear = [](uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const double y =
      0.2126 * linear(background.red) + 0.7152 * linear(background.green) + 0.0722 * linear(background.blue);
  return (y + 0.05) * (y + 0.05) > 1.05 * 0.05 ? Rgb{0, 0, 0} : Rgb{255, 255, 255};
}

std::string hex(Rgb colour) { return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue); }

std::string escape_markup(std::string_view text) {
  std::string out;
  for (const char c : text::replace_bad_bytes(text)) {  // or the page would not be UTF-8
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
  return out;
}

}  // namespace lemma::viz
