#pragma once
/// The engine of tutorial 02: numbers that remember how they were computed, and the walk back that finds derivatives.

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace scalar {

struct Cell;
using Value = std::shared_ptr<Cell>;

struct Cell {
  double data;      // the number
  double grad = 0;  // d(result) / d(this number), once backward has run
  int born = 0;     // which number it was to be made: inputs are always born before results
  std::vector<std::pair<Value, double>> inputs;  // what it was made of, and the derivative along that edge
};

inline Value make(double data, std::vector<std::pair<Value, double>> inputs = {}) {
  static int births = 0;
  return std::make_shared<Cell>(Cell{data, 0, ++births, std::move(inputs)});
}

// An operation is its value and one derivative for each input. This is all the calculus there is.
inline Value operator+(const Value& a, const Value& b) { return make(a->data + b->data, {{a, 1}, {b, 1}}); }
inline Value operator*(const Value& a, const Value& b) { return make(a->data * b->data, {{a, b->data}, {b, a->data}}); }
inline Value tanh(const Value& a) {
  const double y = std::tanh(a->data);
  return make(y, {{a, 1 - y * y}});
}
inline Value exp(const Value& a) { return make(std::exp(a->data), {{a, std::exp(a->data)}}); }

inline void collect(const Value& v, std::set<Value>& seen) {
  if (!seen.insert(v).second) return;
  for (const auto& [input, derivative] : v->inputs) collect(input, seen);
}

// Everything that `root` was made of, the youngest first: each result comes before its inputs.
inline std::vector<Value> youngest_first(const Value& root) {
  std::set<Value> seen;
  collect(root, seen);
  std::vector<Value> order(seen.begin(), seen.end());
  std::sort(order.begin(), order.end(), [](const Value& a, const Value& b) { return a->born > b->born; });
  for (const Value& v : order) v->grad = 0;
  root->grad = 1;
  return order;
}

// A number passes its gradient on once it has received all of it, and what arrives is added.
inline void backward(const Value& root) {
  for (const Value& v : youngest_first(root))
    for (const auto& [input, derivative] : v->inputs) input->grad += derivative * v->grad;
}

}  // namespace scalar
