#include "tasks/pieces.h"

#include "lemma/core/words.h"
#include "lemma/text/utf8.h"

namespace lemma::tasks {
namespace {

// Whether more bytes may still make a character of what a text ends with.
bool unfinished(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back;
  }
  return false;
}

}  // namespace

std::string piece_text(const std::string& bytes) {
  return text::find_bad_byte(bytes) ? words::printable(bytes, true) : bytes;
}

void WholeCharacters::add(std::string_view bytes) {
  waiting_ += bytes;
  if (unfinished(waiting_)) return;
  const std::string piece = text::replace_bad_bytes(waiting_);
  waiting_.clear();
  told_ += piece.size();
  if (tell_ && !piece.empty()) tell_(piece);
}

void WholeCharacters::end(std::string_view whole) {
  if (tell_ && told_ < whole.size()) tell_(whole.substr(told_));
}

}  // namespace lemma::tasks
