// Optimisers against PyTorch step by step, exact resume, clipping, memory.
#include "tests/golden.h"

using namespace lemma;

namespace {

using Build = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor>)>;

template <class Kind, class Options>
Build with(const Options& options) {
  return [=](std::vector<Tensor> p) { return std::make_unique<Kind>(std::move(p), options); };
}

const std::vector<std::pair<std::string, Build>>& builds() {
  using namespace optim;
  static const std::vector<std::pair<std::string, Build>> all = {
      {"sgd", with<SGD>(SGDOptions{.lr = 0.1})},
      {"sgd_momentum", with<SGD>(SGDOptions{.lr = 0.05, .momentum = 0.9})},
      {"sgd_dampening", with<SGD>(SGDOptions{.lr = 0.05, .momentum = 0.8, .dampening = 0.3, .weight_decay = 0.01})},
      {"sgd_nesterov", with<SGD>(SGDOptions{.lr = 0.05, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true})},
      {"adam", with<Adam>(AdamOptions{})},
      {"adam_guide", with<Adam>(AdamOptions{.lr = 0.02, .betas = {0.9, 0.98}, .eps = 1e-9})},
      {"adam_decay", with<Adam>(AdamOptions{.lr = 0.01, .weight_decay = 0.1})},
      {"adamw", with<AdamW>(AdamWOptions{})},
      {"adamw_decay", with<AdamW>(AdamWOptions{.lr = 0.01, .betas = {0.8, 0.95}, .weight_decay = 0.2})},
      {"adamw_groups",
       [](std::vector<Tensor> p) {
         return std::make_unique<AdamW>(std::vector<ParamGroup>{{.params = {p[0]}, .weight_decay = 0.3},
                                                                {.params = {p[1]}, .lr = 0.05, .weight_decay = 0.0}},
                                        AdamWOptions{.lr = 0.01});
       }},
  };
  return all;
}

struct Run {
  Run(const golden::Golden& file, const std::string& kind, const Build& build) : g(file), precision(kind) {
    for (int i = 0; i < 2; ++i) {
      params.push_back(g["start." + std::to_string(i) + "." + precision].clone().requires_grad_());
      grads.push_back(g["grads." + std::to_string(i) + "." + precision]);
    }
    optimiser = build(params);
  }
  // The second parameter has no gradient in steps 3 and 4, as in the generator.
  void step(int t) {
    params[0].set_grad(grads[0][t]);
    params[1].set_grad(t == 3 || t == 4 ? Tensor() : grads[1][t]);
    optimiser->step();
  }
  const golden::Golden& g;
  std::string precision;
  std::vector<Tensor> params, grads;
  std::unique_ptr<optim::Optimizer> optimiser;
};

}  // namespace

TEST_CASE("SGD, Adam and AdamW equal PyTorch's in each of 20 steps") {
  const golden::Golden g("optim");
  for (const std::string& precision : golden::precisions)
    for (const auto& [name, build] : builds()) {
      CAPTURE(name, precision);
      Run run(g, precision, build);
      double worst = 0;
      for (int t = 0; t < 20; ++t) {
        run.step(t);
        for (size_t i = 0; i < 2; ++i)
          worst = std::max(worst, golden::error(run.params[i], g[name + "." + std::to_string(i) + "." + precision][t]));
      }
      CHECK(worst <= golden::tolerance(precision));
    }
}

TEST_CASE("A saved and loaded optimiser goes on bit for bit") {
  const golden::Golden g("optim");
  for (const auto& [name, build] : builds()) {
    CAPTURE(name);
    Run whole(g, "f32", build), first(g, "f32", build);
    for (int t = 0; t < 20; ++t) whole.step(t);
    for (int t = 0; t < 11; ++t) first.step(t);
    const auto state = first.optimiser->state_dict();
    Run second(g, "f32", build);
    {
      NoGrad guard;
      for (size_t i = 0; i < 2; ++i) second.params[i].copy_(first.params[i]);
    }
    for (int t = 11; t < 15; ++t) first.step(t);  // the state is a copy: what goes on elsewhere does not touch it
    second.optimiser->load_state_dict(state);
    for (int t = 11; t < 20; ++t) second.step(t);
    for (size_t i = 0; i < 2; ++i) CHECK(equal(second.params[i], whole.params[i]));
  }
}

