#pragma once
/// Pictures and what a network makes of them, on a terminal.

#include <string>
#include <vector>

namespace lemma::viz {

/// Numbers over the pixels of a picture: the picture itself, where a filter fires, where a model looks.
struct PictureMap {
  std::string name;
  std::vector<std::vector<double>> rows;  ///< all of the same length
};

/// The maps beside each other, as many in a row as fit into `columns` (0: 80), each below its name: two characters for
/// each value, which darken with it ("  ", "░░", "▒▒", "▓▓", "██") from the map's smallest to its largest, or in true
/// colours. Maps that are wider than the room are drawn from fewer, averaged values. Throws ValueError for ragged rows.
std::string maps_text(const std::vector<PictureMap>& maps, int columns, bool colour);

/// `map` over the pixels of `picture`, whose size it takes: each value where its share of the picture is.
PictureMap spread_over(const PictureMap& map, const PictureMap& picture);

}  // namespace lemma::viz
