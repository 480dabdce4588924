// Three rooms behind each other. Key a opens door A, key b door B; the goal is behind both. A step costs 1, a key is
// worth 10, the goal 50: how much a player gets tells how far it came.
#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <string_view>

#include "worlds/worlds.h"

namespace lemma::worlds {
namespace {

constexpr std::array<std::string_view, 6> kPlan = {"###########",  //
                                                   "#...#...#.#",  //
                                                   "#...A...#.#",  //
                                                   "#...#.b.B.#",  //
                                                   "#a..#...#G#",  //
                                                   "###########"};
constexpr int kRows = 6, kColumns = 11, kFirstRoom = 3;  // the first room's columns are 1 to 3
constexpr std::array<std::array<int, 2>, 4> kMoves = {{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}};

char plan(int row, int column) { return kPlan[static_cast<size_t>(row)][static_cast<size_t>(column)]; }

// The state: row, column, 1 with key a, 1 with key b.
struct Place {
  int row, column;
  bool a, b;
  explicit Place(const State& s)
      : row(std::clamp(static_cast<int>(s[0]), 0, kRows - 1)),
        column(std::clamp(static_cast<int>(s[1]), 0, kColumns - 1)),
        a(s[2] > 0.5),
        b(s[3] > 0.5) {}
  bool may_enter(int r, int c) const {
    const char what = plan(r, c);
    return what != '#' && (what != 'A' || a) && (what != 'B' || b);
  }
};

class GridKeys : public World {
 public:
  std::string name() const override { return "grid"; }
  std::string about() const override { return "find two keys, open two doors, reach the goal"; }
  std::vector<std::string> actions() const override { return {"up", "down", "left", "right"}; }
  std::vector<Axis> axes() const override {
    return {{"row", 0, kRows, kRows}, {"column", 0, kColumns, kColumns}, {"key a", 0, 2, 2}, {"key b", 0, 2, 2}};
  }
  bool whole() const override { return true; }
  int64_t most_steps() const override { return 60; }
  double best_return() const override { return 55; }
  double worst_return() const override { return -60; }

  // One number for each row and each column, 1 where the player stands, and one for each key.
  State observe(const State& s) const override {
    const Place place(s);
    State seen(kRows + kColumns + 2, 0.0);
    seen[static_cast<size_t>(place.row)] = 1;
    seen[static_cast<size_t>(kRows + place.column)] = 1;
    seen[kRows + kColumns] = place.a;
    seen[kRows + kColumns + 1] = place.b;
    return seen;
  }

  // The first move of a shortest way to what is wanted next: breadth first, from there to here.
  int64_t scripted() const override {
    const Place place(state());
    const char wanted = !place.a ? 'a' : !place.b ? 'b' : 'G';
    std::array<std::array<int, kColumns>, kRows> far{};  // steps + 1; 0: not seen
    std::queue<std::array<int, 2>> next;
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kColumns; ++c)
        if (plan(r, c) == wanted) {
          next.push({r, c});
          far[static_cast<size_t>(r)][static_cast<size_t>(c)] = 1;
        }
    while (!next.empty()) {
      const auto [r, c] = next.front();
      next.pop();
      for (const auto& move : kMoves) {
        const int row = r + move[0], column = c + move[1];
        if (!place.may_enter(row, column) || far[static_cast<size_t>(row)][static_cast<size_t>(column)] > 0) continue;
        far[static_cast<size_t>(row)][static_cast<size_t>(column)] =
            far[static_cast<size_t>(r)][static_cast<size_t>(c)] + 1;
        next.push({row, column});
      }
    }
    int64_t best = 0;
    int nearest = kRows * kColumns;
    for (size_t i = 0; i < kMoves.size(); ++i) {
      const int there =
          far[static_cast<size_t>(place.row + kMoves[i][0])][static_cast<size_t>(place.column + kMoves[i][1])];
      if (there > 0 && there < nearest) nearest = there, best = static_cast<int64_t>(i);
    }
    return best;
  }

  std::string picture(int) const override {
    const Place place(state());
    Canvas canvas(kColumns, kRows);
    for (int r = 0; r < kRows; ++r) canvas.put(0, r, std::string(kPlan[static_cast<size_t>(r)]));
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kColumns; ++c) {
        const char what = plan(r, c);
        if ((place.a && (what == 'a' || what == 'A')) || (place.b && (what == 'b' || what == 'B')))
          canvas.put(c, r, '.');
      }
    canvas.put(place.column, place.row, '@');
    return canvas.text();
  }

 protected:
  State begin(Generator& generator) const override {
    for (;;) {  // a free place of the first room
      const auto row = static_cast<int>(1 + generator.below(kRows - 2)),
                 column = static_cast<int>(1 + generator.below(kFirstRoom));
      if (plan(row, column) == '.') return {static_cast<double>(row), static_cast<double>(column), 0, 0};
    }
  }

  Step advance(State& s, int64_t action) const override {
    const Place place(s);
    const auto& move = kMoves[static_cast<size_t>(action)];
    const int row = std::clamp(place.row + move[0], 0, kRows - 1),
              column = std::clamp(place.column + move[1], 0, kColumns - 1);
    Step step{.reward = -1};
    if (!place.may_enter(row, column)) return step;
    s[0] = row;
    s[1] = column;
    const char what = plan(row, column);
    if (what == 'a' && !place.a) s[2] = 1, step.reward += 10;
    if (what == 'b' && !place.b) s[3] = 1, step.reward += 10;
    if (what == 'G') step.reward += 50, step.terminated = true;
    return step;
  }
};

}  // namespace

std::unique_ptr<World> grid_keys() { return std::make_unique<GridKeys>(); }

}  // namespace lemma::worlds
