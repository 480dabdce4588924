// What lemma inspect says about recordings.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/words.h"
#include "tasks/margin.h"
#include "tasks/speech/corpus.h"

namespace lemma::tasks {

std::string inspection(const SpeechCorpus& corpus) {
  const data::LabelledRecordings& all = corpus.recordings;
  std::vector<int64_t> counts(all.names.size(), 0);
  for (const std::vector<int64_t>& said : all.words)
    for (const int64_t word : said) ++counts[static_cast<size_t>(word)];
  const auto shorter = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  const auto [shortest, longest] = std::minmax_element(all.samples.begin(), all.samples.end(), shorter);
  const auto seconds = [&](const std::vector<float>& samples) {
    return static_cast<double>(samples.size()) / static_cast<double>(all.rate);
  };
  std::vector<std::string> speakers = all.speakers;
  std::sort(speakers.begin(), speakers.end());
  speakers.erase(std::unique(speakers.begin(), speakers.end()), speakers.end());
  std::string out = fmt::format("{}: recordings, for lemma train speech\n", corpus.path);
  out += lines_of("format", {corpus.format}) + lines_of("size", {corpus.size_text()});
  out += lines_of("lengths", {fmt::format("{:.2f} to {:.2f} seconds", seconds(*shortest), seconds(*longest))});
  if (speakers != std::vector<std::string>{""})
    out += lines_of("speakers", {words::printable(fmt::format("{}", fmt::join(speakers, ", ")))});
  out += lines_of(all.transcribed ? "words" : "labels", count_lines(all.names, counts));
  out += lines_of("odd", corpus.notes.empty() ? std::vector<std::string>{"nothing"} : corpus.notes);
  return out +
         lines_of("options", {"--resample brings other rates to that of the first; --mix takes the mean of channels"});
}

}  // namespace lemma::tasks
