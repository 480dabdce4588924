// Attention and encoders against PyTorch, and what masks promise.
#include <cmath>

#include "tests/golden.h"

using namespace lemma;
using golden::error;

namespace {

Tensor optional(const golden::Golden& g, const std::string& name) { return g.has(name) ? g[name] : Tensor(); }

}  // namespace

TEST_CASE("MultiheadAttention equals PyTorch's with every kind of mask: output, weights, gradients") {
  const golden::Golden g("attention");
  for (const std::string& precision : golden::precisions) {
    for (const char* name : {"plain", "padding", "causal", "both"}) {
      nn::MultiheadAttention attention(8, 2);
      const std::string at = std::string(name) + "." + precision + ".";
      nn::AttentionOptions options{.attend_keys = optional(g, at + "keep"), .attend = optional(g, at + "attn")};
      golden::check_case(g, name, precision, attention, {"x"}, [&](const auto& in) {
        const auto averaged = attention(in[0], in[0], in[0], options);
        CHECK(error(averaged.weights, g[at + "weights"]) <= golden::tolerance(precision));
        nn::AttentionOptions each = options;
        each.average_attn_weights = false;
        CHECK(error(attention(in[0], in[0], in[0], each).weights, g[at + "head_weights"]) <=
              golden::tolerance(precision));
        return averaged.output;
      });
    }
    nn::MultiheadAttention cross(8, 4);
    golden::check_case(g, "cross", precision, cross, {"q", "k", "v"},
                       [&](const auto& in) { return cross(in[0], in[1], in[2], {.need_weights = false}).output; });
  }
}

TEST_CASE(
    "TransformerEncoderLayer and TransformerEncoder equal PyTorch's: before and after norm, relu and gelu, padded") {
  const golden::Golden g("encoder");
  for (const std::string& precision : golden::precisions) {
    for (const bool norm_first : {false, true})
      for (const bool gelu : {false, true}) {
        nn::TransformerEncoderLayer layer(8, 2,
                                          {.dim_feedforward = 12,
                                           .dropout = 0,
                                           .activation = gelu ? nn::Activation::gelu : nn::Activation::relu,
                                           .norm_first = norm_first});
        const std::string name = std::string(norm_first ? "pre" : "post") + (gelu ? ".gelu" : ".relu");
        golden::check_case(g, name, precision, layer, {"x"},
                           [&](const auto& in) { return layer(in[0], {.attend_keys = g["keep"]}); });
      }
    nn::TransformerEncoder stack(8, 2, 2, {.dim_feedforward = 12, .dropout = 0, .norm_first = true}, true);
    golden::check_case(g, "stack", precision, stack, {"x"},
                       [&](const auto& in) { return stack(in[0], {.attend_keys = g["keep"], .attend = g["causal"]}); });
  }
}

TEST_CASE("attention is the formula to the last bit, scores divided after the product, as saved models learned it") {
  manual_seed(3);
  const Tensor q = randn({2, 5, 24}), k = randn({2, 7, 24}), v = randn({2, 7, 24});  // sqrt(24) is no power of two
  const Tensor scores = matmul(q, k.transpose(-2, -1)) / std::sqrt(24.0);
  CHECK(equal(scaled_dot_product_attention(q, k, v), matmul(softmax(scores, -1), v)));
}

TEST_CASE("Defaults are PyTorch's: a feed-forward of 2048, dropout 0.1, post-norm, no final norm") {
  nn::TransformerEncoderLayer layer(8, 2);
  CHECK(layer.linear1.weight.shape() == Shape{2048, 8});
  CHECK(layer.dropout.p() == 0.1);
  CHECK(nn::TransformerEncoder(8, 2, 3).num_parameters() == 3 * layer.num_parameters());
}

TEST_CASE("Masks: true means attend") {
  CHECK(equal(nn::attend_causal(3), tensor({{true, false, false}, {true, true, false}, {true, true, true}})));
  CHECK(equal(nn::attend_lengths({2, 0, 3}, 3),
              tensor({{true, true, false}, {false, false, false}, {true, true, true}})));
  CHECK(equal(nn::attend_tokens(tensor({{5, 0}, {7, 8}})), tensor({{true, false}, {true, true}})));
  CHECK_THROWS_WITH(nn::attend_lengths({4}, 3), "[attend_lengths] length 4 is outside [0, 3]");
  CHECK_FALSE(nn::attend_both({}, {}).defined());
  CHECK(nn::attend_both(nn::attend_lengths({2, 3}, 3), nn::attend_causal(3)).shape() == Shape{2, 1, 3, 3});
}

