#pragma once
/// TextCoder: translates between people's text and a model's ids. Saved with every model, since the ids mean nothing
/// without it.

#include <string>
#include <vector>

#include "lemma/data/dataset.h"
#include "lemma/text/features.h"
#include "lemma/text/tokenizer.h"
#include "lemma/text/vocabulary.h"
#include "lemma/train/config.h"
#include "lemma/train/corpus.h"

namespace lemma::train {

/// The longest text that a model reads, in tokens: attention costs the square of the length.
inline constexpr int64_t kMostTokens = 4096;

struct TextCoder {
  Task task = Task::sentiment;
  text::Vocabulary words;           ///< of word forms: lower case, digits as 0
  text::WordFeatures features;      ///< shapes, prefixes, suffixes, letters
  std::vector<std::string> labels;  ///< classes, or BIO tags with "O" first

  /// Learns the vocabularies from a training corpus.
  static TextCoder build(const Corpus& train, int64_t min_count, int64_t feature_count);

  /// The tokens of a text as typed, with offsets: in lower case for sentiment, unchanged for entities.
  std::vector<text::Token> tokens(std::string_view text) const;
  data::Example encode(const std::vector<std::string>& tokens) const;
  /// max_len 0: nothing is cut. What was cut or unknown is counted in the EncodedTexts. Throws IoError naming file and
  /// line for a text that is still longer than kMostTokens.
  data::EncodedTexts encode(const Corpus& corpus, int64_t max_len = 0) const;

  /// labels.txt, as it is in a model directory.
  std::string labels_text() const;
  static std::vector<std::string> parse_labels(const std::string& text, const std::string& where, Task task);
};

}  // namespace lemma::train
