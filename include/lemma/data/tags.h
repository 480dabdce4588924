#pragma once
/// Entity tags (B-PER, I-PER, O) and the spans they stand for.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::data {

/// An entity: tokens [begin, end) of a sentence, and its type.
struct Span {
  int64_t begin = 0, end = 0;
  std::string type;
  auto operator<=>(const Span&) const = default;
};

/// The spans of a tag sequence by the rule of conlleval and seqeval (default mode). A span begins at B- or S-, at I- or
/// E- that follows O, E-, S- or another type; it ends after E- and S-, and before anything that begins another. So an
/// I- without its B- begins a span. A tag without a dash is its own type, its first letter the prefix; "O" is outside.
std::vector<Span> spans_of(const std::vector<std::string>& tags);

/// The BIO tags of spans. Throws ValueError if they overlap or reach beyond `length`.
std::vector<std::string> tags_of(const std::vector<Span>& spans, int64_t length);

/// "O", then B- and I- of every type: the label set of a model.
std::vector<std::string> bio_labels(const std::vector<std::string>& types);

/// True if `next` may follow `previous` in BIO ("" for the start of a sentence): I-X needs B-X or I-X before it.
bool bio_allows(std::string_view previous, std::string_view next);

}  // namespace lemma::data
