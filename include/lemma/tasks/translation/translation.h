#pragma once
/// Translation: a sentence in one language for a sentence in another, scored by BLEU.

#include "lemma/tasks/translation/options.h"
#include "lemma/train/task.h"

namespace lemma::tasks {

/// The task `translation`.
const train::Task& translation();

}  // namespace lemma::tasks
