// Convolutions, pooling, recurrent layers and CTC: layers forward and backward, and whole steps of training.
// peer_architectures.py times the same in PyTorch.

#include <string>
#include <vector>

#include "bench.h"
#include "lemma/core/cuda.h"
#include "lemma/nn/activation.h"
#include "lemma/nn/batch_norm.h"
#include "lemma/nn/container.h"
#include "lemma/nn/convolution.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/linear.h"
#include "lemma/nn/pooling.h"
#include "lemma/nn/recurrent.h"
#include "lemma/ops/ctc.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/clip.h"

using namespace lemma;

namespace {

// One layer on random numbers, and the gradients of its weights and of x.
template <class Layer>
void layer_case(const Bench& bench, const std::string& name, const Shape& shape, Layer layer) {
  if (!bench.asked_for(name)) return;
  layer.to(bench.device);
  const Tensor x = randn(shape, bench.options(float32, true));
  bench.run(name + "_fwd_bwd", [&] { layer(x).sum().backward(); });
}

/// zero_grad, forward, cross-entropy, backward, clipping to norm 1, Adam.
template <class Logits>
void train_case(const Bench& bench, const std::string& name, nn::Module& model, const Tensor& labels,
                const Logits& logits) {
  optim::Adam adam(model.parameters(), {.lr = 1e-4});
  bench.run(name, [&] {
    adam.zero_grad();
    const Tensor y = logits();
    cross_entropy(y.reshape({-1, y.size(-1)}), labels.reshape({-1})).backward();
    optim::clip_grad_norm_(model.parameters(), 1.0);
    adam.step();
  });
}

// Two convolutions with norms and pooling, and a classifier of ten.
void cnn_case(const Bench& bench) {
  const std::string name = "cnn_train_b64_28x28";
  if (!bench.asked_for(name)) return;
  nn::Sequential model(nn::Conv2d(1, 32, 3, {.padding = 1}), nn::BatchNorm2d(32), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Conv2d(32, 64, 3, {.padding = 1}), nn::BatchNorm2d(64), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(64 * 7 * 7, 10));
  model.to(bench.device);
  const Tensor x = randn({64, 1, 28, 28}, bench.options()), labels = randint(0, 10, Shape(64), bench.options(int64));
  train_case(bench, name, model, labels, [&] { return model(x); });
}

// A language model of 65 characters: embedding, one recurrent layer, logits.
template <class Layer>
struct Reader : nn::Module {
  nn::Embedding embedding{65, 128};
  Layer layer{128, 256};
  nn::Linear output{256, 65};
  Reader() {
    register_module("embedding", embedding);
    register_module("layer", layer);
    register_module("output", output);
  }
};

template <class Layer>
void reader_case(const Bench& bench, const std::string& name) {
  if (!bench.asked_for(name)) return;
  Reader<Layer> model;
  model.to(bench.device);
  const Tensor ids = randint(0, 65, {32, 64}, bench.options(int64)),
               next = randint(0, 65, {32, 64}, bench.options(int64));
  train_case(bench, name, model, next, [&] { return model.output(model.layer(model.embedding(ids)).output); });
}

void ctc_case(const Bench& bench) {
  const std::string name = "ctc_b16_t150_s20";
  if (!bench.asked_for(name)) return;
  const Tensor x = randn({150, 16, 28}, bench.options(float32, true)),
               targets = randint(1, 28, {16, 20}, {.dtype = int64}).to(bench.device);
  bench.run(name + "_fwd_bwd", [&] {
    ctc_loss(log_softmax(x, 2), targets, std::vector<int64_t>(16, 150), std::vector<int64_t>(16, 20)).backward();
  });
}

}  // namespace

void architecture_cases(const Bench& bench) {
  // An emulated device is for correctness, not for speed.
  if (bench.device.is_cuda() && cuda::is_emulated()) return;
  layer_case(bench, "conv2d_3x3_b32_c32_28x28", {32, 32, 28, 28}, nn::Conv2d(32, 64, 3, {.padding = 1}));
  layer_case(bench, "conv2d_3x3_b32_c64_14x14", {32, 64, 14, 14}, nn::Conv2d(64, 128, 3, {.padding = 1}));
  layer_case(bench, "conv2d_5x5_b32_c1_28x28", {32, 1, 28, 28}, nn::Conv2d(1, 32, 5, {.padding = 2}));
  layer_case(bench, "conv2d_1x1_b32_c64_28x28", {32, 64, 28, 28}, nn::Conv2d(64, 64, 1));
  layer_case(bench, "conv2d_depthwise_b32_c64_28x28", {32, 64, 28, 28},
             nn::Conv2d(64, 64, 3, {.padding = 1, .groups = 64}));
  layer_case(bench, "conv1d_depthwise31_b16_c144_t200", {16, 144, 200},
             nn::Conv1d(144, 144, 31, {.padding = 15, .groups = 144}));
  layer_case(bench, "max_pool2d_b32_c64_28x28", {32, 64, 28, 28}, nn::MaxPool2d(2));
  layer_case(bench, "batch_norm2d_b32_c64_28x28", {32, 64, 28, 28}, nn::BatchNorm2d(64));
  cnn_case(bench);
  reader_case<nn::LSTM>(bench, "lstm_train_b32_t64_h256");
  reader_case<nn::GRU>(bench, "gru_train_b32_t64_h256");
  reader_case<nn::RNN>(bench, "rnn_train_b32_t64_h256");
  ctc_case(bench);
}
