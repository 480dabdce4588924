// How many places a new operation, option or optimizer touches: counted on one of each kind that nothing else is built
// on.

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;
using Files = std::set<std::string>;

bool has_word(const std::string& text, const std::string& word) {
  const auto in_word = [&](size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_');
  };
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    if ((at == 0 || !in_word(at - 1)) && !in_word(at + word.size())) return true;
  return false;
}

// The files of src/, include/ and the tables of operations that name one of the words.
Files naming(const Files& words) {
  Files found;
  const fs::path root = LEMMA_SOURCE_DIR;
  for (const char* room : {"src", "include", "tests"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / room)) {
      if (!entry.is_regular_file()) continue;
      const std::string name = fs::relative(entry.path(), root).string();
      if (name.starts_with("tests/") && !name.starts_with("tests/op_table")) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      for (const std::string& word : words)
        if (has_word(text.str(), word)) found.insert(name);
    }
  return found;
}

}  // namespace

TEST_CASE("an operation touches four places in the source and one in the tests") {
  const Files source = {"include/lemma/methods.h", "include/lemma/ops.h", "src/kernels/functors.h",
                        "src/ops/trigonometry.cpp"};
  Files unary = source, binary = source;
  unary.insert("tests/op_table_unary.cpp");
  binary.insert("tests/op_table_binary.cpp");
  CHECK(naming({"asinh", "Asinh"}) == unary);
  CHECK(naming({"hypot", "Hypot"}) == binary);
}

TEST_CASE("a training option stands in one table") {
  CHECK(naming({"\"rare_dropout\""}) == Files{"src/tasks/text/options.cpp"});
  CHECK(naming({"double rare_dropout"}) ==
        Files{"include/lemma/tasks/text/options.h"});  // the member that the row fills
}

TEST_CASE("an optimizer touches three places") {
  CHECK(naming({"SgdStep", "SGDOptions"}) ==
        Files{"include/lemma/optim/sgd.h", "src/kernels/updates.h", "src/optim/sgd.cpp"});
}
