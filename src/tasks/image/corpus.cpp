#include "tasks/image/corpus.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "lemma/random.h"

namespace lemma::tasks {

std::string ImageCorpus::size_text() const {
  return fmt::format("{} of {} x {}, {} classes", words::plural(size(), "picture"), images.height, images.width,
                     images.names.size());
}

const ImageCorpus& image_corpus(const train::Corpus& corpus) {
  const auto* mine = dynamic_cast<const ImageCorpus*>(&corpus);
  if (!mine) throw ValueError("corpus", "this belongs to another task; expected pictures");
  return *mine;
}

std::unique_ptr<ImageCorpus> read_images(const std::string& path, const data::LabelledImageOptions& options) {
  auto corpus = std::make_unique<ImageCorpus>();
  corpus->images = data::read_labelled_images(path, options);
  corpus->path = path;
  corpus->format = corpus->images.format;
  corpus->notes = corpus->images.notes;
  return corpus;
}

std::unique_ptr<ImageCorpus> hold_out_images(ImageCorpus& train) {
  const data::LabelledImages& all = train.images;
  std::vector<int64_t> learn, held, left;  // left: how many of each class are still to learn from
  for (const int64_t count : all.counts) left.push_back(count - (count + 5) / 10);
  for (int64_t i = 0; i < all.size(); ++i)
    (left[static_cast<size_t>(all.labels[static_cast<size_t>(i)])]-- > 0 ? learn : held).push_back(i);
  if (held.empty())
    throw IoError(train.path, fmt::format("it holds {}, so none is left to score on; give --dev",
                                          words::plural(all.size(), "picture")));
  const auto some = [&all](const std::vector<int64_t>& rows) {
    data::LabelledImages part = all;
    part.pixels.clear(), part.labels.clear();
    part.counts.assign(all.names.size(), 0);
    for (const int64_t i : rows) {
      const auto from = all.pixels.begin() + i * all.picture_size();
      part.pixels.insert(part.pixels.end(), from, from + all.picture_size());
      part.labels.push_back(all.labels[static_cast<size_t>(i)]);
      ++part.counts[static_cast<size_t>(part.labels.back())];
    }
    return part;
  };
  auto dev = std::make_unique<ImageCorpus>(train);
  dev->images = some(held);
  train.images = some(learn);
  return dev;
}

std::unique_ptr<train::Examples> ImageExamples::first(int64_t some) const {
  auto examples = std::make_unique<ImageExamples>(*this);
  examples->count = std::min(some, count);
  return examples;
}

Tensor ImageExamples::batch(std::span<const int64_t> rows) const {
  const int64_t C = images->channels, H = images->height, W = images->width, size = images->picture_size();
  const float scale = 2.0f / static_cast<float>(images->largest);
  std::vector<float> values(rows.size() * static_cast<size_t>(size), -1.0f);  // what moves in is black
  for (size_t b = 0; b < rows.size(); ++b) {
    const uint8_t* from = images->pixels.data() + rows[b] * size;
    float* to = values.data() + static_cast<int64_t>(b) * size;
    const int64_t down = shift > 0 ? default_generator().below(2 * shift + 1) - shift : 0;
    const int64_t right = shift > 0 ? default_generator().below(2 * shift + 1) - shift : 0;
    const bool mirrored = flip && default_generator().below(2) == 1;
    for (int64_t c = 0; c < C; ++c)
      for (int64_t y = std::max<int64_t>(0, down); y < std::min(H, H + down); ++y)
        for (int64_t x = std::max<int64_t>(0, right); x < std::min(W, W + right); ++x) {
          const int64_t column = mirrored ? W - 1 - (x - right) : x - right;
          to[(c * H + y) * W + x] = static_cast<float>(from[(c * H + y - down) * W + column]) * scale - 1;
        }
  }
  return from_data(values.data(), {static_cast<int64_t>(rows.size()), C, H, W});
}

Tensor ImageExamples::labels(std::span<const int64_t> rows) const {
  std::vector<int64_t> labels;
  for (const int64_t row : rows) labels.push_back(images->labels[static_cast<size_t>(row)]);
  return tensor(labels);
}

Tensor picture_tensor(const data::Picture& picture) {
  std::vector<float> values;
  for (const uint8_t pixel : picture.pixels) values.push_back(2.0f * static_cast<float>(pixel) / 255.0f - 1);
  return from_data(values.data(), {1, picture.channels, picture.height, picture.width});
}

}  // namespace lemma::tasks
