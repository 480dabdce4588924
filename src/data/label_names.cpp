#include "label_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <set>

#include "label_table.h"
#include "lemma/core/words.h"
#include "lemma/text/utf8.h"

namespace lemma::data {
namespace {

// The same text for numbers of the same value.
std::string number_key(const std::string& label) {
  double value = 0;
  if (!is_number(label)) return label;
  std::from_chars(label.data(), label.data() + label.size(), value);
  if (!(std::abs(value) < 1e15)) return label;  // beyond that, different numbers may read the same
  return fmt::format("{}", value == 0 ? 0.0 : value);
}

using Group = std::vector<std::pair<std::string, int64_t>>;  // spellings, how often each

// The known one, or else the most frequent; on a tie the shorter, then the first by bytes.
std::string best(const Group& group, const std::set<std::string>& known) {
  const auto* chosen = &group.front();
  for (const auto& spelling : group) {
    if (known.contains(spelling.first)) return spelling.first;
    if (spelling.second > chosen->second ||
        (spelling.second == chosen->second && spelling.first.size() < chosen->first.size()))
      chosen = &spelling;
  }
  return chosen->first;
}

std::string listed(const Group& group) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : group)
    if (count > 0) parts.push_back(fmt::format("{} ({})", words::quote(name), words::grouped(count)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

size_t in_file(const Group& group) {
  size_t count = 0;
  for (const auto& spelling : group) count += spelling.second > 0;
  return count;
}

}  // namespace

std::vector<std::string> LabelNames::settle() {
  const std::set<std::string> known(known_.begin(), known_.end());
  std::map<std::string, int64_t> all = counts_;
  for (const std::string& label : known) all.emplace(label, 0);
  std::map<std::string, Group> groups, by_case;
  for (const auto& [spelling, count] : all) {
    const std::string key = number_key(spelling);
    groups[fold_case_ ? text::lower(key) : key].emplace_back(spelling, count);
    by_case[text::lower(key)].emplace_back(spelling, count);
  }
  std::set<std::string> labels;
  for (const auto& [key, group] : groups) {
    const std::string label = best(group, known);
    for (const auto& [spelling, count] : group) names_[spelling] = known.contains(spelling) ? spelling : label;
    if (in_file(group) > 0) labels.insert(label);
    if (in_file(group) > 1 && known.empty())
      notes_.push_back(fmt::format("{} are one label, {}", listed(group), words::quote(label)));
  }
  if (!fold_case_)
    for (const auto& [key, group] : by_case)
      if (groups.size() != by_case.size() && in_file(group) > 1 &&
          groups[number_key(group[0].first)].size() < group.size())
        notes_.push_back(fmt::format("{} differ only by case; --fold-case makes them one label", listed(group)));
  return {labels.begin(), labels.end()};
}

}  // namespace lemma::data
