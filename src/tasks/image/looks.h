#pragma once
/// What a network looks at in one picture.

#include "lemma/viz/picture_page.h"
#include "tasks/image/learner.h"

namespace lemma::tasks {

/// Of a network that ends in the means of its channels and a Linear, as the CNN and the ResNet: the class activation
/// map, sum_c W(k, c) y(c, i, j), whose mean over all places is the logit of class k without its bias (Zhou et al.,
/// "Learning deep features for discriminative localization", 2016); then what the filters of each layer find. Of a ViT:
/// how much of each patch reaches the class token through all layers (Abnar and Zuidema, "Quantifying attention flow in
/// transformers", 2020), then the heads of each layer. x: (1, C, H, W); `answer` is the class that the first map is of.
std::vector<viz::MapGroup> looks(const nn::Layer& network, const Tensor& x, int64_t answer,
                                 const std::vector<std::string>& names);

/// (1, C, H, W) from -1 to 1 as grey from 0 to 1.
viz::PictureMap as_grey(const Tensor& x);

}  // namespace lemma::tasks
