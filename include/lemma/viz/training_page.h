#pragma once
/// The curves of a run, or of two laid over each other: as a page that opens anywhere, and on a terminal.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lemma::viz {

/// One value per epoch; NaN where it is not known.
struct RunCurves {
  std::string name;
  std::vector<double> train_loss, dev_loss, score, lr, gradient_norm, seconds;
  int64_t best_epoch = 0;  ///< from 1; 0: none
};

struct TrainingPage {
  std::string title;
  std::string summary;  ///< how far the run is, in a sentence
  std::string score_name;
  std::string baseline;  ///< the one to beat, drawn as a line beside the scores; empty: none
  double baseline_score = 0;
  std::vector<RunCurves> runs;  ///< one or two
  /// What is to be read beside the curves: a name, and a text for each run.
  std::vector<std::pair<std::string, std::vector<std::string>>> facts = {};
  bool live = false;  ///< the page loads itself again every few seconds, until it is told to pause
};

/// One HTML document with everything in it (no network): loss, score, learning rate and gradient norm over the epochs;
/// a slider, or pointing at a picture, gives the numbers of an epoch; all of them in a table. Throws ValueError unless
/// there are one or two runs, and each has as many values of every kind.
std::string training_html(const TrainingPage& page);

/// The facts as a table, and a sparkline of every curve with its first and last value, in at most `columns` (0: 80).
std::string training_text(const TrainingPage& page, int columns = 0);

}  // namespace lemma::viz
