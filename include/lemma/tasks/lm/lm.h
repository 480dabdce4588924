#pragma once
/// Language models: the next character of a text from those before it, scored by the loss per character.

#include "lemma/tasks/lm/options.h"
#include "lemma/train/task.h"

namespace lemma::tasks {

/// The task `lm`.
const train::Task& lm();

}  // namespace lemma::tasks
