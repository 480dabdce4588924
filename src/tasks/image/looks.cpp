#include "tasks/image/looks.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

constexpr int64_t kFilters = 8;

viz::PictureMap map_of(const std::string& name, const Tensor& values) {  // (H, W)
  viz::PictureMap map{name, {}};
  for (int64_t y = 0; y < values.size(0); ++y) map.rows.push_back(values.select(0, y).to_vector<double>());
  return map;
}

// The filters of a layer that fire most, y: (1, C, H, W); of the first layer with their weights, (C, in, 3, 3).
viz::MapGroup filters(const std::string& name, const Tensor& y, const Tensor& weight) {
  viz::MapGroup group{name, "The filters that fire most here, and where.", {}};
  const Tensor most = topk(mean(y, {2, 3}).select(0, 0), std::min(kFilters, y.size(1))).second;
  for (const int64_t c : most.to_vector<int64_t>()) {
    group.maps.push_back(map_of(fmt::format("filter {}", c + 1), y.select(0, 0).select(0, c)));
    if (weight.defined())
      group.filters.push_back(map_of(fmt::format("filter {}", c + 1), mean(weight.select(0, c), {0})));
  }
  return group;
}

// y: (1, C, H, W) before the means, weight: (classes, C).
viz::MapGroup class_maps(const Tensor& y, const Tensor& weight, int64_t answer, const std::vector<std::string>& names) {
  viz::MapGroup group{"What the answer rests on",
                      "The class activation map: what each place adds to the logit of a class, here the answer and its "
                      "strongest rival.",
                      {}};
  const Tensor maps = sum(weight.unsqueeze(2).unsqueeze(3) * y, 1);  // (classes, H, W)
  const std::vector<int64_t> order = argsort(mean(maps, {1, 2}), 0, true).to_vector<int64_t>();
  group.maps.push_back(map_of("for " + names[static_cast<size_t>(answer)], maps.select(0, answer)));
  for (const int64_t rival : order)
    if (rival != answer) {
      group.maps.push_back(map_of("for " + names[static_cast<size_t>(rival)], maps.select(0, rival)));
      break;
    }
  return group;
}

std::vector<viz::MapGroup> looks_of_cnn(const SmallCnn& cnn, const Tensor& x, int64_t answer,
                                        const std::vector<std::string>& names) {
  std::vector<viz::MapGroup> layers;
  const Tensor late = cnn.features(x, [&](const Tensor& y) {
    const size_t n = layers.size();
    layers.push_back(filters(fmt::format("Layer {}", n + 1), y, n == 0 ? cnn.blocks[0].conv.weight : Tensor()));
  });
  layers.insert(layers.begin(), class_maps(late, cnn.head.weight, answer, names));
  return layers;
}

std::vector<viz::MapGroup> looks_of_resnet(const SmallResNet& net, const Tensor& x, int64_t answer,
                                           const std::vector<std::string>& names) {
  Tensor y = net.stem(x);
  std::vector<viz::MapGroup> layers = {filters("The stem", y, net.stem.conv.weight)};
  for (size_t i = 0; i < net.stages.size(); ++i) {
    y = net.stages[i](y);
    layers.push_back(filters(fmt::format("Stage {}", i + 1), y, {}));
  }
  layers.insert(layers.begin(), class_maps(y, net.head.weight, answer, names));
  return layers;
}

// Row of the class token without itself, as a picture of patches.
Tensor patches_of(const Tensor& weights, int64_t rows) {  // (1 + P, 1 + P)
  const Tensor first = weights.select(0, 0);
  return first.narrow(0, 1, first.size(0) - 1).reshape({rows, -1});
}

std::vector<viz::MapGroup> looks_of_vit(const SmallVit& vit, const Tensor& x) {
  std::vector<Tensor> weights;
  vit.logits(x, &weights);
  const int64_t rows = x.size(2) / vit.patches.weight.size(2);
  std::vector<viz::MapGroup> layers = {
      {"What reaches the answer",
       "How much of each patch comes to the class token through all layers and residuals.",
       {}}};
  const Tensor itself = eye(weights[0].size(2), {.dtype = weights[0].dtype(), .device = Device::cpu()});
  Tensor flow = itself;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Tensor heads = weights[i].select(0, 0).to(Device::cpu());  // (H, 1 + P, 1 + P)
    flow = matmul((mean(heads, {0}) + itself) / 2, flow);
    viz::MapGroup group{fmt::format("Layer {}", i + 1), "Where the class token looks, head by head.", {}};
    for (int64_t h = 0; h < heads.size(0); ++h)
      group.maps.push_back(map_of(fmt::format("head {}", h + 1), patches_of(heads.select(0, h), rows)));
    layers.push_back(std::move(group));
  }
  layers[0].maps.push_back(map_of("all layers", patches_of(flow, rows)));
  return layers;
}

}  // namespace

viz::PictureMap as_grey(const Tensor& x) { return map_of("the picture", (mean(x.select(0, 0), {0}) + 1) / 2); }

std::vector<viz::MapGroup> looks(const nn::Layer& network, const Tensor& x, int64_t answer,
                                 const std::vector<std::string>& names) {
  if (const auto* vit = dynamic_cast<const SmallVit*>(&network)) return looks_of_vit(*vit, x);
  if (const auto* resnet = dynamic_cast<const SmallResNet*>(&network))
    return looks_of_resnet(*resnet, x, answer, names);
  return looks_of_cnn(dynamic_cast<const SmallCnn&>(network), x, answer, names);
}

}  // namespace lemma::tasks
