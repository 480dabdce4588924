#include "lemma/text/tokenizer.h"

#include <algorithm>

#include "html.h"
#include "lemma/text/utf8.h"
#include "word_rules.h"

namespace lemma::text {
namespace {

// Walks the characters once. Every rule looks at `at_`, emits tokens and moves on.
class Scanner {
 public:
  Scanner(std::string_view text, const TokenizerOptions& options) : options_(options) {
    size_t byte = 0, character = 0, skipped = 0;  // `skipped`: the end of the markup that was read last
    const std::vector<std::string_view> all = graphemes(text);
    for (size_t i = 0; i < all.size(); ++i) {
      const std::string_view piece = all[i];
      const char32_t first = code_point_at(piece, 0).value;
      if (byte >= skipped) {
        if (const Markup markup = markup_at(text.substr(byte)); markup.length > 0) {
          const std::string as = utf8_of(markup.value);
          pieces_.push_back(
              {text.substr(byte, markup.length), plain_form(as, markup.value), markup.value, byte, character});
          skipped = byte + markup.length;
        } else if (!hides(first, i + 1 < all.size() ? all[i + 1] : std::string_view())) {
          pieces_.push_back({piece, plain_form(piece, first), first, byte, character});
        }
      }
      byte += piece.size();
      character += count_code_points(piece);
    }
    pieces_.push_back({{}, {}, ' ', byte, character});  // the end looks like a space
  }

  std::vector<Token> run() {
    while (at_ + 1 < pieces_.size()) {
      if (is_space(pieces_[at_].first))
        ++at_;
      else if (!bracket() && !address() && !tagged_name() && !clipped_word() && !emoticon() && !word())
        mark();
    }
    return std::move(tokens_);
  }

 private:
  // Does a character that nobody sees stand inside a word? Then the word goes on as if it were not there.
  bool hides(char32_t c, std::string_view next) const {
    const auto in_word = [](char32_t k) { return is_letter(k) || is_digit(k); };
    return is_hidden(c) && !pieces_.empty() && in_word(pieces_.back().first) && !next.empty() &&
           in_word(code_point_at(next, 0).value);
  }

  // The next characters up to a space, in lower case and at most `most` of them: rules look ahead only so far, which
  // keeps the walk linear for any input.
  std::string head(size_t most) const {
    std::string out;
    for (size_t i = at_; i < at_ + most && !is_space(pieces_[i].first); ++i) out += pieces_[i].form;
    return lower(out);
  }
  bool alnum(size_t i) const {
    return i < pieces_.size() && (is_letter(pieces_[i].first) || is_digit(pieces_[i].first));
  }
  bool in_word(size_t i) const { return alnum(i) && !is_unspaced(pieces_[i].first); }
  char ascii(size_t i) const { return i < pieces_.size() && pieces_[i].form.size() == 1 ? pieces_[i].form[0] : '\0'; }
  bool at_chunk_start() const { return at_ == 0 || is_space(pieces_[at_ - 1].first); }

  std::string form(size_t begin, size_t end) const {
    std::string out;
    for (size_t i = begin; i < end; ++i)
      if (ascii(i) != '\\' || i + 1 == end || ascii(i + 1) != '/') out += pieces_[i].form;  // `\/` is "/"
    out = nfc(out);
    return options_.lowercase ? lower(out) : out;
  }
  void emit(size_t end, std::string as) {
    const Piece &first = pieces_[at_], &after = pieces_[end];
    tokens_.push_back({std::move(as), first.byte, after.byte, first.character, after.character});
    at_ = end;
  }
  void emit(size_t end) { emit(end, form(at_, end)); }

  // -lrb- and the like, where they are by themselves.
  bool bracket() {
    if (ascii(at_) != '-' || !at_chunk_start()) return false;
    const char plain = treebank_bracket(head(6));
    if (plain) emit(at_ + 5, std::string(1, plain));
    return plain != '\0';
  }

  // http://..., www....: to the end of the chunk, less the punctuation of the sentence around it.
  bool address() {
    const char first = ascii(at_);
    if (first != 'h' && first != 'w' && first != 'H' && first != 'W') return false;
    const std::string all = head(8);
    if (!all.starts_with("http://") && !all.starts_with("https://") && !all.starts_with("www.")) return false;
    size_t end = at_;
    while (!is_space(pieces_[end].first) && !ends_address(pieces_[end].first)) ++end;
    while (std::string_view(".,;:!?)]\"'").find(ascii(end - 1)) != std::string_view::npos && ascii(end - 1)) --end;
    emit(end);
    return true;
  }

  // @mention, #topic.
  bool tagged_name() {
    const char sign = ascii(at_);
    if (sign != '@' && sign != '#') return false;
    if (!is_letter(pieces_[at_ + 1].first) && ascii(at_ + 1) != '_') return false;
    size_t end = at_ + 1;
    while (alnum(end) || ascii(end) == '_') ++end;
    emit(end);
    return true;
  }

  // 's, 're, 'em, '70s: an apostrophe that begins a word. After a word it was split off already.
  bool clipped_word() {
    if (ascii(at_) != '\'') return false;
    size_t end = at_ + 1;
    while (alnum(end)) ++end;
    if (!is_clipped(lower(form(at_, end)))) return false;
    emit(end);
    return true;
  }

