// What lemma inspect says about pictures.
#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/words.h"
#include "lemma/viz/picture_text.h"
#include "tasks/image/corpus.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kShown = 3, kWidest = 40;
constexpr size_t kMostClasses = 50;

// A name in the margin of the first line, the others below it.
std::string lines_of(const char* name, const std::vector<std::string>& lines) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) out += fmt::format("{:<10}{}\n", i == 0 ? name : "", lines[i]);
  return out;
}

}  // namespace

std::string inspection(const ImageCorpus& corpus) {
  const data::LabelledImages& images = corpus.images;
  std::vector<std::string> classes;
  const size_t most = std::min(images.names.size(), kMostClasses);
  for (size_t c = 0; c < most; ++c)
    classes.push_back(fmt::format("{} {}", words::quote(images.names[c]), words::grouped(images.counts[c])));
  if (most < images.names.size()) classes.push_back(fmt::format("and {} more", images.names.size() - most));
  std::string out = fmt::format("{}: pictures, for lemma train image\n", corpus.path);
  out += lines_of("format", {corpus.format}) + lines_of("size", {corpus.size_text()}) + lines_of("classes", classes);
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
