// Times Lemma on one machine: a line of JSON a case, {"case", "ms" (median), "min_ms", "n"}.
// Names, sizes and work are those of the PyTorch script that it is laid beside.

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "lemma/lemma.h"
#include "lemma/nn/guide.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/clip.h"

namespace {

using namespace lemma;

struct Bench {
  std::string device_name = "cpu", only;
  int threads = 0;
  double seconds = 3;
  Device device;

  /// Three runs to warm up, then as many as fit the time, five at least.
  void run(const std::string& name, const std::function<void()>& work) const {
    using Clock = std::chrono::steady_clock;
    if (name.find(only) == std::string::npos) return;
    for (int i = 0; i < 3; ++i) work();
    std::vector<double> ms;
    const auto start = Clock::now();
    while (ms.size() < 5 || std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
      const auto before = Clock::now();
      work();
      ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
    }
    std::sort(ms.begin(), ms.end());
    fmt::print("{{\"case\": \"{}\", \"ms\": {:.5f}, \"min_ms\": {:.5f}, \"n\": {}}}\n", name, ms[ms.size() / 2], ms[0],
               ms.size());
    std::fflush(stdout);
  }
  TensorOptions options(DType dtype = float32, bool requires_grad = false) const {
    return {.dtype = dtype, .device = device, .requires_grad = requires_grad};
  }
};

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

void operations(const Bench& bench) {
  for (const int64_t n : bench.device.is_cuda() ? std::vector<int64_t>{64, 256, 1024, 2048, 4096, 8192}
                                                : std::vector<int64_t>{64, 256, 1024, 2048}) {
    const Tensor a = randn({n, n}, bench.options()), b = randn({n, n}, bench.options());
    bench.run("matmul_" + std::to_string(n), [&] { matmul(a, b); });
  }
  const Tensor x = randn({1600, 1024}, bench.options()), big = randn({4096, 4096}, bench.options());
  bench.run("softmax_1600x1024", [&] { softmax(x, -1); });
  bench.run("add_4096x4096", [&] { big + big; });
  bench.run("exp_4096x4096", [&] { exp(big); });
  bench.run("sum_rows_4096x4096", [&] { big.sum(-1); });
  bench.run("sum_cols_4096x4096", [&] { big.sum(0); });
  bench.run("layer_norm_1600x1024", [&] { layer_norm(x, 1024); });
  bench.run("transpose_copy_4096x4096", [&] { big.t().contiguous(); });
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
  CLI::App app("Times Lemma: one line of JSON a case");
  app.add_option("--device", bench.device_name, "cpu or cuda");
  app.add_option("--threads", bench.threads, "CPU threads")->check(CLI::PositiveNumber);
  app.add_option("--case", bench.only, "run the cases whose name contains this");
  app.add_option("--seconds", bench.seconds, "time for a case")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    bench.device = Device::parse(bench.device_name);
    if (bench.threads > 0) set_num_threads(bench.threads);
    manual_seed(0);
    models(bench);
    operations(bench);
    tape(bench);
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
