#include "lemma/data/labelled_recordings.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/labelled_texts.h"
#include "lemma/data/recordings.h"
#include "lemma/data/text_file.h"
#include "lemma/data/word_errors.h"
#include "lemma/io/files.h"

namespace lemma::data {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTranscripts = "transcripts.tsv";
constexpr double kMostSeconds = 60;

// A file of the directory and what is said in it.
struct Said {
  std::string file, where;  // where: for messages
  std::vector<std::string> words;
};

bool is_wav(const std::string& name) {
  std::string end = name.size() < 4 ? "" : name.substr(name.size() - 4);
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == ".wav" && !name.starts_with('.');
}

// "7_george_12.wav" -> {"7", "george", "12.wav"}.
std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('_', at), name.size());
    parts.push_back(name.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<Said> from_names(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(path, error))
    if (const std::string name = file.path().filename().string(); is_wav(name)) names.push_back(name);
  if (error) throw IoError(path, fmt::format("cannot be listed: {}", error.message()));
  if (names.empty())
    throw IoError(
        path, fmt::format("it holds no WAV files and no {}; expected recordings such as 7_name_1.wav", kTranscripts));
  std::sort(names.begin(), names.end());
  std::vector<Said> all;
  for (const std::string& name : names) {
    const std::string file = io::join(path, name);
    const size_t end = name.find('_');
    if (end == std::string::npos || end == 0)
      throw IoError(file, "its name has no label; expected LABEL_..., as 7_name_1.wav has, or a file transcripts.tsv");
    all.push_back({name, file, {name.substr(0, end)}});
  }
  return all;
}

std::vector<Said> from_transcripts(const std::string& path) {
  const TextFile text(io::join(path, kTranscripts));
  std::vector<Said> all;
  std::map<std::string, int64_t> seen;
  for (const Line& line : text.lines()) {
    if (is_blank(line.text)) continue;
    const std::string where = text.at(line.number);
    const size_t tab = line.text.find('\t');
    if (tab == std::string_view::npos || tab == 0)
      throw IoError(where,
                    fmt::format("{} has no file, tab and words; expected FILE<TAB>WORDS", words::quote(line.text)));
    if (line.text.find('\t', tab + 1) != std::string_view::npos)
      throw IoError(where, "has more than one tab; expected FILE<TAB>WORDS");
    const fs::path file(line.text.substr(0, tab));
    if (file.is_absolute() || *file.lexically_normal().begin() == "..")
      throw IoError(
          where, fmt::format("{} lies elsewhere; expected a file of the same directory", words::quote(file.string())));
    Said said{std::string(line.text.substr(0, tab)), where, words_of(line.text.substr(tab + 1))};
    if (said.words.empty()) throw IoError(where, "no words are said to be in it; expected FILE<TAB>WORDS");
    if (!seen.emplace(said.file, line.number).second)
      throw IoError(where, fmt::format("{} is named twice, also in line {}", words::quote(said.file), seen[said.file]));
    all.push_back(std::move(said));
  }
  return all;
}

// Words become numbers; one that was not learnt is refused.
void number_words(LabelledRecordings& all, const std::vector<Said>& said, const LabelledRecordingOptions& options) {
  std::vector<std::string> every;
  for (const Said& each : said) every.insert(every.end(), each.words.begin(), each.words.end());
  all.names = options.names.empty() ? ordered_labels(every) : options.names;
  std::map<std::string, int64_t> numbers;
  for (size_t i = 0; i < all.names.size(); ++i) numbers[all.names[i]] = static_cast<int64_t>(i);
  const char* const kind = all.transcribed ? "word" : "label";
  for (const Said& each : said) {
    std::vector<int64_t>& words = all.words.emplace_back();
    for (const std::string& word : each.words) {
      const auto at = numbers.find(word);
      if (at == numbers.end())
        throw IoError(each.where,
                      fmt::format("the {} {} does not occur in the training data, which has {}", kind,
                                  words::quote(word), words::quote(fmt::format("{}", fmt::join(all.names, ", ")))));
      words.push_back(at->second);
    }
  }
  if (options.names.empty() && all.names.size() < 2)
    throw IoError(all.path, fmt::format("the only {} is {}; expected two or more", kind, words::quote(all.names[0])));
}

}  // namespace

double LabelledRecordings::seconds() const {
  size_t count = 0;
  for (const std::vector<float>& each : samples) count += each.size();
  return static_cast<double>(count) / static_cast<double>(rate);
}

void check_length(const std::string& path, double seconds) {
  if (seconds > kMostSeconds)
    throw IoError(path, fmt::format("it is {:.0f} seconds long; expected at most {:.0f}, so cut it into sentences",
                                    seconds, kMostSeconds));
}

LabelledRecordings read_labelled_recordings(const std::string& path, const LabelledRecordingOptions& options) {
  if (!io::exists(path)) throw IoError(path, "does not exist; expected a directory of WAV files");
  if (!io::is_directory(path)) throw IoError(path, "is a file; expected a directory of WAV files");
  LabelledRecordings all;
  all.path = path;
  all.transcribed = io::exists(io::join(path, kTranscripts));
  const std::vector<Said> said = all.transcribed ? from_transcripts(path) : from_names(path);
  number_words(all, said, options);
  all.rate = options.rate;
  for (const Said& each : said) {
    const std::string file = io::join(path, each.file);
    if (all.transcribed && !io::exists(file))
      throw IoError(each.where,
                    fmt::format("there is no {}; expected a file of the same directory", words::quote(file)));
    const RecordingOptions how{.rate = all.rate, .resample = options.resample, .mix = options.mix};
    Recording recording = read_recording(file, how, &all.notes);
    check_length(file, recording.seconds());
    all.rate = recording.rate;
    all.files.push_back(each.file);
    all.samples.push_back(std::move(recording.samples));
    const std::vector<std::string> parts = parts_of(each.file);
    all.speakers.push_back(parts.size() > 2 ? parts[1] : "");
  }
  all.format = fmt::format("WAV, {} samples a second, {}", words::grouped(all.rate),
                           all.transcribed ? "words in transcripts.tsv" : "labels in the names");
  return all;
}

}  // namespace lemma::data
