#pragma once
/// The task of tutorial 04b: small pictures of the ten digits, drawn in code with shifts and noise.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "arguments.h"
#include "lemma/lemma.h"

namespace tutorial {

using namespace lemma;

constexpr int64_t kDigits = 10, kSide = 8;

/// Each drawing is 7 rows of 5 points: # is ink, a dot is paper.
constexpr std::array<const char*, kDigits> kDrawings{
    ".###. #...# #...# #...# #...# #...# .###.", "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
    ".###. #...# ....# ...#. ..#.. .#... #####", ".###. #...# ....# ..##. ....# #...# .###.",
    "...#. ..##. .#.#. #..#. ##### ...#. ...#.", "##### #.... ####. ....# ....# #...# .###.",
    "..##. .#... #.... ####. #...# #...# .###.", "##### ....# ...#. ...#. ..#.. ..#.. ..#..",
    ".###. #...# #...# .###. #...# #...# .###.", ".###. #...# #...# .#### ....# ...#. .##.."};

struct Pictures {
  Tensor points;  ///< (N, 64): each picture's 8 rows of 8 points, one row after the other; about 0 paper, about 1 ink
  Tensor digits;  ///< (N): which digit it shows
};

/// n pictures of random digits. A drawing is put into the 8 x 8 points at random, 1 or 2 to the right and 0 or 1 down;
/// then each point gets a normal random number times `noise`.
inline Pictures make_pictures(int64_t n, double noise = 0.4) {
  const Tensor digits = randint(0, kDigits, {n}), right = randint(1, 3, {n}), down = randint(0, 2, {n});
  std::vector<Tensor> inks;  // (7, 5) for each digit
  for (const char* drawing : kDrawings) {
    std::vector<double> ink;
    for (const char point : std::string(drawing))
      if (point != ' ') ink.push_back(point == '#' ? 1 : 0);
    inks.push_back(tensor(ink).to(float32).reshape({7, 5}));
  }
  Tensor points = zeros({n, kSide, kSide});
  for (int64_t i = 0; i < n; ++i)
    points[i]
        .narrow(0, down[i].item<int64_t>(), 7)
        .narrow(1, right[i].item<int64_t>(), 5)
        .copy_(inks[static_cast<size_t>(digits[i].item<int64_t>())]);
  return {(points + randn({n, kSide, kSide}) * noise).reshape({n, kSide * kSide}), digits};
}

/// The first few pictures beside each other, two characters for each point.
inline std::string drawn(const Pictures& in, int64_t count) {
  static const std::vector<std::string> blocks{"  ", "░░", "▒▒", "▓▓", "██"}, letters{"  ", "..", "::", "**", "##"};
  std::string text;
  for (int64_t row = 0; row < kSide; ++row) {
    std::string line = "  ";
    for (int64_t i = 0; i < count; ++i) {
      for (const double ink : in.points[i].narrow(0, row * kSide, kSide).to_vector<double>())
        line += (plain() ? letters : blocks)[static_cast<size_t>(std::clamp(ink * 4 + 0.5, 0.0, 4.0))];
      line += "   ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace tutorial
