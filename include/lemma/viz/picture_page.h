#pragma once
/// What a network looks at in a picture: as a page that opens anywhere.

#include <string>
#include <vector>

#include "lemma/viz/picture_text.h"

namespace lemma::viz {

/// Maps that belong together: one layer, say.
struct MapGroup {
  std::string name, note;        ///< the note is a sentence
  std::vector<PictureMap> maps;  ///< drawn over the picture
  std::vector<PictureMap> filters =
      {};  ///< none, or one for each map: the weights that it was made with, drawn beside it
};

struct PicturePage {
  std::string title;
  std::string summary;                ///< one sentence above the pictures, such as what the model answers
  PictureMap picture;                 ///< from 0, black, to 1, white
  std::vector<MapGroup> groups = {};  ///< the first one tells most
};

/// One HTML document with everything in it (no network): the picture, and every map in viridis over it, each from its
/// own smallest to its own largest value; a slider sets how much of the picture shows through, and pointing at a square
/// says its value. Throws ValueError for ragged rows.
std::string picture_html(const PicturePage& page);

}  // namespace lemma::viz
