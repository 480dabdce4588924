#include "tasks/translation/corpus.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/batches.h"
#include "lemma/data/text_file.h"
#include "lemma/ops.h"
#include "lemma/text/utf8.h"
#include "lemma/train/data_files.h"
#include "tasks/translation/model.h"

namespace lemma::tasks {
namespace {

// Collects pairs; a line without both sides is an error, or left out and counted.
class Collector {
 public:
  Collector(SentencePairs& pairs, bool skip) : pairs_(pairs), skip_(skip) {}
  void add(const std::string& where, int64_t line, std::string_view source, std::string_view target) {
    source = text::trim(source), target = text::trim(target);
    if (source.empty() || target.empty())
      return refuse(where, source.empty() ? "the source is empty" : "the translation is empty");
    pairs_.sources.emplace_back(source);
    pairs_.targets.emplace_back(target);
    pairs_.lines.push_back(line);
  }
  void refuse(const std::string& where, const std::string& why) {
    if (!skip_)
      throw IoError(where, why + "; expected a sentence and its translation (--skip-bad-lines leaves such lines out)");
    if (++skipped_ <= 3) first_ += (first_.empty() ? "" : ", ") + where;
  }
  void done() {
    if (pairs_.size() == 0)
      throw IoError(pairs_.path, "holds no pair of sentences; expected lines of source<TAB>target");
    if (skipped_ > pairs_.size())
      throw IoError(pairs_.path, fmt::format("{} of {} lines are no pair; expected source<TAB>target", skipped_,
                                             skipped_ + pairs_.size()));
    if (skipped_ > 0)
      pairs_.notes.push_back(
          fmt::format("{} left out ({}{})", words::plural(skipped_, "line"), first_, skipped_ > 3 ? ", ..." : ""));
  }

