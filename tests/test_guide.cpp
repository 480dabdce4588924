// The guide's classes: PyTorch's numbers, slide by slide, and what was repaired.
#include "tests/golden.h"

using namespace lemma;
using golden::error;
using golden::gradient_error;

namespace {

// Loads PyTorch's weights, compares logits (2e-5) and the gradient of every parameter (1e-4, relative to its largest
// entry).
template <class Model>
void check_model(const golden::Golden& g, const std::string& name) {
  CAPTURE(name);
  const auto size = g[name + ".config"].to_vector<int64_t>();  // vocabulary, width, heads, classes
  Model model(size[0], size[1], size[2], size[3]);
  model.load_state_dict(g.below(name + ".param."));
  model.eval();
  const Tensor logits = model(g[name + ".ids"]);
  REQUIRE(logits.shape() == g[name + ".logits"].shape());
  CHECK(allclose(logits, g[name + ".logits"], 0, 2e-5));
  const Tensor loss = cross_entropy(logits.reshape({-1, size[3]}), g[name + ".labels"].flatten());
  CHECK(loss.item() == Approx(g[name + ".loss"].item()).margin(2e-5));
  loss.backward();
  for (const auto& [key, parameter] : model.named_parameters()) {
    CAPTURE(key);
    // A bias before a softmax has no gradient but rounding: 1e-7 is what counts as nothing.
    const Tensor want = g[name + ".grad." + key];
    const double scale = want.abs().max().item();
    CHECK(allclose(parameter.grad(), want, 0, 1e-4 * scale + 1e-7));
  }
}

}  // namespace

TEST_CASE("SentimentClassifier and NERModel with PyTorch's weights give its logits and its gradients") {
  const golden::Golden g("guide");
  for (const char* i : {"0", "1", "2"}) {
    check_model<guide::SentimentClassifier>(g, "sentiment." + std::string(i));
    check_model<guide::NERModel>(g, "ner." + std::string(i));
  }
}

TEST_CASE("The guide's models have the keys that PyTorch gives them, in its order") {
  const golden::Golden g("guide");
  guide::SentimentClassifier model(50, 16, 4, 2);
  const StateDict ours = model.state_dict(), theirs = g.below("sentiment.0.param.");
  REQUIRE(ours.size() == theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    CHECK(ours[i].first == theirs[i].first);
    CHECK(ours[i].second.shape() == theirs[i].second.shape());
  }
  CHECK(ours[1].first == "encoder_layer.attention.attention.queries.weight");
}

TEST_CASE("MaskedSelfAttention and the notebook's multi-head attention equal PyTorch's repaired ones") {
  const golden::Golden g("guide");
  const auto check = [&](const std::string& name, auto& module) {
    module.to(float64);
    module.load_state_dict(g.below(name + ".param."));
    const Tensor x = g[name + ".in.x"].clone().requires_grad_();
    const Tensor out = module(x);
    CHECK(error(out, g[name + ".out"]) < 1e-10);
    sum(out * g[name + ".c"]).backward();
    CHECK(error(x.grad(), g[name + ".grad_in.x"]) < 1e-10);
    for (const auto& [key, parameter] : module.named_parameters())
      CHECK(error(parameter.grad(), g[name + ".grad." + key]) < 1e-10);
  };
  guide::MaskedSelfAttention masked(6, 2);
  guide::MultiHeadSelfAttention notebook(4, 3);
  check("masked", masked);
  check("notebook", notebook);
}

TEST_CASE("The third notebook's self-attention without parameters equals its formula") {
  const golden::Golden g("guide");
  const Tensor x = g["columns.in.x"].clone().requires_grad_();
  const Tensor y = guide::basic_self_attention(x);
  CHECK(error(y, g["columns.out"]) < 1e-10);
  sum(y * g["columns.c"]).backward();
  CHECK(error(x.grad(), g["columns.grad_in.x"]) < 1e-10);
  CHECK_THROWS_WITH(guide::basic_self_attention(zeros({3})), "[basic_self_attention] x is (3); expected (..., n, t)");
}

TEST_CASE("The guide's positional encoding equals its NumPy code") {
  const golden::Golden g("guide");
  CHECK(error(guide::positional_encoding(9, 6), g["positions"]) < 1e-7);
  CHECK(guide::positional_encoding(4, 5).shape() == Shape{4, 5});
}

TEST_CASE("Every class of the guide passes the gradient check in float64") {
  manual_seed(8);
  const Tensor x = golden::input({2, 3, 4});
  const auto check = [&](auto& module) {
    module.to(float64);
    module.eval();
    CHECK(gradient_error(module, {x}, [&] { return module(x); }) < 1e-6);
  };
  guide::SelfAttention self(4, 2);
  guide::MultiHeadAttention multi(4, 2);
  guide::LayerNorm norm(4);
  guide::FeedForward ff(4, 7);
  guide::EncoderLayer layer(4, 2, 8);
  guide::MaskedSelfAttention masked(4, 2);
  guide::MultiHeadSelfAttention notebook(4, 2);
  check(self);
  check(multi);
  check(norm);
  check(ff);
  check(layer);
  check(masked);
  check(notebook);
  guide::SentimentClassifier sentiment(6, 4, 2, 3);
  guide::NERModel ner(6, 4, 2, 3);
  sentiment.to(float64);
  ner.to(float64);
  sentiment.eval();
  ner.eval();
  const Tensor ids = tensor({{0, 1, 2}, {3, 4, 5}});
  CHECK(gradient_error(sentiment, {}, [&] { return sentiment(ids); }) < 1e-6);
  CHECK(gradient_error(ner, {}, [&] { return ner(ids); }) < 1e-6);
}

