// The pages in a browser: no error in the console, nothing wider than the screen, text that can be read, the model's
// numbers, and all of it by mouse and by keyboard.
#include <cmath>

#include <fmt/format.h>

#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "lemma/tasks/all.h"
#include "lemma/train/curves.h"
#include "lemma/train/model_dir.h"
#include "lemma/viz/attention_page.h"
#include "lemma/viz/graph_page.h"
#include "lemma/viz/training_page.h"
#include "tests/browser.h"

using namespace lemma;
using browser::Json;

namespace {

const char* kText = "Anna lives in Oslo and Bo , who is a friend of Carla , in Lima .";

// What the program writes for a model of the playground.
std::string page_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--out", "page.html"});
  const Program program = playground().run(all);
  CAPTURE(program.err);
  REQUIRE(program.status == 0);
  return io::read_file(playground().dir / "page.html");
}

void check_in(const std::string& chromium, const std::string& html, const std::string& script) {
  for (const browser::View& view : browser::kViews) {
    CAPTURE(view.width, view.dark);
    const Json result = browser::open(chromium, html, script, view);
    CHECK(result["failures"] == Json::array());
  }
}

}  // namespace

TEST_CASE("the attention page in a browser: the model's numbers, by mouse, by keys, for each head") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  const std::string html = page_of({"attention", "--model", "ner", kText});
  const train::SavedModel saved = train::load_model(playground().dir / "ner", tasks::all());
  const train::Attention attention = saved.learner->attention("TEXT", kText, 256);
  const std::vector<double> weights = attention.weights[0].to_vector<double>();  // (1, H, T, T)
  const size_t T = attention.tokens.size();
  const auto weight = [&](size_t h, size_t q, size_t k) { return weights[(h * T + q) * T + k]; };
  const Json result = browser::open(chromium, html, R"js(
    const text = byId("text"), map = byId("map"), value = () => byId("value").textContent;
    result.tokens = [...text.children].map(item => item.textContent);
    result.first = value();
    text.children[3].dispatchEvent(new MouseEvent("mouseenter"));  // hovering
    result.hover = byId("looks").textContent;
    check(text.children[3].classList.contains("query"), "the token under the pointer is not framed");
    const second = document.querySelectorAll("#heads button")[1];
    second.click();                                                // choosing a head
    check(second.getAttribute("aria-pressed") === "true", "the chosen head does not say so");
    check(byId("head").value === "1", "the list does not follow the chosen head");
    result.chosen = byId("chosen").textContent;
    map.focus();                                                   // keys
    press("ArrowRight"); press("ArrowRight"); press("ArrowDown");
    result.keys = value();
    press("Home"); press("ArrowLeft"); press("ArrowLeft");
    result.edge = value();
    byId("head").value = -1; byId("head").dispatchEvent(new Event("change"));
    result.mean = value();
    const box = map.getBoundingClientRect(), cell = box.width / text.children.length;
    map.dispatchEvent(new MouseEvent("mousemove", { clientX: box.left + 2.5 * cell, clientY: box.top + 1.5 * cell, bubbles: true }));
    result.pointed = value();
    text.children[0].focus();                                      // along the tokens
    press("ArrowRight"); press("ArrowRight"); press("ArrowLeft");
    check(document.activeElement === text.children[1], "the arrow keys do not move along the tokens");
    result.along = byId("looks").textContent;
    press("End");
    check(document.activeElement === text.lastChild, "End does not go to the last token");
    check([...text.children].filter(item => item.tabIndex === 0).length === 1, "Tab stops at more than one token");
  )js");
  CHECK(result["failures"] == Json::array());
  CHECK(result["tokens"].get<std::vector<std::string>>() == attention.tokens);
  const auto says = [&](size_t q, double w, size_t k) {
    return fmt::format("“{}” gives {:.4f} of its attention to “{}”", attention.tokens[q], std::round(w * 1e5) / 1e5,
                       attention.tokens[k]);
  };
  CHECK(result["first"] == says(0, weight(0, 0, 0), 0));
  CHECK(result["chosen"] == "Layer 1, head 2");
  CHECK(result["keys"] == says(4, weight(1, 4, 2), 2));
  CHECK(result["edge"] == says(4, weight(1, 4, 0), 0));
  const auto mean = [&](size_t q, size_t k) { return (weight(0, q, k) + weight(1, q, k)) / 2; };
  const auto near = [](const Json& text, double expected) {
    const std::string words = text;
    const size_t at = words.find("gives ");
    return std::abs(std::stod(words.substr(at + 6)) - expected) < 1e-4;
  };
  CHECK(near(result["mean"], mean(4, 0)));
  CHECK(near(result["pointed"], mean(1, 2)));
  size_t best = 0;
  for (size_t k = 1; k < T; ++k)
    if (weight(0, 3, k) > weight(0, 3, best)) best = k;
  CHECK(result["hover"].get<std::string>().starts_with(fmt::format(
      "“{}” looks most at “{}” ({:.2f})", attention.tokens[3], attention.tokens[best], weight(0, 3, best))));
  CHECK(result["along"].get<std::string>().starts_with(fmt::format("“{}” looks most at", attention.tokens[1])));
}