 private:
  SentencePairs& pairs_;
  bool skip_;
  int64_t skipped_ = 0;
  std::string first_;
};

void note_replaced(SentencePairs& pairs, int64_t replaced) {
  if (replaced > 0) pairs.notes.push_back(words::plural(replaced, "invalid sequence") + " of bytes became U+FFFD");
}

}  // namespace

std::string SentencePairs::size_text() const { return words::plural(size(), "pair"); }

const SentencePairs& sentence_pairs(const train::Corpus& corpus) { return dynamic_cast<const SentencePairs&>(corpus); }

std::unique_ptr<SentencePairs> read_pairs(const std::string& path, const train::ReadOptions& how) {
  auto pairs = std::make_unique<SentencePairs>();
  pairs->path = path;
  Collector collect(*pairs, how.skip_bad_lines);
  const std::vector<std::string> files = train::data_files(path);
  if (files.size() > 2) throw IoError(path, "names more than two files; expected FILE, or SOURCE,TARGET");
  if (std::count(files.begin(), files.end(), "") > 0)
    throw IoError(path, "lacks a name beside the comma; expected FILE, or SOURCE,TARGET");
  const data::TextFile source(files[0], how.replace_invalid);
  if (files.size() == 1) {
    pairs->format = "source<TAB>target";
    for (const data::Line& line : source.lines()) {
      if (data::is_blank(line.text)) continue;
      const size_t tabs = static_cast<size_t>(std::count(line.text.begin(), line.text.end(), '\t'));
      if (tabs != 1) {
        collect.refuse(source.at(line.number), tabs == 0 ? "has no tab" : fmt::format("has {} tabs", tabs));
        continue;
      }
      const size_t tab = line.text.find('\t');
      collect.add(source.at(line.number), line.number, line.text.substr(0, tab), line.text.substr(tab + 1));
    }
    note_replaced(*pairs, source.replaced());
  } else {
    pairs->format = "a file for each language";
    const data::TextFile target(files[1], how.replace_invalid);
    const auto left = source.lines(), right = target.lines();
    if (left.size() != right.size())
      throw IoError(path, fmt::format("{} has {} and {} has {}; expected as many in both", files[0],
                                      words::plural(static_cast<int64_t>(left.size()), "line"), files[1],
                                      words::plural(static_cast<int64_t>(right.size()), "line")));
    for (size_t i = 0; i < left.size(); ++i) {
      if (data::is_blank(left[i].text) && data::is_blank(right[i].text)) continue;
      collect.add(source.at(left[i].number), left[i].number, left[i].text, right[i].text);
    }
    note_replaced(*pairs, source.replaced() + target.replaced());
  }
  collect.done();
  return pairs;
}

std::unique_ptr<SentencePairs> hold_out_pairs(SentencePairs& train) {
  if (train.size() < 2) throw IoError(train.path, "1 pair is too few to hold some out; give --dev FILE");
  auto dev = std::make_unique<SentencePairs>();
  dev->path = train.path;
  dev->format = "every tenth pair of --train";
  SentencePairs kept = train;
  kept.sources.clear(), kept.targets.clear(), kept.lines.clear();
  const size_t every = std::min<size_t>(10, train.sources.size());
  for (size_t i = 0; i < train.sources.size(); ++i) {
    SentencePairs& to = i % every == every - 1 ? *dev : kept;
    to.sources.push_back(train.sources[i]), to.targets.push_back(train.targets[i]), to.lines.push_back(train.lines[i]);
  }
  train = std::move(kept);
  return dev;
}

std::vector<int64_t> PairExamples::lengths() const {
  std::vector<int64_t> all;
  for (size_t i = 0; i < sources.size(); ++i)
    all.push_back(static_cast<int64_t>(sources[i].size() + targets[i].size()));
  return all;
}

train::Batches PairExamples::draw(int64_t batch_size, Generator& generator) const {
  return data::make_batches(lengths(), batch_size, &generator);
}

train::Batches PairExamples::in_order_of_length(int64_t batch_size) const {
  return data::make_batches(lengths(), batch_size);
}

std::unique_ptr<train::Examples> PairExamples::first(int64_t count) const {
  auto some = std::make_unique<PairExamples>(*this);
  some->sources.resize(static_cast<size_t>(count));
  some->targets.resize(static_cast<size_t>(count));
  return some;
}

std::string PairExamples::note() const {
  if (too_long == 0) return "";
  return fmt::format("{} left out, longer than --max-len", words::plural(too_long, "pair"));
}

Tensor PairExamples::batch_of(const std::vector<std::vector<int64_t>>& side, std::span<const int64_t> rows) const {
  size_t longest = 0;
  for (const int64_t row : rows) longest = std::max(longest, side[static_cast<size_t>(row)].size());
  std::vector<int64_t> ids;
  for (const int64_t row : rows) {
    const std::vector<int64_t>& text = side[static_cast<size_t>(row)];
    ids.insert(ids.end(), text.begin(), text.end());
    ids.insert(ids.end(), longest - text.size(), kPad);
  }
  return from_data(ids.data(), {static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest)},
                   {.device = Device::cpu()});
}

std::unique_ptr<PairExamples> encode_pairs(const SentencePairs& pairs, const text::Bpe& bpe, bool lower_case,
                                           int64_t most) {
  auto examples = std::make_unique<PairExamples>();
  const auto ids_of = [&](const std::string& text) {
    std::vector<int64_t> ids = bpe.encode(lower_case ? text::lower(text) : text);
    ids.push_back(kEnd);
    return ids;
  };
  for (size_t i = 0; i < pairs.sources.size(); ++i) {
    std::vector<int64_t> source = ids_of(pairs.sources[i]), target = ids_of(pairs.targets[i]);
    if (most > 0 && std::max(source.size(), target.size()) > static_cast<size_t>(most)) {
      ++examples->too_long;
      continue;
    }
    examples->sources.push_back(std::move(source));
    examples->targets.push_back(std::move(target));
  }
  if (examples->sources.empty())
    throw IoError(pairs.path, "every pair is longer than --max-len; expected a larger --max-len");
  return examples;
}

}  // namespace lemma::tasks
