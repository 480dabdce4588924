#include "tasks/image/learner.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "lemma/viz/terminal.h"
#include "tasks/answering.h"
#include "tasks/image/looks.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kAtOnce = 256;

const ImageExamples& pictures_of(const train::Examples& examples) {
  return dynamic_cast<const ImageExamples&>(examples);
}

// How often each class was taken for each other, and the surest mistakes.
std::string report(const ImageCorpus& corpus, const std::vector<int64_t>& answers, const std::vector<double>& sure,
                   size_t worst) {
  const data::LabelledImages& images = corpus.images;
  std::vector<std::vector<int64_t>> counts(images.names.size(), std::vector<int64_t>(images.names.size()));
  std::vector<size_t> wrong;
  for (size_t i = 0; i < answers.size(); ++i) {
    ++counts[static_cast<size_t>(images.labels[i])][static_cast<size_t>(answers[i])];
    if (answers[i] != images.labels[i]) wrong.push_back(i);
  }
  std::stable_sort(wrong.begin(), wrong.end(), [&](size_t a, size_t b) { return sure[a] > sure[b]; });
  wrong.resize(std::min(wrong.size(), worst));
  std::string out = viz::confusion_table(counts, images.names);
  if (!out.ends_with('\n')) out += '\n';
  if (!wrong.empty()) out += "\nThe worst mistakes:\n";
  for (const size_t i : wrong)
    out += fmt::format("  picture {}: {} where {} is right, {:.0f} % sure\n", i + 1,
                       words::printable(images.names[static_cast<size_t>(answers[i])]),
                       words::printable(images.names[static_cast<size_t>(images.labels[i])]), 100 * sure[i]);
  return out;
}

}  // namespace

std::string PictureFacts::json() const {
  return nlohmann::ordered_json{{"channels", shape.channels},
                                {"height", shape.height},
                                {"width", shape.width},
                                {"largest", largest},
                                {"classes", names}}
             .dump(1) +
         "\n";
}

PictureFacts PictureFacts::parse(const std::string& text, const std::string& path) {
  try {
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > 4) throw IoError(path, "is nested too deeply to describe pictures");
      return true;
    };
    const nlohmann::json json = nlohmann::json::parse(text, shallow);
    PictureFacts facts;
    facts.shape = {json.at("channels"), json.at("height"), json.at("width"), 0};
    facts.largest = json.at("largest");
    facts.names = json.at("classes").get<std::vector<std::string>>();
    facts.shape.classes = static_cast<int64_t>(facts.names.size());
    const auto within = [](int64_t value, int64_t most) { return value >= 1 && value <= most; };
    if ((facts.shape.channels == 1 || facts.shape.channels == 3) && within(facts.shape.height, 8192) &&
        within(facts.shape.width, 8192) && within(facts.largest, 255) && facts.names.size() >= 2 &&
        std::set<std::string>(facts.names.begin(), facts.names.end()).size() == facts.names.size())
      return facts;
  } catch (const nlohmann::json::exception&) {
  }
  throw IoError(
      path,
      "it does not say what the pictures are like; expected channels, height, width, largest and classes, each once");
}

ImageLearner::ImageLearner(const ImageOptions& options, PictureFacts facts)
    : options_(options), facts_(std::move(facts)), network_(image_network(options, facts_.shape)) {}

std::unique_ptr<train::Corpus> ImageLearner::read_as(const std::string& path, const train::ReadOptions& how) const {
  return read_images(path, {.names = facts_.names,
                            .channels = facts_.shape.channels,
                            .height = facts_.shape.height,
                            .width = facts_.shape.width,
                            .largest = facts_.largest,
                            .resize = how.resize});
}

std::unique_ptr<train::Examples> ImageLearner::examples(const train::Corpus& corpus, train::Use use) const {
  auto examples = std::make_unique<ImageExamples>();
  examples->images = &image_corpus(corpus).images;
  examples->count = corpus.size();
  if (use == train::Use::training) {
    examples->shift = options_.shift;
    examples->flip = options_.flip;
  }
  return examples;
}

Tensor ImageLearner::loss(const train::Examples& examples, std::span<const int64_t> rows) {
  const ImageExamples& pictures = pictures_of(examples);
  const Device device = network_->device();
  return cross_entropy((*network_)(pictures.batch(rows).to(device)), pictures.labels(rows).to(device));
}