TEST_CASE("attention pages fit a phone and a desk, light and dark: short, long, of one token, of two texts") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  check_in(chromium, page_of({"attention", "--model", "ner", kText}),
           "document.querySelectorAll('#heads button')[1].click(); byId('text').children[2].focus();");
  viz::AttentionPage page{"One", "", {"Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"}, {{{{1}}}}};
  check_in(chromium, viz::attention_html(page), "check(byId('value').textContent.includes('1.0000'), 'no value');");
  page = {"Two", "", {"ein", " ", "\n"}, {}, {"a", "very", "long", "text", "here", "of", "x", "y", "z"}};
  const std::vector<double> row(9, 1.0 / 9);
  page.weights = {{{row, row, row}}, {{row, row, row}}};
  check_in(chromium, viz::attention_html(page), R"js(
    check(byId("asks").children.length === 3 && byId("text").children.length === 9, "not all tokens are there");
    check(byId("asks").children[1].textContent === "\u2423" && byId("asks").children[2].textContent === "\u21b5", "a blank cannot be seen");
    byId("map").focus(); for (let i = 0; i < 20; ++i) press("ArrowRight");
    check(byId("value").textContent.endsWith("\u201cz\u201d"), "the keys do not reach the last column");
  )js");
}

TEST_CASE("the curves in a browser: the numbers of the run, by slider and by pointer") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  const std::string html = io::read_file(playground().dir / "sentiment/training.html");
  const train::History history = train::load_history(playground().dir / "sentiment", tasks::all()).history;
  REQUIRE(history.epochs.size() == 2);
  const std::string script = R"js(
    result.last = byId("numbers").textContent;
    byId("epoch").value = 1; byId("epoch").dispatchEvent(new Event("input"));
    result.first = byId("numbers").textContent;
    const charts = document.querySelectorAll(".chart");
    check(charts.length === 4, `${charts.length} pictures`);
    check([...charts].every(svg => svg.querySelector(".cursor").getAttribute("transform") === "translate(58 0)"), "the cursor is elsewhere");
    const box = charts[1].getBoundingClientRect();
    charts[1].dispatchEvent(new PointerEvent("pointermove", { clientX: box.right - 12, clientY: box.top + 20, bubbles: true }));
    check(byId("numbers").textContent === result.last, "pointing at a picture does not choose its epoch");
    document.querySelector("details").open = true;
    result.table = [...document.querySelectorAll("tbody tr.best td")].map(cell => cell.textContent);
    check(!byId("live"), "a complete run looks for news");
  )js";
  const Json result = browser::open(chromium, html, script);
  const train::EpochRecord &first = history.epochs[0], &last = history.epochs[1];
  const auto said = [](const train::EpochRecord& e, int n) {
    return fmt::format("Epoch {}: training loss {:.4f}, dev loss {:.4f}, dev accuracy {:.4f}, ", n, e.train_loss,
                       e.dev_loss, e.score);
  };
  CHECK(result["first"].get<std::string>().starts_with(said(first, 1)));
  CHECK(result["last"].get<std::string>().starts_with(said(last, 2)));
  const train::EpochRecord& best = history.epochs.at(static_cast<size_t>(history.best_epoch - 1));
  CHECK(result["table"].at(1) == fmt::format("{:.5g}", best.train_loss));
  CHECK(result["table"].at(5) == fmt::format("{:.5g}", best.gradient_norm));
  check_in(chromium, html, script);
}

