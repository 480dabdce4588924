#pragma once
/// What step 19 measures, and its classic mistakes.

#include "19_model.h"

using namespace lemma;
using namespace tutorial;

constexpr int kSteps19 = 500;

/// The fastest of ten rounds: what else the machine does is in the slower ones.
template <class Work>
double microseconds(int times, Work work) {
  NoGrad guard;
  double best = 1e9;
  for (int round = 0; round < 10; ++round) {
    const double begin = seconds();
    for (int i = 0; i < times; ++i) work();
    best = std::min(best, 1e6 * (seconds() - begin) / times);
  }
  return best;
}

inline void time_gates() {
  for (const auto& [B, H] : {std::pair{1, 16}, {12, 104}}) {
    const Tensor h = randn({B, H}), all = randn({4 * H, H});
    const std::vector<Tensor> parts = chunk(all, 4, 0);
    const double one = microseconds(100, [&, h = h] { matmul(h, all.t()); });
    const double four = microseconds(100, [&, h = h] {
      for (const Tensor& part : parts) matmul(h, part.t());
    });
    say("  B = {:>2}, H = {:>3}: one product {:.1f} us, four products {:.1f} us", B, H, one, four);
  }
}

/// A token written when `before` stand already: microseconds of the Transformer with caches.
inline double next_token(const Attending& model, int64_t before) {
  NoGrad guard;
  std::vector<nn::KeyValueCache> caches(static_cast<size_t>(Attending::L));
  model.read(zeros({1, before}, {.dtype = int64}), &caches);
  return microseconds(1, [&] { model.read(zeros({1, 1}, {.dtype = int64}), &caches); });
}

inline void lengths(const Text& text) {
  const int64_t V = text.size();
  const Attending attending(V, 1100);
  const Recalling recalling(V);
  say("  One text of T tokens, forward and backward: milliseconds, and the most that its tensors held.\n");
  say("  {:>5} {:>22} {:>22}", "T", "Transformer", "LSTM");
  std::vector<Cost> a, b;
  for (const int64_t T : {128, 256, 512, 1024}) {
    a.push_back(cost_of(attending, text.train, T)), b.push_back(cost_of(recalling, text.train, T));
    say("  {:>5} {:>10.1f} ms {:>5.1f} MB {:>10.1f} ms {:>5.1f} MB", T, 1e3 * a.back().seconds, a.back().bytes / 1e6,
        1e3 * b.back().seconds, b.back().bytes / 1e6);
  }
  const double grows_a = a[3].bytes / a[2].bytes, grows_b = b[3].bytes / b[2].bytes;
  say("\n  From 512 to 1024 the memory grows {:.1f} times, and {:.1f} times.", grows_a, grows_b);
  claim("the LSTM's with T", std::abs(grows_b - 2) < 0.2);
  claim("the Transformer's faster than T: it holds T^2 weights a head", grows_a > 2.8);

  nn::RecurrentState state;
  const double us = microseconds(10, [&] { recalling.read(zeros({1, 1}, {.dtype = int64}), state); });
  say("\n  To write one more token, behind t others: numbers that are kept, and microseconds.\n");
  say("  {:>5} {:>22} {:>22}", "t", "Transformer", "LSTM");
  for (const int64_t t : {64, 256, 1024})
    say("  {:>5} {:>11} {:>7.0f} us {:>11} {:>7.0f} us", t, 2 * Attending::L * Attending::D * t,
        next_token(attending, t), 2 * Recalling::H, us);
}

inline void shut_gates() {
  const nn::LSTM shut(8, 32);
  set_forget_bias(shut, -5);
  const double far = reach(shut, 8, 20);
  say("  sigmoid(-5) = 0.007: each step keeps less than a hundredth. What the 20th state hears of the first input: "
      "{:.0e}.",
      far);
  claim("found by the gradient in the first input: nothing arrives", far < 1e-12);
  Recaller<nn::LSTM> model;
  set_forget_bias(model.layer, -5);
  const double right = play_recall(model, 20, 150);
  say("  The game of recall over 20 letters, 150 steps: right {:.2f}.", right);
  claim("and the game is not learnt: a guess is right as often", right < 0.5);
}

