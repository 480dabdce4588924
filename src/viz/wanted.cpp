#include "lemma/viz/wanted.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"
#include "lemma/viz/curves.h"
#include "viz/page.h"

namespace lemma::viz {
namespace {

struct Summary {
  double mean = 0, spread = 0;  // the standard deviation of the episodes
};

Summary summary_of(const std::vector<double>& reached) {
  Summary s;
  const auto n = static_cast<double>(reached.size());
  for (const double each : reached) s.mean += each / n;
  for (const double each : reached) s.spread += (each - s.mean) * (each - s.mean) / n;
  s.spread = std::sqrt(s.spread);
  return s;
}

void check(const Wanted& plot) {
  if (plot.wanted.empty() || plot.wanted.size() != plot.reached.size())
    throw ValueError("wanted", fmt::format("{} returns wanted and {} reached; expected as many of each, one at least",
                                           plot.wanted.size(), plot.reached.size()));
  for (const auto& reached : plot.reached)
    if (reached.empty()) throw ValueError("wanted", "no episode was played for one of the returns");
}

}  // namespace

std::string wanted_text(const Wanted& plot, int columns, bool ascii) {
  check(plot);
  double low = 0, high = 0;
  for (size_t i = 0; i < plot.wanted.size(); ++i) {
    const double mean = summary_of(plot.reached[i]).mean;
    low = std::min({low, plot.wanted[i], mean});
    high = std::max({high, plot.wanted[i], mean});
  }
  const int width = std::max(8, std::min((columns > 0 ? columns : 80) - 1 - 27, 50));
  const auto place = [&](double value) {
    return high > low ? static_cast<int>(std::lround((value - low) / (high - low) * (width - 1))) : 0;
  };
  std::string out = fmt::format("{:>7}  {:>7} {:>7}  {}\n", "wanted", "reached", "+/-",
                                ascii ? "# reached, | wanted" : "█ reached, │ wanted");
  for (size_t i = 0; i < plot.wanted.size(); ++i) {
    const Summary s = summary_of(plot.reached[i]);
    out += fmt::format("{:>7.1f}  {:>7.1f} {:>7.1f}  ", plot.wanted[i], s.mean, s.spread);
    const int filled = place(s.mean), mark = place(plot.wanted[i]);
    for (int c = 0; c <= std::max(filled, mark); ++c)
      out += c == mark ? (ascii ? "|" : "│") : c <= filled ? (ascii ? "#" : "█") : " ";
    out += "\n";
  }
  return out;
}

std::string wanted_html(const Wanted& plot) {
  check(plot);
  Plot lines{.curves = {}, .title = "", .x_label = "return wanted", .y_label = "return reached"};
  Curve reached{"reached, mean", {}, {}}, even{"as wanted", plot.wanted, plot.wanted};
  std::string rows;
  for (size_t i = 0; i < plot.wanted.size(); ++i) {
    const Summary s = summary_of(plot.reached[i]);
    reached.x.push_back(plot.wanted[i]);
    reached.y.push_back(s.mean);
    std::string each;
    for (const double value : plot.reached[i]) each += fmt::format("{}{:g}", each.empty() ? "" : ", ", value);
    rows += fmt::format("<tr><td>{:g}</td><td>{:.1f}</td><td>{:.1f}</td><td>{}</td></tr>", plot.wanted[i], s.mean,
                        s.spread, each);
  }
  lines.curves = {reached, even};
  const std::string title = escape_markup(plot.title);
  return html_page(
      {.title = plot.title,
       .style = "table { border-collapse: collapse } td, th { padding: 0.2em 0.8em; text-align: right; "
                "border-bottom: 1px solid var(--line) } svg { max-width: 100%; height: auto; background: white }",
       .body =
           "<h1>" + title + "</h1><p>What the model was asked for, and what it reached.</p>" +
           "<div class=\"frame\" tabindex=\"0\" role=\"region\" aria-label=\"reached over wanted\">" +
           curves_svg(lines) +
           "</div><div class=\"frame\" tabindex=\"0\" role=\"region\" aria-label=\"all episodes\"><table><thead><tr>" +
           "<th scope=\"col\">wanted</th><th scope=\"col\">mean reached</th><th scope=\"col\">spread</th>" +
           "<th scope=\"col\">episodes</th></tr></thead><tbody>" + rows + "</tbody></table></div>",
       .data = {},
       .script = ""});
}

}  // namespace lemma::viz