TEST_CASE("two runs, and one that goes on, in a browser") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  const train::SavedModel one = train::load_history(playground().dir / "sentiment", tasks::all()),
                          same = train::load_history(playground().dir / "sentiment", tasks::all());
  check_in(chromium,
           viz::training_html(train::comparison("models/one", one, "models/another-one-with-a-long-name", same)),
           "check(byId('numbers').children.length === 2, 'not both runs have numbers');"
           "document.querySelectorAll('details').forEach(part => { part.open = true; });");
  viz::TrainingPage live = train::run_page(*one.task, *one.options, one.history, true);
  check_in(chromium, viz::training_html(live),
           "check(shows(byId('live')), 'nothing says that the run goes on'); byId('pause').click();"
           "check(byId('pause').textContent === 'Go on', 'it does not pause');");
  live.runs = {{}};
  check_in(chromium, viz::training_html(live),
           "byId('pause').click(); check(!shows(byId('picked')), 'a slider without an epoch');");
}

TEST_CASE("the documents' graph in a browser: the derivatives on its edges, and the way along them by keys") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  check_in(chromium, page_of({"graph"}), R"js(
    const slopes = [...document.querySelectorAll(".slope")].map(text => text.textContent).sort();
    check(slopes.join() === "1,1,1,2,3", `the derivatives are ${slopes}`);
    const at = key => document.querySelector(`[data-key=${key}]`);
    const names = [...document.querySelectorAll(".node")].map(node => [...node.querySelectorAll("text")].map(line => line.textContent).join(" "));
    for (const name of ["a 2 \u2202 2", "b 1 \u2202 5", "c = add 3 \u2202 2", "d = add 2 \u2202 3", "e = mul 6 \u2202 1"]) check(names.includes(name), `no ${name} in ${names}`);
    document.querySelector(".node[tabindex='0']").focus();
    press("End");
    check(document.activeElement.textContent.startsWith("e = mul"), "End is not the result");
    press("ArrowUp"); press("ArrowUp");
    check(["a", "b"].includes(document.activeElement.textContent[0]), "two steps up from e is no input");
    press("ArrowRight"); press("ArrowRight");
    check(document.activeElement.textContent.startsWith("b"), "to the right is not b");
    check(byId("says").textContent === "b: shape (); value 1; derivative of the result 5; an input", byId("says").textContent);
    check(document.querySelectorAll(".edge.on").length === 2, "the arrows of the chosen box do not stand out");
    check(!shows(byId("folding")), "there is nothing to fold");
    document.querySelector("details").open = true;
  )js");
}

TEST_CASE("a model's graph in a browser: modules fold and unfold, and no box lies on another") {
  const std::string chromium = browser::program();
  if (chromium.empty()) return;
  check_in(chromium, page_of({"graph", "--model", "sentiment", "a fine film"}), R"js(
    const keys = () => [...document.querySelectorAll(".node")].map(node => node.dataset.key), folded = keys().length;
    const apart = when => {
      const rects = [...document.querySelectorAll(".node rect")].map(rect => rect.getBoundingClientRect());
      rects.forEach((a, i) => rects.slice(i + 1).forEach(b => {
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) failures.push("boxes overlap, " + when);
      }));
    };
    apart("folded");
    check(keys().includes("encoder") && keys().includes("fc"), `the modules are ${keys()}`);
    document.querySelector("[data-key=encoder]").focus();
    press("Enter");
    check(keys().length > folded && !keys().includes("encoder"), "Enter does not unfold");
    check(document.activeElement.classList.contains("node"), "the focus is lost");
    apart("one unfolded");
    press("Backspace");
    check(keys().length === folded, "Backspace does not fold");
    document.querySelector("[data-key=fc]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    check(!keys().includes("fc"), "a click does not unfold");
    document.querySelector("#tree button").click();
    check(document.querySelector("#tree button").getAttribute("aria-expanded") === "true", "the list does not unfold");
    byId("unfold").click();
    check(keys().length === data.nodes.length, "not all steps are there");
    check(!document.querySelector(".module"), "a module is still folded");
    apart("all unfolded");
    byId("fold").click();
    check(keys().length === folded, "not all are folded");
    const root = data.nodes[data.nodes.length - 1];
    check(root.title.startsWith("surprise") && Number(root.grad) === 1, "the result is not the last step");
  )js");
}
