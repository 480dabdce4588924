// GradScaler, and the guide's training loop in mixed precision.
#include <cmath>

#include "lemma/autocast.h"
#include "lemma/nn/guide.h"
#include "lemma/nn/loss.h"
#include "lemma/optim/adam.h"
#include "lemma/optim/clip.h"
#include "lemma/optim/grad_scaler.h"
#include "lemma/optim/sgd.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

// One parameter, whose gradient is set by hand.
struct Bench {
  Tensor w = tensor({1.0, 2.0}).requires_grad_();
  optim::SGD optimizer{{w}, {.lr = 1}};
  bool iterate(amp::GradScaler& scaler, double gradient) {
    w.set_grad(full({2}, gradient * scaler.get_scale()));
    const bool taken = scaler.step(optimizer);
    scaler.update();
    return taken;
  }
};

}  // namespace

TEST_CASE("the defaults are PyTorch's") {
  const amp::GradScaler scaler;
  CHECK(scaler.get_scale() == 65536);
  CHECK(scaler.get_growth_factor() == 2);
  CHECK(scaler.get_backoff_factor() == 0.5);
  CHECK(scaler.get_growth_interval() == 2000);
  CHECK(scaler.is_enabled());
  CHECK(scaler.scale(tensor(0.5)).item() == 32768);
}

TEST_CASE("a step with an Inf or NaN is skipped and halves the scale; good steps in a row double it") {
  amp::GradScaler scaler({.init_scale = 8, .growth_interval = 3});
  Bench b;
  CHECK(b.iterate(scaler, 0.5));
  CHECK(b.w.to_vector<float>() == std::vector<float>{0.5f, 1.5f});
  CHECK_FALSE(b.iterate(scaler, INFINITY));
  CHECK(scaler.get_scale() == 4);
  CHECK_FALSE(b.iterate(scaler, NAN));
  CHECK(scaler.get_scale() == 2);
  CHECK(b.w.to_vector<float>() == std::vector<float>{0.5f, 1.5f});
  for (const double expected : {2.0, 2.0, 4.0, 4.0}) {
    CHECK(b.iterate(scaler, 0.25));
    CHECK(scaler.get_scale() == expected);
  }
  b.w.set_grad(tensor({1.0, -INFINITY}));  // one bad element among good ones
  CHECK_FALSE(scaler.step(b.optimizer));
  scaler.update();
  CHECK(scaler.get_scale() == 2);
  scaler.update(1024);
  CHECK(scaler.get_scale() == 1024);
  // Large but finite gradients are not an overflow.
  b.w.set_grad(tensor({3e38, 3e38}));
  CHECK(scaler.step(b.optimizer));
}

TEST_CASE("unscale_ gives the true gradients to clipping, once") {
  amp::GradScaler scaler({.init_scale = 1024});
  Bench b;
  Tensor loss = scaler.scale(sum(b.w * tensor({3.0, 4.0})));
  loss.backward();
  scaler.unscale_(b.optimizer);
  CHECK(optim::clip_grad_norm_({b.w}, 1) == Approx(5));
  CHECK(scaler.step(b.optimizer));
  CHECK(b.w.to_vector<float>()[0] == Approx(1 - 0.6));
  CHECK_THROWS_WITH(scaler.unscale_(b.optimizer),
                    "[unscale_] the gradients of this optimiser have already been unscaled since the last update()");
  CHECK_THROWS_WITH(scaler.step(b.optimizer), "[step] this optimiser has already stepped since the last update()");
  scaler.update();
  CHECK_THROWS_WITH(scaler.update(),
                    "[update] no gradients have been checked since the last update(); call step() first");
  b.optimizer.zero_grad();
  CHECK_THROWS_WITH(scaler.step(b.optimizer),
                    "[unscale_] no parameter of this optimiser has a gradient; call scale(loss).backward() first");
}

TEST_CASE("one scaler serves two optimisers: each skips for itself, both share the scale") {
  amp::GradScaler scaler({.init_scale = 4});
  Bench good, bad;
  good.w.set_grad(full({2}, 4));
  bad.w.set_grad(full({2}, INFINITY));
  CHECK(scaler.step(good.optimizer));
  CHECK_FALSE(scaler.step(bad.optimizer));
  scaler.update();
  CHECK(scaler.get_scale() == 2);
  CHECK(good.w.to_vector<float>() == std::vector<float>{0, 1});
}

