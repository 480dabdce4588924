// The curves of runs on a terminal.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/words.h"
#include "lemma/viz/terminal.h"
#include "lemma/viz/training_page.h"

namespace lemma::viz {

namespace {

constexpr int kNarrowest = 8;  // columns of a curve

struct Row {
  std::string name, run, first, last;
  std::vector<double> values;
};

std::string figure(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "?"; }

std::vector<Row> rows_of(const TrainingPage& page) {
  std::vector<Row> rows;
  const std::pair<std::string, std::vector<double> RunCurves::*> kinds[] = {
      {"training loss", &RunCurves::train_loss},
      {"dev loss", &RunCurves::dev_loss},
      {"dev " + page.score_name, &RunCurves::score},
      {"learning rate", &RunCurves::lr},
      {"gradient norm", &RunCurves::gradient_norm}};
  for (const auto& [name, kind] : kinds)
    for (const RunCurves& run : page.runs) {
      const std::vector<double>& values = run.*kind;
      if (std::none_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) continue;
      rows.push_back({name, page.runs.size() > 1 ? words::printable(run.name) : "", figure(values.front()),
                      figure(values.back()), values});
    }
  return rows;
}

int widest(const std::vector<Row>& rows, std::string Row::*column) {
  int width = 0;
  for (const Row& row : rows) width = std::max(width, display_width(row.*column));
  return width;
}

// Below its name what each run says, for a terminal on which the runs have no room side by side.
std::string stacked_facts(const std::vector<std::vector<std::string>>& table) {
  std::string text;
  int width = 0;
  for (const std::string& run : table[0]) width = std::max(width, display_width(run));
  for (size_t row = 1; row < table.size(); ++row) {
    text += table[row][0] + "\n";
    for (size_t i = 1; i < table[row].size(); ++i) text += "  " + pad(table[0][i], width) + "  " + table[row][i] + "\n";
  }
  return text + "\n";
}

std::string facts_text(const TrainingPage& page, int columns) {
  std::vector<std::vector<std::string>> table;
  if (page.runs.size() > 1) {
    table.push_back({""});
    for (const RunCurves& run : page.runs) table[0].push_back(run.name);
  }
  for (const auto& [name, texts] : page.facts) {
    table.push_back({name});
    table.back().insert(table.back().end(), texts.begin(), texts.end());
  }
  std::vector<int> widths;
  for (auto& row : table)
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = words::printable(row[i]);
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  int taken = -2;
  for (const int width : widths) taken += width + 2;
  if (columns > 0 && taken > columns && page.runs.size() > 1) return stacked_facts(table);
  std::string text;
  for (const auto& row : table) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += (i ? "  " : "") + (i + 1 < row.size() ? pad(row[i], widths[i]) : row[i]);
    text += line + "\n";
  }
  return text.empty() ? "" : text + "\n";
}

}  // namespace

std::string training_text(const TrainingPage& page, int columns) {
  const std::vector<Row> rows = rows_of(page);
  const int name = widest(rows, &Row::name), run = widest(rows, &Row::run), first = widest(rows, &Row::first),
            last = widest(rows, &Row::last);
  const int numbers = (run ? run + 2 : 0) + first + last + 4, wide = columns > 0 ? columns : 80;
  const bool stacked = name + 2 + numbers + kNarrowest > wide;  // then each name has a line of its own
  const int room = std::clamp(wide - numbers - (stacked ? 2 : name + 2), kNarrowest, 60);
  size_t longest = 1;
  for (const Row& row : rows) longest = std::max(longest, row.values.size());
  std::string text = facts_text(page, columns);
  const Row* before = nullptr;
  for (const Row& row : rows) {
    const bool fresh = !before || before->name != row.name;
    if (stacked)
      text += (fresh ? row.name + "\n" : "") + "  ";
    else
      text += pad(fresh ? row.name : "", name) + "  ";
    if (run) text += pad(row.run, run) + "  ";
    double low = INFINITY, high = -INFINITY;  // runs share a scale, and an epoch is as wide in both
    for (const Row& other : rows)
      for (const double value : other.values)
        if (other.name == row.name && std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    const int width = std::max(1, static_cast<int>(row.values.size() * static_cast<size_t>(room) /
                                                   std::max(longest, static_cast<size_t>(room))));
    text += pad(row.first, first, true) + " " + sparkline(row.values, width, low, high) + " " + row.last + "\n";
    before = &row;
  }
  return text;
}

}  // namespace lemma::viz
