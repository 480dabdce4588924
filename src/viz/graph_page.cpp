#include "lemma/viz/graph_page.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"
#include "viz/graph.h"
#include "viz/page.h"

namespace lemma::viz {

namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.5g}", value) : ""; }

std::string title_of(const GraphPicture::Vertex& v) {
  return v.name.empty() ? v.op : v.sequence ? v.name + " = " + v.op : v.name;
}

// What has no sequence of its own, a leaf, comes just before what is computed from it.
std::vector<size_t> forward_order(const GraphPicture& graph) {
  std::vector<uint64_t> when;
  for (const auto& v : graph.vertices) when.push_back(v.sequence ? 2 * v.sequence : UINT64_MAX);
  for (const auto& edge : graph.edges)
    if (graph.vertices[edge.from].sequence == 0)
      when[edge.from] = std::min(when[edge.from], 2 * graph.vertices[edge.to].sequence - 1);
  std::vector<size_t> order(graph.vertices.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return when[a] < when[b]; });
  return order;
}

nlohmann::json data_of(const GraphPage& page, const std::vector<size_t>& order, const std::vector<size_t>& place) {
  nlohmann::json nodes = nlohmann::json::array(), edges = nlohmann::json::array();
  for (const size_t i : order) {
    const GraphPicture::Vertex& v = page.graph.vertices[i];
    nodes.push_back({{"title", title_of(v)},
                     {"shape", v.shape.str()},
                     {"value", v.value},
                     {"grad", v.grad},
                     {"norm", number(v.grad_norm)},
                     {"leaf", v.sequence == 0},
                     {"module", page.modules.empty() ? "" : page.modules[i]}});
  }
  for (const GraphPicture::Edge& edge : page.graph.edges)
    edges.push_back({place[edge.from], place[edge.to], number(edge.derivative)});
  return {{"nodes", nodes}, {"edges", edges}, {"types", page.types}};
}

std::string table(const GraphPage& page, const std::vector<size_t>& order, const std::vector<size_t>& place) {
  std::vector<std::string> inputs(order.size());
  for (const GraphPicture::Edge& edge : page.graph.edges) {
    std::string& text = inputs[edge.to];
    text += fmt::format("{}{}", text.empty() ? "" : ", ", place[edge.from] + 1);
  }
  std::string html =
      "<details><summary>All steps as a table</summary>\n<div class=\"around\"><div class=\"frame\" "
      "tabindex=\"0\"><table><thead><tr>"
      "<th>Step</th><th>What</th><th>From</th><th>Shape</th><th>Value</th><th>Gradient</th></tr></thead><tbody>\n";
  for (size_t n = 0; n < order.size(); ++n) {
    const GraphPicture::Vertex& v = page.graph.vertices[order[n]];
    const std::string module = page.modules.empty() ? "" : page.modules[order[n]];
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", n + 1,
                        escape_markup((module.empty() ? "" : module + ": ") + title_of(v)), inputs[order[n]],
                        v.shape.str(), escape_markup(v.value),
                        v.grad.empty() ? (std::isfinite(v.grad_norm) ? "norm " + number(v.grad_norm) : "") : v.grad);
  }
  return html +
         "</tbody></table></div></div>\n<p class=\"hint scrolls\">The table is wider than the screen: move it "
         "sideways.</p></details>\n";
}

}  // namespace

std::string graph_html(const GraphPage& page) {
  if (!page.modules.empty() && page.modules.size() != page.graph.vertices.size())
    throw ValueError("graph_html", fmt::format("{} modules for {} vertices; give one for each or none",
                                               page.modules.size(), page.graph.vertices.size()));
  const std::vector<size_t> order = forward_order(page.graph);
  std::vector<size_t> place(order.size());
  for (size_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  std::string body = "<h1>" + escape_markup(page.title) + "</h1>\n";
  if (!page.summary.empty()) body += "<p>" + escape_markup(page.summary) + "</p>\n";
  body += kGraphBody + table(page, order, place);
  return html_page({page.title, kGraphStyle, std::move(body), data_of(page, order, place), kGraphScript});
}

}  // namespace lemma::viz
