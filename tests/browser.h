#pragma once
/// Opens pages in headless Chromium, where there is one: LEMMA_CHROMIUM, or a program in PATH.
#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "lemma/io/files.h"
#include "tests/catch.h"
#include "tests/program.h"
#include "tests/temp_dir.h"

namespace browser {

using Json = nlohmann::json;
namespace io = lemma::io;

struct View {
  int width = 390;  ///< in CSS pixels; the page is in a frame of this width
  bool dark = false;
};

/// The program, or "" with a warning that the test was skipped, which CTest looks for.
inline std::string program() {
  if (const char* given = std::getenv("LEMMA_CHROMIUM")) return given;
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
    if (std::system(("command -v " + std::string(name) + " >/dev/null 2>&1").c_str()) == 0) return name;
  WARN("skipped: needs Chromium, which is not installed (apt-get install chromium), or LEMMA_CHROMIUM=PROGRAM");
  return "";
}

inline std::string replaced(std::string text, const std::string& part, const std::string& by) {
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size())
    text.replace(at, part.size(), by);
  return text;
}

// What every page must do, in the page: check(condition, what), press(key), and the checks of its layout.
inline constexpr const char* kChecks = R"js(<script>
const failures = [];
window.addEventListener("error", event => failures.push("error: " + event.message));
const check = (right, what) => { if (!right) failures.push(what); };
const press = (key, more = {}) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const shows = element => element.getClientRects().length > 0;
function checkLayout() {
  check(document.documentElement.scrollWidth <= innerWidth, `the page is ${document.documentElement.scrollWidth} wide on a screen of ${innerWidth}`);
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width && !element.closest(".frame") && box.right > innerWidth + 1) failures.push(`${element.tagName} #${element.id} ends at ${box.right}`);
  }
  for (const frame of document.querySelectorAll(".frame")) {
    const wide = frame.scrollWidth > frame.clientWidth + 1, around = frame.parentNode, hint = around.nextElementSibling;
    if (!shows(frame)) continue;
    check(around.classList.contains("more") === wide, "the arrow says otherwise than the frame");
    check(!hint.classList.contains("scrolls") || shows(hint) === wide, "the hint says otherwise than the frame");
  }
  for (const item of document.querySelectorAll("button, select, input, summary, [tabindex]"))
    check(!shows(item) || item.getBoundingClientRect().height >= 20, `${item.tagName} ${item.textContent} is too low to hit`);
}
const channels = colour => (colour.match(/[\d.]+/g) || []).map(Number);
function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  return .2126 * x + .7152 * y + .0722 * z;
}
const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
function background(element) {
  for (; element; element = element.parentElement) {
    const style = getComputedStyle(element), colour = channels(style.backgroundColor);
    if (element.namespaceURI.endsWith("svg")) {
      const rect = element.querySelector(":scope > rect");
      if (rect) return channels(getComputedStyle(rect).fill);
    } else if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
}
function checkContrast() {
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !shows(element) || element.tagName === "SCRIPT") continue;
    const style = getComputedStyle(element), ink = channels(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const found = ratio(luminance(ink), luminance(background(element)));
    if (found < 4.5) failures.push(`contrast ${found.toFixed(2)} of "${element.textContent.trim().slice(0, 30)}"`);
  }
}
</script>)js";

/// Opens the page, runs `script` in it after it has loaded, and returns what that left in `result`, with all failures
/// of the checks, of the layout and of the contrast, and what the console said, under "failures".
inline Json open(const std::string& chromium, const std::string& html, const std::string& script, View view = {}) {
  TempDir dir;
  const std::string end =
      "<script>const result = {}; window.addEventListener('load', () => { try { " + script +
      " } catch (error) { failures.push(String(error)); } checkLayout(); checkContrast(); "
      "window.parent.postMessage(JSON.stringify({ ...result, failures }), '*'); });</script></body>";
  io::write_file(dir / "page.html",
                 replaced(replaced(html, "<title>", std::string(kChecks) + "<title>"), "</body>", end));
  io::write_file(
      dir / "frame.html",
      "<!DOCTYPE html><pre id=\"result\"></pre><script>onmessage = event => { "
      "document.getElementById('result').textContent = event.data; };</script><iframe src=\"page.html\" width=\"" +
          std::to_string(view.width) + "\" height=\"900\" style=\"border:0\"></iframe>");
  const std::string command =
      "timeout 120 " + chromium +
      " --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --enable-logging=stderr --window-size=1400,1000 "
      "--virtual-time-budget=4000 --blink-settings=preferredColorScheme=" +
      (view.dark ? "0" : "1") + " --user-data-dir='" + (dir / "profile") + "' --dump-dom 'file://" +
      (dir / "frame.html") + "' >'" + (dir / "dom") + "' 2>'" + (dir / "log") + "'";
  const int status = std::system(command.c_str());
  const std::string dom = io::read_file(dir / "dom"), log = io::read_file(dir / "log"), mark = "<pre id=\"result\">";
  const size_t begin = dom.find(mark), stop = dom.find("</pre>");
  CAPTURE(status, log);
  REQUIRE(begin != std::string::npos);
  std::string text = dom.substr(begin + mark.size(), stop - begin - mark.size());
  for (const auto& [entity, letter] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", " "}, {"&amp;", "&"}})
    text = replaced(text, entity, letter);
  REQUIRE(!text.empty());
  Json result = Json::parse(text);
  for (size_t at = 0; (at = log.find("CONSOLE", at)) != std::string::npos; ++at)
    result["failures"].push_back(log.substr(at, log.find('\n', at) - at));
  return result;
}

/// On a phone and on a desk, light and dark.
inline const View kViews[] = {{390, false}, {390, true}, {1280, false}, {1280, true}};

}  // namespace browser
