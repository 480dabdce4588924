#pragma once
/// What translates without having learnt a language: copying, and a dictionary counted from pairs.

#include "tasks/translation/corpus.h"

namespace lemma::tasks {

/// BLEU on dev of the source itself, and of the source word by word, each word s replaced by the word t of train with
/// the largest 2 c(s, t) / (c(s) + c(t)), where c counts pairs of sentences (Dice); words never seen stay.
std::vector<train::Baseline> translation_baselines(const SentencePairs& train, const SentencePairs& dev);

}  // namespace lemma::tasks
