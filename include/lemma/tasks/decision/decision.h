#pragma once
/// Acting in a world so that a wanted return is reached: the Decision Transformer.

#include "lemma/train/task.h"

namespace lemma::tasks {

/// Scored by the mean return of episodes that were asked for the best one. It makes its own data: episodes of a world.
const train::Task& decision();

}  // namespace lemma::tasks
