#pragma once
/// The classic mistakes of tutorial 08, made on purpose, and what finds them.

#include "08_model.h"
#include "tutorial.h"

namespace tutorial {

/// E[x^2] - E[x]^2: right on paper, and one pass over the numbers in place of two.
inline Tensor naive_norm(const Tensor& x) {
  const Tensor mean = x.mean({-1}, true), variance = x.square().mean({-1}, true) - mean.square();
  return (x - mean) / (variance + 1e-5).sqrt();
}

inline void naive_variance() {
  say("  1, 2, 3, 4 has the variance 1.25, and so has 1, 2, 3, 4 plus any number. Two ways to compute it in "
      "float32:\n");
  say("  added       mean of (x - mean)^2   mean of x^2 - mean^2");
  const Tensor small = tensor({{1.0, 2.0, 3.0, 4.0}});
  std::vector<double> naive;
  for (const double added : {0.0, 100.0, 3000.0, 10000.0, 30000.0}) {
    const Tensor x = small + added;
    naive.push_back((x.square().mean({-1}) - x.mean({-1}).square()).item());
    say("  {:<9}   {:<20}   {}", added, number(var(x, {-1}, 0).item()), number(naive.back()));
  }
  say("\n  x^2 near 10^8 is kept to about 8 in either direction: the 1.25 is lost between two large numbers.\n");
  claim("near 0 both agree", std::abs(naive[0] - 1.25) < 1e-6);
  claim("further out the short way is wrong by more than 0.5", std::abs(naive[4] - 1.25) > 0.5);
  const Tensor x = randn({64, 32}) * 0.1 + 10000, y = naive_norm(x);
  claim("of 64 tokens with mean 10000 and spread 0.1, some get NaN: the root of a negative variance", any(isnan(y)));
  std::string message = "nothing";
  try {
    DetectAnomaly find;
    naive_norm(x);
  } catch (const GradError& error) {
    message = error.what();
  }
  say("  what finds it: {}", message.substr(0, message.find('\n')));
  claim("DetectAnomaly names the operation: sqrt", message.find("sqrt") != std::string::npos);
  claim("and a comparison with nn::LayerNorm, at a mean of 1000 already, where nothing is NaN",
        !allclose(naive_norm(x - 9000), nn::LayerNorm({32})(x - 9000), 0.1, 0.1));
}

inline void post_norm_no_warmup() {
  set_num_threads(1);
  say("  12 layers read the drawers of step 05. Adam, learning rate 0.004 from the first step on; a guess costs ln 8 "
      "=\n"
      "  2.08. The gradient is that of the first layer's fc1. The last column: how far the results for 32 different\n"
      "  questions differ (their standard deviation).\n");
  say("                           step   loss   gradient   spread of results");
  std::vector<double> loss, length, spread;
  for (const int kind : {0, 1, 2}) {
    manual_seed(arguments().seed.value_or(1));
    const DeepReader reader(12, kind == 0);
    optim::Adam adam(reader.parameters(), {.lr = 0.004});
    optim::LambdaLR schedule(adam, [&](int64_t step) {  // what it returns multiplies the learning rate
      return kind == 2 ? std::min(1.0, static_cast<double>(step + 1) / 100) : 1.0;
    });
    for (int step = 0; step <= 160; ++step) {
      const Drawers batch = make_drawers(32, 1);
      adam.zero_grad();
      const Tensor now = cross_entropy(reader(batch), batch.answers.reshape({-1}));
      now.backward();
      if (step % 80 == 0) {
        const char* const names[] = {"pre-norm", "post-norm", "post-norm, rate rises"};
        loss.push_back(now.item()), length.push_back(norm(reader.encoder.layers[0].linear1.weight.grad()).item());
        spread.push_back(reader.encode(batch).detach().std({0}).mean().item());
        say("  {:<23}  {:<4}   {:.2f}   {:.1e}    {:.1e}", step > 0 ? "" : names[kind], step, loss.back(),
            length.back(), spread.back());
      }
      adam.step();
      schedule.step();
    }
  }
  say("\n  At step 0 nothing tells them apart. At step 80 the second is at a guess, no gradient reaches its first "
      "layer,\n"
      "  and all questions give the same result. Its first steps were too long, and a LayerNorm after each addition\n"
      "  stands in the way back. A rate that rises from 0 over 100 steps (warm-up, step 13) prevents it.");
  claim("pre-norm has learnt it", loss[2] < 0.5);
  claim("post-norm is stuck at a guess", loss[5] > 1.6);
  claim("what finds it: its gradient is 100 times shorter than at the start", length[4] < length[3] / 100);
  claim("and its results hardly differ", spread[4] < spread[3] / 100);
  claim("with a rate that rises it learns", loss[8] < 0.8);
}

}  // namespace tutorial
