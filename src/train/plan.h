#pragma once
/// What a run says before it begins.

#include <string>

#include "lemma/train/coder.h"
#include "lemma/train/models.h"
#include "lemma/train/trainer.h"

namespace lemma::train {

/// A line a fact: data, classes, vocabulary, unknown words, model, training, baselines.
std::string plan_text(const Corpora& corpora, const TextCoder& coder, const data::EncodedTexts& train,
                      const data::EncodedTexts& dev, const TextModel& model, const Trainer& trainer, int64_t epochs);

/// The loss of an untrained model beside ln(classes), what guessing evenly costs, and what the two together say.
std::string initial_loss_text(double loss, size_t classes);

/// "naive Bayes 0.798, majority 0.509": the best first.
/// "to beat 0.808": the best of the baselines.
std::string to_beat_text(const std::vector<Baseline>& baselines);
std::string baselines_text(std::vector<Baseline> baselines);

}  // namespace lemma::train
