#include "viz/page.h"

#include "lemma/viz/colour.h"

namespace lemma::viz {

namespace {

// Every pair of text and background has a contrast of 4.5 or more, every border of a control 3 or more (WCAG 2.2, AA).
constexpr const char* kStyle = R"css(
  :root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --muted: #57606a; --line: #d0d7de; --control: #7d8590;
    --strong: #0a58ca; --soft: #eef2f6; }
  @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e8ea; --muted: #a3abb3; --line: #3a4149;
    --strong: #7ab3ff; --soft: #22272d; } }
  * { box-sizing: border-box; } [hidden] { display: none !important; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 1.25rem auto; padding: 0 1rem;
    background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
  h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
  p { margin: .4rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; } dl { margin: .4rem 0; }
  :focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
  button, select, input { font: inherit; color: inherit; }
  button, select { background: var(--paper); border: 1px solid var(--control); border-radius: .4rem; padding: .3rem .6rem;
    min-height: 2.25rem; cursor: pointer; }
  button[aria-pressed=true] { border-color: var(--strong); box-shadow: 0 0 0 1px var(--strong); }
  summary { cursor: pointer; padding: .3rem 0; }
  .hint { color: var(--muted); font-size: .9rem; } .figures, td, th { font-variant-numeric: tabular-nums; }
  .bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
  .around { position: relative; } .frame { overflow: auto; max-height: 85vh; }
  .around::after { content: "\2192"; position: absolute; top: 0; right: 0; bottom: 0; width: 2.2rem; display: none;
    align-items: center; justify-content: end; padding-right: .3rem; font-size: 1.3rem; font-weight: 700; pointer-events: none;
    color: var(--ink); background: linear-gradient(to right, transparent, var(--paper) 75%); z-index: 4; }
  .around.more::after { display: flex; } .around:not(.wide) + .scrolls { display: none; }
  table { border-collapse: collapse; } td, th { padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); }
  @media (prefers-reduced-motion: no-preference) { .frame { scroll-behavior: smooth; } }
)css";

// roving: Tab enters a group once, the arrow keys move within it. watchFrames: an arrow where there is more to the
// right.
constexpr const char* kScript = R"js("use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
function el(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
function roving(group, items) {
  const list = () => [...group.querySelectorAll(items)];
  const only = chosen => list().forEach(item => { item.tabIndex = item === chosen ? 0 : -1; });
  only(list()[0]);
  group.addEventListener("focusin", event => { if (event.target.matches(items)) only(event.target); });
  group.addEventListener("keydown", event => {
    const all = list(), at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))].focus();
  });
}
function watchFrames() {
  for (const frame of document.querySelectorAll(".frame")) {
    const look = () => {
      frame.parentNode.classList.toggle("wide", frame.scrollWidth > frame.clientWidth + 1);
      frame.parentNode.classList.toggle("more", frame.scrollLeft + frame.clientWidth < frame.scrollWidth - 1);
    };
    frame.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    document.addEventListener("toggle", look, true);  // a frame within <details>
    look();
  }
}
)js";

// Inside <script> only '<' could end the data early, and JSON has another spelling for it.
std::string within_script(const nlohmann::json& data) {
  std::string json = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (size_t at = 0; (at = json.find('<', at)) != std::string::npos;) json.replace(at, 1, "\\u003c");
  return json;
}

}  // namespace

std::string html_page(const Page& page) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
         "script-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escape_markup(page.title) + "</title>\n<style>" + kStyle + page.style + "</style>\n</head>\n<body>\n<main>\n" +
         page.body + "</main>\n<script id=\"data\" type=\"application/json\">" + within_script(page.data) +
         "</script>\n<script>\n" + kScript + page.script + "</script>\n</body>\n</html>\n";
}

}  // namespace lemma::viz
