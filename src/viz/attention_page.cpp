#include "lemma/viz/attention_page.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"

namespace lemma::viz {

namespace {

constexpr const char* kHead = R"(<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  :root { color-scheme: light dark; --line: #8886; --strong: #2a7de1; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
  #text span { padding: .15em .3em; border-radius: .25em; cursor: pointer; display: inline-block; border: 2px solid transparent; }
  #text span.query { border-color: var(--strong); }
  .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-bottom: .5rem; }
  .row b { width: 4.5rem; align-self: center; font-weight: 600; }
  button { background: none; border: 2px solid var(--line); border-radius: .4rem; padding: .3rem; cursor: pointer; font: inherit; }
  button[aria-pressed=true] { border-color: var(--strong); }
  button canvas { display: block; width: 84px; height: 84px; image-rendering: pixelated; }
  #map { overflow: auto; } #value { min-height: 1.5em; font-variant-numeric: tabular-nums; }
  .hint { opacity: .75; }
  .scale { display: flex; gap: .5rem; align-items: center; font-variant-numeric: tabular-nums; }
  #bar { width: 10rem; height: .9rem; border-radius: .25em; }
  @media (max-width: 34rem) { .row b { width: 100%; } }
</style>
</head>
<body>
)";

constexpr const char* kBody = R"(<h2>The text, coloured by what the chosen token attends to</h2>
<p id="text"></p>
<p class="hint">Point at a token or choose it; the framed one is the query, the colour of each token is the weight it gets.</p>
<p class="scale">Weight 0 <span id="bar"></span> <span id="top"></span></p>
<p class="hint">The text, the small pictures and the large one share this scale; each head has its own, up to its largest weight.</p>
<h2>Every layer and head</h2>
<div id="heads"></div>
<h2 id="chosen"></h2>
<p class="hint">A row for each query, a column for each key; every row sums to 1. Brighter is more.</p>
<p id="value"></p>
<div id="map"><canvas></canvas></div>
<noscript>The pictures are drawn by the script in this page: allow scripts to see them.</noscript>
)";

constexpr const char* kScript = R"(<script>
"use strict";
const { tokens, weights, colours } = JSON.parse(document.getElementById("data").textContent);
const T = tokens.length, byId = id => document.getElementById(id);
let layer = 0, head = 0, query = 0;
const rgb = t => colours[Math.max(0, Math.min(255, Math.round(t * 255)))];
const ink = c => .299 * c[0] + .587 * c[1] + .114 * c[2] > 140 ? "#000" : "#fff";
const css = c => `rgb(${c[0]},${c[1]},${c[2]})`;
const current = () => weights[layer][head];
const largest = rows => rows.reduce((m, row) => row.reduce((a, b) => Math.max(a, b), m), 0) || 1;

function thumbnail(canvas, rows) {
  canvas.width = canvas.height = Math.max(T, 1);
  const g = canvas.getContext("2d"), top = largest(rows);
  rows.forEach((row, q) => row.forEach((w, k) => { g.fillStyle = css(rgb(w / top)); g.fillRect(k, q, 1, 1); }));
}

function drawText() {
  const row = current()[query] || [], top = largest(current());
  [...byId("text").children].forEach((span, k) => {
    const c = rgb(row[k] / top);
    span.style.background = css(c);
    span.style.color = ink(c);
    span.className = k === query ? "query" : "";
    span.title = `${row[k].toFixed(3)} of the attention of "${tokens[query]}"`;
  });
}

