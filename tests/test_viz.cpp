#include <cmath>

#include "lemma/core/error.h"
#include "lemma/viz/attention_page.h"
#include "lemma/viz/colour.h"
#include "lemma/viz/curves.h"
#include "lemma/viz/heatmap.h"
#include "lemma/viz/terminal.h"
#include "tests/catch.h"
#include "tests/find_text.h"
#include "tests/temp_dir.h"

using namespace lemma;

TEST_CASE("viridis has its known ends and middle, clips, and shows NaN as grey") {
  CHECK(viz::hex(viz::viridis(0)) == "#440154");
  CHECK(viz::hex(viz::viridis(0.5)) == "#21918c");
  CHECK(viz::hex(viz::viridis(1)) == "#fde725");
  CHECK(viz::viridis(-3) == viz::viridis(0));
  CHECK(viz::viridis(7) == viz::viridis(1));
  CHECK(viz::hex(viz::viridis(NAN)) == "#a0a0a0");
  CHECK(viz::hex(viz::text_colour(viz::viridis(0))) == "#ffffff");
  CHECK(viz::hex(viz::text_colour(viz::viridis(1))) == "#000000");
}

TEST_CASE("markup is escaped") {
  CHECK(viz::escape_markup("<b> & \"c\" 'd'\x01") == "&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\xEF\xBF\xBD");
  CHECK(viz::escape_markup("naïve 🎬") == "naïve 🎬");
  CHECK(viz::escape_markup("a\xFF!") == "a\xEF\xBF\xBD!");
}

TEST_CASE("a heat map as SVG: a square, a number and a label for each") {
  viz::Heatmap map{{{0, 0.5}, {1, NAN}}, {"a<b", "two"}, {"x", "y"}, "T & t", {}, {}};
  const std::string svg = viz::heatmap_svg(map);
  CHECK(svg.substr(0, 5) == "<svg ");
  CHECK(svg.substr(svg.size() - 7) == "</svg>\n");
  CHECK(count(svg, "<title>") == 4);
  CHECK(contains(svg, "fill=\"#440154\"><title>0</title>"));
  CHECK(contains(svg, "fill=\"#21918c\"><title>0.5</title>"));
  CHECK(contains(svg, "fill=\"#fde725\"><title>1</title>"));
  CHECK(contains(svg, "fill=\"#a0a0a0\"><title>nan</title>"));
  CHECK(contains(svg, ">0.50</text>"));
  CHECK(contains(svg, ">a&lt;b</text>"));
  CHECK(contains(svg, ">T &amp; t</text>"));
  CHECK(!contains(svg, "a<b"));
  map.show_values = false;
  map.high = 2;  // 1 is now the middle
  CHECK(!contains(viz::heatmap_svg(map), ">0.50</text>"));
  CHECK(contains(viz::heatmap_svg(map), "fill=\"#21918c\"><title>1</title>"));
  CHECK(viz::heatmap_svg({}).substr(0, 5) == "<svg ");
}

TEST_CASE("a heat map as text") {
  viz::Heatmap map{{{0, 1}, {0.25, 0.75}}, {"a", "bb"}, {"x", "y"}, "weights", {}, {}};
  CHECK(viz::heatmap_text(map) ==
        "weights\n"
        "          x        y\n"
        "a    0.00     1.00██\n"
        "bb   0.25░░   0.75▓▓\n");
  map.show_values = false;
  CHECK(viz::heatmap_text(map) == "weights\na   ██\nbb░░▓▓\n");
  CHECK(contains(viz::heatmap_text(map, true), "\x1b[48;2;68;1;84m  \x1b[0m\x1b[48;2;253;231;37m  \x1b[0m\n"));
}

TEST_CASE("heat maps of ragged rows or miscounted labels are refused") {
  CHECK(error_of<ValueError>([] {
          viz::heatmap_svg({{{1, 2}, {3}}, {}, {}, "", {}, {}});
        }) == "[heatmap] row 1 has 1 values, but row 0 has 2; all rows must have the same length");
  CHECK(error_of<ValueError>([] {
          viz::heatmap_text({{{1, 2}}, {"a", "b"}, {}, "", {}, {}});
        }) == "[heatmap] 2 row labels for 1 rows; give one for each or none");
  CHECK(error_of<ValueError>([] {
          viz::heatmap_text({{{1, 2}}, {}, {"a"}, "", {}, {}});
        }) == "[heatmap] 1 column labels for 2 columns; give one for each or none");
}

