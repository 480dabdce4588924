#include "lemma/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/text/tokenizer.h"

namespace lemma::data {
namespace {

using text::Vocabulary;

// Cuts to max_len and notes it; a text of no token becomes one <unk>, so that no row of a batch is empty.
template <class Token>
void fit(std::vector<Token>& tokens, int64_t max_len, EncodedTexts& dataset, const Token& unknown) {
  if (tokens.empty()) tokens.push_back(unknown);
  const auto length = static_cast<int64_t>(tokens.size());
  dataset.longest = std::max(dataset.longest, length);
  if (max_len > 0 && length > max_len) {
    ++dataset.truncated_examples;
    dataset.truncated_tokens += length - max_len;
    tokens.resize(static_cast<size_t>(max_len));
  }
  dataset.tokens += static_cast<int64_t>(tokens.size());
}

void check_max_len(int64_t max_len) {
  if (max_len < 0)
    throw ValueError("encode", fmt::format("max_len is {}; expected 1 or more, or 0 for no limit", max_len));
}

}  // namespace

text::Counter count_words(const SentimentData& data) {
  text::Counter counts;
  for (const SentimentExample& example : data.examples)
    for (const std::string& word : text::tokenize_words(example.text)) counts.add(word);
  return counts;
}

text::Counter count_words(const NerData& data) {
  text::Counter counts;
  for (const NerSentence& sentence : data.sentences)
    for (const std::string& token : sentence.tokens) counts.add(text::word_form(token));
  return counts;
}

text::Counter count_tokens(const NerData& data) {
  text::Counter counts;
  for (const NerSentence& sentence : data.sentences)
    for (const std::string& token : sentence.tokens) counts.add(token);
  return counts;
}

Example encode_tokens(const std::vector<std::string>& tokens, const Vocabulary& words) {
  Example example;
  example.ids = words.ids(tokens);
  if (example.ids.empty()) example.ids.push_back(Vocabulary::unk);
  return example;
}

Example encode_tokens(const std::vector<std::string>& tokens, const Vocabulary& words,
                      const text::WordFeatures& features) {
  Example example;
  example.features.resize(text::WordFeatures::kColumns);
  const std::vector<std::string> one = {std::string()};
  for (const std::string& token : tokens.empty() ? one : tokens) {
    example.ids.push_back(words.id(text::word_form(token)));
    const auto columns = features.ids(token);
    for (size_t k = 0; k < columns.size(); ++k) example.features[k].push_back(columns[k]);
    const auto characters = features.character_ids(token);
    example.chars.insert(example.chars.end(), characters.begin(), characters.end());
  }
  return example;
}

EncodedTexts encode(const SentimentData& data, const Vocabulary& words, int64_t max_len) {
  check_max_len(max_len);
  EncodedTexts dataset;
  for (const SentimentExample& source : data.examples) {
    Example example;
    example.ids = words.ids(text::tokenize_words(source.text));
    fit(example.ids, max_len, dataset, Vocabulary::unk);
    dataset.unknown += std::count(example.ids.begin(), example.ids.end(), Vocabulary::unk);
    example.labels = {source.label};
    dataset.examples.push_back(std::move(example));
  }
  return dataset;
}

EncodedTexts encode(const NerData& data, const Vocabulary& words, const text::WordFeatures* features,
                    const std::vector<std::string>& tags, int64_t max_len) {
  check_max_len(max_len);
  EncodedTexts dataset;
  dataset.labels_per_token = true;
  dataset.characters = features ? features->characters() : 0;
  std::unordered_map<std::string, int64_t> index;
  for (const std::string& tag : tags) index.emplace(tag, static_cast<int64_t>(index.size()));
  for (const NerSentence& source : data.sentences) {
    std::vector<std::string> tokens = source.tokens;
    fit(tokens, max_len, dataset, std::string());
    Example example;
    if (features) {
      example = encode_tokens(tokens, words, *features);
    } else {
      for (const std::string& token : tokens) example.ids.push_back(words.id(text::word_form(token)));
    }
    dataset.unknown += std::count(example.ids.begin(), example.ids.end(), Vocabulary::unk);
    for (size_t i = 0; i < tokens.size(); ++i) {
      const auto found = index.find(source.tags[i]);
      if (found == index.end())
        throw ValueError(
            fmt::format("{}:{}", data.path, source.line + static_cast<int64_t>(i)),
            fmt::format("tag {} is not among the model's: {}", words::quote(source.tags[i]), fmt::join(tags, ", ")));
      example.labels.push_back(found->second);
    }
    dataset.examples.push_back(std::move(example));
  }
  return dataset;
}

}  // namespace lemma::data