const cell = T > 40 ? 14 : T > 20 ? 22 : 34, font = cell > 20 ? 13 : 10;
let left = 0, above = 0;
function drawMap() {
  const canvas = byId("map").firstChild, g = canvas.getContext("2d"), scale = window.devicePixelRatio || 1;
  g.font = font + "px system-ui, sans-serif";
  left = above = 12 + Math.min(160, Math.max(0, ...tokens.map(t => g.measureText(t).width)));
  const side = left + T * cell + 2;
  canvas.width = canvas.height = (side + above * .3) * scale;
  canvas.style.width = canvas.style.height = side + above * .3 + "px";
  g.scale(scale, scale);
  g.font = font + "px system-ui, sans-serif";
  const top = largest(current()), label = getComputedStyle(document.body).color;
  tokens.forEach((token, i) => {
    g.fillStyle = label;
    g.textAlign = "right"; g.textBaseline = "middle";
    g.fillText(token, left - 6, above + i * cell + cell / 2, left - 8);
    g.save(); g.translate(left + i * cell + cell / 2, above - 6); g.rotate(-Math.PI / 3); g.textAlign = "left";
    g.fillText(token, 0, 0, above); g.restore();
    current()[i].forEach((w, k) => {
      const c = rgb(w / top);
      g.fillStyle = css(c); g.fillRect(left + k * cell, above + i * cell, cell - 1, cell - 1);
      if (cell > 30) { g.fillStyle = ink(c); g.font = "10px system-ui, sans-serif"; g.textAlign = "center";
        g.fillText(w.toFixed(2).replace(/^0/, ""), left + k * cell + cell / 2, above + i * cell + cell / 2); g.font = font + "px system-ui, sans-serif"; }
    });
  });
}

function show() {
  byId("chosen").textContent = `Layer ${layer + 1}, head ${head + 1}`;
  document.querySelectorAll("#heads button").forEach(b =>
    b.setAttribute("aria-pressed", +b.dataset.layer === layer && +b.dataset.head === head));
  byId("top").textContent = largest(current()).toFixed(2);
  drawText(); drawMap();
}

byId("bar").style.background = `linear-gradient(to right, ${colours.map(css).join()})`;
tokens.forEach((token, i) => {
  const span = document.createElement("span");
  span.textContent = token;
  span.tabIndex = 0;
  span.onmouseenter = span.onclick = span.onfocus = () => { query = i; drawText(); };
  byId("text").append(span);
});
weights.forEach((heads, l) => {
  const row = document.createElement("div"), name = document.createElement("b");
  row.className = "row"; name.textContent = `Layer ${l + 1}`; row.append(name);
  heads.forEach((rows, h) => {
    const button = document.createElement("button"), canvas = document.createElement("canvas");
    button.dataset.layer = l; button.dataset.head = h;
    button.append(canvas, `Head ${h + 1}`);
    button.onclick = () => { layer = l; head = h; show(); };
    thumbnail(canvas, rows); row.append(button);
  });
  byId("heads").append(row);
});
byId("map").firstChild.onmousemove = event => {
  const k = Math.floor((event.offsetX - left) / cell), q = Math.floor((event.offsetY - above) / cell);
  if (k < 0 || q < 0 || k >= T || q >= T) return;
  byId("value").textContent = `"${tokens[q]}" gives ${current()[q][k].toFixed(4)} of its attention to "${tokens[k]}"`;
  if (q !== query) { query = q; drawText(); }
};
if (weights.length && weights[0].length && T) show();
</script>
</body>
</html>
)";

void check(const AttentionPage& page) {
  const size_t T = page.tokens.size();
  for (size_t layer = 0; layer < page.weights.size(); ++layer)
    for (size_t head = 0; head < page.weights[layer].size(); ++head) {
      const auto& rows = page.weights[layer][head];
      bool square = rows.size() == T;
      for (const auto& row : rows) square = square && row.size() == T;
      if (!square)
        throw ValueError("attention_html",
                         fmt::format("layer {}, head {} is {} x {} for {} tokens; it must be tokens x tokens", layer,
                                     head, rows.size(), rows.empty() ? 0 : rows[0].size(), T));
    }
}

}  // namespace

std::string attention_html(const AttentionPage& page) {
  check(page);
  nlohmann::json data;
  data["tokens"] = page.tokens;
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
    const Rgb c = viridis(i / 255.0);
    colours.push_back({c.red, c.green, c.blue});
  }
  std::string json = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // Inside <script> only '<' could end the data early, and JSON has another spelling for it.
  for (size_t at = 0; (at = json.find('<', at)) != std::string::npos;) json.replace(at, 1, "\\u003c");

  std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                     escape_markup(page.title) + "</title>\n";
  html += kHead;
  html += "<h1>" + escape_markup(page.title) + "</h1>\n";
  if (!page.summary.empty()) html += "<p>" + escape_markup(page.summary) + "</p>\n";
  html += kBody;
  html += "<script id=\"data\" type=\"application/json\">" + json + "</script>\n";
  return html + kScript;
}

}  // namespace lemma::viz
