// Layers against PyTorch's numbers and against differences; their first values; their refusals.
#include "tests/golden.h"

using namespace lemma;
using golden::gradient_error;

TEST_CASE("LayerNorm, Linear, Embedding and the activations equal PyTorch's, gradients included") {
  const golden::Golden g("layers");
  for (const std::string& precision : golden::precisions) {
    const auto check = [&](const std::string& name, auto& module, const std::string& input = "x") {
      golden::check_case(g, name, precision, module, {input}, [&](const auto& in) { return module(in[0]); });
    };
    nn::LayerNorm norm(6), norm2(Shape{3, 6}, 1e-3);
    nn::Linear linear(4, 3);
    nn::Embedding embedding(7, 3, 0);
    nn::Softmax softmax(-1);
    nn::ReLU relu;
    nn::GELU gelu;
    nn::Tanh tanh;
    nn::Sigmoid sigmoid;
    check("norm", norm);
    check("norm2", norm2);
    check("linear", linear);
    check("embedding", embedding, "ids");
    check("softmax", softmax);
    check("relu", relu);
    check("gelu", gelu);
    check("tanh", tanh);
    check("sigmoid", sigmoid);
  }
}

TEST_CASE("Every layer's gradients agree with differences in float64") {
  manual_seed(4);
  const Tensor x = golden::input({2, 3, 4});
  const auto error = [&](auto& module) {
    module.to(float64);
    return gradient_error(module, {x}, [&] { return module(x); });
  };
  nn::Linear linear(4, 3), unbiased(4, 3, false);
  nn::LayerNorm norm(4);
  nn::GELU gelu;
  nn::Tanh tanh;
  nn::Sigmoid sigmoid;
  nn::Softmax softmax(-1);
  CHECK(error(linear) < 1e-6);
  CHECK(error(unbiased) < 1e-6);
  CHECK(error(norm) < 1e-6);
  CHECK(error(gelu) < 1e-6);
  CHECK(error(tanh) < 1e-6);
  CHECK(error(sigmoid) < 1e-6);
  CHECK(error(softmax) < 1e-6);

  nn::Embedding embedding(5, 3);
  embedding.to(float64);
  const Tensor ids = tensor({{1, 4}, {1, 0}});
  CHECK(gradient_error(embedding, {}, [&] { return embedding(ids); }) < 1e-6);

  nn::MultiheadAttention attention(4, 2);
  attention.to(float64);
  const Tensor keys = golden::input({2, 5, 4}, 8);
  CHECK(gradient_error(attention, {x, keys}, [&] { return attention(x, keys, keys).output; }) < 1e-6);
  CHECK(gradient_error(attention, {x}, [&] { return attention(x, x, x, {.attend = nn::attend_causal(3)}).output; }) <
        1e-6);

  for (const bool norm_first : {false, true}) {
    nn::TransformerEncoder encoder(
        4, 2, 2, {.dim_feedforward = 6, .dropout = 0, .activation = nn::Activation::gelu, .norm_first = norm_first},
        true);
    encoder.to(float64);
    CHECK(gradient_error(encoder, {x}, [&] { return encoder(x); }) < 1e-6);
  }
  nn::LearnedPositions positions(4, 0, 5);
  positions.to(float64);
  CHECK(gradient_error(positions, {x}, [&] { return positions(x); }) < 1e-6);
  CHECK(gradient_error(positions, {x}, [&] { return positions(x, 2); }) < 1e-6);
}

TEST_CASE("The gradient comparison of layers itself notices a gradient that is off by one percent") {
  manual_seed(4);
  const Tensor x = golden::input({3});
  struct Wrong : Function {
    Tensor forward(FunctionContext& ctx, const std::vector<Tensor>& in) override {
      ctx.save_for_backward({in[0]});
      return in[0] * in[0];
    }
    std::vector<Tensor> backward(FunctionContext& ctx, const Tensor& grad) override {
      return {grad * ctx.saved()[0] * 2.02};
    }
  };
  CHECK(gradient_error({x}, [&] { return apply(std::make_shared<Wrong>(), {x}); }) > 1e-3);
  CHECK(gradient_error({x}, [&] { return x * x; }) < 1e-6);
}

