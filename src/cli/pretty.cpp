#include "cli/pretty.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/data/tags.h"
#include "lemma/viz/terminal.h"

namespace lemma::cli {
namespace {

// Black on a colour that every terminal has; types share them in turn.
std::string start_of(size_t type) {
  constexpr int kColours[] = {43, 46, 42, 45, 44, 41};
  return fmt::format("\033[30;{}m", kColours[type % std::size(kColours)]);
}
constexpr const char* kEnd = "\033[0m";

std::string pretty_class(const train::TextCoder& coder, const std::string& text, const train::Answer& answer,
                         bool colour) {
  int width = 0;
  for (const std::string& label : coder.labels) width = std::max(width, viz::display_width(label));
  const auto label = static_cast<size_t>(answer.labels[0]);
  const double p = answer.probabilities[label];
  std::string name = viz::pad(coder.labels[label], width);
  if (colour) name = start_of(label) + name + kEnd;
  return fmt::format("{} {} {:3.0f} %  {}", name, viz::bar(p, 10), 100 * p, text);
}

std::string pretty_tags(const train::TextCoder& coder, const std::string& text, const std::vector<text::Token>& tokens,
                        const train::Answer& answer, bool colour) {
  std::vector<std::string> tags;
  for (const int64_t tag : answer.labels) tags.push_back(coder.labels[static_cast<size_t>(tag)]);
  std::string out;
  size_t done = 0;  // bytes of the text that are written
  for (const data::Span& span : data::spans_of(tags)) {
    const size_t begin = tokens[static_cast<size_t>(span.begin)].byte_begin,
                 end = tokens[static_cast<size_t>(span.end) - 1].byte_end;
    const auto type = static_cast<size_t>(std::find(coder.labels.begin(), coder.labels.end(), "B-" + span.type) -
                                          coder.labels.begin()) /
                      2;
    out += text.substr(done, begin - done) + (colour ? start_of(type) : "[") + text.substr(begin, end - begin) + " " +
           span.type + (colour ? kEnd : "]");
    done = end;
  }
  return out + text.substr(done);
}

}  // namespace

std::string pretty(const train::TextCoder& coder, const std::string& text, const std::vector<text::Token>& tokens,
                   const train::Answer& answer, bool colour) {
  return coder.task == train::Task::sentiment ? pretty_class(coder, text, answer, colour)
                                              : pretty_tags(coder, text, tokens, answer, colour);
}

}  // namespace lemma::cli
