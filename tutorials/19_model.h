#pragma once
/// The networks of step 19, and how they learn. The text and the counted pairs are those of step 14.

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "14_model.h"
#include "lemma/core/memory.h"
#include "lemma/nn/recurrent.h"
#include "tutorial.h"

namespace tutorial {
using namespace lemma;

/// What an LSTM remembers between two tokens, (B, H) each.
struct Memory {
  Tensor h, c;
};

/// PyTorch's names: W_ih (4H, I), W_hh (4H, H), b_ih and b_hh (4H).
struct CellWeights {
  Tensor ih, hh, bias_ih, bias_hh;
};

/// One step of an LSTM from primitives. x: (B, I).
inline Memory lstm_cell(const CellWeights& w, const Tensor& x, const Memory& before) {
  const Tensor all = matmul(x, w.ih.t()) + w.bias_ih + matmul(before.h, w.hh.t()) + w.bias_hh;  // (B, 4H)
  const std::vector<Tensor> gates = chunk(all, 4, 1);                                           // (B, H) each
  const Tensor i = sigmoid(gates[0]), f = sigmoid(gates[1]), g = tanh(gates[2]), o = sigmoid(gates[3]);
  const Tensor c = f * before.c + i * g;  // (B, H)
  return {o * tanh(c), c};
}

inline CellWeights weights_of(const nn::LSTM& lstm) {
  const std::vector<Tensor> w = lstm.parameters();
  return {w[0], w[1], w[2], w[3]};
}

/// A model of text, whatever reads it: logits (B, T, V) for ids (B, T).
struct Reader : nn::Module {
  virtual Tensor logits(const Tensor& ids) const = 0;
};

/// The model of step 14 with room for `room` places: two causal encoder layers.
struct Attending : Reader {
  static constexpr int64_t D = 64, H = 4, L = 2, F = 128;
  explicit Attending(int64_t V, int64_t room = kWindow)
      : tokens(child(this, "tokens", V, D)),
        positions(child(this, "positions", room, D)),
        encoder(child(this, "encoder", D, H, L,
                      nn::EncoderOptions{.dim_feedforward = F, .dropout = 0, .norm_first = true}, true)),
        head(child(this, "head", D, V)) {
    for (Tensor& table : std::vector{tokens.weight, positions.weight}) nn::init::normal_(table, 0, 0.1);
  }
  Tensor read(const Tensor& ids, std::vector<nn::KeyValueCache>* caches) const {
    const int64_t before = caches && !caches->empty() ? caches->front().length() : 0, all = before + ids.size(1);
    const Tensor x = tokens(ids) + positions(arange(before, all));
    return head(encoder(x, {.attend = nn::attend_causal(ids.size(1), all)}, nullptr, caches));
  }
  Tensor logits(const Tensor& ids) const override { return read(ids, nullptr); }
  nn::Embedding tokens, positions;
  nn::TransformerEncoder encoder;
  nn::Linear head;
};

/// The same text by an LSTM. H is chosen so that it has as many parameters.
struct Recalling : Reader {
  static constexpr int64_t D = 64, H = 104;
  explicit Recalling(int64_t V)
      : tokens(child(this, "tokens", V, D)), lstm(child(this, "lstm", D, H)), head(child(this, "head", H, V)) {}
  /// ids stand behind what `state` has read; it becomes the state after them.
  Tensor read(const Tensor& ids, nn::RecurrentState& state) const {
    const nn::RecurrentResult read = lstm(tokens(ids), {}, state);  // (B, T, D) -> (B, T, H)
    state = read.state;                                             // h and c, (1, B, H) each
    return head(read.output);                                       // (B, T, V)
  }
  Tensor logits(const Tensor& ids) const override {
    nn::RecurrentState state;
    return read(ids, state);
  }
  nn::Embedding tokens;
  nn::LSTM lstm;
  nn::Linear head;
};

/// Of the processor, so that what else the machine does is not counted; one thread computes here.
inline double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Mean loss per character of windows (B, T + 1).
inline Tensor loss_of(const Reader& model, const Tensor& window) {
  const int64_t T = window.size(1) - 1;
  const Tensor logits = model.logits(window.narrow(1, 0, T));  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(2)}), window.narrow(1, 1, T).reshape({-1}));
}

/// Nats per character of a text, cut into windows.
inline double nats(const Reader& model, const Tensor& text) {
  NoGrad guard;
  const int64_t count = (text.numel() - 1) / kWindow;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += loss_of(model, text.narrow(0, i * kWindow, kWindow + 1).unsqueeze(0)).item();
  return sum / static_cast<double>(count);
}

