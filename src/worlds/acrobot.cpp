// Two links that hang from a bar, with a motor only between them: the free end must swing up above the bar by a link's
// length. Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse coding", 1996,
// with the book's equations (Sutton & Barto); the numbers are those of Gymnasium's Acrobot-v1.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "worlds/worlds.h"

namespace lemma::worlds {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kTime = 0.2, kGravity = 9.8;                          // s, m/s^2
constexpr double kMass = 1, kLength = 1, kCentre = 0.5, kInertia = 1;  // of both links
constexpr double kMostTurning1 = 4 * kPi, kMostTurning2 = 9 * kPi;

// theta1 from hanging down, theta2 from the first link, and their speeds.
using Angles = std::array<double, 4>;

Angles derivative(const Angles& s, double torque) {
  const double cos2 = std::cos(s[1]), sin2 = std::sin(s[1]);
  const double d1 = kMass * kCentre * kCentre +
                    kMass * (kLength * kLength + kCentre * kCentre + 2 * kLength * kCentre * cos2) + kInertia +
                    kInertia;
  const double d2 = kMass * (kCentre * kCentre + kLength * kCentre * cos2) + kInertia;
  const double phi2 = kMass * kCentre * kGravity * std::cos(s[0] + s[1] - kPi / 2);
  const double phi1 = -kMass * kLength * kCentre * s[3] * s[3] * sin2 -
                      2 * kMass * kLength * kCentre * s[3] * s[2] * sin2 +
                      (kMass * kCentre + kMass * kLength) * kGravity * std::cos(s[0] - kPi / 2) + phi2;
  const double turn2 = (torque + d2 / d1 * phi1 - kMass * kLength * kCentre * s[2] * s[2] * sin2 - phi2) /
                       (kMass * kCentre * kCentre + kInertia - d2 * d2 / d1);
  const double turn1 = -(d2 * turn2 + phi1) / d1;
  return {s[2], s[3], turn1, turn2};
}

Angles moved(const Angles& s, const Angles& by, double time) {
  Angles sum;
  for (size_t i = 0; i < 4; ++i) sum[i] = s[i] + time * by[i];
  return sum;
}

// One step of Runge and Kutta's method of fourth order.
Angles runge_kutta(const Angles& s, double torque) {
  const Angles k1 = derivative(s, torque), k2 = derivative(moved(s, k1, kTime / 2), torque);
  const Angles k3 = derivative(moved(s, k2, kTime / 2), torque), k4 = derivative(moved(s, k3, kTime), torque);
  Angles sum;
  for (size_t i = 0; i < 4; ++i) sum[i] = s[i] + kTime / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  return sum;
}

double within_half_turn(double angle) {
  while (angle > kPi) angle -= 2 * kPi;
  while (angle < -kPi) angle += 2 * kPi;
  return angle;
}

class Acrobot : public World {
 public:
  std::string name() const override { return "acrobot"; }
  std::string about() const override { return "swing two hanging links up above a line, with a motor between them"; }
  std::vector<std::string> actions() const override { return {"left", "nothing", "right"}; }
  std::vector<Axis> axes() const override {
    return {{"angle 1", -kPi, kPi, 6}, {"angle 2", -kPi, kPi, 6}, {"turning 1", -6, 6, 6}, {"turning 2", -12, 12, 6}};
  }
  int64_t most_steps() const override { return 500; }
  double best_return() const override { return -80; }
  double worst_return() const override { return -500; }
  State observe(const State& s) const override {
    return {std::cos(s[0]), std::sin(s[0]), std::cos(s[1]), std::sin(s[1]), s[2], s[3]};
  }
  int64_t scripted() const override { return state()[2] > 0 ? 0 : 2; }  // bends against the swing: each is wider

  std::string picture(int columns) const override {
    const int width = std::min(columns, 34), middle = width / 2;
    const double link = std::min(4.5, (width - 2) / 7.0);  // in rows; a row is as high as two columns are wide
    const int height = 2 * static_cast<int>(std::lround(2 * link)) + 1, bar = height / 2;
    Canvas canvas(width, height);
    canvas.put(0, static_cast<int>(std::lround(bar - link)), std::string(static_cast<size_t>(width), '-'));
    const double a = state()[0], b = state()[0] + state()[1];
    const double x1 = middle + 2 * link * std::sin(a) * 0.85, y1 = bar + link * std::cos(a);
    const double x2 = x1 + 2 * link * std::sin(b) * 0.85, y2 = y1 + link * std::cos(b);
    canvas.line(middle, bar, x1, y1, '*');
    canvas.line(x1, y1, x2, y2, 'o');
    canvas.put(middle, bar, '+');
    return canvas.text();
  }

 protected:
  State begin(Generator& generator) const override { return uniform(generator, 4, -0.1, 0.1); }

  Step advance(State& s, int64_t action) const override {
    const Angles next = runge_kutta({s[0], s[1], s[2], s[3]}, static_cast<double>(action - 1));
    s = {within_half_turn(next[0]), within_half_turn(next[1]), std::clamp(next[2], -kMostTurning1, kMostTurning1),
         std::clamp(next[3], -kMostTurning2, kMostTurning2)};
    const bool up = -std::cos(s[0]) - std::cos(s[1] + s[0]) > 1;
    return {.reward = up ? 0.0 : -1.0, .terminated = up};
  }
};

}  // namespace

std::unique_ptr<World> acrobot() { return std::make_unique<Acrobot>(); }

}  // namespace lemma::worlds
