// The attention page's style, body and script.
#include "viz/attention.h"

namespace lemma::viz {

const char* const kAttentionStyle = R"css(
  .tokens { display: flex; flex-wrap: wrap; gap: .3rem .2rem; }
  .tokens button, .tokens span { border: 2px solid transparent; padding: .1rem .35rem; border-radius: .3rem; min-height: 2rem; }
  .tokens button.query { border-color: var(--strong); box-shadow: 0 0 0 1px var(--paper) inset; }
  #asks button { background: var(--soft); }
  #looks, #value { min-height: 1.5em; }
  .scale { display: flex; gap: .5rem; align-items: center; }
  #scale { width: 9rem; height: .9rem; border-radius: .25rem; }
  #grid { display: grid; grid-template-columns: max-content max-content; width: max-content; }
  #corner, #columns, #rows { background: var(--paper); position: sticky; font-size: .8rem; line-height: 1.2; }
  #corner { left: 0; top: 0; z-index: 3; } #columns { top: 0; z-index: 2; display: flex; align-items: end; padding-bottom: .25rem; }
  #rows { left: 0; z-index: 2; padding-right: .35rem; text-align: right; }
  #rows div, #columns div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  #rows div { max-width: 9rem; line-height: var(--cell); }
  #columns div { line-height: var(--cell); writing-mode: vertical-rl; transform: rotate(180deg); max-height: 7rem; padding: .2rem 0; }
  #columns.short div { writing-mode: horizontal-tb; transform: none; text-align: center; line-height: inherit; }
  #rows div, #columns div { color: var(--muted); } #rows .on, #columns .on { color: var(--strong); font-weight: 700; }
  canvas { display: block; } #heads .bar { margin-bottom: .6rem; } #heads b { width: 4.5rem; }
  select { max-width: 8.5rem; }
  #heads button { padding: .3rem; } #heads canvas { width: 84px; height: 84px; image-rendering: pixelated; margin: auto; }
  @media (max-width: 34rem) { #heads b { width: 100%; } #rows div { max-width: 5.5rem; } #heads .bar { gap: .4rem; } }
)css";

const char* const kAttentionBody = R"html(<h2>Where each token looks</h2>
<p class="bar"><label>Layer <select id="layer"></select></label> <label>Head <select id="head"></select></label></p>
<p class="cross hint" hidden>The model writes; choose a token:</p>
<div id="asks" class="tokens" role="group" aria-label="Queries: choose one"></div>
<p class="cross hint" hidden>and for it looks at the source:</p>
<div id="text" class="tokens" role="group" aria-label="Tokens: choose one to see where it looks"></div>
<p id="looks" class="figures" aria-live="polite"></p>
<p class="hint" id="how">Point at a token, tap it, or move to it with Tab and the arrow keys: its frame says that it is the one that looks, the
colours say what it sees.</p>
<p class="scale figures hint">0 <span id="scale"></span> <span id="top"></span> of its attention</p>
<h2 id="chosen"></h2>
<p class="hint">A row for each token that looks, a column for each token it can see; every row sums to 1. With the matrix in focus, the arrow keys move.</p>
<p id="value" class="figures" aria-live="polite"></p>
<div class="around"><div class="frame" id="frame"><div id="grid"><div id="corner"></div><div id="columns" aria-hidden="true"></div>
<div id="rows" aria-hidden="true"></div><canvas id="map" tabindex="0" role="application"
aria-label="The matrix of weights: the arrow keys move from one weight to the next" aria-describedby="value"></canvas></div></div></div>
<p class="hint scrolls">The matrix is wider than the screen: move it sideways, with a finger or the arrow keys.</p>
<h2>Every layer and head</h2>
<p class="hint">Each has a colour scale of its own, up to its largest weight. Choose one to see it large.</p>
<div id="heads"></div>
<h2>What the words mean</h2>
<dl>
<dt>Query</dt><dd>The token that looks: from its vector the model computes what the token is looking for.</dd>
<dt>Key</dt><dd>A token that can be seen: from its vector the model computes what the token offers, and the better this fits the query, the larger the
weight.</dd>
<dt>Head</dt><dd>One of several such comparisons that a layer makes side by side, each with queries and keys of its own; a head may well look random, for
training shapes only those that lower the loss.</dd>
<dt>Layer</dt><dd>All heads of one step; the next layer works on what this one has gathered.</dd>
<dt>Mean</dt><dd>The average of several heads' weights: an overview, in which what one head does is easily lost.</dd>
</dl>
<noscript>The pictures are drawn by the script in this page: allow scripts to see them.</noscript>
)html";