TEST_CASE("Parameters start as PyTorch's do") {
  manual_seed(5);
  const auto spread = [](const Tensor& t) { return lemma::std(t.flatten(), 0).item(); };
  nn::Linear linear(400, 300);
  CHECK(linear.weight.max().item() <= 0.05);
  CHECK(linear.weight.min().item() >= -0.05);
  CHECK(spread(linear.weight) == Approx(0.05 / std::sqrt(3.0)).epsilon(0.01));
  CHECK(linear.bias.abs().max().item() <= 0.05);
  CHECK(linear.bias.abs().max().item() > 0.04);

  nn::Embedding embedding(500, 100, 3);
  CHECK(spread(embedding.weight) == Approx(1).epsilon(0.01));
  CHECK(embedding.weight.mean().item() == Approx(0).margin(0.02));
  CHECK(equal(embedding.weight[3], zeros({100})));

  nn::MultiheadAttention attention(120, 4);
  CHECK(spread(attention.in_proj_weight) == Approx(std::sqrt(2.0 / 480)).epsilon(0.01));
  CHECK(equal(attention.in_proj_bias, zeros({360})));
  CHECK(equal(attention.out_proj.bias, zeros({120})));

  nn::LayerNorm norm(7);
  CHECK(equal(norm.weight, ones({7})));
  CHECK(equal(norm.bias, zeros({7})));
}

TEST_CASE("Initialisers have their formula's range and spread, and repeat with the same generator") {
  const auto spread = [](const Tensor& t) { return lemma::std(t.flatten(), 0).item(); };
  Generator one{9, 0}, two{9, 0};
  Tensor a = zeros({300, 200}), b = zeros({300, 200});
  CHECK(equal(nn::init::uniform_(a, -2, 4, &one), nn::init::uniform_(b, -2, 4, &two)));
  CHECK(a.min().item() >= -2);
  CHECK(a.max().item() < 4);
  CHECK(a.mean().item() == Approx(1).margin(0.03));
  nn::init::normal_(a, 3, 0.5, &one);
  CHECK(a.mean().item() == Approx(3).margin(0.01));
  CHECK(spread(a) == Approx(0.5).epsilon(0.01));
  nn::init::xavier_uniform_(a, 2, &one);
  CHECK(a.abs().max().item() <= 2 * std::sqrt(6.0 / 500));
  CHECK(spread(a) == Approx(2 * std::sqrt(2.0 / 500)).epsilon(0.01));
  nn::init::xavier_normal_(a, 1, &one);
  CHECK(spread(a) == Approx(std::sqrt(2.0 / 500)).epsilon(0.01));
  nn::init::kaiming_uniform_(a, 0, nn::init::Fan::in, &one);
  CHECK(a.abs().max().item() <= std::sqrt(6.0 / 200));
  CHECK(spread(a) == Approx(std::sqrt(2.0 / 200)).epsilon(0.01));
  nn::init::kaiming_uniform_(a, 0.5, nn::init::Fan::out, &one);
  CHECK(a.abs().max().item() <= std::sqrt(6 / (1.25 * 300)));
  CHECK(spread(a) == Approx(std::sqrt(2 / (1.25 * 300))).epsilon(0.01));
  nn::init::kaiming_normal_(a, 0, nn::init::Fan::in, &one);
  CHECK(spread(a) == Approx(std::sqrt(2.0 / 200)).epsilon(0.01));
  nn::init::kaiming_normal_(a, 0, nn::init::Fan::out, &one);
  CHECK(spread(a) == Approx(std::sqrt(2.0 / 300)).epsilon(0.01));
  CHECK(a.abs().max().item() > 3 * std::sqrt(2.0 / 300));
  CHECK(equal(nn::init::constant_(a, 7), full({300, 200}, 7)));
  Tensor vector = zeros({3});
  CHECK_THROWS_WITH(nn::init::xavier_uniform_(vector),
                    "[xavier_uniform_] a weight needs 2 dims or more to have fans; this one is (3)");
}