/// AdamW, warm-up, clipping, as in step 14. The windows come from `drawn`, so two models can be given the same ones.
/// Returns the seconds.
inline double fit(Reader& model, const Tensor& text, int steps, uint64_t drawn, double lr = 1e-2) {
  const std::vector<Tensor> parameters = model.parameters();
  optim::AdamW adam(parameters, {.lr = lr});
  optim::WarmupLinearLR schedule(adam, steps / 10, steps);
  Generator chance{.seed = drawn};
  const double begin = seconds();
  for (int step = 1; step <= steps; ++step) {
    std::vector<Tensor> rows;
    for (int i = 0; i < 12; ++i) rows.push_back(text.narrow(0, chance.below(text.numel() - kWindow), kWindow + 1));
    adam.zero_grad();
    loss_of(model, stack(rows, 0)).backward();
    optim::clip_grad_norm_(parameters, 1);
    adam.step();
    schedule.step();
  }
  return seconds() - begin;
}

/// What one step of training costs at length T: seconds and the most bytes that its tensors held at once.
struct Cost {
  double seconds = 0, bytes = 0;
};

inline Cost cost_of(const Reader& model, const Tensor& text, int64_t T) {
  const Tensor window = text.narrow(0, 0, T + 1).unsqueeze(0);
  const Device device = text.device();
  Cost cost{1e9, 0};
  for (int run = 0; run < 3; ++run) {  // the fastest of three
    const size_t held = memory::active(device);
    memory::reset_peak(device);
    const double begin = seconds();
    const Tensor loss = loss_of(model, window);
    loss.backward();
    cost.bytes = static_cast<double>(memory::peak(device) - held);
    cost.seconds = std::min(cost.seconds, seconds() - begin);
  }
  return cost;
}

/// Largest difference between the logits of 60 tokens read at once and in two halves, the state handed on.
inline double halves_differ(const Recalling& model, const Tensor& text) {
  NoGrad guard;
  const Tensor ids = text.narrow(0, 0, 60).unsqueeze(0);
  nn::RecurrentState none, state;
  const Tensor first = model.read(ids.narrow(1, 0, 30), state), second = model.read(ids.narrow(1, 30, 30), state);
  return amax(abs(cat({first, second}, 1) - model.read(ids, none))).item();
}

/// d sum(h_T) / d x_1, its length: how much the last state hears of the first input. Mean over 8 sequences.
inline double reach(const nn::Recurrent& layer, int64_t I, int64_t T) {
  const Tensor x = randn({8, T, I}).requires_grad_();
  const Tensor last = layer(x).output.select(1, -1);      // (8, H)
  const Tensor first = grad(last.sum(), x).select(1, 0);  // (8, I)
  return mean(sqrt(sum(square(first), 1))).item();
}

/// Opens or closes an LSTM's forget gates: their part of b_ih, rows H to 2H.
inline void set_forget_bias(const nn::LSTM& lstm, double value) {
  const Tensor bias = lstm.parameters()[2];
  NoGrad guard;
  bias.narrow(0, bias.size(0) / 4, bias.size(0) / 4).fill_(value);
}

/// The game of recall: the first of T letters is one of four, the others are noise. Which was the first?
template <class Layer>
struct Recaller : nn::Module {
  Tensor logits(const Tensor& x) const { return head(layer(x).output.select(1, -1)); }  // (B, T, 8) -> (B, 4)
  Layer layer = child(this, "layer", 8, 32);
  nn::Linear head = child(this, "head", 32, 4);
};

/// Learns the game, and returns the share of right answers to 200 new questions.
template <class Layer>
double play_recall(Recaller<Layer>& model, int64_t T, int steps) {
  const auto draw = [T](int64_t B) {
    const Tensor first = randint(0, 4, {B, 1}), noise = randint(4, 8, {B, T - 1});
    return std::pair(index_select(eye(8), 0, cat({first, noise}, 1).reshape({-1})).reshape({B, T, 8}),
                     first.reshape({-1}));
  };
  const std::vector<Tensor> parameters = model.parameters();
  optim::Adam adam(parameters, 5e-3);
  for (int step = 0; step < steps; ++step) {
    const auto [x, y] = draw(32);
    adam.zero_grad();
    cross_entropy(model.logits(x), y).backward();
    optim::clip_grad_norm_(parameters, 1);
    adam.step();
  }
  NoGrad guard;
  const auto [x, y] = draw(200);
  return mean(eq(argmax(model.logits(x), 1), y).to(float64)).item();
}

}  // namespace tutorial
