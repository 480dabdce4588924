// Tutorial 15: mixed precision. Text: docs/tutorials/15_mixed_precision.md
#include <chrono>

#include "15_breaks.h"
#include "15_model.h"
#include "lemma/core/half.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

// The number that 16 bits stand for: one for the sign, some for the exponent, the others for the fraction.
double decode(int bits, int exponent_bits) {
  const int fraction_bits = 15 - exponent_bits, ones = (1 << exponent_bits) - 1, bias = ones / 2;
  const int exponent = bits >> fraction_bits & ones;
  const double sign = bits >> 15 ? -1 : 1, fraction = std::ldexp(bits & ((1 << fraction_bits) - 1), -fraction_bits);
  if (exponent == ones) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias);  // subnormal: no 1 in front, for numbers near 0
  return sign * std::ldexp(1 + fraction, exponent - bias);
}

void bits() {
  section("16 bits: sign * 1.fraction * 2^(exponent - bias)");
  say("  {:<10}  float16: 1, 5 and 10 bits   bfloat16: 1, 8 and 7 bits", "");
  for (const float x : {1.0f, 2.0f, 3.0f, 0.1f, -0.1f, 65504.0f})
    say("  {:<10}  {}          {}", x, picture(Half(x).bits, 5), picture(BFloat16(x).bits, 8));
  bool same = true;
  const auto equal_or_nan = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (int b = 0; b < 65536; ++b)
    same = same && equal_or_nan(decode(b, 5), static_cast<float>(Half::from_bits(static_cast<uint16_t>(b)))) &&
           equal_or_nan(decode(b, 8), detail::float_of(static_cast<uint32_t>(b) << 16));
  claim("decode() and the library agree on all 65536 patterns of both", same);
  say("\n  {:<28} {:>12} {:>12}", "", "float16", "bfloat16");
  const auto row = [](const char* what, int half, int brain) {
    say("  {:<28} {:>12.4g} {:>12.4g}", what, decode(half, 5), decode(brain, 8));
  };
  row("largest", 0x7bff, 0x7f7f);
  row("smallest, all digits", 0x0400, 0x0080);
  row("smallest above 0", 0x0001, 0x0001);
  row("the next after 1", 0x3c01, 0x3f81);
  check("float16's largest, (2 - 2^-10) 2^15", 65504, decode(0x7bff, 5));
  check("its smallest, 2^-24, in billionths", 59.6046, 1e9 * decode(1, 5));
  check("steps after 1: 2^-10 and 2^-7, in thousandths", {0.9766, 7.8125},
        tensor({decode(0x3c01, 5) - 1, decode(0x3f81, 8) - 1}) * 1000);
  say("\n  Count to 3000 by adding 1:");
  Tensor half = tensor({0.0}).to(float16), brain = tensor({0.0}).to(bfloat16);
  for (int i = 0; i < 3000; ++i) half = half + 1, brain = brain + 1;
  check("float16: 2049 lies between 2048 and 2050", 2048, half.item());
  check("bfloat16: 257 lies between 256 and 258", 256, brain.item());
}

void overflow() {
  section("Too large: inf");
  const Tensor q = full({1, 64}, 32.0), k = full({64, 1}, 32.0);
  say("  A query and a key of 64 numbers, each 32: 64 * 32 * 32 = 65536, and float16 ends at 65504.");
  check("float32", 65536, matmul(q, k).item());
  check("bfloat16", 65536, matmul(q.to(bfloat16), k.to(bfloat16)).item());
  claim("float16: infinite", std::isinf(matmul(q.to(float16), k.to(float16)).item()));
  claim("e^12 = 162755 is, too", std::isinf(exp(tensor({12.0}).to(float16)).item()));
  say("\n  Autocast chooses for each operation: products in half, what has large or tiny values in float32.");
  Autocast guard(default_device(), float16);
  const Tensor scores = matmul(randn({2, 5, 8}), randn({2, 8, 5}));
  check("matmul of float32 tensors: shape, dtype", "(2, 5, 5) float16",
        fmt::format("{} {}", scores.shape().str(), name(scores.dtype())));
  check("softmax of that", "(2, 5, 5) float32",
        fmt::format("{} {}", softmax(scores, -1).shape().str(), name(softmax(scores, -1).dtype())));
  check("exp of a float16 12", 162754.7914, exp(tensor({12.0}).to(float16)).item(), 0.1);
}

void underflow() {
  section("Too small: 0, and the scale that saves it");
  say("  The gradient of a logit is (probability - truth) / N (step 04). For p = 0.00001 and N = 1000 tokens: 1e-8.");
  const Tensor g = tensor({1e-8});
  check("float16 of 1e-8", 0, g.to(float16).item(), 0);
  check("times 65536, to float16 and back, / 65536, in billionths", 10,
        1e9 * ((g * 65536).to(float16).to(float32) / 65536).item(), 0.01);
  say("  A gradient is linear in the loss: multiply the loss by 65536, and every gradient is 65536 times larger.\n");
  say("  Of the gradients of a model that learns, exactly 0 in float16 and not in float32:");
  say("  step   loss     largest    not scaled   times 65536");
  double last[2] = {0, 0};
  watch_gradients([&](int step, double loss, double largest, double plainly, double scaled) {
    say("  {:<4}   {:.4f}   {:.1e}   {:>6.2f} %     {:>6.2f} %", step, loss, largest, 100 * plainly, 100 * scaled);
    last[0] = plainly, last[1] = scaled;
  });
  claim("the better the model, the smaller its gradients: at the end more than 1 in 200 is lost", last[0] > 0.005);
  claim("scaled, less than 1 in 1000", last[1] < 0.001);
}

