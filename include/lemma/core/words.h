#pragma once
/// Words and numbers as people read them.

#include <cstdint>
#include <string>
#include <string_view>

namespace lemma::words {

/// "12,345"
std::string grouped(int64_t n);
/// "1 layer", "2 layers", "1,500 steps".
std::string plural(int64_t n, const char* what);
/// A duration: "1:05" or "2:03:09".
std::string clock_time(double seconds);
/// `text` in single quotes for a message: control characters escaped, cut after 80 bytes.
std::string quote(std::string_view text);
/// A path or argument as a shell reads it: in quotes where it needs them.
std::string shell_quote(const std::string& text);

}  // namespace lemma::words
