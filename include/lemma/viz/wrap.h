#pragma once
/// Long lines on a terminal, which would break them in mid-word.

#include <string>
#include <string_view>

namespace lemma::viz {

/// The columns of a terminal, 80 where it does not say; 0 for a descriptor that is no terminal.
int columns_of(int descriptor);

/// `text` with each line broken at blanks to at most `columns`, 0: as it is. What continues a line stands below its
/// last column, "  --dev FILE    labelled texts" below "labelled"; a column begins after two blanks. Longer words stay
/// whole.
std::string wrapped(std::string_view text, int columns);

}  // namespace lemma::viz
