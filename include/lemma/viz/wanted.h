#pragma once
/// What was asked for beside what came of it: the returns that a player reached for each that it was asked for.

#include <string>
#include <vector>

namespace lemma::viz {

struct Wanted {
  std::string title;
  std::vector<double> wanted;                ///< in rising order
  std::vector<std::vector<double>> reached;  ///< for each, one or more episodes
};

/// A line for each return wanted: the mean reached, its spread, and a bar from the smallest return to the largest in
/// which a mark stands where it was wanted. At most `columns` wide (0: 80); `ascii`: in ASCII. Throws ValueError where
/// the two lists differ in length, or nothing was reached for one.
std::string wanted_text(const Wanted& plot, int columns = 0, bool ascii = false);
/// A page with everything in it: reached over wanted, the line where they are equal, and all episodes in a table.
/// Throws as above.
std::string wanted_html(const Wanted& plot);

}  // namespace lemma::viz
