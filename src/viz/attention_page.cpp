#include "lemma/viz/attention_page.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"
#include "viz/attention.h"
#include "viz/page.h"

namespace lemma::viz {

void check_attention(const char* where, const AttentionPage& page) {
  const size_t Q = page.tokens.size(), K = keys_of(page).size();
  for (size_t layer = 0; layer < page.weights.size(); ++layer)
    for (size_t head = 0; head < page.weights[layer].size(); ++head) {
      const auto& rows = page.weights[layer][head];
      bool fits = rows.size() == Q;
      for (const auto& row : rows) fits = fits && row.size() == K;
      if (!fits)
        throw ValueError(
            where, page.keys.empty()
                       ? fmt::format("layer {}, head {} is {} x {} for {} tokens; it must be tokens x tokens", layer,
                                     head, rows.size(), rows.empty() ? 0 : rows[0].size(), Q)
                       : fmt::format("layer {}, head {} is {} x {} for {} tokens and {} keys; it must be tokens "
                                     "x keys",
                                     layer, head, rows.size(), rows.empty() ? 0 : rows[0].size(), Q, K));
    }
}

std::string attention_html(const AttentionPage& page) {
  check_attention("attention_html", page);
  nlohmann::json data = {{"tokens", page.tokens}, {"keys", page.keys}};
  auto& weights = data["weights"] = nlohmann::json::array();
  for (const auto& heads : page.weights) {
    auto& layer = weights.emplace_back(nlohmann::json::array());
    for (const auto& rows : heads) {
      auto& head = layer.emplace_back(nlohmann::json::array());
      for (const auto& row : rows) {
        auto& line = head.emplace_back(nlohmann::json::array());
        for (const double w : row)
          line.push_back(std::isfinite(w) ? std::round(w * 1e5) / 1e5 : 0.0);  // five digits keep it small
      }
    }
  }
  auto& colours = data["colours"] = nlohmann::json::array();
  for (int i = 0; i < 256; ++i) {
    const Rgb c = viridis(i / 255.0), ink = text_colour(c);
    colours.push_back({hex(c), hex(ink)});
  }
  std::string body = "<h1>" + escape_markup(page.title) + "</h1>\n";
  if (!page.summary.empty()) body += "<p>" + escape_markup(page.summary) + "</p>\n";
  return html_page({page.title, kAttentionStyle, body + kAttentionBody, std::move(data), kAttentionScript});
}

}  // namespace lemma::viz
