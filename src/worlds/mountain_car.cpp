// A car in a valley, too weak to climb the hill at once: it must swing. Moore, "Efficient memory-based learning for
// robot control", 1990; the numbers are those of Gymnasium's MountainCar-v0.
#include <algorithm>
#include <cmath>

#include "worlds/worlds.h"

namespace lemma::worlds {
namespace {

constexpr double kLeft = -1.2, kRight = 0.6, kGoal = 0.5, kMostSpeed = 0.07, kForce = 0.001, kGravity = 0.0025;

class MountainCar : public World {
 public:
  std::string name() const override { return "mountaincar"; }
  std::string about() const override { return "swing a weak car out of a valley, up to the flag on its right"; }
  std::vector<std::string> actions() const override { return {"left", "nothing", "right"}; }
  std::vector<Axis> axes() const override { return {{"x", kLeft, kRight, 8}, {"speed", -kMostSpeed, kMostSpeed, 8}}; }
  int64_t most_steps() const override { return 200; }
  double best_return() const override { return -110; }
  double worst_return() const override { return -200; }
  int64_t scripted() const override { return state()[1] < 0 ? 0 : 2; }  // with the motion: every swing is wider

  std::string picture(int columns) const override {
    constexpr int kRows = 9;
    const int width = std::min(columns, 60);
    Canvas canvas(width, kRows + 1);
    const auto row = [](double x) {
      return static_cast<int>(std::lround((1 - std::sin(3 * x)) / 2 * (kRows - 1))) + 1;
    };
    const auto column = [&](double x) {
      return static_cast<int>(std::lround((x - kLeft) / (kRight - kLeft) * (width - 1)));
    };
    for (int c = 0; c < width; ++c) canvas.put(c, row(kLeft + (kRight - kLeft) * c / (width - 1)), '.');
    canvas.put(column(kGoal), row(kGoal) - 1, 'F');
    canvas.put(column(state()[0]), row(state()[0]) - 1, 'o');
    return canvas.text();
  }

 protected:
  State begin(Generator& generator) const override { return {uniform(generator, 1, -0.6, -0.4)[0], 0}; }

  Step advance(State& s, int64_t action) const override {
    double& x = s[0];
    double& speed = s[1];
    speed += static_cast<double>(action - 1) * kForce - std::cos(3 * x) * kGravity;
    speed = std::clamp(speed, -kMostSpeed, kMostSpeed);
    x = std::clamp(x + speed, kLeft, kRight);
    if (x == kLeft && speed < 0) speed = 0;  // a wall
    return {.reward = -1, .terminated = x >= kGoal && speed >= 0};
  }
};

}  // namespace

std::unique_ptr<World> mountain_car() { return std::make_unique<MountainCar>(); }

}  // namespace lemma::worlds
