#pragma once
/// The worlds, each in a source of its own, and what they share.

#include <memory>

#include "lemma/worlds/world.h"

namespace lemma::worlds {

std::unique_ptr<World> grid_keys();
std::unique_ptr<World> cart_pole();
std::unique_ptr<World> mountain_car();
std::unique_ptr<World> acrobot();

/// `size` numbers, uniform in [low, high).
State uniform(Generator& generator, size_t size, double low, double high);

/// A picture of letters; (0, 0) is the upper left. What lies outside is not drawn.
class Canvas {
 public:
  Canvas(int width, int height) : width_(width), rows_(static_cast<size_t>(height), std::string(width, ' ')) {}
  void put(int x, int y, char c);
  void put(int x, int y, const std::string& text);
  void line(double x0, double y0, double x1, double y1, char c);
  std::string text() const;  ///< without blanks at the ends of lines

 private:
  int width_;
  std::vector<std::string> rows_;
};

}  // namespace lemma::worlds