TEST_CASE("An optimiser's state that does not fit is refused and changes nothing") {
  const auto make = [](const Shape& shape) { return zeros(shape).requires_grad_(); };
  const Tensor p = make({2});
  optim::Adam adam({p}, {.lr = 0.1});
  Tensor(p).set_grad(ones({2}));
  adam.step();
  const auto state = adam.state_dict();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  CHECK(names == std::vector<std::string>{"groups.0.lr", "groups.0.weight_decay", "groups.0.initial_lr", "state.0.step",
                                          "state.0.exp_avg", "state.0.exp_avg_sq"});
  optim::Adam other({make({3})}, {.lr = 0.5});
  CHECK_THROWS_WITH(other.load_state_dict(state),
                    "[Adam.load_state_dict] 'state.0.exp_avg' has shape (2), expected (3)");
  CHECK(other.groups()[0].lr == 0.5);
  optim::Adam more({make({2}), make({2})});
  CHECK_THROWS_WITH(more.load_state_dict(state), "[Adam.load_state_dict] missing 'state.1.step'");
  auto extra = state;
  extra.emplace_back("state.7.step", tensor(1));
  CHECK_THROWS_WITH(adam.load_state_dict(extra), "[Adam.load_state_dict] unexpected 'state.7.step'");
  auto negative = state;
  negative[3].second = tensor(-1);
  CHECK_THROWS_WITH(adam.load_state_dict(negative), "[Adam.load_state_dict] 'state.0.step' is not a count of steps");
  auto squares = state;
  squares[5].second = tensor({1.0f, -1.0f});
  CHECK_THROWS_WITH(
      adam.load_state_dict(squares),
      "[Adam.load_state_dict] 'state.0.exp_avg_sq' holds a negative mean of squares; the file is damaged");
}

TEST_CASE("Optimisers refuse what they cannot train and values outside their range") {
  const Tensor p = ones({2}).requires_grad_();
  using optim::SGD;
  CHECK_THROWS_WITH(SGD(std::vector<Tensor>{}),
                    "[SGD] no parameters given; pass model.parameters(), of a model whose layers are all registered");
  CHECK_THROWS_WITH(SGD({p, p}), "[SGD] parameter 1 (float32 (2)) appears twice");
  CHECK_THROWS_WITH(SGD({p, Tensor()}), "[SGD] parameter 1 (undefined) is not a tensor");
  CHECK_THROWS_WITH(SGD({p * 2}),
                    "[SGD] parameter 0 (float32 (2)) is the result of an operation; give the optimiser the "
                    "leaves that it was computed from");
  CHECK_THROWS_WITH(SGD({tensor({1, 2})}),
                    "[SGD] parameter 0 (int64 (2)) cannot be trained; parameters are float32 or float64");
  CHECK_THROWS_WITH(SGD({ones({2, 3}).t()}),
                    "[SGD] parameter 0 (float32 (3, 2)) is a strided view; make it contiguous first");
  CHECK_THROWS_WITH(SGD({p}, {.lr = -1}), "[SGD] lr is -1; it must be 0 or more, and finite");
  CHECK_THROWS_WITH(SGD({p}, {.lr = NAN}), "[SGD] lr is nan; it must be 0 or more, and finite");
  CHECK_THROWS_WITH(SGD({p}, {.nesterov = true}),
                    "[SGD] nesterov with momentum 0 and dampening 0; it needs momentum above 0 and no dampening");
  CHECK_THROWS_WITH(optim::Adam({p}, {.betas = {1, 0.9}}), "[Adam] betas[0] is 1; it must be in [0, 1)");
  CHECK_THROWS_WITH(optim::AdamW({p}, {.betas = {0.9, -0.5}}), "[AdamW] betas[1] is -0.5; it must be in [0, 1)");
  CHECK_THROWS_WITH(
      SGD({p, ones({3})}),
      "[SGD] parameter 1 (float32 (3)) does not require a gradient; call requires_grad_() on it first, or leave "
      "frozen parameters out");
  CHECK_THROWS_WITH(optim::AdamW({p}, {.weight_decay = -0.1}),
                    "[AdamW] weight_decay is -0.1; it must be 0 or more, and finite");
}

TEST_CASE("A step makes values that the tape saved stale, and says so") {
  const Tensor p = ones({2}).requires_grad_();
  optim::SGD sgd({p}, {.lr = 0.1});
  optim::Adam adam({p}, {.lr = 0.1});
  for (optim::Optimizer* optimiser : {static_cast<optim::Optimizer*>(&sgd), static_cast<optim::Optimizer*>(&adam)}) {
    const Tensor loss = sum(p * p);
    Tensor(p).set_grad(ones({2}));
    optimiser->step();
    CHECK_THROWS_AS(loss.backward(), GradError);
    optimiser->zero_grad();
    CHECK_FALSE(p.grad().defined());
  }
}

TEST_CASE("The learning rate that a schedule has reached is saved with the optimiser") {
  const Tensor p = ones({2}).requires_grad_();
  optim::Adam from({p}, {.lr = 0.1}), to({p}, {.lr = 0.5});
  from.groups()[0].lr = 0.03;
  to.load_state_dict(from.state_dict());
  CHECK(to.groups()[0].lr == 0.03);
  CHECK(to.groups()[0].initial_lr == 0.1);
}