const char* const kAttentionScript = R"js(
const { tokens, weights, colours } = data, cross = data.keys.length > 0, keys = cross ? data.keys : tokens;
const Q = tokens.length, K = keys.length, most = Math.max(Q, K), cell = most > 64 ? 12 : most > 24 ? 20 : 38;
let layer = 0, head = 0, query = 0, key = 0, shown = [];
const colour = t => colours[Math.max(0, Math.min(255, Math.round(t * 255)))];
const visible = token => token.replace(/ /g, "\u2423").replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5") || "\u2205";
const quoted = token => `\u201c${visible(token)}\u201d`;
const largest = rows => rows.reduce((m, row) => row.reduce((a, b) => Math.max(a, b), m), 0) || 1;
const pick = (all, i) => i < 0 ? all : [all[i]];

function mean(l, h) {  // of the chosen layers and heads
  const all = pick(weights, l).flatMap(heads => pick(heads, h));
  if (all.length === 1) return all[0];
  return tokens.map((_, q) => keys.map((_, k) => all.reduce((sum, rows) => sum + rows[q][k], 0) / all.length));
}

function thumbnail(canvas, rows) {
  canvas.width = Math.max(K, 1); canvas.height = Math.max(Q, 1);
  const g = canvas.getContext("2d"), top = largest(rows);
  rows.forEach((row, q) => row.forEach((w, k) => { g.fillStyle = colour(w / top)[0]; g.fillRect(k, q, 1, 1); }));
}

function drawText() {
  const row = shown[query], top = largest(shown);
  [...byId("text").children].forEach((item, k) => {
    const [paper, ink] = colour(row[k] / top);
    item.style.background = paper; item.style.color = ink;
    item.classList.toggle("query", !cross && k === query);
    item.title = `${row[k].toFixed(3)} of the attention of ${quoted(tokens[query])}`;
  });
  [...byId("asks").children].forEach((item, q) => item.classList.toggle("query", q === query));
  const best = row.map((w, k) => [w, k]).sort((a, b) => b[0] - a[0]).slice(0, 3);
  byId("looks").textContent = `${quoted(tokens[query])} looks most at ` + best.map(([w, k]) => `${quoted(keys[k])} (${w.toFixed(2)})`).join(", ");
}

function drawMap() {
  const canvas = byId("map"), g = canvas.getContext("2d");
  const scale = Math.min(window.devicePixelRatio || 1, 4096 / (most * cell));
  canvas.width = K * cell * scale; canvas.height = Q * cell * scale;
  canvas.style.width = K * cell + "px"; canvas.style.height = Q * cell + "px";
  g.scale(scale, scale);
  g.font = "11px system-ui, sans-serif"; g.textAlign = "center"; g.textBaseline = "middle";
  const top = largest(shown), style = getComputedStyle(document.documentElement);
  shown.forEach((row, q) => row.forEach((w, k) => {
    const [paper, ink] = colour(w / top);
    g.fillStyle = paper; g.fillRect(k * cell, q * cell, cell - 1, cell - 1);
    if (cell > 30) { g.fillStyle = ink; g.fillText(w.toFixed(2), k * cell + cell / 2 - .5, q * cell + cell / 2); }
  }));
  g.strokeStyle = style.getPropertyValue("--paper"); g.lineWidth = 5;
  g.strokeRect(key * cell, query * cell, cell - 1, cell - 1);
  g.strokeStyle = style.getPropertyValue("--strong"); g.lineWidth = 3;
  g.strokeRect(key * cell, query * cell, cell - 1, cell - 1);
  [...byId("rows").children].forEach((item, q) => item.classList.toggle("on", q === query));
  [...byId("columns").children].forEach((item, k) => item.classList.toggle("on", k === key));
  byId("value").textContent = `${quoted(tokens[query])} gives ${shown[query][key].toFixed(4)} of its attention to ${quoted(keys[key])}`;
}

