#pragma once
/// The networks of step 18 and how they learn. x: (B, 1, 8, 8), from -1 (black) to 1 (white).

#include <algorithm>
#include <string>
#include <vector>

#include "lemma/data/labelled_images.h"
#include "lemma/lemma.h"
#include "lemma/nn/batch_norm.h"
#include "lemma/nn/convolution.h"
#include "lemma/viz/picture_text.h"
#include "tutorial.h"

namespace tutorial {
using namespace lemma;

struct Digits {
  Tensor x, y;  // (N, 1, 8, 8) and (N)
};

inline Digits read_digits(const std::string& path) {
  const data::LabelledImages images = data::read_labelled_images(path);
  std::vector<float> values;
  for (const uint8_t pixel : images.pixels)
    values.push_back(2.0f * static_cast<float>(pixel) / static_cast<float>(images.largest) - 1);
  return {from_data(values.data(), {images.size(), 1, images.height, images.width}), tensor(images.labels)};
}

/// The picture moved by whole pixels; what moves in is black.
inline Tensor moved(const Tensor& x, int64_t down, int64_t right) {
  const Tensor wide = pad(pad(x, 2, 1, 1, -1), 3, 1, 1, -1);  // (B, 1, 10, 10)
  return wide.narrow(2, 1 - down, x.size(2)).narrow(3, 1 - right, x.size(3));
}

/// One logit a class: a weighted sum of all pixels.
struct Flat : nn::Layer {
  Tensor forward(const Tensor& x) const override { return linear(flatten(x, 1)); }
  nn::Linear linear = child(this, "linear", 64, 10);
};

/// Three convolutions, the mean of each channel over all places, a Linear.
struct Cnn : nn::Layer {
  Tensor features(const Tensor& x) const {
    Tensor y = relu(norm1(conv1(x)));          // (B, 16, 8, 8)
    y = max_pool2d(relu(norm2(conv2(y))), 2);  // (B, 32, 4, 4)
    return relu(norm3(conv3(y)));              // (B, 32, 4, 4)
  }
  Tensor forward(const Tensor& x) const override { return head(mean(features(x), {2, 3})); }
  nn::Conv2d conv1 = child(this, "conv1", 1, 16, Dims(3), nn::ConvOptions{.padding = 1});
  nn::BatchNorm2d norm1 = child(this, "norm1", 16);
  nn::Conv2d conv2 = child(this, "conv2", 16, 32, Dims(3), nn::ConvOptions{.padding = 1});
  nn::BatchNorm2d norm2 = child(this, "norm2", 32);
  nn::Conv2d conv3 = child(this, "conv3", 32, 32, Dims(3), nn::ConvOptions{.padding = 1});
  nn::BatchNorm2d norm3 = child(this, "norm3", 32);
  nn::Linear head = child(this, "head", 32, 10);
};

/// Patches of 2 x 2 pixels as tokens behind a class token, two encoder layers, and the class token's row.
struct Vit : nn::Layer {
  Vit() {
    nn::init::normal_(class_token, 0, 0.02);
    register_parameter("class_token", class_token);
    nn::init::normal_(places, 0, 0.2);
    register_parameter("places", places);
  }
  Tensor tokens(const Tensor& x) const {
    const Tensor seen = flatten(patches(x), 2).transpose(1, 2);                 // (B, 16, 32)
    const Tensor all = cat({class_token.expand({x.size(0), 1, 32}), seen}, 1);  // (B, 17, 32)
    return with_places ? all + places : all;
  }
  Tensor logits(const Tensor& x, std::vector<Tensor>* weights) const {
    return head(encoder(tokens(x), {}, weights).select(1, 0));  // (B, 10)
  }
  Tensor forward(const Tensor& x) const override { return logits(x, nullptr); }
  nn::Conv2d patches = child(this, "patches", 1, 32, Dims(2), nn::ConvOptions{.stride = 2});
  Tensor class_token = empty({1, 1, 32}), places = empty({17, 32});
  bool with_places = true;
  nn::TransformerEncoder encoder = child(
      this, "encoder", 32, 4, 2, nn::EncoderOptions{.dim_feedforward = 64, .dropout = 0, .norm_first = true}, true);
  nn::Linear head = child(this, "head", 32, 10);
};

inline double accuracy(nn::Layer& model, const Digits& digits) {
  NoGrad guard;
  model.eval();
  const double right = mean(eq(argmax(model(digits.x), 1), digits.y).to(float64)).item();
  model.train();
  return right;
}

/// Adam on batches of 50; with `shift` each batch is moved by up to one pixel, another way each time.
inline void fit(nn::Layer& model, const Digits& digits, int64_t steps, bool shift, double lr = 3e-3) {
  optim::Adam adam(model.parameters(), lr);
  for (int64_t step = 0; step < steps; ++step) {
    adam.set_lr(lr * std::min(1.0, 2.0 * static_cast<double>(steps - step) / static_cast<double>(steps)));
    const Tensor rows = randint(0, digits.x.size(0), {50});
    Tensor x = index_select(digits.x, 0, rows);
    if (shift) x = moved(x, default_generator().below(3) - 1, default_generator().below(3) - 1);
    adam.zero_grad();
    cross_entropy(model(x), index_select(digits.y, 0, rows)).backward();
    adam.step();
  }
}

/// (H, W) as a map for pictures in characters.
inline viz::PictureMap map_of(const std::string& name, const Tensor& values) {
  viz::PictureMap map{name, {}};
  for (int64_t y = 0; y < values.size(0); ++y) map.rows.push_back(values.select(0, y).to_vector<double>());
  return map;
}

/// Pictures beside each other, in ASCII where --plain asks for it.
inline void show_maps(const std::vector<viz::PictureMap>& maps) {
  std::string text = viz::maps_text(maps, 80, false);
  if (plain())
    for (const auto& [block, letter] : {std::pair{"░", "."}, {"▒", ":"}, {"▓", "+"}, {"█", "#"}})
      for (size_t at = 0; (at = text.find(block)) != std::string::npos;)
        text.replace(at, std::string(block).size(), letter);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line.empty() ? line : "  " + line);
    at = end + 1;
  }
}

}  // namespace tutorial