TEST_CASE("clip_grad_norm_ equals PyTorch's, leaves small gradients alone, and names a gradient that is not finite") {
  const golden::Golden g("optim");
  for (const std::string& precision : golden::precisions) {
    std::vector<Tensor> params;
    for (int i = 0; i < 2; ++i) {
      const std::string at = std::to_string(i) + "." + precision;
      params.push_back(zeros_like(g["start." + at]).requires_grad_());
      params.back().set_grad(g["grads." + at][0].clone());
    }
    const double before = optim::grad_norm(params);
    CHECK(optim::clip_grad_norm_(params, 1.0) == before);
    CHECK(before == Approx(g["clip.norm." + precision].item()).epsilon(golden::tolerance(precision)));
    for (int i = 0; i < 2; ++i)
      CHECK(golden::error(params[static_cast<size_t>(i)].grad(), g["clip." + std::to_string(i) + "." + precision]) <=
            golden::tolerance(precision));
    const Tensor kept = params[0].grad().clone();
    optim::clip_grad_norm_(params, 2.0);
    CHECK(equal(params[0].grad(), kept));
  }
  const Tensor a = ones({2}).requires_grad_(), b = ones({2}).requires_grad_();
  Tensor(a).set_grad(ones({2}));
  Tensor(b).set_grad(tensor({1.0, INFINITY}));
  CHECK_THROWS_WITH(
      optim::clip_grad_norm_({a, b}, 1, true),
      "[clip_grad_norm_] the total norm of 2 gradients is inf; the first such gradient is number 1, (2), with norm "
      "inf. Run the step under DetectAnomaly to find the operation");
  CHECK(std::isinf(optim::clip_grad_norm_({a, b}, 1)));
  CHECK_THROWS_WITH(optim::clip_grad_norm_({a}, -1),
                    "[clip_grad_norm_] max_norm is -1; it must be 0 or more, and finite");
}

TEST_CASE("Clipping scales a gradient that two parameters share only once") {
  Tensor a = zeros({2}).requires_grad_(), b = zeros({2}).requires_grad_();
  const Tensor shared = full({2}, 3);
  a.set_grad(shared);
  b.set_grad(shared);
  optim::clip_grad_norm_({a, b}, 1.0);
  CHECK(a.grad()[0].item() == Approx(0.5).epsilon(1e-5));
  CHECK(b.grad()[0].item() == Approx(0.5).epsilon(1e-5));
  CHECK(equal(shared, full({2}, 3)));
}

TEST_CASE(
    "Training holds as much memory after step 1000 as after step 10, asks the system for none, and lowers the loss") {
  manual_seed(12);
  guide::SentimentClassifier model(12, 8, 2, 2);
  optim::AdamW adam(model.parameters(), {.lr = 3e-3});
  optim::WarmupLinearLR schedule(adam, 20, 1000);
  const Tensor ids = randint(0, 12, {8, 5});
  const Tensor word = ids.select(1, 0).to(float64);
  const Tensor parity = (word - floor(word / 2) * 2.0).to(int64);  // of the first word
  const auto step = [&] {
    model.zero_grad();
    const Tensor loss = cross_entropy(model(ids), parity);
    loss.backward();
    optim::clip_grad_norm_(model.parameters(), 1.0);
    adam.step();
    schedule.step();
    return loss.item();
  };
  const double first = step();
  for (int i = 2; i <= 10; ++i) step();
  const size_t active = memory::active();
  double last = 0;
  size_t requests = 0;
  for (int i = 11; i <= 1000; ++i) {
    last = step();
    if (i == 20) requests = memory::system_requests();
  }
  CHECK(memory::active() == active);
  CHECK(memory::system_requests() == requests);
  CHECK(last < 0.1 * first);
}

TEST_CASE("An optimiser takes a rate alone, and its rate can be read and set") {
  using optim::SGD;
  const Tensor p = zeros({2}).requires_grad_(), q = zeros({2}).requires_grad_();
  SGD sgd({p}, 0.1);
  CHECK(sgd.lr() == 0.1);
  CHECK(SGD({p}, 1).lr() == 1);
  CHECK(SGD({p}, {}).lr() == 1e-3);
  CHECK(optim::Adam({p}, 0.01).lr() == 0.01);
  CHECK(optim::AdamW({p}, 0.02).lr() == 0.02);
  CHECK(optim::AdamW({p}, 0.02).groups()[0].weight_decay == 0.01);

  sum(p).backward();
  sgd.set_lr(0.5);
  sgd.step();
  CHECK(equal(p, full({2}, -0.5)));
  CHECK_THROWS_WITH(sgd.set_lr(-1), "[SGD] lr is -1; it must be 0 or more, and finite");
  CHECK(sgd.lr() == 0.5);

  SGD two({{.params = {p}}, {.params = {q}, .lr = 0.2}}, {.lr = 0.1});
  CHECK_THROWS_WITH(two.lr(), "[SGD] the groups have learning rates 0.1 and 0.2; read groups()[i].lr");
  two.set_lr(0.3);
  CHECK(two.lr() == 0.3);
}
