#pragma once
/// Words hidden in training, so that a model cannot rely on any single one.

#include "lemma/tasks/text/options.h"
#include "lemma/tensor.h"
#include "lemma/text/vocabulary.h"

namespace lemma::tasks {

/// How likely each word of the vocabulary is hidden, (V): padding and <unk> never; a word seen n times with
/// token_dropout and, on top of that, with r / (r + n) for r = rare_dropout.
Tensor hiding_probability(const text::Vocabulary& words, const TextOptions& options);

/// Ids with some words replaced by <unk>: each word w with probability p[w]. ids: (B, T), p: (V).
Tensor drop_tokens(const Tensor& ids, const Tensor& probability);

}  // namespace lemma::tasks
