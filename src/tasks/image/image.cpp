#include "lemma/tasks/image/image.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "tasks/image/learner.h"

namespace lemma::tasks {
namespace {

const ImageOptions& image_options(const train::Options& options) {
  const auto* mine = dynamic_cast<const ImageOptions*>(&options);
  if (!mine) throw ValueError("options", "these belong to another task; expected those of image");
  return *mine;
}

class Image : public train::Task {
 public:
  std::string name() const override { return "image"; }
  std::string learns() const override { return "what pictures show"; }
  train::Score score() const override { return {"accuracy"}; }
  std::string unit() const override { return "pictures"; }
  std::string ending() const override { return ".csv"; }
  std::string reads() const override {
    return "CSV whose last column is the label, IDX files, or a directory with a folder of PNG or PPM pictures per "
           "class";
  }
  std::string sample() const override { return "picture.png"; }
  std::vector<std::string> files() const override { return {"pictures.json"}; }
  bool continues() const override { return false; }
  std::unique_ptr<train::Options> options() const override { return std::make_unique<ImageOptions>(); }

  std::string trial(const std::string& model) const override { return "predict --model " + model + " picture.png"; }

  train::Corpora read(const std::string& train_path, const std::string& dev_path, bool) const override {
    return read_as(train_path, dev_path, {});
  }
  train::Corpora read_as(const std::string& train_path, const std::string& dev_path,
                         const train::ReadOptions& how) const override {
    auto train = read_images(train_path, {.resize = how.resize});
    const data::LabelledImages& like = train->images;
    auto dev = dev_path.empty() ? hold_out_images(*train)
                                : read_images(dev_path, {.names = like.names,
                                                         .channels = like.channels,
                                                         .height = like.height,
                                                         .width = like.width,
                                                         .largest = like.largest,
                                                         .resize = how.resize});
    std::vector<train::Baseline> baselines = image_baselines(*train, *dev);
    return {std::move(train), std::move(dev), std::move(baselines)};
  }

  std::string inspect(const std::string& path, const train::ReadOptions& how) const override {
    return inspection(*read_images(path, {.resize = how.resize}));
  }
  std::vector<std::pair<std::string, Shape>> shapes(const train::Options& options) const override {
    return image_shapes(image_options(options), {});
  }

  std::unique_ptr<train::Learner> make(const train::Corpus& given, const train::Options& options) const override {
    const data::LabelledImages& images = image_corpus(given).images;
    PictureFacts facts{{images.channels, images.height, images.width, static_cast<int64_t>(images.names.size())},
                       images.largest,
                       images.names};
    return std::make_unique<ImageLearner>(image_options(options), std::move(facts));
  }
  std::unique_ptr<train::Learner> open(const train::Options& options,
                                       const std::vector<train::NamedText>& files) const override {
    return std::make_unique<ImageLearner>(image_options(options),
                                          PictureFacts::parse(files.at(0).text, files.at(0).path));
  }
};

}  // namespace

const train::Task& image() {
  static const Image task;
  return task;
}

}  // namespace lemma::tasks