TEST_CASE("The guide's layer norm divides by the unbiased std plus eps, unlike nn::LayerNorm") {
  guide::LayerNorm norm(3, 0.5);
  const Tensor y = norm(tensor({1.0, 2.0, 3.0}));  // mean 2, unbiased std 1
  CHECK(error(y, tensor({-1 / 1.5, 0.0, 1 / 1.5})) < 1e-6);
}

TEST_CASE("create_mask is the guide's: ones on and below the diagonal, and MaskedSelfAttention looks back only") {
  CHECK(equal(guide::create_mask(3), tensor({{{1.0, 0.0, 0.0}, {1.0, 1.0, 0.0}, {1.0, 1.0, 1.0}}})));
  manual_seed(8);
  guide::MaskedSelfAttention masked(8, 2);
  const Tensor x = randn({1, 5, 8});
  const Tensor changed = cat({x.narrow(1, 0, 3), randn({1, 2, 8})}, 1);
  CHECK(equal(masked(x).narrow(1, 0, 3), masked(changed).narrow(1, 0, 3)));
  CHECK(equal(masked.attention(x, guide::create_mask(5)), masked.attention(x, nn::attend_causal(5).unsqueeze(0))));
  CHECK(masked.attention.attention_weights(x).shape() == Shape{1, 2, 5, 5});
}

TEST_CASE(
    "The learning-rate rule rises from 0 to its peak and falls; with the guide's lr = 0 nothing would be learned") {
  const auto rule = guide::lr_lambda(100);
  CHECK(rule(0) == 0);
  CHECK(rule(50) == Approx(50 * 1e-3));
  CHECK(rule(399) == Approx(0.05));
  CHECK(rule(100) > rule(99));
  CHECK(rule(101) < rule(100));
  CHECK_THROWS_WITH(guide::lr_lambda(0), "[lr_lambda] warmup_steps is 0; it must be 1 or more");

  const Tensor p = ones({1}).requires_grad_();
  optim::Adam adam({p}, {.lr = 0, .betas = {0.9, 0.98}, .eps = 1e-9});
  optim::LambdaLR schedule(adam, rule);
  for (int i = 0; i < 5; ++i) schedule.step();
  CHECK(schedule.get_last_lr() == std::vector<double>{0});
}

TEST_CASE("generate_sequence follows a model that knows the next token, stops at the end token and at max_length") {
  // Logits that make id + 1 certain: (1, T) -> (1, T, 8).
  const guide::LanguageModel counting = [](const Tensor& ids) { return one_hot(ids + 1, 8).to(float32) * 1000; };
  CHECK(guide::generate_sequence(counting, 2, 6) == std::vector<int64_t>{2, 3, 4, 5});
  CHECK(guide::generate_sequence(counting, 2, 6, 3) == std::vector<int64_t>{2, 3, 4});
  CHECK(guide::generate_sequence(counting, 2, 6, 1) == std::vector<int64_t>{2});
  CHECK_THROWS_WITH(guide::generate_sequence(counting, 2, 6, 5, 0),
                    "[generate_sequence] temperature is 0; it must be above 0");
  CHECK_THROWS_WITH(guide::generate_sequence(counting, 2, 6, 0),
                    "[generate_sequence] max_length is 0; it must be 1 or more");
  const guide::LanguageModel pooled = [](const Tensor&) { return zeros({1, 8}); };
  CHECK_THROWS_WITH(guide::generate_sequence(pooled, 2, 6),
                    "[generate_sequence] the model returns (1, 8) for ids (1, 1); expected (1, 1, V)");
}

TEST_CASE(
    "generate_sequence draws in proportion to softmax(logits / temperature), repeats with the seed, and sets eval "
    "mode") {
  const guide::LanguageModel fixed = [](const Tensor& ids) {
    return log(tensor({0.1, 0.2, 0.7, 0.0})).expand({1, ids.size(1), 4});
  };
  for (const double temperature : {1.0, 0.5}) {
    Generator generator{11, 0};
    const auto drawn = guide::generate_sequence(fixed, 0, 3, 2001, temperature, &generator);
    REQUIRE(drawn.size() == 2001);
    const double power = 1 / temperature;
    const double expected = std::pow(0.7, power) / (std::pow(0.1, power) + std::pow(0.2, power) + std::pow(0.7, power));
    const auto twos = static_cast<double>(std::count(drawn.begin() + 1, drawn.end(), 2));
    CHECK(twos / 2000 == Approx(expected).margin(0.03));
    Generator again{11, 0};
    CHECK(guide::generate_sequence(fixed, 0, 3, 2001, temperature, &again) == drawn);
  }
  manual_seed(1);
  guide::NERModel model(5, 4, 2, 5);
  CHECK(guide::generate_sequence(model, 0, 9, 6).size() == 6);
  CHECK_FALSE(model.is_training());
}

TEST_CASE("The guide's classes refuse, in words, what does not fit") {
  CHECK_THROWS_WITH(guide::SelfAttention(32, 7), "[SelfAttention] embed_size 32 is not divisible by heads 7");
  CHECK_THROWS_WITH(guide::SelfAttention(8, 2)(zeros({2, 3, 4})), "[SelfAttention] x is (2, 3, 4); expected (B, T, 8)");
  CHECK_THROWS_WITH(
      guide::LayerNorm(1),
      "[LayerNorm] embed_size is 1; the guide's layer norm divides by the unbiased std, which needs 2 or more");
  guide::SentimentClassifier model(5, 4, 2, 2);
  CHECK_THROWS_WITH(model(tensor({1, 2})), "[SentimentClassifier] ids are (2); expected (B, T) with T of 1 or more");
  CHECK_THROWS_AS(model(tensor({{5}})), IndexError);
}
