#include "tasks/text/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lemma/core/words.h"

namespace lemma::tasks {
namespace {

constexpr size_t kMostClasses = 50;

// A name in the margin of the first line, the others below it.
std::string lines_of(const char* name, const std::vector<std::string>& lines) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) out += fmt::format("{:<10}{}\n", i == 0 ? name : "", lines[i]);
  return out;
}

std::vector<std::string> class_lines(const TextCorpus& corpus) {
  std::vector<std::string> lines;
  const size_t shown = std::min(corpus.classes.size(), kMostClasses);
  for (size_t c = 0; c < shown; ++c)
    lines.push_back(fmt::format("{} {}", words::quote(corpus.classes[c]), words::grouped(corpus.counts[c])));
  if (shown < corpus.classes.size()) lines.push_back(fmt::format("and {} more", corpus.classes.size() - shown));
  return lines;
}

}  // namespace

std::string inspection(const TextCorpus& corpus, const Inspected& about, const std::vector<std::string>& examples) {
  std::string out = fmt::format("{}: {}\n", corpus.path, about.what);
  out += lines_of("format", {corpus.format});
  if (!about.columns_text.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : about.columns) names.push_back(words::quote(name));
    out += lines_of("columns", {fmt::format("{}; {}", fmt::join(names, ", "), about.columns_text)});
  }
  out += lines_of("size", {corpus.size_text()});
  out += lines_of(about.classes.c_str(), class_lines(corpus));
  out += lines_of("examples", examples);
  out += lines_of("odd", corpus.notes.empty() ? std::vector<std::string>{"nothing"} : corpus.notes);
  return out + lines_of("options", about.options);
}

}  // namespace lemma::tasks
