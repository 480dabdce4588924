#include "tasks/text/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lemma/core/words.h"
#include "tasks/margin.h"

namespace lemma::tasks {

std::string inspection(const TextCorpus& corpus, const Inspected& about, const std::vector<std::string>& examples) {
  std::string out = fmt::format("{}: {}\n", corpus.path, about.what);
  out += lines_of("format", {corpus.format});
  if (!about.columns_text.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : about.columns) names.push_back(words::quote(name));
    out += lines_of("columns", {fmt::format("{}; {}", fmt::join(names, ", "), about.columns_text)});
  }
  out += lines_of("size", {corpus.size_text()});
  out += lines_of(about.classes.c_str(), count_lines(corpus.classes, corpus.counts));
  out += lines_of("examples", examples);
  out += lines_of("odd", corpus.notes.empty() ? std::vector<std::string>{"nothing"} : corpus.notes);
  return out + lines_of("options", about.options);
}

}  // namespace lemma::tasks
