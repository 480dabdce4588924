#include "text_formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "label_table.h"
#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

using Json = nlohmann::ordered_json;

template <class Is>
bool most(const std::vector<Line>& lines, Is&& is) {
  const auto count =
      std::count_if(lines.begin(), lines.end(), [&](const Line& line) { return is(text::trim(line.text)); });
  return count * 10 >= static_cast<int64_t>(lines.size()) * 9;
}

// A label or a text as the file writes it: a string, a number, true or false; nothing for null, a list, an object.
std::optional<std::string> plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

template <class Is>
std::string field_of(const TextFile& file, const Line& line, const Json& first, const std::string& wanted,
                     const char* flag, Is&& is) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : first.items()) keys.push_back(key);
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const std::string& key) { return wanted.empty() ? is(key) : key == wanted; });
  if (found != keys.end()) return *found;
  throw IoError(file.at(line.number), fmt::format("the object has no field {}: {}; name it with {}",
                                                  wanted.empty() ? "for it that is known" : words::quote(wanted),
                                                  words::quote(fmt::format("{}", fmt::join(keys, ", "))), flag));
}

// Reads one tree from its "(" on: the label after it, then a word or further trees. Without recursion: `depth` counts.
bool read_tree(std::string_view line, std::string& label, std::string& words) {
  size_t at = 0;
  int64_t depth = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
    } else if (line[at] == ')') {
      if (--depth < 0) return false;
      ++at;
    } else {
      const bool opens = line[at] == '(';
      if (opens) ++depth, ++at;
      if (depth == 0) return false;  // something stands after the root
      const size_t end = std::min(line.find_first_of(" ()", at), line.size());
      if (end == at) return false;
      const std::string_view word = line.substr(at, end - at);
      if (opens && label.empty())
        label = word;
      else if (!opens)
        (words += words.empty() ? "" : " ") += word;
      at = end;
    }
  }
  return depth == 0 && !label.empty();
}

bool is_tree(std::string_view line) {
  return line.size() > 4 && line[0] == '(' && line.back() == ')' && line[1] >= '0' && line[1] <= '9' && line[2] == ' ';
}

constexpr std::string_view kMark = "__label__";

}  // namespace

void refuse_other_json(const TextFile& file, const std::vector<Line>& lines) {
  constexpr const char* kWanted = "expected JSON lines, an object a line: {\"text\": \"...\", \"label\": \"...\"}";
  const std::string_view all = text::trim(file.text());
  const auto begins = [](std::string_view text) { return text.starts_with('[') || text.starts_with('{'); };
  if (lines.size() > 1 && begins(all) && Json::accept(all))
    throw IoError(file.path(), fmt::format("the file is one JSON {}; {}", all[0] == '[' ? "list" : "object", kWanted));
  const auto is_list = [](std::string_view line) { return line.starts_with('[') && line.ends_with(']'); };
  if (most(lines, is_list) && Json::accept(text::trim(lines[0].text)))
    throw IoError(file.at(lines[0].number), fmt::format("a JSON list; {}", kWanted));
}

std::optional<Reading> read_json_lines(const TextFile& file, const std::vector<Line>& lines,
                                       const LabelledTextOptions& options, OddLines& odd) {
  if (!most(lines, [](std::string_view line) { return line.starts_with('{') && line.ends_with('}'); }))
    return std::nullopt;
  Reading reading{{}, "JSON lines"};
  for (const Line& line : lines) {
    const Json object = Json::parse(line.text, nullptr, false);
    if (!object.is_object()) {
      odd.add(file.path(), line.number, "not a JSON object: " + words::quote(line.text), "expected one object a line");
      continue;
    }
    if (reading.columns.empty()) {
      reading.text_column = field_of(file, line, object, options.text_column, "--text-column", names_text);
      reading.label_column = field_of(file, line, object, options.label_column, "--label-column", names_label);
      for (const auto& [key, value] : object.items()) reading.columns.push_back(key);
      reading.format = fmt::format("JSON lines, text in {}, label in {}", words::quote(reading.text_column),
                                   words::quote(reading.label_column));
    }
    const auto part = [&](const std::string& key) {
      return object.contains(key) ? plain(object[key]) : std::optional<std::string>();
    };
    const auto text = part(reading.text_column), label = part(reading.label_column);
    if (!text || !label) {
      const std::string& key = text ? reading.label_column : reading.text_column;
      odd.add(file.path(), line.number,
              fmt::format("{} is {}", words::quote(key), object.contains(key) ? "not a text or a number" : "not there"),
              "expected both fields in every object");
      continue;
    }
    reading.examples.push_back({std::string(text::trim(*text)), std::string(text::trim(*label)), line.number});
  }
  return reading;
}

std::optional<Reading> read_fasttext(const TextFile& file, const std::vector<Line>& lines, OddLines& odd) {
  if (!most(lines, [](std::string_view line) { return line.starts_with(kMark); })) return std::nullopt;
  Reading reading{{}, "fastText: __label__X, sentence"};
  for (const Line& line : lines) {
    const std::string_view all = text::trim(line.text);
    const size_t end = std::min(all.find_first_of(" \t,"), all.size());
    std::string_view rest = text::trim(all.substr(end));
    if (rest.starts_with(',')) rest = text::trim(rest.substr(1));
    if (!all.starts_with(kMark) || end == kMark.size())
      odd.add(file.path(), line.number, fmt::format("no label before {}", words::quote(all)), "expected __label__X");
    else if (rest.starts_with(kMark))
      odd.add(file.path(), line.number, "several labels", "expected one for each sentence");
    else
      reading.examples.push_back(
          {std::string(rest), std::string(all.substr(kMark.size(), end - kMark.size())), line.number});
  }
  return reading;
}

std::optional<Reading> read_trees(const TextFile& file, const std::vector<Line>& lines, OddLines& odd) {
  if (!most(lines, is_tree)) return std::nullopt;
  Reading reading{{}, "trees, label and text of the root"};
  for (const Line& line : lines) {
    Raw example{"", "", line.number};
    if (!is_tree(text::trim(line.text)) || !read_tree(text::trim(line.text), example.label, example.text))
      odd.add(file.path(), line.number, "no tree: " + words::quote(line.text), "expected (label (label word) ...)");
    else
      reading.examples.push_back(std::move(example));
  }
  return reading;
}

}  // namespace lemma::data
