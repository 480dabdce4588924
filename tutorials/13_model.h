#pragma once
/// What tutorial 13 trains: an encoder that reads the drawers of step 05, as deep as one likes, and one run of training
/// that can be broken in seven ways.

#include "recall.h"

namespace tutorial {

/// Reads four drawers and a question for one letter, and answers with one of 8 numbers.
struct DeepReader : nn::Module {
  DeepReader(int64_t layers, bool norm_first, double dropout = 0, int64_t D = 32)
      : letters(child(this, "letters", kDrawers, D)),
        numbers(child(this, "numbers", kNumbers + 1, D)),
        encoder(child(this, "encoder", D, 2, layers,
                      nn::EncoderOptions{.dim_feedforward = 2 * D, .dropout = dropout, .norm_first = norm_first},
                      norm_first)),
        read(child(this, "read", D, kNumbers)) {}
  Tensor embed(const Drawers& in) const { return letters(in.letters) + numbers(in.numbers); }  // (B, 5, D)
  Tensor operator()(const Drawers& in) const {
    return read(encoder(embed(in)).select(1, kDrawers));  // the question's row: (B, D) -> (B, 8)
  }

  nn::Embedding letters, numbers;
  nn::TransformerEncoder encoder;
  nn::Linear read;
};

inline Tensor loss_of(const Tensor& logits, const Drawers& in) {
  return cross_entropy(logits, in.answers.reshape({-1}));
}

/// Adam as the paper has it: its means of squares look back over 50 steps, not 1000.
inline optim::AdamOptions adam_of_the_paper(double lr) { return {.lr = lr, .betas = {0.9, 0.98}, .eps = 1e-9}; }

/// Batches of 32 new drawers, at the full rate from the first step or after `warm_up` steps that rise to it. Calls
/// before(step, loss) when the gradients are known and nothing has changed yet.
template <class Before>
void learn_deep(const DeepReader& model, int steps, int warm_up, Before before) {
  optim::Adam adam(model.parameters(), adam_of_the_paper(0.005));
  for (int step = 0; step < steps; ++step) {
    adam.set_lr(0.005 * std::min(1.0, (step + 1.0) / warm_up));
    const Drawers batch = make_drawers(32, 1);
    adam.zero_grad();
    const Tensor loss = loss_of(model(batch), batch);
    loss.backward();
    before(step, loss.item());
    adam.step();
  }
}

/// How far w = 1 has come down the bowl w^2 after 100 steps of Adam whose rate is `lr` times factor(step).
inline double moved_with(double lr, const std::function<double(int64_t)>& factor) {
  Tensor w = tensor({1.0}, {.requires_grad = true});
  optim::Adam adam({w}, adam_of_the_paper(lr));
  optim::LambdaLR schedule(adam, factor);
  for (int step = 0; step < 100; ++step) {
    adam.zero_grad();
    (w * w).sum().backward();
    adam.step();
    schedule.step();
  }
  return 1 - w.item();
}

/// Learns y = 2 x1 - x2 by SGD, or Adam; in batch 60 of 120 one target is wrong. How far v is from (2, -1) after each
/// step.
inline std::vector<double> with_a_bad_batch(bool clip, bool adam = false) {
  manual_seed(arguments().seed.value_or(1));
  Tensor v = zeros({2}, {.requires_grad = true});
  const Tensor truth = tensor({2.0, -1.0});
  optim::SGD sgd({v}, {.lr = 0.1});
  optim::Adam paper({v}, adam_of_the_paper(0.1));
  optim::Optimizer& optimizer = adam ? static_cast<optim::Optimizer&>(paper) : sgd;
  std::vector<double> off;
  for (int step = 1; step <= 120; ++step) {
    const Tensor x = randn({16, 2});
    Tensor y = matmul(x, truth);  // (16)
    if (step == 60) y[0] = 10000.0;
    optimizer.zero_grad();
    mse_loss(matmul(x, v), y).backward();
    if (clip) optim::clip_grad_norm_({v}, 1);
    optimizer.step();
    off.push_back(norm(v.detach() - truth).item());
  }
  return off;
}

/// A curve as a line of characters, each the mean of some steps. `low` is the lowest character, `high` and all above it
/// the highest; '!' stands for what is not a number.
inline std::string curve(const std::vector<double>& values, double low, double high, size_t width = 40) {
  static const std::vector<std::string> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
      letters{"_", ".", ",", "-", "=", "+", "*", "#"};
  std::string text;
  for (size_t i = 0; i < width; ++i) {
    const size_t begin = i * values.size() / width, end = std::max(begin + 1, (i + 1) * values.size() / width);
    double mean = 0;
    for (size_t k = begin; k < end; ++k) mean += values[k] / static_cast<double>(end - begin);
    if (!std::isfinite(mean)) {
      text += "!";
      continue;
    }
    const double level = std::clamp(8 * (mean - low) / (high - low), 0.0, 7.0);
    text += (plain() ? letters : blocks)[static_cast<size_t>(level)];
  }
  return text;
}

inline double mean_of(const std::vector<double>& values, size_t begin, size_t end) {
  double sum = 0;
  for (size_t i = begin; i < end; ++i) sum += values[i];
  return sum / static_cast<double>(end - begin);
}

/// What may be wrong with a run of training.
struct Fault {
  double rate = 1;               ///< the learning rate is this many times the right one
  bool keeps_gradients = false;  ///< no zero_grad
  bool softmax_first = false;    ///< softmax before cross_entropy, which has one inside
  bool wrong_labels = false;     ///< each example has another one's answer
  bool sorted = false;           ///< all examples with the answer 0 first, then 1, ...
  bool stays_in_train = false;   ///< no eval() before measuring
};

/// The healthy run, then A to G.
inline std::vector<Fault> faults() {
  return {{},
          {.rate = 100},
          {.stays_in_train = true},
          {.sorted = true},
          {.keeps_gradients = true},
          {.softmax_first = true},
          {.rate = 0.01},
          {.wrong_labels = true}};
}

/// What a run shows from outside.
struct Sheet {
  std::vector<double> losses, norms;  ///< of every step: the loss, and the norm of all gradients together
  double moved = 0;                   ///< how far all parameters went, as a multiple of where they began
  double train = 0, dev = 0;          ///< right answers at the end
};

/// One line: the loss as a picture from 0 to 3, its first and last mean, the last gradient norm, and the rest.
inline std::string line_of(const Sheet& s) {
  const size_t n = s.losses.size();
  return fmt::format("{}  {:>4.2f} -> {:>4.2f}  {:>6.2f}  {:>7.3f}  {:>5.2f} {:>5.2f}", curve(s.losses, 0, 3, 30),
                     mean_of(s.losses, 0, 5), mean_of(s.losses, n - 20, n), mean_of(s.norms, n - 20, n), s.moved,
                     s.train, s.dev);
}

inline Drawers rows(const Drawers& all, const Tensor& which) {
  return {index_select(all.letters, 0, which), index_select(all.numbers, 0, which),
          index_select(all.answers, 0, which)};
}

/// One run: 2000 drawers to learn from, 1000 others to be tested on, and six epochs of 40 batches of 50.
struct Run {
  explicit Run(const Fault& wrong, double dropout = 0.5)
      : fault(wrong), train(make_drawers(2000, 1)), dev(make_drawers(1000, 1)), model(2, true, dropout) {
    if (fault.wrong_labels) train.answers = index_select(train.answers, 0, argsort(rand({2000})));
    if (fault.sorted) train = rows(train, argsort(train.answers.reshape({-1}), 0));
  }