TEST_CASE("round ticks are round and inside") {
  CHECK(viz::round_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  const auto fine = viz::round_ticks(0.12, 0.49, 4);
  REQUIRE(fine.size() == 3);
  CHECK(fine[0] == Approx(0.2));
  CHECK(fine[2] == Approx(0.4));
  CHECK(viz::round_ticks(1, 1, 5).empty());
  CHECK(viz::round_ticks(NAN, 1, 5).empty());
}

TEST_CASE("curves as SVG: every series and name, gaps at NaN, nothing unescaped") {
  const viz::Plot plot{{{"train", {0, 1, 2, 3}, {4, NAN, 2, 1}}, {"dev <1>", {0, 3}, {3, 2}}}, "Loss", "step", "nats"};
  const std::string svg = viz::curves_svg(plot);
  CHECK(contains(svg, ">Loss</text>"));
  CHECK(contains(svg, ">dev &lt;1&gt;</text>"));
  CHECK(count(svg, "stroke-width=\"1.8\"") == 2);
  CHECK(contains(svg, "<path d=\"M64.0 36.0M437.3 246.7L624.0 352.0\""));  // the NaN lifts the pen
  CHECK(!contains(svg, "nan"));
  CHECK(viz::curves_svg({{{"flat", {0, 1}, {2, 2}}}, "", "", ""}).find("nan") == std::string::npos);
  CHECK(!contains(viz::curves_svg({}), "inf"));
  CHECK(error_of<ValueError>([] {
          viz::curves_svg({{{"a", {1, 2}, {1}}}, "", "", ""});
        }) == "[curves] curve 'a' has 2 x and 1 y values; give as many of each");
}

TEST_CASE("a sparkline runs from the smallest to the largest") {
  CHECK(viz::sparkline({0, 1, 2, 3, 4, 5, 6, 7}) == "▁▂▃▄▅▆▇█");
  CHECK(viz::sparkline({1, NAN, 0}) == "█ ▁");
  CHECK(viz::sparkline({3, 3}) == "▄▄");
  CHECK(viz::sparkline({}).empty());
  CHECK(viz::sparkline({0, 0, 7, 7}, 2) == "▁█");
  CHECK(error_of<ValueError>([] { viz::sparkline({1}, 0); }) == "[sparkline] width is 0; it must be 1 or more");
}

TEST_CASE("a bar fills in eighths") {
  CHECK(viz::bar(0, 3) == "   ");
  CHECK(viz::bar(0.5, 3) == "█▌ ");
  CHECK(viz::bar(1, 3) == "███");
  CHECK(viz::bar(9, 2) == "██");
  CHECK(viz::bar(NAN, 2) == "  ");
}

TEST_CASE("display width counts columns, not bytes") {
  CHECK(viz::display_width("abc") == 3);
  CHECK(viz::display_width("é") == 1);
  CHECK(viz::display_width("e\u0301") == 1);
  CHECK(viz::display_width("日本") == 4);
  CHECK(viz::display_width("\xff") == 1);
  CHECK(viz::pad("é", 3) == "é  ");
  CHECK(viz::pad("é", 3, true) == "  é");
  CHECK(viz::pad("long", 2) == "long");
}

TEST_CASE("a confusion table counts, sums and scores") {
  CHECK(viz::confusion_table({{8, 2}, {1, 9}}, {"negative", "positive"}) ==
        "gold \\ predicted   negative   positive        all     recall\n"
        "negative                  8          2         10      0.800\n"
        "positive                  1          9         10      0.900\n"
        "all                       9         11         20      0.850\n"
        "precision             0.889      0.818\n");
  CHECK(contains(viz::confusion_table({{0, 0}, {0, 5}}, {"a", "b"}),
                 "a                         0          0          0          -\n"));
  CHECK(error_of<ValueError>([] {
          viz::confusion_table({{1}}, {"a", "b"});
        }) == "[confusion_table] 1 rows for 2 labels; give one row per label");
  CHECK(error_of<ValueError>([] {
          viz::confusion_table({{1}, {2}}, {"a", "b"});
        }) == "[confusion_table] row 0 has 1 counts for 2 labels");
}

TEST_CASE("the attention page holds every weight, needs no network and lets no token out of its place") {
  const std::string evil = "</script><script>alert(1)</script>";
  const viz::AttentionPage page{
      "A & B", "predicts <positive>", {"good", evil}, {{{{0.25, 0.75}, {1, 0}}, {{0.5, 0.5}, {0.125, 0.875}}}}};
  const std::string html = viz::attention_html(page);
  CHECK(html.substr(0, 15) == "<!DOCTYPE html>");
  CHECK(contains(html, "<title>A &amp; B</title>"));
  CHECK(contains(html, "<p>predicts &lt;positive&gt;</p>"));
  CHECK(contains(html, "\"weights\":[[[[0.25,0.75],[1.0,0.0]],[[0.5,0.5],[0.125,0.875]]]]"));
  CHECK(contains(html, "\\u003c/script>\\u003cscript>alert(1)"));
  CHECK(count(html, "<script") == 2);
  CHECK(count(html, "</script>") == 2);
  CHECK(contains(html, "content=\"default-src 'none'"));
  CHECK(!contains(html, "://"));
  CHECK(!contains(html, "src="));
  CHECK(contains(viz::attention_html({"t", "", {"\xff"}, {{{{NAN}}}}}), "\"weights\":[[[[0.0]]]]"));
  CHECK(error_of<ValueError>([] {
          viz::attention_html({"t", "", {"a", "b"}, {{{{1}}}}});
        }) == "[attention_html] layer 0, head 0 is 1 x 1 for 2 tokens; it must be tokens x tokens");
  // A text that looks at another one.
  CHECK(contains(viz::attention_html({"t", "", {"a"}, {{{{0.25, 0.75}}}}, {"x", "y"}}), "\"keys\":[\"x\",\"y\"]"));
  CHECK(error_of<ValueError>([] {
          viz::attention_html({"t", "", {"a"}, {{{{1}}}}, {"x", "y"}});
        }) == "[attention_html] layer 0, head 0 is 1 x 1 for 1 tokens and 2 keys; it must be tokens x keys");
}

TEST_CASE("attention as text: a line per query, squares where there is room, the largest three by name") {
  const viz::AttentionPage page{
      "t",
      "",
      {"good", " film\n", "!"},
      {{{{0.25, 0.75, 0}, {0, 1, 0}, {0.5, 0.25, 0.25}}, {{0.75, 0.25, 0}, {1, 0, 0}, {0, 0.25, 0.75}}}}};
  CHECK(viz::attention_text(page, {0, 0}, 0, false) ==
        "good    ░░▓▓    ␣film↵ 0.75, good 0.25, ! 0.00\n"
        "␣film↵    ██    ␣film↵ 1.00, good 0.00, ! 0.00\n"
        "!       ▒▒░░░░  good 0.50, ␣film↵ 0.25, ! 0.25\n");
  const std::string mean = viz::attention_text(page, {}, 0, false);
  CHECK(contains(mean, "good    ████    good 0.50, ␣film↵ 0.50, ! 0.00\n"));
  CHECK(contains(viz::attention_text(page, {0, 1}, 44, false), "good    ▓░   good 0.75"));    // half the squares
  CHECK(contains(viz::attention_text(page, {0, 1}, 40, false), "good    good 0.75"));         // none
  CHECK(contains(viz::attention_text(page, {0, 1}, 24, false), "good    ▓░   good 0.75\n"));  // one name of three
  CHECK(contains(viz::attention_text(page, {0, 1}, 0, true), "good    \x1b[48;2;"));
  CHECK(contains(viz::attention_text({"t", "", {std::string(30, 'x')}, {{{{1}}}}}, {}, 0, false),
                 "xxxxxxxxxxxxxxx…  ██"));
  CHECK(error_of<ValueError>([&] {
          viz::attention_text(page, {0, 2}, 0, false);
        }) == "[attention] there is no head 3; expected 1 to 2");
}
