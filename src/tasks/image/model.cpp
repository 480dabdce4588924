#include "tasks/image/model.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/nn/init.h"
#include "lemma/ops.h"
#include "tasks/shapes.h"

namespace lemma::tasks {
namespace {

// The mean of each channel: (B, C, H, W) -> (B, C).
Tensor channel_means(const Tensor& x) { return mean(x, {2, 3}); }

// Half the size, where 4 x 4 places or more remain: a small picture keeps some.
Tensor halved(const Tensor& x) { return x.size(2) < 8 || x.size(3) < 8 ? x : max_pool2d(x, 2); }

nn::ConvOptions same_size(int64_t stride) { return {.stride = stride, .padding = 1, .bias = false}; }

}  // namespace

ConvBlock::ConvBlock(int64_t in, int64_t out, int64_t stride)
    : conv(child(this, "conv", in, out, Dims(3), same_size(stride))), norm(child(this, "norm", out)) {}

SmallCnn::SmallCnn(const ImageOptions& options, const PictureShape& shape)
    : blocks(child(this, "blocks")),
      dropout(child(this, "dropout", options.dropout)),
      head(child(this, "head", 2 * options.width, shape.classes)) {
  const int64_t w = options.width;
  blocks.add(shape.channels, w);
  blocks.add(w, w);
  blocks.add(w, 2 * w);
  blocks.add(2 * w, 2 * w);
}

Tensor SmallCnn::features(const Tensor& x, const std::function<void(const Tensor&)>& seen) const {
  Tensor y = x;
  for (size_t i = 0; i < blocks.size(); ++i) {
    y = blocks[i](y);  // (B, w, H, W), twice; (B, 2w, H/2, W/2), twice
    if (seen) seen(y);
    if (i % 2 == 1) y = halved(y);
  }
  return y;
}

ResidualBlock::ResidualBlock(int64_t in, int64_t out, int64_t stride)
    : first(child(this, "first", in, out, stride)),
      conv(child(this, "conv", out, out, Dims(3), same_size(1))),
      norm(child(this, "norm", out)) {
  if (in != out || stride != 1)
    shortcut = child(this, "shortcut", in, out, Dims(1), nn::ConvOptions{.stride = stride, .bias = false});
}

Tensor ResidualBlock::forward(const Tensor& x) const {
  return relu((shortcut ? (*shortcut)(x) : x) + norm(conv(first(x))));
}

SmallResNet::SmallResNet(const ImageOptions& options, const PictureShape& shape)
    : stem(child(this, "stem", shape.channels, options.width)),
      stages(child(this, "stages")),
      dropout(child(this, "dropout", options.dropout)),
      head(child(this, "head", 4 * options.width, shape.classes)) {
  const int64_t w = options.width;
  stages.add(w, w, 1);
  stages.add(w, 2 * w, 2);
  stages.add(2 * w, 4 * w, 2);
}

Tensor SmallResNet::forward(const Tensor& x) const {
  Tensor y = stem(x);
  for (size_t i = 0; i < stages.size(); ++i) y = stages[i](y);
  return head(dropout(channel_means(y)));
}

int64_t SmallVit::patch_side(const ImageOptions& options, const PictureShape& shape) {
  if (options.patch > 0) {
    if (shape.height % options.patch != 0 || shape.width % options.patch != 0)
      throw ValueError("--patch",
                       fmt::format("{} does not divide pictures of {} x {}", options.patch, shape.height, shape.width));
    return options.patch;
  }
  for (int64_t side = 7; side > 1; --side)
    if (shape.height % side == 0 && shape.width % side == 0 && shape.height / side * (shape.width / side) >= 16)
      return side;
  return 1;
}

SmallVit::SmallVit(const ImageOptions& options, const PictureShape& shape)
    : patches(child(this, "patches", shape.channels, 2 * options.width, Dims(patch_side(options, shape)),
                    nn::ConvOptions{.stride = patch_side(options, shape)})),
      positions(child(this, "positions", 2 * options.width, options.dropout,
                      1 + shape.height * shape.width / (patch_side(options, shape) * patch_side(options, shape)))),
      encoder(child(this, "encoder", 2 * options.width, options.heads, options.layers,
                    nn::EncoderOptions{.dim_feedforward = 4 * options.width,
                                       .dropout = options.dropout,
                                       .activation = nn::Activation::gelu,
                                       .norm_first = true},
                    true)),
      head(child(this, "head", 2 * options.width, shape.classes)) {
  class_token = empty({1, 1, 2 * options.width});
  nn::init::normal_(class_token, 0, 0.02);
  nn::init::normal_(positions.embedding.weight, 0, 0.2);  // beside patches of about 0.4
  register_parameter("class_token", class_token);
}

Tensor SmallVit::logits(const Tensor& x, std::vector<Tensor>* weights) const {
  const Tensor seen = flatten(patches(x), 2).transpose(1, 2);                  // (B, P, D)
  const Tensor first = class_token.expand({x.size(0), 1, seen.size(2)});       // (B, 1, D)
  const Tensor read = encoder(positions(cat({first, seen}, 1)), {}, weights);  // (B, 1 + P, D)
  return head(read.select(1, 0));
}

std::vector<std::pair<std::string, Shape>> image_shapes(const ImageOptions& options, const PictureShape& shape) {
  const int64_t w = options.width;
  Shapes shapes;
  if (options.model == "vit") {
    add_encoder_shapes(shapes, "encoder.", options.layers, 2 * w, 4 * w);
    shapes.emplace_back("class_token", Shape{1, 1, 2 * w});
    if (shape.height == 0) return shapes;
    const int64_t side = SmallVit::patch_side(options, shape);
    shapes.emplace_back("patches.weight", Shape{2 * w, shape.channels, side, side});
    shapes.emplace_back("positions.embedding.weight", Shape{1 + shape.height / side * (shape.width / side), 2 * w});
  } else if (options.model == "resnet") {
    shapes.emplace_back("stem.conv.weight", Shape{w, shape.channels, 3, 3});
    shapes.emplace_back("stages.1.conv.weight", Shape{2 * w, 2 * w, 3, 3});
    shapes.emplace_back("stages.2.first.conv.weight", Shape{4 * w, 2 * w, 3, 3});
    shapes.emplace_back("stages.2.conv.weight", Shape{4 * w, 4 * w, 3, 3});
  } else {
    shapes.emplace_back("blocks.0.conv.weight", Shape{w, shape.channels, 3, 3});
    shapes.emplace_back("blocks.1.conv.weight", Shape{w, w, 3, 3});
    shapes.emplace_back("blocks.2.conv.weight", Shape{2 * w, w, 3, 3});
    shapes.emplace_back("blocks.3.conv.weight", Shape{2 * w, 2 * w, 3, 3});
  }
  return shapes;
}

std::unique_ptr<nn::Layer> image_network(const ImageOptions& options, const PictureShape& shape) {
  require_room(image_shapes(options, shape),
               fmt::format("a {} with --width {} and --layers {}", options.model, options.width, options.layers));
  if (options.model == "vit") return std::make_unique<SmallVit>(options, shape);
  if (options.model == "resnet") return std::make_unique<SmallResNet>(options, shape);
  return std::make_unique<SmallCnn>(options, shape);
}

}  // namespace lemma::tasks
