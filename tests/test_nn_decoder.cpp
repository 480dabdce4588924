// The decoder and the whole Transformer against PyTorch, and caches against no caches.
#include "tests/golden.h"

using namespace lemma;
using golden::error;

namespace {

constexpr nn::DecoderOptions kSmall{.dim_feedforward = 12, .dropout = 0};

nn::DecoderMasks masks(const golden::Golden& g) {
  return {.attend_keys = g["keep"], .attend = g["causal"], .attend_memory_keys = g["keep_memory"]};
}

// The tokens one by one, each with what the cache holds, as one tensor.
Tensor one_by_one(const Tensor& x, const std::function<Tensor(const Tensor& token)>& call) {
  std::vector<Tensor> out;
  for (int64_t t = 0; t < x.size(1); ++t) out.push_back(call(x.narrow(1, t, 1)));
  return cat(out, 1);
}

}  // namespace

TEST_CASE("TransformerDecoderLayer and TransformerDecoder equal PyTorch's: before and after norm, masked") {
  const golden::Golden g("decoder");
  for (const std::string& precision : golden::precisions) {
    for (const bool norm_first : {false, true}) {
      nn::DecoderOptions options = kSmall;
      options.norm_first = norm_first;
      nn::TransformerDecoderLayer layer(8, 2, options);
      golden::check_case(g, norm_first ? "pre" : "post", precision, layer, {"x", "memory"},
                         [&](const auto& in) { return layer(in[0], in[1], masks(g)); });
    }
    nn::DecoderOptions options = kSmall;
    options.activation = nn::Activation::gelu;
    nn::TransformerDecoder stack(8, 2, 2, options, true);
    golden::check_case(g, "stack", precision, stack, {"x", "memory"},
                       [&](const auto& in) { return stack(in[0], in[1], masks(g)); });
  }
}

TEST_CASE("Transformer equals PyTorch's") {
  const golden::Golden g("decoder");
  for (const std::string& precision : golden::precisions) {
    nn::Transformer whole(8, 2, {.num_encoder_layers = 1, .num_decoder_layers = 2, .layer = kSmall});
    golden::check_case(g, "whole", precision, whole, {"src", "tgt"}, [&](const auto& in) {
      return whole(in[0], in[1],
                   {.attend_src_keys = g["keep_memory"], .attend_tgt_keys = g["keep"], .attend_tgt = g["causal"]});
    });
  }
  const nn::Transformer big;
  CHECK(big.num_parameters() == 44140544);  // the paper's base model, without embeddings
}

TEST_CASE("every gradient of a decoder layer, memory's too, against differences") {
  manual_seed(1);
  nn::TransformerDecoderLayer layer(4, 2, {.dim_feedforward = 5, .dropout = 0, .activation = nn::Activation::gelu});
  layer.to(float64);
  const Tensor x = golden::input({2, 3, 4}), memory = golden::input({2, 2, 4}, 5);
  CHECK(golden::gradient_error(layer, {x, memory}, [&] { return layer(x, memory, {.attend = nn::attend_causal(3)}); }) <
        1e-7);
}

TEST_CASE("with caches, tokens one by one and in pieces give what all at once give") {
  manual_seed(2);
  NoGrad guard;
  nn::TransformerDecoder decoder(8, 2, 2, kSmall, true);
  nn::TransformerEncoder encoder(8, 2, 2, kSmall);
  const Tensor x = randn({3, 21, 8}), memory = randn({3, 5, 8});
  const Tensor real = nn::attend_lengths({5, 2, 3}, 5), causal = nn::attend_causal(21);
  const Tensor decoded = decoder(x, memory, {.attend = causal, .attend_memory_keys = real});
  const Tensor encoded = encoder(x, {.attend = causal});
  std::vector<nn::DecoderCache> caches;
  CHECK(error(one_by_one(x,
                         [&](const Tensor& token) {
                           return decoder(token, memory, {.attend_memory_keys = real}, nullptr, &caches);
                         }),
              decoded) < 1e-6);
  CHECK(caches[1].self.length() == 21);
  CHECK(caches[1].cross.length() == 5);
  std::vector<nn::KeyValueCache> past;
  CHECK(error(one_by_one(x, [&](const Tensor& token) { return encoder(token, {}, nullptr, &past); }), encoded) < 1e-6);
  std::vector<nn::KeyValueCache> pieces;
  const Tensor first = encoder(x.narrow(1, 0, 8), {.attend = nn::attend_causal(8)}, nullptr, &pieces);
  const Tensor rest = encoder(x.narrow(1, 8, 13), {.attend = nn::attend_causal(13, 21)}, nullptr, &pieces);
  CHECK(error(cat({first, rest}, 1), encoded) < 1e-6);
}

TEST_CASE("a cache keeps the rows that go on, and refuses what does not continue it") {
  manual_seed(3);
  nn::KeyValueCache cache;
  CHECK_FALSE(cache.held().first.defined());
  const Tensor k = randn({2, 1, 3, 4}), v = randn({2, 1, 3, 4});
  CHECK(equal(cache.append(k, v).first, k));
  cache.select(tensor({1, 1, 0}));
  CHECK(equal(cache.held().second, index_select(v, 0, tensor({1, 1, 0}))));
  CHECK_THROWS_WITH(
      cache.append(k, v),
      "[KeyValueCache] (2, 1, 3, 4) does not continue (3, 1, 3, 4); only the number of tokens may differ");
  CHECK_THROWS_AS(cache.append(k, randn({2, 1, 2, 4})), ShapeError);
  CHECK_THROWS_AS(nn::KeyValueCache().append(Tensor(k).clone().requires_grad_(), v), GradError);
  cache.clear();
  CHECK(cache.length() == 0);
  CHECK(equal(nn::attend_causal(2, 4), tensor({{true, true, true, false}, {true, true, true, true}})));
  CHECK_THROWS_WITH(nn::attend_causal(3, 2), "[attend_causal] 3 of 2 tokens are queries; expected at most all of them");
  std::vector<nn::KeyValueCache> three(3);
  NoGrad guard;
  CHECK_THROWS_WITH(
      nn::TransformerEncoder(4, 1, 2, kSmall)(randn({1, 1, 4}), {}, nullptr, &three),
      "[TransformerEncoder] 3 caches for 2 layers; give an empty list, or the one that an earlier call filled");
}
