#include "lemma/viz/wrap.h"

#include <sys/ioctl.h>

#include <algorithm>

#include "lemma/viz/terminal.h"

namespace lemma::viz {
namespace {

// Where what continues a line begins: at its second column, or where it begins itself.
size_t hanging(std::string_view line, int columns) {
  const size_t begin = std::min(line.find_first_not_of(' '), line.size()), gap = line.find("  ", begin);
  if (gap == std::string_view::npos) return begin;
  const size_t second = line.find_first_not_of(' ', gap);
  const bool narrow = second != std::string_view::npos && 3 * display_width(line.substr(0, second)) > 2 * columns;
  return second == std::string_view::npos || narrow ? begin : second;
}

void wrap_line(std::string_view line, int columns, std::string& out) {
  const size_t head = hanging(line, columns);
  const std::string margin(static_cast<size_t>(display_width(line.substr(0, head))), ' ');
  std::string row(line.substr(0, head));
  bool begun = false;  // does the row hold a word after its margin?
  for (size_t at = head; at < line.size();) {
    const size_t word = line.find_first_not_of(' ', at),
                 end = std::min(line.find(' ', std::min(word, line.size())), line.size());
    if (begun && display_width(row) + display_width(line.substr(at, end - at)) > columns) {
      out += row + "\n";
      row = margin;
      at = std::min(word, line.size());
    }
    row += line.substr(at, end - at);
    begun = true;
    at = end;
  }
  out += row;
}

}  // namespace

int columns_of(int descriptor) {
  if (!is_terminal(descriptor)) return 0;
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string wrapped(std::string_view text, int columns) {
  if (columns <= 0) return std::string(text);
  std::string out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    wrap_line(text.substr(begin, end - begin), columns, out);
    if (end < text.size()) out += '\n';
    begin = end + 1;
  }
  return out;
}

}  // namespace lemma::viz