function choose(q, k) {
  query = Math.max(0, Math.min(Q - 1, q));
  if (k !== undefined) key = Math.max(0, Math.min(K - 1, k));
  drawText(); drawMap();
}

function show(l, h) {
  layer = l; head = h; shown = mean(l, h);
  byId("layer").value = l; byId("head").value = h;
  const which = l < 0 ? "All layers" : `Layer ${l + 1}`;
  byId("chosen").textContent = which + (h < 0 ? ", mean of the heads" : `, head ${h + 1}`);
  document.querySelectorAll("#heads button").forEach(b => b.setAttribute("aria-pressed", +b.dataset.layer === l && +b.dataset.head === h));
  byId("top").textContent = largest(shown).toFixed(2);
  choose(query);
}

function intoView() {  // the chosen square, past the labels that stay in place
  const frame = byId("frame"), left = byId("rows").offsetWidth, above = byId("columns").offsetHeight;
  const x = key * cell, y = query * cell;
  if (x < frame.scrollLeft) frame.scrollLeft = x;
  if (x + cell + left > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x + cell + left - frame.clientWidth;
  if (y < frame.scrollTop) frame.scrollTop = y;
  if (y + cell + above > frame.scrollTop + frame.clientHeight) frame.scrollTop = y + cell + above - frame.clientHeight;
}

function build() {
  byId("grid").style.setProperty("--cell", cell + "px");
  byId("scale").style.background = `linear-gradient(to right, ${colours.map(c => c[0]).join()})`;
  const asks = byId(cross ? "asks" : "text");
  tokens.forEach((token, q) => {
    const button = el("button", visible(token), { type: "button" });
    button.onmouseenter = button.onclick = button.onfocus = () => choose(q);
    asks.append(button);
    byId("rows").append(Object.assign(el("div", visible(token), { style: `height:${cell}px` }), { title: token }));
  });
  keys.forEach(token => {
    if (cross) byId("text").append(el("span", visible(token)));
    byId("columns").append(Object.assign(el("div", visible(token), { style: `width:${cell}px` }), { title: token }));
  });
  document.querySelectorAll(".cross").forEach(line => { line.hidden = !cross; });
  byId("columns").classList.toggle("short", keys.every(token => token.length <= 2));
  roving(asks, "button");
  const H = Math.max(...weights.map(heads => heads.length)), add = (id, value, text) => byId(id).append(el("option", text, { value }));
  weights.forEach((heads, l) => {
    add("layer", l, l + 1);
    const row = el("div", undefined, { class: "bar", role: "group", "aria-label": `Layer ${l + 1}` });
    row.append(el("b", `Layer ${l + 1}`));
    for (let h = 0; h <= heads.length; ++h) {
      const which = h < heads.length ? h : -1, canvas = el("canvas"), button = el("button", undefined, { type: "button" });
      if (which < 0 && heads.length < 2) continue;
      Object.assign(button.dataset, { layer: l, head: which });
      thumbnail(canvas, mean(l, which));
      button.append(canvas, which < 0 ? "Mean" : `Head ${h + 1}`);
      button.onclick = () => show(l, which);
      row.append(button);
    }
    byId("heads").append(row);
  });
  roving(byId("heads"), "button");
  for (let h = 0; h < H; ++h) add("head", h, h + 1);
  if (H > 1) add("head", -1, "mean of all");
  if (weights.length > 1) add("layer", -1, "mean of all");
  byId("layer").onchange = () => show(+byId("layer").value, head);
  byId("head").onchange = () => show(layer, +byId("head").value);
  const map = byId("map"), at = event => [Math.floor(event.offsetY / cell), Math.floor(event.offsetX / cell)];
  map.onmousemove = map.onclick = event => choose(...at(event));
  map.onkeydown = event => {
    const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], Home: [0, -K], End: [0, K] }[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    choose(query + move[0], key + move[1]);
    intoView();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawMap);
}

if (weights.length && weights[0].length && Q && K) { build(); show(0, 0); watchFrames(); }
)js";

}  // namespace lemma::viz
