#include "lemma/nn/recurrent.h"

#include <cmath>

#include "lemma/nn/init.h"
#include "lemma/nn/masks.h"
#include "lemma/ops.h"
#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {
namespace {

int64_t gates(int64_t cell) { return cell == 0 ? 1 : cell == 1 ? 4 : 3; }

// With lengths a sequence that has ended keeps its state.
Tensor kept(const Tensor& going, const Tensor& now, const Tensor& before) {
  return going.defined() ? where(going, now, before) : now;
}

}  // namespace

/// What operator() was given, as tensors.
struct Recurrent::Call {
  std::vector<Tensor> going;  // (1, B) for each step: true where it is within the sequence; empty: everywhere
  Tensor at(int64_t t) const { return going.empty() ? Tensor() : going[static_cast<size_t>(t)]; }
};

Recurrent::Recurrent(const char* name, Cell cell, int64_t input_size, int64_t hidden_size,
                     const RecurrentOptions& options)
    : name_(name), cell_(cell), input_size_(input_size), hidden_size_(hidden_size), options_(options) {
  check_positive(name, "input_size", input_size);
  check_positive(name, "hidden_size", hidden_size);
  check_positive(name, "num_layers", options.num_layers);
  check_probability(name, options.dropout);
  if (options.relu && cell != Cell::rnn) throw ValueError(name, "relu is for an RNN; here the formula has tanh");
  const int64_t directions = options.bidirectional ? 2 : 1;
  const int64_t rows = multiply_sizes(name, gates(static_cast<int64_t>(cell)), hidden_size);
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  for (int64_t layer = 0; layer < options.num_layers; ++layer)
    for (int64_t direction = 0; direction < directions; ++direction) {
      const auto weights = weights_.emplace_back(std::make_unique<Weights>()).get();
      const std::string end = fmt::format("_l{}{}", layer, direction == 1 ? "_reverse" : "");
      const auto add = [&](const char* what, Tensor& slot, const Shape& shape) {
        slot = empty(shape);
        init::uniform_(slot, -bound, bound);
        register_parameter(what + end, slot);
      };
      add("weight_ih", weights->ih, {rows, layer == 0 ? input_size : directions * hidden_size});
      add("weight_hh", weights->hh, {rows, hidden_size});
      if (!options.bias) continue;
      add("bias_ih", weights->bias_ih, Shape(rows));
      add("bias_hh", weights->bias_hh, Shape(rows));
    }
}

// All below is the other way round, (features, B): a weight comes first in its products, and a gate is a block of
// memory.

// from_x: W_ih x + b_ih, and of b_hh what is added to it anyhow, (gates H, B). bias_n: a GRU's b_hn, (H, 1).
RecurrentState Recurrent::step(const Weights& weights, const Tensor& from_x, const Tensor& bias_n,
                               const RecurrentState& before) const {
  const Tensor from_h = matmul(weights.hh, before.h);
  if (cell_ == Cell::rnn) {
    const Tensor sum = from_x + from_h;
    return {options_.relu ? relu(sum) : tanh(sum)};
  }
  const int64_t H = hidden_size_;
  if (cell_ == Cell::gru) {
    const std::vector<Tensor> x = split(from_x, {2 * H, H}, 0), h = split(from_h, {2 * H, H}, 0);
    const std::vector<Tensor> rz = chunk(sigmoid(x[0] + h[0]), 2, 0);
    const Tensor n = tanh(x[1] + rz[0] * (bias_n.defined() ? h[1] + bias_n : h[1]));
    return {n + rz[1] * (before.h - n)};
  }
  const std::vector<Tensor> all = split(from_x + from_h, {2 * H, H, H}, 0);  // i and f, g, o
  const std::vector<Tensor> remember = chunk(sigmoid(all[0]), 2, 0);
  const Tensor c = remember[1] * before.c + remember[0] * tanh(all[1]);
  return {sigmoid(all[2]) * tanh(c), c};
}

