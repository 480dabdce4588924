#pragma once
/// The networks that look at pictures: a small CNN, a small ResNet and a ViT. x: (B, C, H, W), pixels brought to mean
/// 0; logits: (B, classes).

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lemma/nn/activation.h"
#include "lemma/nn/batch_norm.h"
#include "lemma/nn/container.h"
#include "lemma/nn/convolution.h"
#include "lemma/nn/encoder.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/positions.h"
#include "lemma/ops.h"
#include "lemma/tasks/image/options.h"

namespace lemma::tasks {

/// The pictures that a network is made for.
struct PictureShape {
  int64_t channels = 1, height = 0, width = 0, classes = 0;
};

/// y = relu(norm(conv(x))), 3 x 3, of the same size or half of it.
class ConvBlock : public nn::Layer {
 public:
  ConvBlock(int64_t in, int64_t out, int64_t stride = 1);
  Tensor forward(const Tensor& x) const override { return relu(norm(conv(x))); }

  nn::Conv2d conv;
  nn::BatchNorm2d norm;
};

/// Two blocks, a pool, two wider blocks, a pool; pools only where 4 x 4 places remain; then the mean of each channel
/// and a Linear. LeCun et al., 1989, with batch norm.
class SmallCnn : public nn::Layer {
 public:
  SmallCnn(const ImageOptions& options, const PictureShape& shape);
  Tensor forward(const Tensor& x) const override { return head(dropout(mean(features(x), {2, 3}))); }
  /// What the means are taken of: (B, 2w, H/4, W/4), of 8 x 8 pixels (B, 2w, 4, 4). `seen`, where given, is told what
  /// each block makes.
  Tensor features(const Tensor& x, const std::function<void(const Tensor&)>& seen = {}) const;

  nn::ModuleList<ConvBlock> blocks;
  nn::Dropout dropout;
  nn::Linear head;
};

/// y = relu(x' + norm2(conv2(relu(norm1(conv1(x)))))), x' = x or, where size or width change, norm(conv1x1(x)). He et
/// al., "Deep residual learning", 2016.
class ResidualBlock : public nn::Layer {
 public:
  ResidualBlock(int64_t in, int64_t out, int64_t stride);
  Tensor forward(const Tensor& x) const override;

  ConvBlock first;
  nn::Conv2d conv;
  nn::BatchNorm2d norm;
  std::unique_ptr<nn::Conv2d> shortcut;  ///< null where x fits as it is
};

/// A block, then three stages of one residual block each: w, 2w and 4w channels, the picture halved twice.
class SmallResNet : public nn::Layer {
 public:
  SmallResNet(const ImageOptions& options, const PictureShape& shape);
  Tensor forward(const Tensor& x) const override;

  ConvBlock stem;
  nn::ModuleList<ResidualBlock> stages;
  nn::Dropout dropout;
  nn::Linear head;
};

/// Patches of the picture as tokens, behind a class token whose last vector is read: (B, 1 + P, D). Dosovitskiy et al.,
/// "An image is worth 16x16 words", 2021.
class SmallVit : public nn::Layer {
 public:
  SmallVit(const ImageOptions& options, const PictureShape& shape);
  Tensor forward(const Tensor& x) const override { return logits(x, nullptr); }
  /// `weights`, where given, receives one (B, H, 1 + P, 1 + P) a layer.
  Tensor logits(const Tensor& x, std::vector<Tensor>* weights) const;
  /// The side of a patch: as asked for, else the largest of 1 to 7 that divides the picture into 16 patches or more.
  static int64_t patch_side(const ImageOptions& options, const PictureShape& shape);

  nn::Conv2d patches;
  nn::LearnedPositions positions;
  Tensor class_token;  ///< (1, 1, D)
  nn::TransformerEncoder encoder;
  nn::Linear head;
};

/// Tensors whose shapes follow from the options and, where it is known, from what the pictures are like: the largest
/// ones.
std::vector<std::pair<std::string, Shape>> image_shapes(const ImageOptions& options, const PictureShape& shape);

/// Throws MemoryError where it would not fit.
std::unique_ptr<nn::Layer> image_network(const ImageOptions& options, const PictureShape& shape);

}  // namespace lemma::tasks
