// The graph page's style, body and script.
#include "viz/graph.h"

namespace lemma::viz {

const char* const kGraphStyle = R"css(
  :root { --module: #dcebfb; --leaf: #f5f0df; } @media (prefers-color-scheme: dark) { :root { --module: #1d3350; --leaf: #37321f; } }
  #picture { border: 1px solid var(--line); border-radius: .4rem; }
  #picture svg { display: block; margin: auto; } #picture text { font-size: 12px; fill: var(--ink); text-anchor: middle; }
  #picture .node { cursor: pointer; } #picture .node rect { fill: var(--soft); stroke: var(--control); }
  #picture .leaf rect { fill: var(--leaf); } #picture .module rect { fill: var(--module); stroke-width: 2; }
  #picture .small { fill: var(--muted); font-size: 11px; } #picture .bold { font-weight: 600; }
  #picture .node:focus { outline: none; } #picture .node:focus-visible rect, #picture .chosen rect { stroke: var(--strong); stroke-width: 3; }
  #picture .edge { fill: none; stroke: var(--control); stroke-width: 1.3; } #picture .edge.on { stroke: var(--strong); stroke-width: 2.5; }
  #picture .slope { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
  #says { min-height: 3em; } #tree ul { list-style: none; margin: 0; padding-left: 1.1rem; } #tree > ul { padding-left: 0; }
  #tree button { border: 0; padding: .2rem .3rem; min-height: 2rem; text-align: left; }
)css";

const char* const kGraphBody =
    R"html(<p class="hint">Inputs stand above, the result below. A box says what a step computed and, behind &part;, the derivative of the result with
respect to it (of a tensor the norm of all of them); the number on an arrow is the derivative of the lower step with respect to the upper. Along a
path the numbers are multiplied, and where paths meet, added up.</p>
<p class="bar" id="folding" hidden><button type="button" id="unfold">Unfold all</button><button type="button" id="fold">Fold all</button></p>
<p class="hint" id="keys">Choose a box to see more of it. With the keyboard: Tab enters the picture, the arrow keys move along the arrows and
sideways<span id="foldkeys" hidden>, Enter unfolds a module, Backspace folds it</span>.</p>
<div id="says" class="figures" aria-live="polite"></div>
<div class="around"><div class="frame" id="picture"></div></div>
<p class="hint scrolls">The picture is wider than the screen: move it sideways, with a finger or the arrow keys.</p>
<div id="modules" hidden><h2>Modules</h2><div id="tree"></div></div>
<noscript>The picture is drawn by the script in this page: allow scripts to see it. The table needs none.</noscript>
)html";

// Layers from the longest way to each box; long arrows pass through empty places, so that they cross no box.
const char* const kGraphScript = R"js(
const { nodes, edges, types } = data, open = new Set();
const above = path => path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
const chain = path => path ? [...chain(above(path)), path] : [];
const paths = [...new Set(nodes.flatMap(node => chain(node.module)))];
const inside = path => nodes.filter(node => chain(node.module).includes(path));
let boxes = [], chosen = null;

function visible(i) {  // what stands for node i: itself, or the outermost module around it that is folded
  const folded = chain(nodes[i].module).find(path => !open.has(path));
  return folded === undefined ? "n" + i : folded;
}

function gather() {
  const byKey = new Map();
  nodes.forEach((node, i) => {
    const key = visible(i);
    if (!byKey.has(key)) byKey.set(key, key === "n" + i ? { key, node, first: i } : { key, path: key, first: Infinity });
    const box = byKey.get(key);  // a folded module stands where its first operation does
    if (box.path) box.first = Math.min(box.first, node.leaf ? box.first : i);
  });
  boxes = [...byKey.values()].sort((a, b) => a.first - b.first);
  boxes.forEach(box => Object.assign(box, { ins: [], outs: [], lines: lines(box) }));
  const arrows = new Map();
  for (const [from, to, slope] of edges) {
    const a = byKey.get(visible(from)), b = byKey.get(visible(to));
    if (a === b) continue;
    const both = a.key + ">" + b.key, arrow = arrows.get(both);
    if (!arrow) arrows.set(both, { a, b, slopes: a.node && b.node && slope ? [slope] : [] });
    else if (a.node && b.node && slope) arrow.slopes.push(slope);
  }
  for (const arrow of arrows.values()) { arrow.a.outs.push(arrow); arrow.b.ins.push(arrow); }
  return [...arrows.values()];
}

