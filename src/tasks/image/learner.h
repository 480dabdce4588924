#pragma once
/// A network for pictures, with what it must know of them: their size, what is white, the names of the classes.

#include <memory>
#include <optional>

#include "tasks/image/corpus.h"
#include "tasks/image/model.h"

namespace lemma::tasks {

/// What a model directory keeps in pictures.json.
struct PictureFacts {
  PictureShape shape;
  int64_t largest = 255;
  std::vector<std::string> names;
  std::string json() const;
  /// Throws IoError naming `path`.
  static PictureFacts parse(const std::string& text, const std::string& path);
};

class ImageLearner : public train::Learner {
 public:
  ImageLearner(const ImageOptions& options, PictureFacts facts);
  nn::Module& module() override { return *network_; }
  std::vector<std::string> texts() const override { return {facts_.json()}; }
  std::unique_ptr<train::Corpus> read(const std::string& path, bool) const override { return read_as(path, {}); }
  std::unique_ptr<train::Corpus> read_as(const std::string& path, const train::ReadOptions& how) const override;
  std::unique_ptr<train::Examples> examples(const train::Corpus& corpus, train::Use use) const override;
  Tensor loss(const train::Examples& examples, std::span<const int64_t> rows) override;
  int64_t classes() const override { return facts_.shape.classes; }
  train::Evaluation evaluate(const train::Corpus& corpus, const train::Examples& examples) override;
  /// `text` is the path of a picture, which is brought to the size of those that the network learnt from.
  std::string predict(const std::string& where, const std::string& text) override;
  std::string predict_for_people(const std::string& where, const std::string& text, bool colour) override;
  std::optional<viz::PicturePage> looks(const std::string& where, const std::string& text) override;
  Tensor surprise(const std::string& where, const std::string& text) override;
  std::vector<train::Fact> facts(const train::Corpus& corpus, const train::Examples& train,
                                 const train::Examples& dev) override;
  std::vector<std::string> description() override;

 private:
  data::Picture picture(const std::string& where, const std::string& path) const;
  std::vector<double> probabilities(const std::string& where, const std::string& path);

  ImageOptions options_;
  PictureFacts facts_;
  std::unique_ptr<nn::Layer> network_;
};

}  // namespace lemma::tasks