  double right(const Drawers& in) {
    NoGrad guard;
    model.train(fault.stays_in_train);
    return eq(argmax(model(in), 1), in.answers.reshape({-1})).to(float32).mean().item();
  }

  Tensor all_parameters() const {
    std::vector<Tensor> rows;
    for (const Tensor& p : model.parameters()) rows.push_back(p.detach().reshape({-1}));
    return cat(rows);
  }

  Sheet learn(int epochs = 6) {
    Sheet sheet;
    const Tensor start = all_parameters();
    optim::Adam adam(model.parameters(), adam_of_the_paper(0.003 * fault.rate));
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const Tensor order = fault.sorted ? arange(2000) : argsort(rand({2000}));
      for (int64_t at = 0; at < 2000; at += 50) {
        const Drawers batch = rows(train, order.narrow(0, at, 50));
        if (!fault.keeps_gradients) adam.zero_grad();
        const Tensor logits = model(batch);
        const Tensor loss = loss_of(fault.softmax_first ? softmax(logits, 1) : logits, batch);
        loss.backward();
        sheet.losses.push_back(loss.item());
        sheet.norms.push_back(optim::grad_norm(model.parameters()));
        adam.step();
      }
    }
    sheet.moved = (norm(all_parameters() - start) / norm(start)).item();
    sheet.train = right(train), sheet.dev = right(dev);
    return sheet;
  }

  Fault fault;
  Drawers train, dev;
  DeepReader model;
};

}  // namespace tutorial