  bool emoticon() {
    const size_t length = emoticon_length(chunk_head());
    if (length == 0 || alnum(at_ + length)) return false;
    emit(at_ + length, form_kept(at_, at_ + length));
    return true;
  }
  std::string chunk_head() const {
    std::string out;
    for (size_t i = at_; i < at_ + 3 && i < pieces_.size() && ascii(i) && ascii(i) != ' '; ++i) out += ascii(i);
    return out;
  }
  std::string form_kept(size_t begin, size_t end) const {  // ":D" and ":d" differ
    std::string out;
    for (size_t i = begin; i < end; ++i) out += pieces_[i].form;
    return out;
  }

  // Letters and digits, with what may be inside a word; then contractions, and perhaps a full stop, are split off.
  bool word() {
    if (alnum(at_) && !in_word(at_)) {
      emit(at_ + 1);  // scripts without blanks: every character is a token
      return true;
    }
    if (!alnum(at_) && !(ascii(at_) == '-' && is_digit(pieces_[at_ + 1].first) && at_chunk_start())) return false;
    size_t end = at_ + 1, part = at_;  // `part` begins the piece after the last joiner
    for (;;) {
      while (in_word(end) || ascii(end) == '_') ++end;
      const size_t width = joiner(part, end);
      if (width == 0) break;
      part = end + width;
      end = part + 1;
    }
    if (ascii(end) == '.' && ascii(end + 1) != '.' && keeps_period(part, end)) ++end;
    emit_contractions(end);
    return true;
  }

  // How many characters at `end` join the word to an alphanumeric after them; 0: the word ends.
  size_t joiner(size_t part, size_t end) const {
    const char sign = ascii(end);
    if (sign == '\\' && ascii(end + 1) == '/' && in_word(end + 2)) return 2;  // `and\/or`
    if (!in_word(end + 1)) return 0;
    if (joins_letters(pieces_[end].first))
      return is_letter(pieces_[end - 1].first) && is_letter(pieces_[end + 1].first) ? 1 : 0;
    const bool digits = is_digit(pieces_[end - 1].first) && is_digit(pieces_[end + 1].first);
    switch (sign) {
      case '-':
      case '/':
      case '&':
      case '@':
      case '\'':
        return 1;
      case ',':
      case ':':
        return digits ? 1 : 0;
      case '.':
        return digits || end - part == 1 || is_domain(lower(rest_of_part(end + 1))) ? 1 : 0;
      default:
        return 0;
    }
  }
  std::string rest_of_part(size_t begin) const {
    size_t end = begin;
    while (alnum(end)) ++end;
    return form_kept(begin, end);
  }

  // "U.S.", "Mr.", "No. 5", and the initial in "J. Smith" keep their full stop; "so am I." does not.
  bool keeps_period(size_t part, size_t end) const {
    if (alnum(end + 1)) return false;
    const std::string all = lower(form_kept(at_, end));
    if (is_abbreviation(all)) return true;
    const bool goes_on = end + 2 < pieces_.size() && is_space(pieces_[end + 1].first);
    if (all == "no") return goes_on && is_digit(pieces_[end + 2].first);
    if (end - part != 1 || !is_letter(pieces_[part].first)) return false;
    if (part > at_) return ascii(part - 1) == '.';
    return all != "i" && all != "a" && goes_on && is_letter(pieces_[end + 2].first);
  }

  void emit_contractions(size_t end) {
    std::vector<size_t> cuts = {end};
    for (;;) {
      const size_t window = std::min<size_t>(cuts.back() - at_, 7);  // longer than any tail, and than "cannot"
      const size_t tail = contraction_tail(lower(form_kept(cuts.back() - window, cuts.back())));
      if (tail == 0) break;
      cuts.push_back(cuts.back() - tail);
    }
    for (auto cut = cuts.rbegin(); cut != cuts.rend(); ++cut) emit(*cut);
  }

  // Punctuation and everything else: a run of dots or dashes is one token, any other character is one by itself.
  void mark() {
    const char sign = ascii(at_);
    size_t end = at_ + 1;
    if (sign == '\\' && (ascii(end) == '/' || ascii(end) == '*')) {  // `\/`, `\*`
      ++at_;
      mark();
      tokens_.back().byte_begin -= 1;
      tokens_.back().char_begin -= 1;
      return;
    }
    if ((sign == '\'' || sign == '`') && ascii(end) == sign) return emit(end + 1, "\"");
    if (sign == '`') return emit(end, "'");
    if (sign == '.' || sign == '-') {
      while (ascii(end) == sign) ++end;
      if (sign == '.' && end - at_ > 1) return emit(end, "...");
      if (sign == '-' && end - at_ > 1) return emit(end, "--");
    }
    emit(end);
  }

  struct Piece {
    std::string_view bytes;
    std::string form;  // quotes and dashes made plain
    char32_t first;
    size_t byte, character;
  };
  TokenizerOptions options_;
  std::vector<Piece> pieces_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, const TokenizerOptions& options) {
  return Scanner(text, options).run();
}

std::vector<std::string> tokenize_words(std::string_view text, const TokenizerOptions& options) {
  std::vector<std::string> words;
  for (Token& token : tokenize(text, options)) words.push_back(std::move(token.text));
  return words;
}

}  // namespace lemma::text
