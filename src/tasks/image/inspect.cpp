// What lemma inspect says about pictures.
#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/words.h"
#include "lemma/viz/picture_text.h"
#include "tasks/image/corpus.h"
#include "tasks/margin.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kShown = 3, kWidest = 40;

}  // namespace

std::string inspection(const ImageCorpus& corpus) {
  const data::LabelledImages& images = corpus.images;
  std::string out = fmt::format("{}: pictures, for lemma train image\n", corpus.path);
  out += lines_of("format", {corpus.format}) + lines_of("size", {corpus.size_text()}) +
         lines_of("classes", count_lines(images.names, images.counts));
  std::vector<viz::PictureMap> first;
  for (int64_t n = 0; n < std::min(kShown, images.size()); ++n) {
    viz::PictureMap map{words::printable(images.names[static_cast<size_t>(images.labels[static_cast<size_t>(n)])]), {}};
    for (int64_t y = 0; y < images.height; ++y) {
      auto& row = map.rows.emplace_back();
      for (int64_t x = 0; x < images.width; ++x)
        row.push_back(images.pixels[static_cast<size_t>(n * images.picture_size() + y * images.width + x)]);
    }
    first.push_back(std::move(map));
  }
  if (images.width <= kWidest)
    out += lines_of("examples", {fmt::format("the first {}:", first.size())}) + viz::maps_text(first, 100, false);
  out += lines_of("odd", corpus.notes.empty() ? std::vector<std::string>{"nothing"} : corpus.notes);
  return out + lines_of("options", {"--resize brings pictures of other sizes to that of the first"});
}

}  // namespace lemma::tasks
