#pragma once
// The letter that stands for each byte in a vocabulary file: GPT-2's, so that a token is printable and holds no blank.

#include <array>

namespace lemma::text {

/// Printable Latin-1 stands for itself; the other bytes, in order, for U+0100 and on: a blank is U+0120.
inline std::array<char32_t, 256> byte_letters() {
  std::array<char32_t, 256> letters{};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    letters[byte] = printable ? static_cast<char32_t>(byte) : next++;
  }
  return letters;
}

}  // namespace lemma::text
