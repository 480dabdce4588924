#pragma once
/// A text to learn to write, and the windows of it that a language model is trained and scored on.

#include <memory>
#include <string>
#include <vector>

#include "lemma/train/task.h"
#include "tasks/lm/codec.h"

namespace lemma::tasks {

struct PlainText : train::Corpus {
  int64_t size() const override { return count_characters(text); }
  std::string size_text() const override;
  /// Throws IoError with line and column where the text is not UTF-8.
  void check_utf8() const;
  std::string text;
  int64_t first_line = 1;  ///< of the text in its file
};
const PlainText& plain_text(const train::Corpus& corpus);

/// Throws IoError for an empty file, and for UTF-16.
std::unique_ptr<PlainText> read_plain_text(const std::string& path, bool replace_invalid);
/// Takes the last tenth of the text away and returns it. Throws IoError for a text too short.
std::unique_ptr<PlainText> hold_out_last_tenth(PlainText& train);

/// The ids of a text behind the start token; rows are where a window begins. An epoch's windows stand side by side,
/// from a random place on, so that every epoch cuts the text in other places.
struct Windows : train::Examples {
  int64_t size() const override { return count; }
  train::Batches draw(int64_t batch_size, Generator& generator) const override;
  std::unique_ptr<train::Examples> first(int64_t few) const override;
  std::string note() const override;
  /// Inputs and targets, each (B, T): the target of a token is the one behind it.
  std::pair<Tensor, Tensor> batch(std::span<const int64_t> rows, int64_t length) const;
  int64_t tokens() const { return static_cast<int64_t>(ids->size()) - 1; }

  std::shared_ptr<const std::vector<int64_t>> ids;
  int64_t context = 0, count = 0, unknown = 0;
  bool fixed = false;  // always the same windows
};

/// Throws IoError naming the corpus where it is to be learnt from and shorter than a window.
std::unique_ptr<Windows> windows_of(const PlainText& corpus, const Codec& codec, int64_t context, train::Use use);

}  // namespace lemma::tasks