train::Evaluation ImageLearner::evaluate(const train::Corpus& given, const train::Examples& examples) {
  const Answering answering(*network_);
  const ImageCorpus& corpus = image_corpus(given);
  const ImageExamples& pictures = pictures_of(examples);
  std::vector<int64_t> answers;
  std::vector<double> sure;
  double loss = 0;
  for (int64_t begin = 0; begin < pictures.size(); begin += kAtOnce) {
    std::vector<int64_t> rows;
    for (int64_t i = begin; i < std::min(begin + kAtOnce, pictures.size()); ++i) rows.push_back(i);
    const Tensor logs = log_softmax((*network_)(pictures.batch(rows).to(network_->device())), 1).to(Device::cpu());
    const auto [best, answer] = max(logs, 1);
    loss += nll_loss(logs, pictures.labels(rows).to(logs.device()), {}, -100, Reduction::sum).item();
    for (const int64_t each : answer.to_vector<int64_t>()) answers.push_back(each);
    for (const double each : exp(best).to_vector<double>()) sure.push_back(each);
  }
  int64_t correct = 0;
  for (size_t i = 0; i < answers.size(); ++i) correct += answers[i] == corpus.images.labels[i];
  train::Evaluation result;
  const double n = static_cast<double>(std::max<int64_t>(1, pictures.size()));
  result.loss = loss / n;
  result.score = static_cast<double>(correct) / n;
  result.json = fmt::format(R"({{"task":"image","examples":{},"accuracy":{},"loss":{}}})", pictures.size(),
                            result.score, result.loss);
  result.report = [&corpus, answers = std::move(answers), sure = std::move(sure)](size_t worst) {
    return report(corpus, answers, sure, worst);
  };
  return result;
}

data::Picture ImageLearner::picture(const std::string& where, const std::string& path) const {
  try {
    data::Picture picture = data::read_picture(path);
    const PictureShape& shape = facts_.shape;
    if (picture.channels != shape.channels || picture.height != shape.height || picture.width != shape.width)
      picture = data::resized(picture, shape.channels, shape.height, shape.width);
    return picture;
  } catch (const IoError& error) {  // about this picture: the others have answers
    throw IoError(where, fmt::format("{}: {}", words::quote(path), error.message()));
  }
}

std::vector<double> ImageLearner::probabilities(const std::string& where, const std::string& path) {
  const data::Picture seen = picture(where, path);
  const Answering answering(*network_);
  return softmax((*network_)(picture_tensor(seen).to(network_->device())), 1).to_vector<double>();
}

std::string ImageLearner::predict(const std::string& where, const std::string& text) {
  const std::vector<double> shares = probabilities(where, text);
  const auto best = static_cast<size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
  nlohmann::ordered_json each = nlohmann::ordered_json::object();
  for (size_t c = 0; c < shares.size(); ++c) each[facts_.names[c]] = shares[c];
  return nlohmann::ordered_json{{"picture", text}, {"label", facts_.names[best]}, {"probabilities", each}}.dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string ImageLearner::predict_for_people(const std::string& where, const std::string& text, bool) {
  const std::vector<double> shares = probabilities(where, text);
  const auto best = static_cast<size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
  return fmt::format("{} {} {:3.0f} %  {}", words::printable(facts_.names[best]), viz::bar(shares[best], 10),
                     100 * shares[best], words::printable(text));
}

std::optional<viz::PicturePage> ImageLearner::looks(const std::string& where, const std::string& text) {
  const Tensor x = picture_tensor(picture(where, text)).to(network_->device());
  const Answering answering(*network_);
  const Tensor shares = softmax((*network_)(x), 1);
  const int64_t best = argmax(shares, 1).item<int64_t>();
  return viz::PicturePage{
      .title = text,
      .summary = fmt::format("The model answers {}, {:.0f} % sure.",
                             words::quote(facts_.names[static_cast<size_t>(best)]), 100 * amax(shares).item()),
      .picture = as_grey(x),
      .groups = tasks::looks(*network_, x, best, facts_.names)};
}

Tensor ImageLearner::surprise(const std::string& where, const std::string& text) {
  const bool training = network_->is_training();
  network_->eval();
  const Tensor loss = surprise_of((*network_)(picture_tensor(picture(where, text)).to(network_->device())));
  network_->train(training);
  return loss;
}

std::vector<train::Fact> ImageLearner::facts(const train::Corpus&, const train::Examples&, const train::Examples&) {
  return {{"model", description()[0]}};
}

std::vector<std::string> ImageLearner::description() {
  const PictureShape& shape = facts_.shape;
  const char* const kind = options_.model == "vit" ? "ViT" : options_.model == "resnet" ? "small ResNet" : "small CNN";
  return {fmt::format("{} of width {}, {} parameters, for {} pictures of {} x {}", kind, options_.width,
                      words::grouped(network_->num_parameters()), shape.channels == 3 ? "coloured" : "grey",
                      shape.height, shape.width),
          fmt::format("Classes: {}", fmt::join(facts_.names, ", "))};
}

}  // namespace lemma::tasks
