#pragma once
/// What is said in a recording: one of some words, or a string of them.

#include "lemma/train/task.h"

namespace lemma::tasks {

/// Scored by word accuracy, 1 - word error rate. Networks: a Conformer, with CTC where strings are to be heard; an
/// LSTM, there with a decoder that attends to what it heard.
const train::Task& speech();

}  // namespace lemma::tasks
