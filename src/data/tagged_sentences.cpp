#include "lemma/data/tagged_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "conll.h"
#include "label_names.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/tags.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"

namespace lemma::data {
namespace {

constexpr int64_t kMostTypes = 1000;  // of entities: every token is scored against two tags of each

// Sets all totals from the sentences.
void recount(TaggedSentences& data) {
  std::map<std::string, int64_t> counts;
  data.tokens = data.entities = 0;
  for (const TaggedSentence& sentence : data.sentences) {
    data.tokens += static_cast<int64_t>(sentence.tokens.size());
    for (const Span& span : spans_of(sentence.tags)) ++counts[span.type];
  }
  data.types.clear();
  data.type_counts.clear();
  for (const auto& [type, count] : counts) {
    data.types.push_back(type);
    data.type_counts.push_back(count);
    data.entities += count;
  }
  const auto last = data.sentences.empty() ? 0 : data.sentences.back().document - data.sentences.front().document;
  data.documents = last + 1;
}

// Brings the types to one spelling each, where that is asked for; returns what there is to say of them.
std::vector<std::string> name_types(ConllFile& conll, const TaggedSentenceOptions& options) {
  LabelNames names(options.types, options.fold_case);
  const auto for_each_tag = [&](const auto& work) {
    for (ConllSentence& sentence : conll.sentences)
      for (ConllRow& row : sentence.rows)
        if (row.tag != "O") work(row.tag);
  };
  for_each_tag([&](const std::string& tag) { names.add(tag.substr(2)); });
  names.settle();
  for_each_tag([&](std::string& tag) { tag.replace(2, std::string::npos, names.of(tag.substr(2))); });
  return names.notes();
}

void check_types(const ConllFile& conll, const TaggedSentenceOptions& options) {
  if (options.types.empty() || options.other_types) return;
  const std::set<std::string, std::less<>> known(options.types.begin(), options.types.end());
  for (const ConllSentence& sentence : conll.sentences)
    for (const ConllRow& row : sentence.rows) {
      if (row.tag == "O") continue;
      const std::string type = row.tag.substr(2);
      if (!known.contains(type))
        throw IoError(fmt::format("{}:{}", conll.path, row.line),
                      fmt::format("entity type {} was not in the training data; expected one of: {}",
                                  words::quote(type), fmt::join(options.types, ", ")));
    }
}

}  // namespace

TaggedSentences read_tagged_sentences(const std::string& path, const TaggedSentenceOptions& options) {
  const TextFile file(path, options.replace_invalid);
  OddLines odd{.skip = options.skip_bad_lines};
  ConllFile conll = parse_conll(file, options, odd);
  const std::vector<std::string> notes = name_types(conll, options);
  check_types(conll, options);
  TaggedSentences data;
  data.path = path;
  data.scheme = conll.scheme;
  data.format = conll.format + "; " + conll.scheme;
  data.skipped = odd.count;
  data.notes = std::move(conll.notes);
  data.notes.insert(data.notes.end(), notes.begin(), notes.end());
  if (odd.count > 0) data.notes.push_back(odd.note());
  data.columns = conll.columns;
  data.token_column = conll.token_column;
  data.tag_column = conll.tag_column;
  data.replaced = file.replaced();
  for (ConllSentence& sentence : conll.sentences) {
    TaggedSentence out{{}, {}, sentence.document, sentence.rows.front().line};
    for (ConllRow& row : sentence.rows) {
      out.tokens.push_back(std::move(row.token));
      out.tags.push_back(std::move(row.tag));
    }
    const auto bio = tags_of(spans_of(out.tags), static_cast<int64_t>(out.tags.size()));
    if (conll.scheme != "IO" && conll.scheme != "IOB1")
      for (size_t i = 0; i < bio.size(); ++i)
        data.repaired += bio[i].starts_with("B-") && !out.tags[i].starts_with("B-") && !out.tags[i].starts_with("S-");
    out.tags = bio;
    data.sentences.push_back(std::move(out));
  }
  recount(data);
  odd.check(path, data.tokens);
  if (static_cast<int64_t>(data.types.size()) > kMostTypes)
    throw IoError(path, fmt::format("{} entity types; expected at most {} ({}; is it the right column?)",
                                    words::grouped(static_cast<int64_t>(data.types.size())), words::grouped(kMostTypes),
                                    data.format));
  if (options.types.empty() && data.entities == 0)
    throw IoError(path, fmt::format("no entity among {} tokens: every tag is O; expected at least one B- or I- tag",
                                    data.tokens));
  return data;
}

std::pair<TaggedSentences, TaggedSentences> split(const TaggedSentences& data, double fraction) {
  const auto total = static_cast<int64_t>(data.sentences.size());
  auto cut = static_cast<int64_t>(std::floor(fraction * static_cast<double>(total) + 1e-9));
  if (data.documents > 1) {  // the nearest place where a document ends
    int64_t best = 0;
    for (int64_t i = 1; i < total; ++i)
      if (data.sentences[static_cast<size_t>(i)].document != data.sentences[static_cast<size_t>(i - 1)].document &&
          (best == 0 || std::abs(i - cut) < std::abs(best - cut)))
        best = i;
    cut = best;
  }
  if (!(fraction > 0 && fraction < 1) || cut < 1 || cut >= total)
    throw ValueError("split", fmt::format("a fraction of {} leaves one part of {} sentences in {} empty; expected two "
                                          "parts with at least one sentence each",
                                          fraction, total, words::plural(data.documents, "document")));
  std::pair<TaggedSentences, TaggedSentences> parts{data, data};
  parts.first.sentences.resize(static_cast<size_t>(cut));
  parts.second.sentences.erase(parts.second.sentences.begin(), parts.second.sentences.begin() + cut);
  parts.second.notes.clear();  // they are about the whole file
  for (TaggedSentences* part : {&parts.first, &parts.second}) {
    part->repaired = part->replaced = 0;  // not known for each part
    recount(*part);
  }
  return parts;
}

}  // namespace lemma::data
