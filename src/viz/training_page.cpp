#include "lemma/viz/training_page.h"

#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/viz/colour.h"
#include "viz/chart.h"
#include "viz/page.h"

namespace lemma::viz {

namespace {

constexpr const char* kStyle = R"css(
  :root { --first: #0072b2; --second: #b84a00; }
  @media (prefers-color-scheme: dark) { :root { --first: #5cb8f0; --second: #ff9d57; } }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 1.5rem; }
  figure { margin: 0; } figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
  .legend { color: var(--muted); font-size: .9rem; display: flex; flex-wrap: wrap; gap: 0 .8rem; }
  .chart { width: 100%; height: auto; display: block; touch-action: pan-y; } .chart text { font-size: 11px; fill: var(--muted); }
  .grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--control); fill: none; } .curve { stroke-width: 2; fill: none; }
  .level { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 3; } .cursor { stroke: var(--ink); stroke-width: 1; }
  #epoch { width: min(100%, 24rem); height: 2rem; accent-color: var(--strong); } #numbers { min-height: 3em; }
  .facts th { font-weight: 400; color: var(--muted); vertical-align: top; } .facts th[scope=row] { white-space: nowrap; }
  .facts td { vertical-align: top; }
  .best td { font-weight: 700; }
)css";

constexpr const char* kScript = R"js(
const { runs, score_name, live } = data, epochs = Math.max(0, ...runs.map(run => run.train_loss.length));
const names = { train_loss: "training loss", dev_loss: "dev loss", score: "dev " + score_name, lr: "learning rate",
  gradient_norm: "gradient norm" };
const figure = value => value === 0 || (Math.abs(value) >= .001 && Math.abs(value) < 1e6) ? value.toFixed(4) : value.toPrecision(4);
const place = svg => [+svg.dataset.left, +svg.dataset.right, +svg.dataset.epochs];
function choose(epoch) {
  byId("epoch").value = epoch;
  byId("numbers").replaceChildren(...runs.map(run => {
    const parts = Object.keys(names).filter(key => Number.isFinite(run[key][epoch - 1])).map(key => `${names[key]} ${figure(run[key][epoch - 1])}`);
    return el("div", `${runs.length > 1 ? run.name + ", epoch" : "Epoch"} ${epoch}: ` + (parts.join(", ") || "not there"));
  }));
  byId("epoch").setAttribute("aria-valuetext", byId("numbers").textContent);
  for (const svg of document.querySelectorAll(".chart")) {
    const [left, right, all] = place(svg), part = all > 1 ? (epoch - 1) / (all - 1) : 0, cursor = svg.querySelector(".cursor");
    cursor.removeAttribute("hidden");
    cursor.setAttribute("transform", `translate(${left + part * (right - left)} 0)`);
  }
}
if (epochs > 0) {
  byId("epoch").max = epochs;
  byId("epoch").oninput = () => choose(+byId("epoch").value);
  for (const svg of document.querySelectorAll(".chart"))
    svg.onpointermove = svg.onpointerdown = event => {
      const box = svg.getBoundingClientRect(), x = (event.clientX - box.left) * 360 / box.width;
      const [left, right, all] = place(svg), part = right > left ? (x - left) / (right - left) : 0;
      choose(Math.max(1, Math.min(epochs, Math.round(1 + part * (all - 1)))));
    };
  choose(epochs);
} else byId("picked").hidden = true;
if (live) {
  byId("live").hidden = false;
  byId("written").textContent = new Date(document.lastModified).toLocaleTimeString();
  let timer = setTimeout(() => location.reload(), 5000);
  byId("pause").onclick = () => {
    const paused = timer !== 0;
    clearTimeout(timer);
    timer = paused ? 0 : setTimeout(() => location.reload(), 500);
    byId("pause").textContent = paused ? "Go on" : "Pause";
  };
}
watchFrames();
)js";

const std::vector<std::pair<const char*, std::vector<double> RunCurves::*>> kKinds = {
    {"train_loss", &RunCurves::train_loss},
    {"dev_loss", &RunCurves::dev_loss},
    {"score", &RunCurves::score},
    {"lr", &RunCurves::lr},
    {"gradient_norm", &RunCurves::gradient_norm},
    {"seconds", &RunCurves::seconds}};

void check(const TrainingPage& page) {
  if (page.runs.empty() || page.runs.size() > 2)
    throw ValueError("training_html", fmt::format("there are {} runs; expected one or two", page.runs.size()));
  for (const RunCurves& run : page.runs)
    for (const auto& [name, values] : kKinds)
      if ((run.*values).size() != run.train_loss.size())
        throw ValueError("training_html", fmt::format("run '{}' has {} values of {} for {} epochs; give one for each",
                                                      run.name, (run.*values).size(), name, run.train_loss.size()));
}

std::string charts(const TrainingPage& page) {
  Chart loss{"Loss", {}}, score{"Dev " + page.score_name, {}}, lr{"Learning rate", {}}, norm{"Gradient norm", {}};
  for (size_t i = 0; i < page.runs.size(); ++i) {
    const RunCurves& run = page.runs[i];
    const int colour = static_cast<int>(i);
    const bool alone = page.runs.size() == 1;
    loss.lines.push_back({alone ? "training" : run.name + ", training", run.train_loss, colour});
    loss.lines.push_back({alone ? "dev" : run.name + ", dev", run.dev_loss, alone ? 1 : colour, true});
    for (const auto& [chart, values] : {std::pair{&score, &run.score}, {&lr, &run.lr}, {&norm, &run.gradient_norm}})
      chart->lines.push_back({alone ? "" : run.name, *values, colour});
  }
  if (page.runs.size() == 1)
    score.lines[0].name = "score", lr.lines[0].name = "at the end of the epoch",
    norm.lines[0].name = "mean, before clipping";
  score.level_name = page.baseline, score.level = page.baseline_score;
  return chart_figure(loss) + chart_figure(score) + chart_figure(lr) + chart_figure(norm);
}

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.5g}", value) : "\xE2\x80\x93"; }

