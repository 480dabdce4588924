// Answers to the exercises of tutorial 02.
#include "../02_breaks.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

namespace scalar {

// sin' = cos. And a / b moves by 1/b with a, and by -a/b^2 with b.
Value sin(const Value& a) { return make(std::sin(a->data), {{a, std::cos(a->data)}}); }
Value operator/(const Value& a, const Value& b) {
  return make(a->data / b->data, {{a, 1 / b->data}, {b, -a->data / (b->data * b->data)}});
}

// What walk_on_at_once does, counted.
int64_t calls(const Value& v) {
  int64_t count = 1;
  for (const auto& [input, derivative] : v->inputs) count += calls(input);
  return count;
}

// collect() without recursion: what is still to be looked at waits in a vector.
std::set<Value> collect_with_a_stack(const Value& root) {
  std::set<Value> seen;
  std::vector<Value> waiting{root};
  while (!waiting.empty()) {
    const Value v = waiting.back();
    waiting.pop_back();
    if (!seen.insert(v).second) continue;
    for (const auto& [input, derivative] : v->inputs) waiting.push_back(input);
  }
  return seen;
}

// Frees a graph without recursion: takes each number's inputs away before it dies, so that it dies alone.
void release(Value root) {
  std::vector<Value> waiting;
  waiting.push_back(std::move(root));
  while (!waiting.empty()) {
    const Value v = std::move(waiting.back());
    waiting.pop_back();
    if (v.use_count() > 1) continue;  // somebody else needs it still
    for (auto& [input, derivative] : v->inputs) waiting.push_back(std::move(input));
    v->inputs.clear();
  }
}

}  // namespace scalar

// A chain of doublings: q = q + q, so many times.
scalar::Value doublings(int count) {
  scalar::Value q = scalar::make(1);
  for (int i = 0; i < count; ++i) q = q + q;
  return q;
}

void answers() {
  exercise(1, "sin and division");
  const auto f = [](const auto& x, const auto& y) {
    using std::sin;
    return sin(x * y) / (x + y);
  };
  const scalar::Value x = scalar::make(0.7), y = scalar::make(1.9);
  scalar::backward(f(x, y));
  check("df/dx of sin(x y) / (x + y)", central_difference([&](double v) { return f(v, 1.9); }, 0.7), x->grad, 1e-8);
  check("df/dy", central_difference([&](double v) { return f(0.7, v); }, 1.9), y->grad, 1e-8);

  exercise(2, "A chain of doublings");
  check("10 doublings: 2^11 - 1 calls", "2047", std::to_string(scalar::calls(doublings(10))));
  check("20 doublings: 2^21 - 1 calls", "2097151", std::to_string(scalar::calls(doublings(20))));
  say("  Each call makes two of the level below: 1 + 2 + 4 + ... With 30 it is 2^31 - 1, two billion.");
  const scalar::Value q = doublings(30);
  check("backward visits each number once", "31", std::to_string(scalar::youngest_first(q).size()));

  exercise(3, "A million numbers without recursion");
  const scalar::Value two = scalar::make(2), sum = (two + two) * two;
  std::set<scalar::Value> recursive;
  scalar::collect(sum, recursive);
  claim("on a small graph both find the same", recursive == scalar::collect_with_a_stack(sum));
  const int64_t million = 1000000;
  const scalar::Value first = scalar::make(1);
  scalar::Value last = first;
  for (int64_t i = 1; i < million; ++i) last = scalar::make(last->data, {{last, 1}});
  check("numbers found", std::to_string(million), std::to_string(scalar::collect_with_a_stack(last).size()));
  scalar::release(std::move(last));
  check("all freed but the first, which we hold: its owners", 1, static_cast<double>(first.use_count()));
  say("  release() takes apart only what nobody else holds. A destructor of Cell with the same loop would do it "
      "unasked.");

  exercise(4, "backward twice");
  Tensor ta = tensor(2.0, {.requires_grad = true}), tb = tensor(1.0, {.requires_grad = true});
  const Tensor te = (ta + tb) * (tb + 1);
  te.backward();
  std::string message;
  try {
    te.backward();
  } catch (const GradError& error) {
    message = error.what();
  }
  say("  {}", message);
  claim("the message says what to call first", message.find("backward({}, true)") != std::string::npos);
  ta.zero_grad(), tb.zero_grad();
  const Tensor e2 = (ta + tb) * (tb + 1);
  e2.backward({}, true), e2.backward({}, true);
  check("5 + 5: the second is added to the first", 10, tb.grad().item());

  exercise(5, "Which h");
  const auto curve = [](double v) { return std::exp(v); };  // its derivative at 1 is e
  double errors[4] = {};
  const double steps[] = {1e-1, 1e-5, 1e-9, 1e-13};
  for (int i = 0; i < 4; ++i) {
    errors[i] = std::abs(central_difference(curve, 1, steps[i]) - std::exp(1.0));
    say("  h = {:<6g}  error {:.0e}", steps[i], errors[i]);
  }
  claim("1e-5 is the best of the four", errors[1] < errors[0] && errors[1] < errors[2] && errors[1] < errors[3]);
  say("  A large h sees the curve bend: an error like h^2. A small h subtracts two nearly equal numbers of 16 digits; "
      "the\n"
      "  digits that they share are lost, and the rest is divided by h: an error like 1e-16 / h.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
