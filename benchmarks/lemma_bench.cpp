// Times Lemma on one machine: one line of JSON per case, {"case", "ms" (median), "min_ms", "n"}.
// Names, sizes and work are those of the PyTorch script that it is compared with.

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench.h"
#include "lemma/core/cuda.h"
#include "lemma/nn/guide.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/clip.h"

namespace {

using namespace lemma;

/// The whole step: zero_grad, forward, cross-entropy, backward, clipping to norm 1, Adam.
template <class Model>
void train_case(const Bench& bench, const std::string& name, Model model, const Tensor& ids, const Tensor& labels) {
  model.to(bench.device);
  optim::Adam adam(model.parameters(), {.lr = 1e-4});
  bench.run(name, [&] {
    adam.zero_grad();
    const Tensor logits = model(ids);
    cross_entropy(logits.reshape({-1, logits.size(-1)}), labels.reshape({-1})).backward();
    optim::clip_grad_norm_(model.parameters(), 1.0);
    adam.step();
  });
}

void models(const Bench& bench) {
  const Tensor ids = randint(0, 10000, {32, 50}, bench.options(int64)),
               one = randint(0, 10000, {1, 50}, bench.options(int64));
  train_case(bench, "sentiment_train_b32_t50", guide::SentimentClassifier(10000, 256, 4, 2), ids,
             randint(0, 2, Shape(32), bench.options(int64)));
  train_case(bench, "ner_train_b32_t50", guide::NERModel(10000, 256, 4, 10), ids,
             randint(0, 10, {32, 50}, bench.options(int64)));
  guide::SentimentClassifier model(10000, 256, 4, 2);
  model.to(bench.device);
  model.eval();
  const auto infer = [&](const Tensor& x) {
    const NoGrad guard;
    model(x);
  };
  bench.run("sentiment_infer_b32_t50", [&] { infer(ids); });
  bench.run("sentiment_infer_b1_t50", [&] { infer(one); });
  guide::EncoderLayer encoder(512, 8, 2048);
  encoder.to(bench.device);
  const Tensor x = randn({32, 50, 512}, bench.options(float32, true)),
               long_x = randn({4, 512, 512}, bench.options(float32, true));
  bench.run("encoder512_fwd_bwd_b32_t50", [&] { encoder(x).sum().backward(); });
  bench.run("encoder512_fwd_bwd_b4_t512", [&] { encoder(long_x).sum().backward(); });
}

/// Copying, against which every memory-bound case on a CUDA device is compared; only if one of those is asked for.
void measure_copy(Bench& bench, const Tensor& from) {
  bool needed = false;
  for (const char* name :
       {"copy_4096x4096", "softmax_1600x1024", "add_4096x4096", "exp_4096x4096", "sum_rows_4096x4096",
        "sum_cols_4096x4096", "layer_norm_1600x1024", "transpose_copy_4096x4096"})
    needed = needed || bench.asked_for(name);
  if (!needed) return;
  Tensor to = zeros(from.shape(), bench.options());
  const NoGrad guard;
  const std::string only = std::exchange(bench.only, "");
  const double bytes = 2.0 * static_cast<double>(from.numel()) * 4,
               ms = bench.run(
                   "copy_4096x4096", [&] { to.copy_(from); }, bytes);
  bench.copy_gb_s = bytes * 1e-6 / ms;
  bench.only = only;
}

void operations(Bench& bench) {
  std::vector<int64_t> sizes{64, 256, 1024, 2048};
  if (bench.device.is_cuda()) sizes.insert(sizes.end(), {4096, 8192});
  if (cuda::is_emulated() && bench.device.is_cuda())
    sizes = {64, 256};  // that device is for correctness, not for speed
  for (const int64_t n : sizes) {
    const Tensor a = randn({n, n}, bench.options()), b = randn({n, n}, bench.options());
    bench.run("matmul_" + std::to_string(n), [&] { matmul(a, b); });
  }
  const Tensor x = randn({1600, 1024}, bench.options()), big = randn({4096, 4096}, bench.options());
  constexpr double kSmall = 4.0 * 1600 * 1024, kBig = 4.0 * 4096 * 4096;  // bytes
  if (bench.device.is_cuda()) measure_copy(bench, big);
  bench.run(
      "softmax_1600x1024", [&] { softmax(x, -1); }, 2 * kSmall);
  bench.run(
      "add_4096x4096", [&] { big + big; }, 2 * kBig);
  bench.run(
      "exp_4096x4096", [&] { exp(big); }, 2 * kBig);
  bench.run(
      "sum_rows_4096x4096", [&] { big.sum(-1); }, kBig);
  bench.run(
      "sum_cols_4096x4096", [&] { big.sum(0); }, kBig);
  bench.run(
      "layer_norm_1600x1024", [&] { layer_norm(x, 1024); }, 2 * kSmall);
  bench.run(
      "transpose_copy_4096x4096", [&] { big.t().contiguous(); }, 2 * kBig);
}

void tape(const Bench& bench) {
  bench.run("guide_graph_backward", [] {
    const Tensor a = tensor(2.0, {.requires_grad = true}), b = tensor(1.0, {.requires_grad = true});
    const Tensor e = (a + b) * (b + 1);
    e.backward();
  });
  const Tensor s = ones(1, bench.options()), t = ones(1, bench.options()), w = ones(1, bench.options(float32, true));
  bench.run("small_add_x100", [&] {
    Tensor u = s;
    for (int i = 0; i < 100; ++i) u = u + t;
  });
  bench.run("chain1000_fwd_bwd", [&] {
    Tensor u = w;
    for (int i = 0; i < 1000; ++i) u = u * 1.0001;
    u.backward();
  });
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  CLI::App app("Times Lemma: one line of JSON per case");
  app.add_option("--device", bench.device_name, "cpu or cuda");
  app.add_option("--threads", bench.threads, "CPU threads")->check(CLI::PositiveNumber);
  app.add_option("--case", bench.only, "run the cases whose name contains this");
  app.add_option("--seconds", bench.seconds, "seconds per case")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    bench.device = Device::parse(bench.device_name);
    if (bench.threads > 0) set_num_threads(bench.threads);
    manual_seed(0);
    models(bench);
    operations(bench);
    if (bench.device.is_cuda()) ladder_cases(bench);
    tape(bench);
    language_cases(bench);
    architecture_cases(bench);
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
