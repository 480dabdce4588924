// A sound drawn: on a terminal, and as a page.
#include "lemma/core/error.h"
#include "lemma/viz/sound_page.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

// Forty frames of twelve bands: a low sound first, then a high one.
viz::SoundPage some() {
  viz::SoundPage page{.title = "a <file>", .summary = "The model hears 'ba'.", .seconds = 0.4};
  page.low_hertz = 60, page.high_hertz = 3800;
  for (int t = 0; t < 40; ++t) {
    std::vector<double> frame(12, -90.0);
    frame[t < 20 ? 1 : 10] = -10;
    page.loudness.push_back(frame);
  }
  page.words = {{"ba", 0.0, 0.1}, {"<b>", 0.25, 0.35}};
  return page;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  lines.pop_back();
  return lines;
}

}  // namespace

TEST_CASE("a sound on a terminal: high bands above, words where they were heard") {
  const std::vector<std::string> lines = lines_of(viz::sound_text(some(), 40, false, true));
  REQUIRE(lines.size() == 14);
  CHECK(lines[10] == std::string(20, '#') + std::string(20, ' '));
  CHECK(lines[1] == std::string(20, ' ') + std::string(20, '#'));
  CHECK(lines[12] == "0.0       0.1       0.2       0.3 s");
  CHECK(lines[13] == "     ba                       <b>");
  for (const int columns : {8, 20, 33, 80})
    for (const std::string& line : lines_of(viz::sound_text(some(), columns, false, true)))
      CHECK(line.size() <= static_cast<size_t>(columns));
  CHECK(viz::sound_text(some(), 40).find("█") != std::string::npos);
  CHECK(viz::sound_text(some(), 40, true).find("\x1b[48;2;253;231;37m") != std::string::npos);  // the loudest: yellow
}

TEST_CASE("words that are near each other go below each other") {
  viz::SoundPage page = some();
  page.words = {{"long-word", 0.1, 0.12}, {"other", 0.12, 0.14}};
  const std::vector<std::string> lines = lines_of(viz::sound_text(page, 40, false, true));
  REQUIRE(lines.size() == 15);
  CHECK(lines[13] == "           long-word");
  CHECK(lines[14] == "             other");
}

TEST_CASE("a sound as a page: everything in it, and nothing that people wrote as markup") {
  viz::SoundPage page = some();
  page.words[0].looks = {0, 1, 0, 0};
  const std::string html = viz::sound_html(page);
  CHECK(html.find("<b>") == std::string::npos);
  CHECK(html.find("&lt;b&gt;") != std::string::npos);
  CHECK(html.find("a &lt;file&gt;") != std::string::npos);
  CHECK(html.find("0.40 seconds") != std::string::npos);
  CHECK(html.find("class=\"looks\"") != std::string::npos);
  CHECK(html.find("http://www.w3.org") == std::string::npos);
  CHECK(html.find("0.25 s</td><td>0.35 s") != std::string::npos);
}

TEST_CASE("a sound without frames, or with ragged ones, is refused") {
  viz::SoundPage page = some();
  page.loudness[3].pop_back();
  CHECK(error_of<ValueError>([&] { viz::sound_html(page); }) ==
        "[sound_page] a frame has 11 bands and the first one 12; expected as many in all");
  CHECK(error_of<ValueError>([] { viz::sound_text({}); }) ==
        "[sound_page] there is no frame, no band or no time; expected some of each");
}
