#pragma once
/// The classic mistakes of mixed precision, made on purpose, and what finds them.

#include "15_model.h"
#include "tutorial.h"

namespace tutorial {

inline void float16_without_scaling() {
  set_num_threads(1);
  say("  Here the loss counts a hundred-thousandth, as a small part of a sum of losses might. Adam divides by the size "
      "of\n"
      "  the gradients, so float32 does not care.\n");
  std::vector<Outcome> ends;
  for (const Precision& how : precisions()) {
    ends.push_back(learn_in(how, 1e-5));
    say("  {:<20} loss {:.2f}   right answers {:.2f}", how.name, ends.back().loss, ends.back().right);
  }
  claim("float16 without scaling learns nothing", ends[2].right < 0.4);
  claim("the other three learn it", ends[0].right > 0.99 && ends[1].right > 0.99 && ends[3].right > 0.99);
  say("\n  The loss stands still and no message comes. What finds it: count the gradients that are exactly 0.\n");
  const DeepReader model(2, true);
  const Drawers batch = make_drawers(64, 1);
  Tensor reference;
  std::vector<double> zero;
  for (const Precision& how : precisions()) {
    for (Tensor p : model.parameters()) p.zero_grad();
    const double scale = how.scaled ? 65536 : 1;
    Tensor loss;
    {
      Autocast guard(default_device(), how.half, how.half.has_value());
      loss = loss_of(model(batch), batch);
    }
    (loss * 1e-5 * scale).backward();
    const Tensor g = all_gradients(model) / scale;
    if (!how.half) reference = g;
    zero.push_back(lost(g, reference));
    say("  {:<20} {:>6.2f} % of the gradients are exactly 0 and should not be", how.name, 100 * zero.back());
  }
  claim("without scaling more than half of them", zero[2] > 0.5);
  claim("with a scale of 65536 less than 1 in 100", zero[3] < 0.01);
}

/// Weights kept in bfloat16 do not see small steps.
inline void half_weights() {
  Tensor half = tensor({1.0}).to(bfloat16), full = tensor({1.0});
  for (int step = 0; step < 100; ++step) half = half - 0.001, full = full - 0.001;
  check("float32: 1 - 100 * 0.001", 0.9, full.item());
  check("bfloat16: its next number below 1 is 0.9961", 1, half.item());
  say("  Each step rounds back to 1. So the weights stay float32, and only products are computed in half.");
  std::string message = "nothing";
  try {
    Tensor parameter = ones({2}).to(bfloat16).detach().requires_grad_();
    optim::SGD sgd({parameter}, {.lr = 0.001});
  } catch (const DTypeError& error) {
    message = error.what();
  }
  say("  {}", message);
  claim("the optimisers refuse such weights", message.find("bfloat16") != std::string::npos);
}

/// Clipping sees the scaled gradients.
inline void clip_before_unscale() {
  double moved[2], norms[2];
  for (const bool right : {false, true}) {
    Tensor w = zeros({2}, {.requires_grad = true});
    optim::SGD sgd({w}, {.lr = 0.1});
    optim::GradScaler scaler;
    scaler.scale((w * tensor({0.3, 0.4})).sum()).backward();  // gradient (0.3, 0.4), norm 0.5
    if (right) scaler.unscale_(sgd);
    norms[right] = optim::clip_grad_norm_({w}, 1);
    scaler.step(sgd);
    scaler.update();
    moved[right] = norm(w.detach()).item();
    say("  {:<24} the norm that clipping saw {:<9.1f} the step's length {:.7f}",
        right ? "unscale_, then clip" : "clip without unscale_", norms[right], moved[right]);
  }
  check("the right step: lr * 0.5", 0.05, moved[true]);
  check("the wrong one: lr * 1 / 65536, in millionths", 0.1e6 / 65536, 1e6 * moved[false]);
  say("  What finds it: print the norm that clip_grad_norm_ returns. Tens of thousands are a scale, not a gradient.");
}

}  // namespace tutorial
