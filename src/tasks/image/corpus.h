#pragma once
/// Labelled pictures as the loop sees them, and batches of them.

#include <memory>

#include "lemma/data/labelled_images.h"
#include "lemma/tasks/image/options.h"
#include "lemma/train/task.h"

namespace lemma::tasks {

struct ImageCorpus : train::Corpus {
  int64_t size() const override { return images.size(); }
  std::string size_text() const override;
  data::LabelledImages images;
};
const ImageCorpus& image_corpus(const train::Corpus& corpus);

std::unique_ptr<ImageCorpus> read_images(const std::string& path, const data::LabelledImageOptions& options);
/// The last tenth of each class becomes the dev set: writers and sources often stand together, and so do not lie on
/// both sides.
std::unique_ptr<ImageCorpus> hold_out_images(ImageCorpus& train);

/// Pixels and what is done to them on the way to a batch.
struct ImageExamples : train::Examples {
  int64_t size() const override { return count; }
  std::unique_ptr<train::Examples> first(int64_t some) const override;
  /// (B, C, H, W), pixels from -1 to 1; while training each moved by up to `shift` pixels and, where asked, mirrored,
  /// by default_generator().
  Tensor batch(std::span<const int64_t> rows) const;
  Tensor labels(std::span<const int64_t> rows) const;  ///< (B), int64

  const data::LabelledImages* images = nullptr;
  int64_t count = 0;
  int64_t shift = 0;
  bool flip = false;
};

/// What `lemma inspect` says: format, size, classes with counts, and the first pictures as they look.
std::string inspection(const ImageCorpus& corpus);

/// One picture as a batch of one.
Tensor picture_tensor(const data::Picture& picture);

/// Accuracy on dev of the nearest mean, the nearest three pictures, and logistic regression.
std::vector<train::Baseline> image_baselines(const ImageCorpus& train, const ImageCorpus& dev);

}  // namespace lemma::tasks
