#pragma once
/// TextCoder: translates between people's text and a model's ids. Saved with every model, since the ids mean nothing
/// without it.

#include <string>
#include <vector>

#include "lemma/data/encoded_texts.h"
#include "lemma/tasks/text/corpus.h"
#include "lemma/text/features.h"
#include "lemma/text/tokenizer.h"
#include "lemma/text/vocabulary.h"

namespace lemma::tasks {

/// The longest text that a model reads, in tokens: attention costs the square of the length.
inline constexpr int64_t kMostTokens = 4096;

struct TextCoder {
  text::Vocabulary words;           ///< of word forms: lower case, digits as 0
  text::WordFeatures features;      ///< shapes, prefixes, suffixes, letters
  std::vector<std::string> labels;  ///< classes, or BIO tags with "O" first
  bool labels_per_token = false;    ///< tags, for which case matters

  /// Learns the vocabularies from a training corpus.
  static TextCoder build(const TextCorpus& train, int64_t min_count, int64_t feature_count);

  /// The tokens of a text as typed, with offsets: in lower case unless the labels are tags.
  std::vector<text::Token> tokens(std::string_view text) const;
  data::Example encode(const std::vector<std::string>& tokens) const;
  /// max_len 0: nothing is cut. What was cut or unknown is counted. Throws IoError naming file and line for a text
  /// that is still longer than kMostTokens.
  data::EncodedTexts encode(const TextCorpus& corpus, int64_t max_len = 0) const;

  /// vocab.txt, features.txt and labels.txt as they are in a model directory.
  std::vector<std::string> texts() const;
  /// Reads them again. Throws IoError naming file and line.
  static TextCoder from_texts(const std::vector<train::NamedText>& files, bool labels_per_token);
};

}  // namespace lemma::tasks