const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + "\u2026" : text;
function lines(box) {
  if (box.path) {
    const short = above(box.path) && open.has(above(box.path)) ? box.path.slice(above(box.path).length + 1) : box.path;
    const count = inside(box.path).filter(node => !node.leaf).length;
    return ["\u25b8 " + cut(short, 24), cut(types[box.path] || "module", 26), `${count} ${count === 1 ? "step" : "steps"}`];
  }
  const { title, value, shape, grad, norm } = box.node;
  return [cut(title, 26), cut(value || shape, 26), grad ? "\u2202 " + cut(grad, 24) : norm ? "|\u2202| " + norm : ""].filter(line => line);
}

function place(arrows) {
  boxes.forEach(box => { box.rank = Math.max(0, ...box.ins.filter(arrow => arrow.a.first < box.first).map(arrow => arrow.a.rank + 1)); });
  for (const box of [...boxes].reverse()) {  // then each as far down as it can: a parameter stands just above its use
    const later = box.outs.filter(arrow => arrow.b.first > box.first).map(arrow => arrow.b.rank - 1);
    if (later.length) box.rank = Math.min(...later);
  }
  const ranks = [];
  const put = item => (ranks[item.rank] = ranks[item.rank] || []).push(item);
  boxes.forEach(box => { box.w = Math.max(64, ...box.lines.map(line => line.length * 7 + 18)); box.up = []; box.down = []; put(box); });
  for (const arrow of arrows) {
    arrow.way = [arrow.a];
    const [top, end] = [arrow.a.rank, arrow.b.rank];
    for (let rank = top + 1; rank < end; ++rank) { const bend = { rank, w: 14, up: [], down: [] }; put(bend); arrow.way.push(bend); }
    arrow.way.push(arrow.b);
    for (let i = 1; i < arrow.way.length; ++i) { arrow.way[i - 1].down.push(arrow.way[i]); arrow.way[i].up.push(arrow.way[i - 1]); }
  }
  const list = ranks.filter(rank => rank);
  const number = rank => rank.forEach((item, i) => { item.at = i; });
  list.forEach(number);
  const middle = (item, side) => item[side].length ? item[side].reduce((sum, other) => sum + other.at, 0) / item[side].length : item.at;
  for (let sweep = 0; sweep < 8; ++sweep)
    for (const rank of sweep % 2 ? [...list].reverse() : list) {
      const side = sweep % 2 ? "down" : "up";
      rank.map(item => [middle(item, side), item]).sort((a, b) => a[0] - b[0]).forEach(([, item], i) => { item.at = i; rank[i] = item; });
    }
  const gap = 22;
  list.forEach(rank => { let x = 0; rank.forEach(item => { item.x = x + item.w / 2; x += item.w + gap; }); const shift = (x - gap) / 2; rank.forEach(item => { item.x -= shift; }); });
  for (let sweep = 0; sweep < 24; ++sweep)
    for (const rank of sweep % 2 ? [...list].reverse() : list) {  // towards the neighbours, in order and apart
      const want = rank.map(item => {  // bends of one arrow stand below each other, and pull little at boxes
        const near = [...item.up, ...item.down].map(other => [other.lines ? 1 : item.lines ? .2 : 6, other.x]), all = near.reduce((sum, [pull]) => sum + pull, 0);
        return all ? near.reduce((sum, [pull, x]) => sum + pull * x, 0) / all : item.x;
      });
      const right = [...want];
      for (let i = 1; i < rank.length; ++i) right[i] = Math.max(right[i], right[i - 1] + (rank[i - 1].w + rank[i].w) / 2 + gap);
      const left = [...want];
      for (let i = rank.length - 2; i >= 0; --i) left[i] = Math.min(left[i], left[i + 1] - (rank[i + 1].w + rank[i].w) / 2 - gap);
      rank.forEach((item, i) => { item.x = (left[i] + right[i]) / 2; });
    }
  let y = 12;
  list.forEach(rank => { rank.forEach(item => { item.y = y; }); y += 58 + 34; });
  const all = list.flat(), low = Math.min(...all.map(item => item.x - item.w / 2)) - 12;
  all.forEach(item => { item.x -= low; });
  return [Math.max(...all.map(item => item.x + item.w / 2)) + 12, y - 22];
}

