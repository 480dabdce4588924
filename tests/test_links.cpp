// The links of the pages: every file is there, and every place in it.
#include <filesystem>
#include <regex>
#include <set>

#include "lemma/io/files.h"
#include "tests/catch.h"

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> pages() {
  std::vector<fs::path> all;
  for (const char* name : {"README.md", "CONTRIBUTING.md"}) all.push_back(fs::path(LEMMA_SOURCE_DIR) / name);
  for (const char* folder : {"docs", "tutorials", "data", "benchmarks"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(LEMMA_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".md") all.push_back(entry.path());
  return all;
}

// As GitHub names the places of a page: "## Attention weight" is attention-weight.
std::set<std::string> places(const std::string& page) {
  std::set<std::string> all;
  for (size_t at = 0; at < page.size();) {
    const size_t end = std::min(page.find('\n', at), page.size());
    if (page[at] == '#') {
      std::string name;
      for (const char c : page.substr(page.find_first_not_of('#', at), end - page.find_first_not_of('#', at))) {
        if (c == ' ' && name.empty()) continue;
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_')
          name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (c == ' ')
          name += '-';
      }
      all.insert(name);
    }
    at = end + 1;
  }
  return all;
}

}  // namespace

TEST_CASE("every link of the pages leads somewhere") {
  const std::regex link(R"(\]\(([^)# ]*)(#([^) ]*))?\))");
  int followed = 0;
  for (const fs::path& page : pages()) {
    const std::string text = lemma::io::read_file(page);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      const std::string file = (*at)[1], place = (*at)[3];
      if (file.starts_with("http") || (file.empty() && place.empty())) continue;
      CAPTURE(page.string(), at->str());
      const fs::path target = file.empty() ? page : page.parent_path() / file;
      CHECK(fs::exists(target));
      if (!place.empty() && fs::is_regular_file(target)) CHECK(places(lemma::io::read_file(target)).count(place) == 1);
      ++followed;
    }
  }
  CHECK(followed > 100);
}