TEST_CASE("What a padded position holds changes no output at a real one, and gets no gradient") {
  manual_seed(3);
  for (const bool norm_first : {false, true}) {
    nn::TransformerEncoder encoder(8, 2, 2, {.dim_feedforward = 16, .dropout = 0, .norm_first = norm_first});
    const Tensor keep = nn::attend_lengths({4, 2}, 4);
    const Tensor real = keep.unsqueeze(2).to(float32);  // (B, T, 1)
    const Tensor x = randn({2, 4, 8}).requires_grad_();
    const Tensor other = where(keep.unsqueeze(2), x, randn({2, 4, 8}) * 100);
    CHECK_FALSE(equal(encoder(x), encoder(other)));  // the padded positions themselves do differ
    const Tensor y = encoder(x, {.attend_keys = keep}) * real;
    CHECK(equal(y, encoder(other, {.attend_keys = keep}) * real));
    sum(y * randn(y.shape())).backward();  // a plain sum of normalised outputs is constant
    CHECK(equal(x.grad()[1].narrow(0, 2, 2), zeros({2, 8})));
    CHECK(x.grad()[1].narrow(0, 0, 2).abs().min().item() > 0);
  }
}

TEST_CASE("A longer padding does not change the outputs either") {
  manual_seed(3);
  nn::TransformerEncoder encoder(8, 2, 1, {.dim_feedforward = 16, .dropout = 0});
  const Tensor x = randn({1, 3, 8});
  const Tensor padded = cat({x, randn({1, 4, 8})}, 1);
  const Tensor y = encoder(padded, {.attend_keys = nn::attend_lengths({3}, 7)});
  CHECK(error(y.narrow(1, 0, 3), encoder(x)) < 1e-6);
}

TEST_CASE("A causal mask hides the future: a later token changes nothing before it") {
  manual_seed(3);
  nn::TransformerEncoder encoder(8, 2, 2, {.dim_feedforward = 16, .dropout = 0});
  const Tensor x = randn({1, 5, 8});
  const Tensor changed = cat({x.narrow(1, 0, 3), randn({1, 2, 8})}, 1);
  const nn::EncoderMasks causal{.attend = nn::attend_causal(5)};
  CHECK(equal(encoder(x, causal).narrow(1, 0, 3), encoder(changed, causal).narrow(1, 0, 3)));
  CHECK_FALSE(equal(encoder(x).narrow(1, 0, 3), encoder(changed).narrow(1, 0, 3)));
}

TEST_CASE("A query that may attend to nothing gets zeros and zero gradients, not NaN") {
  manual_seed(3);
  nn::MultiheadAttention attention(8, 2);
  const Tensor x = randn({2, 3, 8}).requires_grad_();
  const auto result = attention(x, x, x, {.attend_keys = nn::attend_lengths({3, 0}, 3)});
  CHECK(equal(result.weights[1], zeros({3, 3})));
  CHECK(equal(result.output[1], zeros({3, 8})));  // out_proj.bias starts at zero
  CHECK(error(sum(result.weights[0], -1), ones({3})) < 1e-6);
  sum(result.output * result.output + result.output).backward();
  CHECK(equal(x.grad()[1], zeros({3, 8})));
  CHECK_FALSE(any(isnan(x.grad())));
  for (const Tensor& p : attention.parameters()) CHECK_FALSE(any(isnan(p.grad())));
}

TEST_CASE("Attention weights are returned per head, averaged, or not at all; a layer hands out its own") {
  manual_seed(3);
  nn::MultiheadAttention attention(8, 2);
  const Tensor x = randn({2, 3, 8});
  const auto each = attention(x, x, x, {.average_attn_weights = false});
  CHECK(each.weights.shape() == Shape{2, 2, 3, 3});
  CHECK(error(attention(x, x, x).weights, mean(each.weights, 1)) < 1e-6);
  CHECK_FALSE(attention(x, x, x, {.need_weights = false}).weights.defined());
  nn::TransformerEncoder encoder(8, 2, 3, {.dim_feedforward = 16});
  std::vector<Tensor> weights;
  encoder(x, {}, &weights);
  REQUIRE(weights.size() == 3);
  CHECK(weights[2].shape() == Shape{2, 2, 3, 3});
}

TEST_CASE("Attention refuses, in words, what does not fit") {
  nn::MultiheadAttention attention(8, 2);
  const Tensor x = zeros({2, 3, 8});
  CHECK_THROWS_WITH(attention(zeros({2, 3, 6}), x, x),
                    "[MultiheadAttention] query (2, 3, 6), key (2, 3, 8), value (2, 3, 8) do not fit; "
                    "expected (B, Tq, 8), (B, Tk, 8), (B, Tk, 8)");
  CHECK_THROWS_WITH(
      attention(x, x, x, {.attend_keys = ones({2, 3})}),
      "[attend_both] attend_keys is float32 (2, 3); a mask is bool, true = attend (`ne(mask, 0)` makes one)");
  CHECK_THROWS_WITH(attention(x, x, x, {.attend_keys = nn::attend_causal(3).unsqueeze(0)}),
                    "[attend_both] attend_keys is (1, 3, 3); expected (B, Tk)");
  CHECK_THROWS_WITH(attention(x, x, x, {.attend = tensor({true, true, true})}),
                    "[attend_both] attend is (3); expected (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk)");
}