const svg = (name, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
const height = box => 10 + 16 * box.lines.length;

function draw() {
  const arrows = gather(), [width, tall] = place(arrows);
  const picture = svg("svg", { width, height: tall, viewBox: `0 0 ${width} ${tall}`, role: "group", "aria-label": "Computation graph" });
  for (const arrow of arrows) {
    let d = `M${arrow.a.x} ${arrow.a.y + height(arrow.a)}`, [x, y] = [arrow.a.x, arrow.a.y + height(arrow.a)];
    for (const stop of arrow.way.slice(1)) {
      const half = (y + stop.y) / 2;
      d += `C${x} ${half} ${stop.x} ${half} ${stop.x} ${stop.y}` + (stop.lines ? "" : `v58`);
      [x, y] = [stop.x, stop.y + (stop.lines ? 0 : 58)];
    }
    arrow.line = svg("path", { d, class: "edge", "marker-end": "url(#tip)" });
    picture.append(arrow.line);
  }
  const tip = svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" });
  tip.append(svg("path", { d: "M0 0L8 4L0 8z", style: "fill:var(--control)" }));
  picture.append(tip);
  for (const box of boxes) {
    const g = svg("g", { class: "node " + (box.path ? "module" : box.node.leaf ? "leaf" : "step"), tabindex: -1, role: "button",
      "aria-label": describe(box), ...(box.path ? { "aria-expanded": "false" } : {}), "data-key": box.key });
    g.append(svg("rect", { x: box.x - box.w / 2, y: box.y, width: box.w, height: height(box), rx: box.node && box.node.leaf ? 14 : 5 }));
    box.lines.forEach((line, i) => g.append(svg("text", { x: box.x, y: box.y + 17 + 16 * i, class: i === 0 ? "bold" : box.path ? "small" : "" }, line)));
    g.onclick = () => { if (box.path) unfold(box.path); else choose(box, true); };
    g.onfocus = () => choose(box, false);
    box.g = g;
    picture.append(g);
  }
  for (const arrow of arrows)
    if (arrow.slopes.length) {
      const stop = arrow.way[1], [y1, y2] = [arrow.a.y + height(arrow.a), stop.y];
      picture.append(svg("text", { x: (arrow.a.x + stop.x) / 2, y: (y1 + y2) / 2 + 4, class: "slope" }, arrow.slopes.join(" + ")));
    }
  byId("picture").replaceChildren(picture);
  boxes[0].g.setAttribute("tabindex", 0);
  tree();
  byId("picture").scrollLeft = boxes[boxes.length - 1].x - byId("picture").clientWidth / 2;
  window.dispatchEvent(new Event("resize"));  // the frame may scroll now
}

function describe(box) {
  if (box.path) {
    const all = inside(box.path), steps = all.filter(node => !node.leaf).length;
    return `${box.path}, ${types[box.path] || "a module"}: ${steps} ${steps === 1 ? "step" : "steps"}, ${all.length - steps} parameters; folded`;
  }
  const { title, shape, value, grad, norm, module, leaf } = box.node, slope = arrow => arrow.slopes.length ? ` (derivative ${arrow.slopes.join(" + ")})` : "";
  const name = other => other.path || other.node.title;
  return `${title}${module ? ` in ${module}` : ""}: ` + [`shape ${shape}`, value && `value ${value}`, grad ? `derivative of the result ${grad}` : norm && `norm of the gradient ${norm}`,
    leaf ? "an input" : box.ins.length > 0 && "from " + box.ins.map(arrow => name(arrow.a) + slope(arrow)).join(", ")].filter(part => part).join("; ");
}

function choose(box, focus) {
  chosen = box;
  boxes.forEach(other => { other.g.classList.toggle("chosen", other === box); other.g.setAttribute("tabindex", other === box ? 0 : -1); });
  document.querySelectorAll(".edge").forEach(line => line.classList.remove("on"));
  [...box.ins, ...box.outs].forEach(arrow => arrow.line.classList.add("on"));
  byId("says").textContent = describe(box);
  if (!focus) return;
  box.g.focus({ preventScroll: true });
  box.g.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function after(change, key) {  // the change, and the focus where the reader was
  change();
  draw();
  const box = boxes.find(other => other.key === key) || boxes.find(other => other.node && chain(other.node.module).includes(key)) || boxes.find(other => other.path && other.path.startsWith(key)) || boxes[0];
  choose(box, true);
}
const unfold = path => after(() => open.add(path), path);
const close = path => [...open].filter(other => other === path || other.startsWith(path + ".")).forEach(other => open.delete(other));
const fold = path => after(() => close(path), path);

byId("picture").addEventListener("keydown", event => {
  if (!chosen || event.ctrlKey || event.altKey || event.metaKey) return;
  const beside = step => {
    const row = boxes.filter(box => box.rank === chosen.rank).sort((a, b) => a.x - b.x);
    return row[row.indexOf(chosen) + step];
  };
  const nearest = arrows => arrows.sort((a, b) => Math.abs(a.x - chosen.x) - Math.abs(b.x - chosen.x))[0];
  const to = { ArrowDown: () => nearest(chosen.outs.map(arrow => arrow.b)), ArrowUp: () => nearest(chosen.ins.map(arrow => arrow.a)),
    ArrowLeft: () => beside(-1), ArrowRight: () => beside(1), Home: () => boxes[0], End: () => boxes[boxes.length - 1] }[event.key];
  if (to) { event.preventDefault(); const box = to(); if (box) choose(box, true); return; }
  if ((event.key === "Enter" || event.key === " ") && chosen.path) { event.preventDefault(); unfold(chosen.path); }
  if (event.key === "Backspace") {
    event.preventDefault();
    const path = chosen.path ? above(chosen.path) : chosen.node.module;
    if (path) fold(path);
  }
});

function tree() {
  const list = path => {
    const ul = el("ul");
    for (const child of paths.filter(other => other !== path && above(other) === path)) {
      const item = el("li"), is = open.has(child), name = path ? child.slice(path.length + 1) : child;
      const button = el("button", `${is ? "\u25be" : "\u25b8"} ${name}  ${types[child] || ""}`, { type: "button", "aria-expanded": is });
      button.onclick = () => {
        if (is) close(child); else chain(child).forEach(other => open.add(other));
        draw();
        [...document.querySelectorAll("#tree button")].find(other => other.dataset.path === child).focus();
      };
      button.dataset.path = child;
      item.append(button);
      if (is) item.append(list(child));
      ul.append(item);
    }
    return ul;
  };
  byId("tree").replaceChildren(list(""));
}

if (paths.length) {
  for (const id of ["folding", "foldkeys", "modules"]) byId(id).hidden = false;
  byId("unfold").onclick = () => { paths.forEach(path => open.add(path)); draw(); };
  byId("fold").onclick = () => { open.clear(); draw(); };
}
if (nodes.length) { draw(); choose(boxes[boxes.length - 1], false); }
watchFrames();
)js";

}  // namespace lemma::viz