TEST_CASE("trunc_normal_ stays within its bounds, with the spread that is left there") {
  Generator one{9, 0};
  Tensor a = zeros({300, 200});
  nn::init::trunc_normal_(a, 0, 1, -2, 2, &one);
  CHECK(a.min().item() >= -2);
  CHECK(a.max().item() <= 2);
  CHECK(a.min().item() < -1.99);
  CHECK(a.max().item() > 1.99);
  CHECK(a.mean().item() == Approx(0).margin(0.01));
  // Of the part of N(0, 1) within two deviations: var = 1 - 4 phi(2) / (2 Phi(2) - 1).
  CHECK(lemma::std(a.flatten(), 0).item() == Approx(0.8796).epsilon(0.005));
  nn::init::trunc_normal_(a, 1, 0.5, 1, 9, &one);  // the upper half
  CHECK(a.min().item() >= 1);
  CHECK(a.mean().item() == Approx(1 + 0.5 * std::sqrt(2 / 3.14159265)).epsilon(0.01));
  CHECK_THROWS_WITH(nn::init::trunc_normal_(a, 0, 1, 2, 2),
                    "[trunc_normal_] a is 2, b is 2, std is 1; a must be below b, and std above 0");
  CHECK_THROWS_WITH(nn::init::trunc_normal_(a, 0, 0),
                    "[trunc_normal_] a is -2, b is 2, std is 0; a must be below b, and std above 0");
}

TEST_CASE("orthogonal_ makes rows, or columns where they are fewer, orthogonal and equally long") {
  Generator one{9, 0};
  const TensorOptions exact{.dtype = float64};
  Tensor wide = zeros({3, 5}, exact), high = zeros({6, 2}, exact), filters = zeros({4, 2, 3}, exact);
  nn::init::orthogonal_(wide, 1, &one);
  CHECK(golden::error(matmul(wide, wide.t()), eye(3, exact)) < 1e-14);
  nn::init::orthogonal_(high, 2, &one);
  CHECK(golden::error(matmul(high.t(), high), eye(2, exact) * 4) < 1e-14);
  nn::init::orthogonal_(filters, 1, &one);
  const Tensor flat = filters.reshape({4, 6});
  CHECK(golden::error(matmul(flat, flat.t()), eye(4, exact)) < 1e-14);
  Tensor vector = zeros({3});
  CHECK_THROWS_WITH(nn::init::orthogonal_(vector),
                    "[orthogonal_] a weight needs 2 dims or more to have fans; this one is (3)");
}

TEST_CASE("Dropout acts while training only, and keeps the mean") {
  manual_seed(6);
  nn::Dropout dropout(0.25);
  const Tensor x = ones({20000});
  const Tensor y = dropout(x);
  CHECK(y.mean().item() == Approx(1).margin(0.02));
  CHECK(sum(eq(y, 0.0).to(float32)).item() / 20000 == Approx(0.25).margin(0.02));
  CHECK(y.max().item() == Approx(4.0 / 3));
  dropout.eval();
  CHECK(equal(dropout(x), x));
}

TEST_CASE("The padding row of an embedding gets no gradient") {
  nn::Embedding embedding(4, 2, 1);
  sum(embedding(tensor({0, 1, 1, 3}))).backward();
  CHECK(equal(embedding.weight.grad(), tensor({{1.0, 1.0}, {0.0, 0.0}, {0.0, 0.0}, {1.0, 1.0}})));
}

TEST_CASE("Positions: the table's entries, the buffer, and a text that is too long") {
  const Tensor table = nn::sinusoidal_positions(4, 5);
  CHECK(table.shape() == Shape{4, 5});
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 5; ++i) {
      const double angle = t / std::pow(10000.0, (i - i % 2) / 5.0);
      CHECK(table[t][i].item() == Approx(i % 2 ? std::cos(angle) : std::sin(angle)).margin(1e-7));
    }
  nn::PositionalEncoding sinus(6, 0.0, 8);
  CHECK(sinus.named_parameters().empty());
  CHECK(sinus.state_dict().at(0).first == "pe");
  CHECK(equal(sinus(zeros({2, 3, 6}))[1], nn::sinusoidal_positions(3, 6)));
  CHECK_THROWS_WITH(
      sinus(zeros({2, 9, 6})),
      "[PositionalEncoding] (2, 9, 6) does not fit a table of (8, 6); expected (B, T, 6) with T at most 8");
  nn::LearnedPositions learned(6, 0.0, 8);
  CHECK(learned.named_parameters().at(0).first == "embedding.weight");
  CHECK(equal(learned(zeros({1, 8, 6}))[0], learned.embedding.weight));
  CHECK_THROWS_WITH(learned(zeros({2, 3, 5})),
                    "[LearnedPositions] (2, 3, 5) does not fit a table of (8, 6); expected (B, T, 6) with T at most 8");
}

