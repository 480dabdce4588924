#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "lemma/core/error.h"
#include "lemma/data/encoded_texts.h"
#include "lemma/text/vocabulary.h"

namespace lemma::data {
namespace {

// Rows of different lengths into one (B, T) or (B, T, width) tensor; the rest of each row is `fill`.
class Padded {
 public:
  Padded(int64_t batch, int64_t longest, int64_t width, int64_t fill)
      : batch_(batch), longest_(longest), width_(width), values_(static_cast<size_t>(batch * longest * width), fill) {}
  void set_row(int64_t row, const std::vector<int64_t>& values) {
    std::copy(values.begin(), values.end(), values_.begin() + row * longest_ * width_);
  }
  Tensor tensor() const {
    const Shape shape = width_ == 1 ? Shape{batch_, longest_} : Shape{batch_, longest_, width_};
    return from_data(values_.data(), shape);
  }

 private:
  int64_t batch_, longest_, width_;
  std::vector<int64_t> values_;
};

Tensor mask_of(const std::vector<int64_t>& lengths, int64_t longest) {
  const auto batch = static_cast<int64_t>(lengths.size());
  const auto values = std::make_unique<bool[]>(static_cast<size_t>(batch * longest));  // all false
  for (int64_t b = 0; b < batch; ++b) std::fill_n(values.get() + b * longest, lengths[static_cast<size_t>(b)], true);
  return from_data(values.get(), {batch, longest});
}

void check_alike(const std::vector<const Example*>& rows) {
  const Example& first = *rows.front();
  for (size_t b = 0; b < rows.size(); ++b) {
    const Example& row = *rows[b];
    const auto per_token = [&](size_t size) { return first.ids.empty() ? 0 : size / first.ids.size(); };
    for (const auto& column : row.features)
      if (column.size() != row.ids.size())
        throw ValueError("collate",
                         fmt::format("example {} has {} features in a column for {} tokens; expected one for "
                                     "every token",
                                     b, column.size(), row.ids.size()));
    if (row.ids.empty()) throw ValueError("collate", fmt::format("example {} has no tokens; expected one or more", b));
    if (row.features.size() != first.features.size() || row.chars.size() % row.ids.size() != 0 ||
        row.chars.size() != per_token(first.chars.size()) * row.ids.size())
      throw ValueError("collate",
                       fmt::format("example {} has {} feature columns and {} character ids for {} tokens, the first "
                                   "has {} and {} for {}; expected the same kind in one batch",
                                   b, row.features.size(), row.chars.size(), row.ids.size(), first.features.size(),
                                   first.chars.size(), first.ids.size()));
  }
}

// One label for a text, or one for every token; none where the texts have no labels.
void check_labels(const std::vector<const Example*>& rows, bool per_token) {
  for (size_t b = 0; b < rows.size(); ++b) {
    const size_t expected = per_token ? rows[b]->ids.size() : 1;
    if (!rows[b]->labels.empty() && rows[b]->labels.size() != expected)
      throw ValueError("collate",
                       fmt::format("example {} has {} labels for {} tokens; expected {}", b, rows[b]->labels.size(),
                                   rows[b]->ids.size(), per_token ? "one for every token" : "one for the text"));
  }
}

Batch collate_rows(const std::vector<const Example*>& rows) {
  if (rows.empty()) throw ValueError("collate", "a batch of no examples; expected one or more");
  check_alike(rows);
  const Example& first = *rows.front();
  const auto count = static_cast<int64_t>(rows.size());
  Batch batch;
  for (const Example* row : rows) batch.lengths.push_back(row->length());
  const int64_t longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
  const auto pack = [&](int64_t width, int64_t fill, auto&& field) {
    Padded padded(count, longest, width, fill);
    for (int64_t b = 0; b < count; ++b) padded.set_row(b, field(*rows[static_cast<size_t>(b)]));
    return padded.tensor();
  };
  batch.ids = pack(
      1, text::Vocabulary::pad, [](const Example& e) -> const auto& { return e.ids; });
  for (size_t k = 0; k < first.features.size(); ++k)
    batch.features.push_back(pack(
        1, text::Vocabulary::pad, [k](const Example& e) -> const auto& { return e.features[k]; }));
  if (!first.chars.empty()) {
    const int64_t width = static_cast<int64_t>(first.chars.size() / first.ids.size());
    batch.chars = pack(
        width, text::Vocabulary::pad, [](const Example& e) -> const auto& { return e.chars; });
    if (width == 1) batch.chars = batch.chars.unsqueeze(-1);
  }
  batch.mask = mask_of(batch.lengths, longest);
  return batch;
}

}  // namespace

Batch Batch::to(Device device) const {
  Batch moved = *this;
  for (Tensor* tensor : {&moved.ids, &moved.chars, &moved.mask, &moved.labels})
    if (tensor->defined()) *tensor = tensor->to(device);
  for (Tensor& column : moved.features) column = column.to(device);
  return moved;
}

Batch collate(const std::vector<Example>& examples) {
  std::vector<const Example*> rows;
  for (const Example& example : examples) rows.push_back(&example);
  Batch batch = collate_rows(rows);
  for (int64_t i = 0; i < batch.size(); ++i) batch.indices.push_back(i);
  return batch;
}

Batch collate(const EncodedTexts& dataset, std::span<const int64_t> indices) {
  std::vector<const Example*> rows;
  for (const int64_t i : indices) {
    if (i < 0 || i >= dataset.size())
      throw IndexError("collate", fmt::format("example {} is outside [0, {})", i, dataset.size()), i, dataset.size());
    rows.push_back(&dataset.examples[static_cast<size_t>(i)]);
  }
  Batch batch = collate_rows(rows);
  check_labels(rows, dataset.labels_per_token);
  batch.indices.assign(indices.begin(), indices.end());
  Padded labels(batch.size(), dataset.labels_per_token ? batch.mask.size(1) : 1, 1, kIgnore);
  for (int64_t b = 0; b < batch.size(); ++b) labels.set_row(b, rows[static_cast<size_t>(b)]->labels);
  batch.labels = dataset.labels_per_token ? labels.tensor() : labels.tensor().reshape({batch.size()});
  return batch;
}

}  // namespace lemma::data
