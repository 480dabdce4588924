#include "lemma/tasks/text/coder.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/tags.h"
#include "lemma/text/utf8.h"

namespace lemma::tasks {
namespace {

std::vector<std::string> parse_labels(const std::string& text, const std::string& where, bool tags) {
  if (text::find_bad_byte(text)) throw IoError(where, "is not UTF-8; expected one label per line");
  std::vector<std::string> labels;
  std::set<std::string> seen;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string label = text.substr(begin, end - begin);
    begin = end + 1;
    const std::string at = fmt::format("{}:{}", where, labels.size() + 1);
    if (label.find('\r') != std::string::npos)
      throw IoError(at, "a carriage return in some lines and not in others; expected one label per line");
    if (label.ends_with(' ') || label.ends_with('\t'))
      throw IoError(at, fmt::format("label {} ends in a blank; expected it as it is in the data", words::quote(label)));
    if (label.empty()) throw IoError(at, "an empty line; expected one label per line");
    if (!seen.insert(label).second) throw IoError(at, fmt::format("label {} appears twice", words::quote(label)));
    labels.push_back(label);
  }
  if (labels.size() < 2)
    throw IoError(where, fmt::format("{} labels; expected two or more, one per line", labels.size()));
  if (tags) {
    std::vector<std::string> types;
    for (const std::string& label : labels)
      if (label.starts_with("B-")) types.push_back(label.substr(2));
    if (labels != data::bio_labels(types))
      throw IoError(where, "these are not entity tags; expected O, then B- and I- of every type");
  }
  return labels;
}

}  // namespace

TextCoder TextCoder::build(const TextCorpus& train, int64_t min_count, int64_t feature_count) {
  text::Counter forms, tokens;
  for (const Sample& sample : train.samples)
    for (const std::string& token : sample.tokens) {
      forms.add(text::word_form(token));
      tokens.add(token);
    }
  return {text::Vocabulary::build(forms, {.min_count = min_count}),
          text::WordFeatures::build(tokens, {.min_count = feature_count}), train.labels, train.labels_per_token};
}

std::vector<text::Token> TextCoder::tokens(std::string_view text) const {
  return text::tokenize(text, {.lowercase = !labels_per_token});
}

data::Example TextCoder::encode(const std::vector<std::string>& tokens) const {
  data::Example example;
  example.features.resize(text::WordFeatures::kColumns);
  const std::vector<std::string> one = {std::string()};  // one <unk>, so that no row of a batch is empty
  for (const std::string& token : tokens.empty() ? one : tokens) {
    example.ids.push_back(words.id(text::word_form(token)));
    const auto columns = features.ids(token);
    for (size_t k = 0; k < columns.size(); ++k) example.features[k].push_back(columns[k]);
    const auto characters = features.character_ids(token);
    example.chars.insert(example.chars.end(), characters.begin(), characters.end());
  }
  return example;
}

data::EncodedTexts TextCoder::encode(const TextCorpus& corpus, int64_t max_len) const {
  data::EncodedTexts dataset;
  dataset.labels_per_token = labels_per_token;
  dataset.characters = features.characters();
  for (const Sample& sample : corpus.samples) {
    std::vector<std::string> tokens = sample.tokens;
    if (tokens.empty()) tokens.emplace_back();  // one <unk>, so that no row of a batch is empty
    std::vector<int64_t> gold = sample.labels;
    const auto length = static_cast<int64_t>(tokens.size());
    dataset.longest = std::max(dataset.longest, length);
    if (max_len > 0 && length > max_len) {
      ++dataset.truncated_examples;
      dataset.truncated_tokens += length - max_len;
      tokens.resize(static_cast<size_t>(max_len));
      if (dataset.labels_per_token) gold.resize(static_cast<size_t>(max_len));
    }
    if (static_cast<int64_t>(tokens.size()) > kMostTokens)
      throw IoError(fmt::format("{}:{}", corpus.path, sample.line),
                    fmt::format("a text of {} tokens; expected at most {}, so cut it into sentences", tokens.size(),
                                kMostTokens));
    data::Example example = encode(tokens);
    example.labels = std::move(gold);
    dataset.tokens += example.length();
    dataset.unknown += std::count(example.ids.begin(), example.ids.end(), text::Vocabulary::unk);
    dataset.examples.push_back(std::move(example));
  }
  return dataset;
}

std::vector<std::string> TextCoder::texts() const {
  std::string lines;
  for (const std::string& label : labels) lines += label + "\n";
  return {words.to_text(), features.to_text(), lines};
}

TextCoder TextCoder::from_texts(const std::vector<train::NamedText>& files, bool labels_per_token) {
  return {text::Vocabulary::from_text(files.at(0).text, files[0].path),
          text::WordFeatures::from_text(files.at(1).text, files[1].path),
          parse_labels(files.at(2).text, files[2].path, labels_per_token), labels_per_token};
}

}  // namespace lemma::tasks