// x: (I, T, B). The outputs of T steps, each (H, B); `state` becomes the last one.
std::vector<Tensor> Recurrent::read(const Weights& weights, const Tensor& x, bool backwards, const Call& call,
                                    RecurrentState& state) const {
  const int64_t T = x.size(1), B = x.size(2), H = hidden_size_;
  Tensor from_x = matmul(weights.ih, reshape(x, {x.size(0), T * B})), bias_n;
  if (weights.bias_ih.defined()) {
    Tensor added = weights.bias_hh;
    if (cell_ == Cell::gru) {
      const std::vector<Tensor> parts = split(weights.bias_hh, {2 * H, H}, 0);
      bias_n = unsqueeze(parts[1], 1);
      added = pad(parts[0], 0, 0, H);
    }
    from_x = from_x + unsqueeze(weights.bias_ih + added, 1);
  }
  const std::vector<Tensor> inputs = unbind(reshape(from_x, {from_x.size(0), T, B}), 1);
  std::vector<Tensor> outputs(static_cast<size_t>(T));
  for (int64_t i = 0; i < T; ++i) {
    const int64_t t = backwards ? T - 1 - i : i;
    const RecurrentState next = step(weights, inputs[static_cast<size_t>(t)], bias_n, state);
    const Tensor going = call.at(t);
    state = {kept(going, next.h, state.h), next.c.defined() ? kept(going, next.c, state.c) : Tensor()};
    outputs[static_cast<size_t>(t)] = going.defined() ? next.h * going.to(next.h.dtype()) : next.h;
  }
  return outputs;
}

RecurrentState Recurrent::first_state(const Tensor& x, const RecurrentState& given) const {
  const Shape shape{static_cast<int64_t>(weights_.size()), x.size(0), hidden_size_};
  const auto fits = [&](const char* what, const Tensor& tensor) {
    if (tensor.defined() && tensor.shape() != shape)
      throw ShapeError(name_, fmt::format("the state's {} is {}; expected {}", what, tensor.shape().str(), shape.str()),
                       {tensor.shape()});
    return tensor.defined() ? tensor : zeros(shape, {.dtype = x.dtype(), .device = x.device()});
  };
  if (given.c.defined() && cell_ != Cell::lstm) throw ValueError(name_, "the state has a c, which is an LSTM's alone");
  return {fits("h", given.h), cell_ == Cell::lstm ? fits("c", given.c) : Tensor()};
}

RecurrentResult Recurrent::operator()(const Tensor& x, const std::vector<int64_t>& lengths,
                                      const RecurrentState& given) const {
  if (!x.defined() || x.dim() != 3 || x.size(2) != input_size_ || x.size(1) == 0)
    throw ShapeError(name_,
                     fmt::format("x is {}; expected (B, T, {}) with one step or more",
                                 x.defined() ? x.shape().str() : "undefined", input_size_),
                     x.defined() ? std::vector<Shape>{x.shape()} : std::vector<Shape>{});
  Tensor y = permute(x, {2, 1, 0});  // (I, T, B)
  Call call;
  if (!lengths.empty()) {
    if (static_cast<int64_t>(lengths.size()) != x.size(0))
      throw ValueError(name_, fmt::format("{} lengths for {} sequences", lengths.size(), x.size(0)));
    for (const int64_t length : lengths)
      if (length < 1 || length > x.size(1))
        throw ValueError(name_, fmt::format("a length is {}; expected 1 to {}", length, x.size(1)));
    const Tensor going = transpose(attend_lengths(lengths, x.size(1), x.device()), 0, 1);  // (T, B)
    y = masked_fill(y, logical_not(going), 0);                                             // not even a NaN passes
    call.going = unbind(unsqueeze(going, 1), 0);
  }
  const RecurrentState first = first_state(x, given);
  const int64_t directions = options_.bidirectional ? 2 : 1;
  const auto of_layer = [](const Tensor& state, int64_t at) {
    return state.defined() ? transpose(select(state, 0, at), 0, 1) : Tensor();
  };
  std::vector<Tensor> last_h, last_c;
  for (int64_t layer = 0; layer < options_.num_layers; ++layer) {
    if (layer > 0) y = dropout(y, options_.dropout, is_training());
    std::vector<Tensor> sides;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const int64_t at = layer * directions + direction;
      RecurrentState state{of_layer(first.h, at), of_layer(first.c, at)};
      sides.push_back(stack(read(*weights_[static_cast<size_t>(at)], y, direction == 1, call, state), 1));
      last_h.push_back(state.h);
      if (state.c.defined()) last_c.push_back(state.c);
    }
    y = directions == 2 ? cat(sides, 0) : sides[0];
  }
  const auto states = [](const std::vector<Tensor>& last) {
    return last.empty() ? Tensor() : contiguous(transpose(stack(last, 0), 1, 2));
  };
  return {contiguous(permute(y, {2, 1, 0})), {states(last_h), states(last_c)}};
}

std::string Recurrent::extra_repr() const {
  std::string text = fmt::format("{}, {}", input_size_, hidden_size_);
  if (options_.num_layers != 1) text += fmt::format(", num_layers={}", options_.num_layers);
  if (!options_.bias) text += ", bias=False";
  text += ", batch_first=True";
  if (options_.dropout != 0) text += ", dropout=" + python(options_.dropout);
  return options_.bidirectional ? text + ", bidirectional=True" : text;
}

}  // namespace lemma::nn