TEST_CASE("not enabled, every call passes through") {
  amp::GradScaler scaler({.enabled = false});
  Bench b;
  CHECK(scaler.scale(tensor(0.5)).item() == 0.5);
  CHECK(scaler.get_scale() == 1);
  b.w.set_grad(full({2}, 0.5));
  scaler.unscale_(b.optimizer);
  scaler.unscale_(b.optimizer);
  CHECK(scaler.step(b.optimizer));
  scaler.update();
  scaler.update();
  CHECK(b.w.to_vector<float>() == std::vector<float>{0.5f, 1.5f});
  CHECK(scaler.state_dict().empty());
}

TEST_CASE("a saved scaler goes on where it was; damaged states are refused and change nothing") {
  amp::GradScaler one({.init_scale = 8, .growth_interval = 3}), two;
  Bench b;
  b.iterate(one, 0.5);
  b.iterate(one, 0.5);
  two.load_state_dict(one.state_dict());
  CHECK(two.get_growth_interval() == 3);
  b.iterate(one, 0.5);
  b.iterate(two, 0.5);
  CHECK(one.get_scale() == 16);
  CHECK(two.get_scale() == 16);
  auto state = one.state_dict();
  state[0].second = full({}, -1);
  CHECK_THROWS_WITH(two.load_state_dict(state), "[GradScaler] scale is -1; it must be in [2^-126, 2^127]");
  state.erase(state.begin());
  CHECK_THROWS_WITH(two.load_state_dict(state), "[GradScaler] the state has no number 'scale'");
  CHECK(two.get_scale() == 16);
  CHECK_THROWS_WITH(amp::GradScaler({.growth_factor = 1}), "[GradScaler] growth_factor is 1; it must be above 1");
}

TEST_CASE("gradients too small for float16 survive with the scaler and vanish without") {
  for (const bool enabled : {false, true}) {
    amp::GradScaler scaler({.enabled = enabled});
    Tensor w = tensor({{1.0}}).requires_grad_();
    Tensor loss;
    {
      Autocast guard(default_device(), float16);
      loss = mean(matmul(tensor({{1.0}}), w).to(float32) * 1e-9);
    }
    scaler.scale(loss).backward();
    CHECK((w.grad().item() != 0) == enabled);
    if (enabled) CHECK(w.grad().item() / scaler.get_scale() == Approx(1e-9).epsilon(2e-3));
  }
}

// ---- The guide's loop, "Performance optimization", nearly word for word ----

namespace {

using Loader = std::vector<std::pair<Tensor, Tensor>>;

template <class Model>
std::vector<double> train_with_mixed_precision(Model& model, const Loader& train_loader, int num_epochs, DType dtype) {
  auto optimizer = optim::Adam(model.parameters(), {.lr = 1e-2});  // the guide's 1e-4 would take long to show anything
  auto scaler = amp::GradScaler();
  auto criterion = nn::CrossEntropyLoss();
  std::vector<double> losses;

  for (int epoch = 0; epoch < num_epochs; ++epoch) {
    for (const auto& batch : train_loader) {
      optimizer.zero_grad();
      const auto& [input_ids, labels] = batch;

      Tensor loss;
      {
        amp::autocast guard(default_device().str(), dtype);
        const Tensor outputs = model(input_ids);
        loss = criterion(outputs.reshape({-1, outputs.size(-1)}), labels.reshape({-1}));
      }

      scaler.scale(loss).backward();
      scaler.step(optimizer);
      scaler.update();
      losses.push_back(loss.item());
    }
  }
  return losses;
}

}  // namespace

TEST_CASE("the guide's mixed-precision loop learns both of its models, in either half type") {
  for (const DType dtype : {float16, bfloat16}) {
    manual_seed(7);
    Loader sentences, words;
    for (int i = 0; i < 4; ++i) {
      const Tensor ids = randint(0, 20, {8, 6});
      sentences.emplace_back(ids, ge(ids.select(1, 0), 10).to(int64));
      words.emplace_back(ids, ge(ids, 10).to(int64));
    }
    guide::SentimentClassifier model(20, 16, 2, 2);
    const std::vector<double> losses = train_with_mixed_precision(model, sentences, 10, dtype);
    CHECK(losses.back() < 0.5 * losses.front());
    guide::NERModel ner(20, 16, 2, 2);
    const std::vector<double> ner_losses = train_with_mixed_precision(ner, words, 10, dtype);
    CHECK(ner_losses.back() < 0.1 * ner_losses.front());
    for (const Tensor& p : model.parameters()) CHECK(p.dtype() == float32);
  }
}
