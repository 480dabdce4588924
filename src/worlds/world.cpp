#include "lemma/worlds/world.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "worlds/worlds.h"

namespace lemma::worlds {

const State& World::reset(Generator& generator) { return reset_to(begin(generator)); }

const State& World::reset_to(const State& state) {
  const size_t size = axes().size();
  if (state.size() != size)
    throw ValueError(name(), fmt::format("a state of {} was given; expected {}",
                                         words::plural(static_cast<int64_t>(state.size()), "number"), size));
  for (const double value : state)
    if (!std::isfinite(value))
      throw ValueError(name(), fmt::format("a state holds {}; expected finite numbers", value));
  state_ = state;
  steps_ = 0;
  over_ = false;
  return state_;
}

Step World::step(int64_t action) {
  const auto count = static_cast<int64_t>(actions().size());
  if (over_) throw ValueError(name(), "the episode is over; expected reset() before another step");
  if (action < 0 || action >= count)
    throw ValueError(name(), fmt::format("there is no action {}; expected 0 to {}: {}", action, count - 1,
                                         words::any_of(actions())));
  Step result = advance(state_, action);
  result.truncated = ++steps_ >= most_steps();
  over_ = result.over();
  return result;
}

const std::vector<std::string>& world_names() {
  static const std::vector<std::string> names = {"grid", "cartpole", "mountaincar", "acrobot"};
  return names;
}

std::unique_ptr<World> make_world(const std::string& name) {
  if (name == "grid") return grid_keys();
  if (name == "cartpole") return cart_pole();
  if (name == "mountaincar") return mountain_car();
  if (name == "acrobot") return acrobot();
  throw ValueError("world",
                   fmt::format("{} is not known; expected {}", words::quote(name), words::any_of(world_names())));
}

State uniform(Generator& generator, size_t size, double low, double high) {
  State state(size);
  for (double& value : state) value = low + (high - low) * generator.uniform();
  return state;
}

void Canvas::put(int x, int y, char c) {
  if (x >= 0 && x < width_ && y >= 0 && y < static_cast<int>(rows_.size()))
    rows_[static_cast<size_t>(y)][static_cast<size_t>(x)] = c;
}

void Canvas::put(int x, int y, const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) put(x + static_cast<int>(i), y, text[i]);
}

void Canvas::line(double x0, double y0, double x1, double y1, char c) {
  const int steps = std::max(1, static_cast<int>(std::ceil(std::max(std::fabs(x1 - x0), std::fabs(y1 - y0)))));
  for (int i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    put(static_cast<int>(std::lround(x0 + t * (x1 - x0))), static_cast<int>(std::lround(y0 + t * (y1 - y0))), c);
  }
}

std::string Canvas::text() const {
  std::string out;
  for (const std::string& row : rows_) out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  return out;
}

}  // namespace lemma::worlds
