// lemma.h includes every public header, as the README says.
#include <filesystem>
#include <set>

#include "lemma/io/files.h"
#include "tests/catch.h"

namespace fs = std::filesystem;

namespace {

void follow(const std::string& header, std::set<std::string>& seen) {
  if (!seen.insert(header).second) return;
  const std::string text = lemma::io::read_file(LEMMA_SOURCE_DIR "/include/" + header);
  const std::string mark = "#include \"lemma/";
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const size_t begin = at + mark.size() - 6;
    follow(text.substr(begin, text.find('"', begin) - begin), seen);
  }
}

}  // namespace

TEST_CASE("lemma.h includes every public header") {
  std::set<std::string> seen;
  follow("lemma/lemma.h", seen);
  for (const auto& entry : fs::recursive_directory_iterator(LEMMA_SOURCE_DIR "/include"))
    if (entry.is_regular_file()) {
      const std::string header = fs::relative(entry.path(), LEMMA_SOURCE_DIR "/include").string();
      CAPTURE(header);
      CHECK(seen.count(header) == 1);
    }
}
