// A pole on a cart that is pushed left or right; it must not fall. Barto, Sutton & Anderson, "Neuronlike adaptive
// elements that can solve difficult learning control problems", 1983; the numbers are those of Gymnasium's CartPole-v1.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "worlds/worlds.h"

namespace lemma::worlds {
namespace {

constexpr double kGravity = 9.8, kCart = 1.0, kPole = 0.1;  // m/s^2, kg, kg
constexpr double kTotal = kCart + kPole;
constexpr double kHalf = 0.5;    // half of the pole's length, m
constexpr double kForce = 10.0;  // N
constexpr double kTime = 0.02;   // s
constexpr double kMostX = 2.4, kMostAngle = 12 * 2 * std::numbers::pi / 360;

class CartPole : public World {
 public:
  std::string name() const override { return "cartpole"; }
  std::string about() const override { return "keep a pole upright on a cart that is pushed left or right"; }
  std::vector<std::string> actions() const override { return {"left", "right"}; }
  std::vector<Axis> axes() const override {
    return {
        {"x", -kMostX, kMostX, 4}, {"speed", -2, 2, 6}, {"angle", -kMostAngle, kMostAngle, 10}, {"turning", -2, 2, 10}};
  }
  int64_t most_steps() const override { return 500; }
  double best_return() const override { return 500; }
  double worst_return() const override { return 0; }

  // Pushes to the side to which the pole will have fallen in a while, and a little towards the middle of the track.
  int64_t scripted() const override {
    const State& s = state();
    return s[2] + 0.5 * s[3] + 0.05 * s[0] + 0.1 * s[1] > 0 ? 1 : 0;
  }

  std::string picture(int columns) const override {
    const int width = std::min(columns, 60);
    Canvas canvas(width, 7);
    canvas.put(0, 6, std::string(static_cast<size_t>(width), '-'));
    const int x = static_cast<int>(std::lround((state()[0] + kMostX) / (2 * kMostX) * (width - 1)));
    canvas.line(x, 4.0, x + 10 * std::sin(state()[2]), 4 - 4.5 * std::cos(state()[2]),
                '|');  // twice as wide as true: tilt shows
    canvas.put(x - 2, 5, "[===]");
    return canvas.text();
  }

 protected:
  State begin(Generator& generator) const override { return uniform(generator, 4, -0.05, 0.05); }

  Step advance(State& s, int64_t action) const override {
    const double force = action == 1 ? kForce : -kForce;
    const double cos = std::cos(s[2]), sin = std::sin(s[2]);
    const double push = (force + kPole * kHalf * s[3] * s[3] * sin) / kTotal;
    const double turn = (kGravity * sin - cos * push) / (kHalf * (4.0 / 3.0 - kPole * cos * cos / kTotal));
    const double acceleration = push - kPole * kHalf * turn * cos / kTotal;
    // Euler's method: where it is moves by how fast it was.
    s = {s[0] + kTime * s[1], s[1] + kTime * acceleration, s[2] + kTime * s[3], s[3] + kTime * turn};
    return {.reward = 1, .terminated = std::fabs(s[0]) > kMostX || std::fabs(s[2]) > kMostAngle};
  }
};

}  // namespace

std::unique_ptr<World> cart_pole() { return std::make_unique<CartPole>(); }

}  // namespace lemma::worlds
