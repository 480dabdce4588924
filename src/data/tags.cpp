#include "lemma/data/tags.h"

#include <fmt/format.h>

#include <algorithm>

#include "lemma/core/error.h"

namespace lemma::data {
namespace {

// "B-PER" is ('B', "PER"); "O" is ('O', ""). The type may hold dashes: "B-creative-work".
struct Parts {
  char prefix = 'O';
  std::string_view type;
};

Parts parts_of(std::string_view tag) {
  if (tag.empty() || tag == "O") return {};
  const size_t dash = tag.find('-');
  return {tag[0], dash == std::string_view::npos ? tag : tag.substr(dash + 1)};
}

bool begins(const Parts& previous, const Parts& tag) {
  if (tag.prefix == 'O') return false;
  const bool closed = previous.prefix == 'O' || previous.prefix == 'E' || previous.prefix == 'S';
  return tag.prefix == 'B' || tag.prefix == 'S' || closed || previous.type != tag.type;
}

}  // namespace

std::vector<Span> spans_of(const std::vector<std::string>& tags) {
  std::vector<Span> spans;
  Parts previous;
  bool open = false;
  for (size_t i = 0; i < tags.size(); ++i) {
    const Parts tag = parts_of(tags[i]);
    const auto position = static_cast<int64_t>(i);
    if (open && (tag.prefix == 'O' || begins(previous, tag))) open = false;
    if (begins(previous, tag)) {
      spans.push_back({position, position, std::string(tag.type)});
      open = true;
    }
    if (open) spans.back().end = position + 1;
    previous = tag;
  }
  return spans;
}

std::vector<std::string> tags_of(const std::vector<Span>& spans, int64_t length) {
  std::vector<std::string> tags(static_cast<size_t>(std::max<int64_t>(length, 0)), "O");
  for (const Span& span : spans) {
    if (span.begin < 0 || span.begin >= span.end || span.end > length)
      throw ValueError("tags_of", fmt::format("span [{}, {}) of type {} does not fit into {} tokens", span.begin,
                                              span.end, span.type, length));
    for (int64_t i = span.begin; i < span.end; ++i) {
      std::string& tag = tags[static_cast<size_t>(i)];
      if (tag != "O")
        throw ValueError("tags_of", fmt::format("span [{}, {}) of type {} overlaps another at token {}", span.begin,
                                                span.end, span.type, i));
      tag = (i == span.begin ? "B-" : "I-") + span.type;
    }
  }
  return tags;
}

std::vector<std::string> bio_labels(const std::vector<std::string>& types) {
  std::vector<std::string> labels = {"O"};
  for (const std::string& type : types) {
    labels.push_back("B-" + type);
    labels.push_back("I-" + type);
  }
  return labels;
}

bool bio_allows(std::string_view previous, std::string_view next) {
  const Parts before = parts_of(previous), after = parts_of(next);
  return after.prefix != 'I' || (before.prefix != 'O' && before.type == after.type);
}

}  // namespace lemma::data
