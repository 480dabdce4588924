#pragma once
/// What a picture shows.

#include "lemma/train/task.h"

namespace lemma::tasks {

/// Scored by accuracy. Networks: a small CNN, a small ResNet, a ViT.
const train::Task& image();

}  // namespace lemma::tasks
