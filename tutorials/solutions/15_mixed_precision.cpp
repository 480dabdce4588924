// Answers to the exercises of tutorial 15.
#include "../15_model.h"
#include "lemma/core/half.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// Adds what makes everything above half of the lost 16 bits carry into the kept ones; at exactly half, the last kept
// bit decides, so that the result is even.
uint16_t round_to_bfloat16(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

void answers() {
  set_num_threads(1);
  exercise(1, "The order of a sum");
  const Tensor a = tensor({2048.0}).to(float16), one = tensor({1.0}).to(float16);
  check("(2048 + 1) + 1", 2048, ((a + one) + one).item());
  check("2048 + (1 + 1)", 2050, (a + (one + one)).item());
  say("  Add the small numbers first. Lemma's sums run in float32 and round once at the end:");
  check("sum of 2048, 1, 1 in float16", 2050, cat({a, one, one}).sum().item());

  exercise(2, "Rounding to bfloat16");
  bool same = true;
  for (const double size : {1e-30, 1e-3, 1.0, 1e20})
    for (const float x : (randn({25000}) * size).to(Device::cpu()).to_vector<float>())
      same = same && round_to_bfloat16(x) == BFloat16(x).bits;
  claim("100000 numbers of four sizes: the same bits", same);
  check("1.00390625 lies half-way between 1 and 1.0078: to even, 1", 1, tensor({1.00390625}).to(bfloat16).item());
  check("1.01171875 between 1.0078 and 1.0156: to even, 1.0156", 1.0156, tensor({1.01171875}).to(bfloat16).item());
  say("  A NaN needs a rule of its own: adding could turn it into an infinity.");

  exercise(3, "The best scale");
  say("  Numbers with all their digits lie from 2^-14 = 6.1e-5 to 65504. scale * 1e-9 must reach 6.1e-5, so the scale\n"
      "  must be 61000 at least; scale * 1e-2 must stay below 65504, so 6.5 million at most: 2^16 to 2^22.");
  const auto worst = [](double scale) {
    const Tensor g = exp(arange(-9.0, -1.99, 0.1).to(float64) * std::log(10.0));  // 1e-9 to 1e-2
    const Tensor back = (g * scale).to(float16).to(float64) / scale;
    return amax(abs(back / g - 1)).item();
  };
  claim("2^16 and 2^22: no number is off by more than 2^-11",
        worst(std::exp2(16)) <= 0.00049 && worst(std::exp2(22)) <= 0.00049);
  claim("2^12 loses digits, 2^24 gives infinities", worst(std::exp2(12)) > 0.001 && std::isinf(worst(std::exp2(24))));
  say("  65504 / 6.1e-5 = 1.07e9: if the largest and the smallest are further apart than that, no scale saves both.");

  exercise(4, "What an encoder keeps");
  const nn::TransformerEncoder encoder(64, 4, 4, {.dim_feedforward = 256, .dropout = 0});
  const Tensor x = randn({64, 32, 64});
  double kept[2];
  for (const bool half : {false, true}) {
    kept[half] = bytes_kept([&] { return encoder(x); }, half);
    say("  {:<9} {:>5.1f} MB", half ? "bfloat16" : "float32", 1e-6 * kept[half]);
  }
  claim("it saves something, but less than a third", kept[1] < kept[0] && kept[1] > 0.67 * kept[0]);
  say("  Softmax and LayerNorm run in float32, so their inputs and results are kept in float32; only the products' "
      "are\n"
      "  halved. The wider the model, the smaller is the softmax's share.");

  exercise(5, "A scale of 2^40");
  const DeepReader model(2, true);
  optim::Adam adam(model.parameters(), adam_of_the_paper(0.003));
  optim::GradScaler scaler({.init_scale = std::exp2(40)});
  int skipped = 0;
  for (int step = 0; step < 60; ++step) {
    const Drawers batch = make_drawers(64, 1);
    adam.zero_grad();
    Tensor loss;
    {
      Autocast guard(default_device(), float16);
      loss = loss_of(model(batch), batch);
    }
    scaler.scale(loss).backward();
    skipped += !scaler.step(adam);
    scaler.update();
  }
  say("  {} steps skipped; the scale is now 2^{:.0f}.", skipped, std::log2(scaler.get_scale()));
  check("each halved the scale", 40, std::log2(scaler.get_scale()) + skipped);
  claim("all of them at the start: fewer than 30 of 60", skipped > 10 && skipped < 30);
  say("  Each cost a forward and a backward pass, and nothing else: a skipped step changes no weight, nor Adam's "
      "means.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
