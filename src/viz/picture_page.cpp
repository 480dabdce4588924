#include "lemma/viz/picture_page.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"
#include "viz/page.h"

namespace lemma::viz {
namespace {

constexpr const char* kStyle = R"css(
  .maps { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; } figcaption { font-size: .9rem; }
  canvas { width: 11rem; image-rendering: pixelated; border: 1px solid var(--line); display: block; }
  canvas.filter { width: 3rem; margin-top: .3rem; } #value { min-height: 1.5em; }
)css";

constexpr const char* kScript = R"js(
const through = byId("through"), drawings = [];
const range = rows => { const all = rows.flat(); return [Math.min(...all), Math.max(...all)]; };
const colour = t => data.colours[Math.max(0, Math.min(255, Math.round(255 * t)))];
function canvas(name, rows, paint) {
  const height = rows.length, width = rows[0].length, c = el("canvas", undefined, { width, height, role: "img", "aria-label": name });
  const draw = () => {
    const image = new ImageData(width, height);
    rows.forEach((row, y) => row.forEach((value, x) => image.data.set([...paint(value, x, y, width, height), 255], 4 * (y * width + x))));
    c.getContext("2d").putImageData(image, 0, 0);
  };
  c.addEventListener("pointermove", event => {
    const box = c.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / box.width * width), y = Math.floor((event.clientY - box.top) / box.height * height);
    if (rows[y] !== undefined && rows[y][x] !== undefined) byId("value").textContent = `${name}, row ${y + 1}, column ${x + 1}: ${rows[y][x]}`;
  });
  drawings.push(draw);
  return c;
}
function over(rows) {
  const [low, high] = range(rows);
  return (value, x, y) => {
    const grey = 255 * data.picture[y][x], share = Number(through.value) / 100;
    return colour((value - low) / (high - low || 1)).map(part => (1 - share) * part + share * grey);
  };
}
function alone(rows) {
  const [low, high] = range(rows);
  return value => colour((value - low) / (high - low || 1));
}
function figure(name, ...parts) {
  const out = el("figure");
  out.append(...parts, el("figcaption", name));
  return out;
}
byId("picture").append(canvas("the picture", data.picture, value => [255 * value, 255 * value, 255 * value]));
for (const group of data.groups) {
  const maps = el("div", undefined, { class: "maps" });
  group.maps.forEach((map, i) => {
    const parts = [canvas(map.name, map.rows, over(map.rows))];
    if (group.filters.length > 0) {
      parts.push(canvas("filter of " + map.name, group.filters[i].rows, alone(group.filters[i].rows)));
      parts[1].className = "filter";
    }
    maps.append(figure(map.name, ...parts));
  });
  byId("groups").append(el("h2", group.name), el("p", group.note + (group.filters.length > 0 ? " Below each its weights: it answers where the picture is like them." : ""), { class: "hint" }), maps);
}
const drawAll = () => drawings.forEach(draw => draw());
through.addEventListener("input", drawAll);
drawAll();
)js";

nlohmann::json rows_json(const PictureMap& map) {
  auto rows = nlohmann::json::array();
  for (const auto& row : map.rows) {
    auto& line = rows.emplace_back(nlohmann::json::array());
    for (const double value : row) line.push_back(std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 0.0);
  }
  return rows;
}

nlohmann::json maps_json(const std::vector<PictureMap>& maps) {
  auto list = nlohmann::json::array();
  for (const PictureMap& map : maps) list.push_back({{"name", map.name}, {"rows", rows_json(map)}});
  return list;
}

}  // namespace

std::string picture_html(const PicturePage& page) {
  nlohmann::json data = {{"picture", rows_json(page.picture)}};
  auto& groups = data["groups"] = nlohmann::json::array();
  for (const MapGroup& group : page.groups) {
    if (!group.filters.empty() && group.filters.size() != group.maps.size())
      throw ValueError("picture_html", fmt::format("{} filters for {} maps of {}; give one for each or none",
                                                   group.filters.size(), group.maps.size(), group.name));
    std::vector<PictureMap> maps;
    for (const PictureMap& map : group.maps) maps.push_back(spread_over(map, page.picture));
    groups.push_back(
        {{"name", group.name}, {"note", group.note}, {"maps", maps_json(maps)}, {"filters", maps_json(group.filters)}});
  }
  auto& colours = data["colours"] = nlohmann::json::array();
  for (int i = 0; i < 256; ++i) {
    const Rgb c = viridis(i / 255.0);
    colours.push_back({c.red, c.green, c.blue});
  }
  std::string body = "<h1>" + escape_markup(page.title) + "</h1>\n";
  if (!page.summary.empty()) body += "<p>" + escape_markup(page.summary) + "</p>\n";
  body += R"html(<div id="picture"></div>
<div class="bar"><label for="through">How much of the picture shows through</label>
<input id="through" type="range" min="0" max="100" value="35"></div>
<p id="value" class="hint figures" aria-live="polite">Point at a square for its value.</p>
<div id="groups"></div>
)html";
  return html_page({page.title, kStyle, body, std::move(data), kScript});
}

}  // namespace lemma::viz
