// scripts/compare_architectures.sh, on one pair for two passes: what it trains is what its page says.
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/find_text.h"
#include "tests/shell.h"

namespace {

const std::string kScript = LEMMA_SOURCE_DIR "/scripts/compare_architectures.sh";

int compare(const std::string& arguments) {
  return shell("sh '" + kScript + "' " + arguments + " --build '" + build_dir() + "' > seen 2> error");
}

/// What people wrote: the page without what stands between its markers.
std::string words_of(const std::string& page) {
  std::string words;
  size_t at = 0;
  for (;;) {
    const size_t begin = page.find("<!-- results: ", at);
    words += page.substr(at, begin - at);
    if (begin == std::string::npos) return words;
    const size_t named = page.find('\n', begin);
    words += page.substr(begin, named - begin);
    at = page.find("<!-- end of results -->", named);
    REQUIRE(at != std::string::npos);
  }
}

double best_score(const std::string& name) {
  return nlohmann::json::parse(written("compared/pictures/" + name + "/config.json"))["history"]["best_score"]
      .get<double>();
}

}  // namespace

TEST_CASE("the comparison's page has the scores of its runs, their spread, and the words that people wrote") {
  if (shell("command -v python3 > seen") != 0) {
    WARN("skipped: needs python3");
    return;
  }
  const std::string arguments = "--quick --only pictures --seeds 2 --models compared --out page/architectures.md";
  REQUIRE(compare(arguments) == 0);
  CHECK(contains(written("seen"), "Training 6 of 6 runs"));
  const std::string page = written("page/architectures.md");
  for (const auto& [network, folder] : {std::pair{"CNN", "cnn"}, {"ResNet", "resnet"}, {"ViT", "vit"}}) {
    const double a = best_score(fmt::format("{}-1", folder)), b = best_score(fmt::format("{}-2", folder));
    const std::string row =
        fmt::format("{:.3f}\u00A0±\u00A0{:.3f} ({:.3f}, {:.3f}) |", (a + b) / 2, std::abs(a - b) / std::sqrt(2), a, b);
    CAPTURE(network, row);
    const size_t at = page.find(fmt::format("\n| {} | ", network));
    REQUIRE(at != std::string::npos);
    CHECK(contains(page.substr(at, page.find('\n', at + 1) - at), row));
  }
  CHECK(contains(page, "3 nearest 0.913"));
  CHECK(contains(page, "build/lemma train image --model vit "));
  CHECK(contains(page, "](architectures/pictures-pass.svg)"));
  CHECK(count(written("page/architectures/pictures-pass.svg"), "class=\"band\"") == 3);
  CHECK(words_of(page) == words_of(lemma::io::read_file(LEMMA_SOURCE_DIR "/docs/architectures.md")));

  REQUIRE(compare(arguments) == 0);
  CHECK(!contains(written("seen"), "Training"));  // nothing twice
  CHECK(written("page/architectures.md") == page);
  REQUIRE(shell("rm compared/pictures/vit-2/run.json") == 0);
  REQUIRE(compare(arguments) == 0);
  CHECK(contains(written("seen"), "Training 1 of 6 runs"));
  CHECK(shell("rm -r compared page") == 0);
}

TEST_CASE("the comparison says in one line what is wrong with what it was given") {
  if (shell("command -v python3 > seen") != 0) {
    WARN("skipped: needs python3");
    return;
  }
  const std::pair<const char*, const char*> cases[] = {
      {"--seeds 0", "--seeds '0' was given; expected 1 to 100"},
      {"--only cats",
       "--only 'cats' was given; expected one of pictures, language, sentiment, names, digits, strings, "
       "decisions"},
      {"--quick", "--quick needs --out: two passes are not for docs/architectures.md"},
      {"--out .", "is a folder; expected a file, such as architectures.md"},
      {"--out train.tsv",
       "train.tsv has no place for pictures: a line '<!-- results: pictures -->' and, below, one "
       "'<!-- end of results -->'"},
      {"--real nowhere", "nowhere is no folder"},
      {"--kept --models nowhere", "--kept: pictures, CNN, seed 1 has not been run; leave --kept out"},
      {"--cats", "unknown option '--cats'; see scripts/compare_architectures.sh --help"}};
  for (const auto& [arguments, message] : cases) {
    CAPTURE(arguments);
    CHECK(compare(arguments) == 2);
    CHECK(written("error").starts_with("compare_architectures.sh: "));
    CHECK(written("error").ends_with(std::string(message) + "\n"));
    CHECK(count(written("error"), "\n") == 1);
  }
}