inline void gate_order() {
  const auto wrong = [](const CellWeights& w, const Tensor& x, const Memory& before) {
    const Tensor all = matmul(x, w.ih.t()) + w.bias_ih + matmul(before.h, w.hh.t()) + w.bias_hh;
    const std::vector<Tensor> gates = chunk(all, 4, 1);  // read as i, g, f, o, which others have
    const Tensor c = sigmoid(gates[2]) * before.c + sigmoid(gates[0]) * tanh(gates[1]);
    return Memory{sigmoid(gates[3]) * tanh(c), c};
  };
  const nn::LSTM lstm(3, 4);
  const Tensor x = randn({2, 1, 3});
  const Memory before{randn({2, 4}), randn({2, 4})};
  const nn::RecurrentResult theirs = lstm(x, {}, {before.h.unsqueeze(0), before.c.unsqueeze(0)});
  const Memory ours = wrong(weights_of(lstm), x.select(1, 0), before);
  check("its shape is right", "(2, 4)", ours.h.shape().str());
  const std::vector<Tensor> in = {randn({2, 3}, {.dtype = float64, .requires_grad = true}),
                                  randn({16, 3}, {.dtype = float64, .requires_grad = true})};
  const Tensor zero = zeros({2, 4}, {.dtype = float64}), hh = zeros({16, 4}, {.dtype = float64}),
               bias = zeros({16}, {.dtype = float64});
  claim("gradcheck passes: it is a formula like any other",
        gradcheck(
            [&](const auto& v) {
              return wrong({v[1], hh, bias, bias}, v[0], {zero, zero}).h;
            },
            in)
            .ok);
  claim("found by numbers of another program for the same weights",
        amax(abs(ours.h - theirs.state.h[0])).item() > 0.05);
  say("  Trained from the start such a cell is as good as any. It fails when weights are loaded, and then silently.");
}

inline void state_leaks() {
  const Text text = small_text();
  Recalling model(text.size());
  NoGrad guard;
  const Tensor window = text.dev.narrow(0, 0, 20).unsqueeze(0);
  nn::RecurrentState kept;
  const auto first_logits = [&](bool carried, int64_t other) {
    nn::RecurrentState state;
    model.read(text.train.narrow(0, other, 50).unsqueeze(0), state);  // a window that has nothing to do with it
    if (!carried) state = {};
    return model.read(window, state).select(1, 0);
  };
  say("  The test: change the text that was read before, and look at the answer to a text that does not follow it.");
  claim("carried over, it moves", amax(abs(first_logits(true, 0) - first_logits(true, 1000))).item() > 1e-4);
  check("with an empty state for each text it does not", 0,
        amax(abs(first_logits(false, 0) - first_logits(false, 1000))).item(), 0);
  say("  No error comes, and the loss looks well. But what is said of a text depends on who asked before.");
}

inline void no_detach() {
  const Text text = small_text();
  const Recalling model(text.size());
  const auto loss = [&](int64_t at, nn::RecurrentState& state) {
    const Tensor logits = model.read(text.train.narrow(0, at, 32).unsqueeze(0), state);  // (1, 32, V)
    return cross_entropy(logits[0], text.train.narrow(0, at + 1, 32));
  };
  say("  Windows that follow each other, each begun with the state that the last one ended with:");
  nn::RecurrentState state;
  loss(0, state).backward();
  std::string said;
  try {
    loss(32, state).backward();
  } catch (const GradError& error) {
    said = error.what();
  }
  say("    {}", said);
  claim("the second backward pass comes to a past that is gone, and says so", !said.empty());
  const auto held_after = [&](bool detached) {
    nn::RecurrentState carried;
    const size_t before = memory::active(text.train.device());
    for (int64_t i = 0; i < 6; ++i) {
      loss(32 * i, carried).backward({}, true);
      if (detached) carried = {carried.h.detach(), carried.c.detach()};
    }
    return static_cast<double>(memory::active(text.train.device()) - before) / 1e3;
  };
  const double grown = held_after(false), flat = held_after(true);
  say("  retain_graph = true silences it. Held after six windows: {:.0f} KB, with detach() {:.0f} KB.", grown, flat);
  claim("the past piles up", grown > 10 * flat);
}
