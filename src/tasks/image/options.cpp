#include "lemma/tasks/image/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;
using train::Numbers;

std::vector<Field> ImageOptions::task_fields() {
  const auto model_field = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model_field({.key = "model",
                   .value = &model,
                   .flag = "--model",
                   .help = "the network: a small CNN, a small ResNet or a ViT",
                   .choices = {"cnn", "resnet", "vit"}}),
      model_field({.key = "width",
                   .value = &width,
                   .flag = "--width",
                   .help = "channels of the first layers; a ViT's tokens are twice as wide",
                   .least = 1,
                   .most = 4096}),
      model_field(
          {.key = "layers", .value = &layers, .flag = "--layers", .help = "layers of a ViT", .least = 1, .most = 256}),
      model_field({.key = "heads", .value = &heads, .flag = "--heads", .help = "attention heads of a ViT", .least = 1}),
      model_field({.key = "patch",
                   .value = &patch,
                   .flag = "--patch",
                   .help = "side of a ViT's patches, in pixels",
                   .least = 1,
                   .most = 8192,
                   .automatic = "1 to 7 pixels, for 16 patches or more"}),
      model_field({.key = "dropout",
                   .value = &dropout,
                   .flag = "--dropout",
                   .help = "dropout in a ViT's layers, and before the last Linear",
                   .numbers = Numbers::share,
                   .noise = true}),
      {.key = "shift",
       .value = &shift,
       .flag = "--shift",
       .help = "each training picture is moved by up to so many pixels; 0: not",
       .most = 1024,
       .noise = true},
      {.key = "flip",
       .value = &flip,
       .flag = "--flip",
       .help = "1: half of the training pictures are mirrored",
       .noise = true},
  };
}

void ImageOptions::check_task() const {
  if (model == "vit" && 2 * width % heads != 0)
    throw ValueError("--heads", fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of twice "
                                            "--width",
                                            heads, 2 * width));
}

}  // namespace lemma::tasks