void dynamics() {
  section("GradScaler: as large as possible, found by trying");
  say("  One weight, y = 4 w, L = y: the gradient is 4, scaled 4 * scale, and must stay below 65520 in float16.");
  Tensor w = zeros({1, 1}, {.requires_grad = true});
  optim::SGD sgd({w}, {.lr = 0.01});
  optim::GradScaler scaler({.init_scale = 65536, .growth_interval = 4});
  std::string scales, steps;
  for (int step = 0; step < 9; ++step) {
    scales += fmt::format("{}{:.0f}", step ? " " : "", scaler.get_scale());
    sgd.zero_grad();
    Tensor loss;
    {
      Autocast guard(default_device(), float16);
      loss = matmul(w, full({1, 1}, 4.0)).sum();
    }
    scaler.scale(loss).backward();
    steps += fmt::format("{}{}", step ? " " : "", scaler.step(sgd) ? "taken" : "skipped");
    scaler.update();
  }
  check("scale: halved at an inf, doubled after 4 good steps", "65536 32768 16384 8192 8192 8192 8192 16384 8192",
        scales);
  check("the steps", "skipped skipped skipped taken taken taken taken skipped taken", steps);
  check("5 steps of 0.01 * 4 were taken, unscaled: w", -0.2, w.item());
}

void side_by_side() {
  section("Beside float32: accuracy, memory, time");
  say("  300 steps on the drawers, the same start and batches:");
  std::vector<double> seconds;
  bool all = true;
  for (const Precision& how : precisions()) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome end = learn_in(how);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    say("  {:<20} loss {:.4f}   right answers {:.3f}   steps skipped {}", how.name, end.loss, end.right, end.skipped);
    all = all && end.right > 0.99;
  }
  claim("all four learn it", all);
  say("\n  What forward keeps for backward, in six Linear(64, 64) with relu, on x (2048, 64):");
  nn::Sequential stack;
  for (int i = 0; i < 6; ++i) stack.add<nn::Linear>(64, 64), stack.add<nn::ReLU>();
  const Tensor x = randn({2048, 64});
  double kept[2];
  for (const bool half : {false, true}) {
    kept[half] = bytes_kept([&] { return stack(x); }, half);
    check(half ? "bfloat16: x and 6 results * 2 bytes, in MB" : "float32: 6 results * 2048 * 64 * 4 bytes, in MB",
          half ? 7 * 2048 * 64 * 2e-6 : 6 * 2048 * 64 * 4e-6, 1e-6 * kept[half], half ? 0.05 : 0.01);
  }
  claim("less than two thirds, not a half: x and the weights are kept in half beside their float32 selves",
        kept[1] < 0.66 * kept[0] && kept[1] > 0.5 * kept[0]);
  say("\n  Time here, float32 = 1: bfloat16 {:.1f}, float16 {:.1f}. A CPU multiplies halves by turning each into\n"
      "  float32 and back, so it gains nothing. A GPU has tensor cores for them: several times faster (step 16).",
      seconds[1] / seconds[0], seconds[3] / seconds[0]);
}

int lesson() {
  begin("15: mixed precision", "Can a network compute with numbers of half the size, and what is lost?",
        "a few seconds", 1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {bits, overflow, underflow, dynamics, side_by_side}) part();
  return finish(
      {"float16 has more digits and a short range, 6e-8 to 65504; bfloat16 has float32's range and few digits.",
       "Autocast computes products in half and sums, exponentials and losses in float32; weights stay float32.",
       "Small gradients become 0 in float16. Scale the loss, unscale the gradients, skip a step that holds an inf."},
      {"In float16, is (a + b) + c always a + (b + c)? Find three numbers for which it is not.",
       "Write the rounding of a float32 to bfloat16 on its bits, and compare with the library on many numbers.",
       "Work out the best scale for gradients from 1e-9 to 1e-2. For which range is there none?",
       "Measure what a TransformerEncoder keeps in bfloat16. Why does it save less than the Linear layers?",
       "Start the GradScaler at 2^40. How many steps are skipped, and what do they cost?"},
      "scripts/tutorial.sh 16");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "float16_without_scaling",
               .mistake = "float16 gradients without a GradScaler",
               .show = float16_without_scaling},
              {.name = "half_weights", .mistake = "weights kept in bfloat16", .show = half_weights},
              {.name = "clip_before_unscale", .mistake = "scaled gradients are clipped", .show = clip_before_unscale}});
}
