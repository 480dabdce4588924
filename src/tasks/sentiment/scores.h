#pragma once
/// What `lemma evaluate` says about classes beyond accuracy and loss: precision and recall, what a threshold does, and
/// how far off the numbers are where labels are numbers.

#include <optional>
#include <string>
#include <vector>

#include "lemma/tasks/text/answers.h"
#include "lemma/tasks/text/corpus.h"

namespace lemma::tasks {

/// The labels as whole numbers, if all of them are: stars. Of two labels, such as 0 and 1, none are: those are names.
std::optional<std::vector<int64_t>> stars_of(const std::vector<std::string>& labels);

/// The mean of |answer - truth| in stars; 0 of nothing.
double mean_absolute_error(const TextCorpus& corpus, const std::vector<Answer>& answers,
                           const std::vector<int64_t>& stars);

/// "★★★☆" for the fourth of five labels that count up from 0, or for 3 where they count from 1 to 4; empty for labels
/// that do not, or to more than ten.
std::string star_picture(const std::vector<std::string>& labels, int64_t label);

/// Members for the end of a JSON object, each after a comma:
///   "classes": {label: {precision, recall, f1, examples}};
///   of two classes "positive", the second label, "threshold", its "precision", "recall" and "f1", "best_threshold" and
///   "threshold_curve", each a {threshold, precision, recall, f1};
///   of stars "mean_absolute_error".
/// Without a threshold the likelier of two classes was chosen, as with 0.5.
std::string more_scores(const TextCorpus& corpus, const std::vector<Answer>& answers, std::optional<double> threshold);

}  // namespace lemma::tasks