std::string table(const TrainingPage& page, const RunCurves& run) {
  std::string html = "<details><summary>All numbers" + (page.runs.size() > 1 ? " of " + escape_markup(run.name) : "") +
                     "</summary>\n<div class=\"around\"><div "
                     "class=\"frame\"><table><thead><tr><th>Epoch</th><th>Training loss</th><th>"
                     "Dev loss</th><th>Dev " +
                     escape_markup(page.score_name) +
                     "</th><th>Learning rate</th><th>Gradient norm</th><th>Seconds</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < run.train_loss.size(); ++i) {
    html +=
        fmt::format("<tr{}><td>{}</td>", static_cast<int64_t>(i + 1) == run.best_epoch ? " class=\"best\"" : "", i + 1);
    for (const auto& [name, values] : kKinds) html += "<td>" + cell((run.*values)[i]) + "</td>";
    html += "</tr>\n";
  }
  return html +
         "</tbody></table></div></div>\n<p class=\"hint scrolls\">The table is wider than the screen: move it "
         "sideways.</p>\n<p class=\"hint\">The best epoch, whose weights are kept, is in bold.</p></details>\n";
}

std::string facts(const TrainingPage& page) {
  std::string html = "<div class=\"around\"><div class=\"frame\"><table class=\"facts\">";
  if (page.runs.size() > 1) {
    html += "<thead><tr><td></td>";
    for (const RunCurves& run : page.runs) html += "<th scope=\"col\"><b>" + escape_markup(run.name) + "</b></th>";
    html += "</tr></thead>";
  }
  html += "<tbody>\n";
  for (const auto& [name, texts] : page.facts) {
    html += "<tr><th scope=\"row\">" + escape_markup(name) + "</th>";
    for (const std::string& text : texts) html += "<td>" + escape_markup(text) + "</td>";
    html += "</tr>\n";
  }
  return html +
         "</tbody></table></div></div>\n<p class=\"hint scrolls\">The table is wider than the screen: move it "
         "sideways.</p>\n";
}

nlohmann::json data_of(const TrainingPage& page) {
  nlohmann::json runs = nlohmann::json::array();
  for (const RunCurves& run : page.runs) {
    nlohmann::json& one = runs.emplace_back(nlohmann::json{{"name", run.name}});
    for (const auto& [name, values] : kKinds) one[name] = run.*values;  // what is not finite becomes null
  }
  return {{"runs", runs}, {"score_name", page.score_name}, {"live", page.live}};
}

}  // namespace

std::string training_html(const TrainingPage& page) {
  check(page);
  std::string body = "<h1>" + escape_markup(page.title) + "</h1>\n<p>" + escape_markup(page.summary) + "</p>\n";
  if (page.live)
    body +=
        "<p id=\"live\" class=\"bar hint\" hidden><span>As of <span id=\"written\"></span>; this page looks for news "
        "every five seconds.</span> <button type=\"button\" id=\"pause\">Pause</button></p>\n"
        "<noscript>Load the page again to see news.</noscript>\n";
  body += "<div class=\"charts\">\n" + charts(page) + "</div>\n";
  body +=
      "<div id=\"picked\"><h2><label for=\"epoch\">One epoch</label></h2>\n<input type=\"range\" id=\"epoch\" "
      "min=\"1\" max=\"1\" "
      "value=\"1\">\n<div id=\"numbers\" class=\"figures\"></div>\n<p class=\"hint\">Move the slider, or point at a "
      "picture.</p></div>\n";
  if (!page.facts.empty())
    body += "<h2>" + std::string(page.runs.size() > 1 ? "Side by side" : "The run") + "</h2>\n" + facts(page);
  for (const RunCurves& run : page.runs) body += table(page, run);
  return html_page({page.title, kStyle, std::move(body), data_of(page), kScript});
}

}  // namespace lemma::viz
