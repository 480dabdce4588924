#pragma once
/// The tasks that the program knows, and the headers of each.

#include "lemma/tasks/decision/corpus.h"
#include "lemma/tasks/decision/decision.h"
#include "lemma/tasks/image/image.h"
#include "lemma/tasks/image/options.h"
#include "lemma/tasks/lm/lm.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/ner/best_tags.h"
#include "lemma/tasks/ner/ner.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/tasks/speech/speech.h"
#include "lemma/tasks/text/answers.h"
#include "lemma/tasks/text/coder.h"
#include "lemma/tasks/text/corpus.h"
#include "lemma/tasks/text/encoder.h"
#include "lemma/tasks/text/options.h"
#include "lemma/tasks/text/token_dropout.h"
#include "lemma/tasks/translation/translation.h"
#include "lemma/train/task.h"

namespace lemma::tasks {

/// Sentiment, named entities, language models, translation, pictures, decisions, speech.
const train::Tasks& all();

}  // namespace lemma::tasks