TEST_CASE("Positions of a text's later tokens are those that the whole text gives them") {
  manual_seed(7);
  nn::PositionalEncoding sinus(6, 0.0, 8);
  nn::LearnedPositions learned(6, 0.0, 8);
  const Tensor x = randn({2, 8, 6});
  for (const int64_t first : {0, 1, 5, 7, 8}) {  // at 8 nothing is left
    CAPTURE(first);
    const Tensor rest = x.narrow(1, first, 8 - first);
    CHECK(equal(sinus(rest, first), sinus(x).narrow(1, first, 8 - first)));
    CHECK(equal(learned(rest, first), learned(x).narrow(1, first, 8 - first)));
    CHECK(equal(nn::sinusoidal_positions(8 - first, 6, first), sinus.pe.narrow(0, first, 8 - first)));
  }
  sum(learned(x.narrow(1, 0, 2), 3)).backward();  // of the table, rows 3 and 4 were used, by 2 texts
  CHECK(equal(learned.embedding.weight.grad().sum({1}), tensor({0.0, 0.0, 0.0, 12.0, 12.0, 0.0, 0.0, 0.0})));
  int calls = 0;
  sinus.register_forward_hook([&](const nn::Module&, const Tensor&, const Tensor&) { ++calls; });
  sinus(x.narrow(1, 2, 3), 2);
  CHECK(calls == 1);

  CHECK_THROWS_WITH(sinus(x.narrow(1, 0, 3), 6),
                    "[PositionalEncoding] (2, 3, 6) from token 6 does not fit a table of (8, 6); expected (B, T, 6) "
                    "within 8 tokens");
  CHECK_THROWS_WITH(learned(x.narrow(1, 0, 1), std::numeric_limits<int64_t>::max()),
                    "[LearnedPositions] (2, 1, 6) from token 9223372036854775807 does not fit a table of (8, 6); "
                    "expected (B, T, 6) within 8 tokens");
  CHECK_THROWS_WITH(learned(x, -1),
                    "[LearnedPositions] first is -1; expected 0, the place of a text's first token, or more");
  CHECK_THROWS_WITH(sinus(x, -2),
                    "[PositionalEncoding] first is -2; expected 0, the place of a text's first token, or "
                    "more");
  CHECK_THROWS_WITH(nn::sinusoidal_positions(3, 6, -1),
                    "[sinusoidal_positions] first is -1; expected 0, the place of a text's first token, or more");
}

TEST_CASE("Layers refuse impossible sizes in words") {
  CHECK_THROWS_WITH(nn::Linear(0, 3), "[Linear] in_features is 0; it must be 1 or more");
  CHECK_THROWS_WITH(nn::Linear(2, -3), "[Linear] out_features is -3; it must be 1 or more");
  CHECK_THROWS_WITH(nn::Embedding(5, 3, 5), "[Embedding] padding_idx 5 is outside [0, 5); -1 means none");
  CHECK_THROWS_WITH(nn::Dropout(1.5), "[Dropout] p is 1.5; a probability lies in [0, 1]");
  CHECK_THROWS_WITH(nn::MultiheadAttention(32, 7), "[MultiheadAttention] embed_dim 32 is not divisible by num_heads 7");
  CHECK_THROWS_WITH(nn::MultiheadAttention(32, 0), "[MultiheadAttention] num_heads is 0; it must be 1 or more");
  CHECK_THROWS_WITH(nn::TransformerEncoder(8, 2, 0), "[TransformerEncoder] num_layers is 0; it must be 1 or more");
}
