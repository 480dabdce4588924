#pragma once
/// A computation graph as a page that opens anywhere.

#include <map>
#include <string>
#include <vector>

#include "lemma/autograd/picture.h"

namespace lemma::viz {

struct GraphPage {
  std::string title;
  std::string summary;  ///< a sentence above the picture
  GraphPicture graph;
  /// The module of each vertex, "encoder.layers.0": the picture folds by them. Empty: there are none.
  std::vector<std::string> modules = {};
  std::map<std::string, std::string> types = {};  ///< of modules: "Linear"
};

/// One HTML document with everything in it (no network): inputs above, the result below; value and gradient of each
/// node, the derivative on each edge between scalars; modules as boxes that unfold, by mouse, touch and keyboard; all
/// operations in a table. Throws ValueError unless there are no modules or one for each vertex.
std::string graph_html(const GraphPage& page);

}  // namespace lemma::viz
