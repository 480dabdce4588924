#pragma once
/// Words and numbers as people read them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::words {

/// "12,345"
std::string grouped(int64_t n);
/// "1 layer", "2 layers", "1,500 steps".
std::string plural(int64_t n, const char* what);
/// "a", "a or b", "a, b or c".
std::string any_of(const std::vector<std::string>& names);
/// "512 bytes", "1.5 GiB", "1,024.0 TiB".
std::string bytes(double count);
/// A duration: "1:05" or "2:03:09".
std::string clock_time(double seconds);
/// `text` as a terminal can show it, however it came: a control character as \x1b, and as \u202e what ends a line,
/// moves the cursor or turns the direction of the letters; a byte that is not UTF-8 as \xff. Where `lines`, \n and \t
/// stay.
std::string printable(std::string_view text, bool lines = false);
/// The same for a line of JSON, where every such character can only be within a string: all are escaped as JSON does.
std::string printable_json(std::string_view json);
/// `text` in single quotes for a message: printable, cut after 80 bytes.
std::string quote(std::string_view text);
/// A path or argument as a shell reads it: in quotes where it needs them.
std::string shell_quote(const std::string& text);

}  // namespace lemma::words
