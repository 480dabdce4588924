#pragma once
/// The command line of every tutorial, and what follows from it: the device, the seed, colours and line breaks.

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "lemma/lemma.h"
#include "lemma/viz/terminal.h"

namespace tutorial {

struct Arguments {
  std::optional<uint64_t> seed;  ///< in place of the tutorial's own
  bool plain = false;            ///< no colours, and pictures in ASCII: for screen readers and old terminals
  std::string mistake;           ///< the classic mistake to make on purpose
};

inline Arguments& arguments() {
  static Arguments said;
  return said;
}

/// Pictures use block characters, or letters where this is true.
inline bool plain() { return arguments().plain; }

constexpr const char *bold = "1", *green = "32", *red = "1;31";

inline std::string styled(const std::string& text, const char* style) {
  static const bool colours = lemma::viz::shows_colour(STDOUT_FILENO);
  return colours && !plain() ? fmt::format("\033[{}m{}\033[0m", style, text) : text;
}

/// How wide the terminal is; 0 where the output goes elsewhere.
inline size_t columns() {
  winsize size{};
  const bool known = ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col >= 40 ? size.ws_col : 0;
}

/// Prose, which the sources break at some 110 columns: for a narrower terminal, each paragraph as one line again.
inline std::string unbroken(const std::string& text) {
  if (columns() == 0 || columns() >= 112) return text;
  std::string out, last;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const size_t indent = line.find_first_not_of(' ');
    const bool goes_on =
        lemma::viz::display_width(last) >= 88 && last.back() != ' ' && indent == last.find_first_not_of(' ');
    out += (begin == 0 ? "" : goes_on ? " " : "\n") + (goes_on ? line.substr(indent) : line);
    last = line, begin = end + 1;
  }
  return out;
}

/// Where the first word of a line stands, behind "- " or "1. ".
inline size_t first_word(const std::string& line) {
  const size_t at = std::min(line.find_first_not_of(' '), line.size());
  const size_t end = std::min(line.find_first_not_of("0123456789", at), line.size());
  if (line.compare(at, 2, "- ") == 0) return at + 2;
  return end > at && line.compare(end, 2, ". ") == 0 ? end + 2 : at;
}

/// On a terminal, lines end between words, and go on under the first word; elsewhere the text stays as it is.
inline std::string wrapped(const std::string& text) {
  const size_t width = columns();
  if (width == 0) return text;
  std::string out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    const size_t indent = std::min(first_word(line), size_t{8});
    while (lemma::viz::display_width(line) > static_cast<int>(width)) {
      const size_t cut = line.rfind(' ', width);
      if (cut == std::string::npos || cut <= indent) break;
      out += line.substr(0, cut) + "\n";
      line = std::string(indent, ' ') + line.substr(cut + 1);
    }
    out += line + (end < text.size() ? "\n" : "");
    begin = end + 1;
  }
  return out;
}

/// Fills arguments() and sets the default device. False where only the help was asked for. `mistakes`: a line each.
inline bool read_arguments(int argc, char** argv, const std::string& mistakes) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      fmt::print("usage: {} [--device cpu|cuda|cuda:1] [--seed N] [--plain]{}\n\n", argv[0],
                 mistakes.empty() ? "" : " [--break NAME]");
      fmt::print("  --device NAME  where to compute (default: cpu)\n  --seed N       other random numbers\n");
      fmt::print("  --plain        no colours, and pictures in ASCII\n");
      if (!mistakes.empty())
        fmt::print("  --break NAME   make a classic mistake on purpose, and see what finds it; all: each of\n\n{}",
                   mistakes);
      return false;
    }
    const auto value = [&]() -> std::string {
      if (i + 1 == argc) throw lemma::ValueError("arguments", fmt::format("{} needs a value; see --help", name));
      return argv[++i];
    };
    if (name == "--plain") {
      arguments().plain = true;
    } else if (name == "--device") {
      lemma::set_default_device(lemma::Device::parse(value()));
    } else if (name == "--seed") {
      const std::string text = value();
      uint64_t seed = 0;
      const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
      if (error != std::errc() || rest != text.data() + text.size())
        throw lemma::ValueError("--seed",
                                fmt::format("'{}' is not a whole number from 0 to 18446744073709551615", text));
      arguments().seed = seed;
    } else if (name == "--break") {
      arguments().mistake = value();
    } else {
      throw lemma::ValueError("arguments", fmt::format("'{}' is not understood; see --help", name));
    }
  }
  return true;
}

}  // namespace tutorial
