// RMSNorm, SwiGLU and rotary positions against PyTorch, and what each promises.
#include "tests/golden.h"

using namespace lemma;
using golden::error;

TEST_CASE("RMSNorm, SwiGLU and RotaryEmbedding: values and gradients are PyTorch's") {
  const golden::Golden g("blocks");
  for (const std::string& precision : golden::precisions) {
    nn::RMSNorm norm({6}, 1e-5), standard({6});
    golden::check_case(g, "rms", precision, norm, {"x"}, [&](const auto& in) { return norm(in[0]); });
    golden::check_case(g, "rms_eps", precision, standard, {"x"}, [&](const auto& in) { return standard(in[0]); });
    nn::SwiGLU block(6, 10);
    golden::check_case(g, "swiglu", precision, block, {"x"}, [&](const auto& in) { return block(in[0]); });
    nn::RotaryEmbedding rotary(6, 12);
    golden::check_case(g, "rotary", precision, rotary, {"x"}, [&](const auto& in) { return rotary(in[0]); });
    golden::check_case(g, "rotary7", precision, rotary, {"x"}, [&](const auto& in) { return rotary(in[0], 7); });
  }
}

TEST_CASE("rotated queries and keys see only how far apart they are") {
  manual_seed(4);
  const nn::RotaryEmbedding rotary(8, 100);
  const Tensor q = randn({1, 8}, {.dtype = float64}), k = randn({1, 8}, {.dtype = float64});
  const auto product = [&](int64_t at, int64_t behind) { return sum(rotary(q, at) * rotary(k, behind)).item(); };
  CHECK(product(5, 2) == Approx(product(93, 90)).epsilon(1e-12));
  CHECK(product(5, 2) != Approx(product(5, 3)).epsilon(1e-3));
  CHECK(sum(square(rotary(q, 99))).item() == Approx(sum(square(q)).item()));
}

TEST_CASE("the blocks print as PyTorch prints them, and refuse in words") {
  CHECK(nn::RMSNorm({4}).str() == "RMSNorm((4,), eps=None, elementwise_affine=True)");
  CHECK(nn::RMSNorm({4, 8}, 1e-6, false).str() == "RMSNorm((4, 8), eps=1e-06, elementwise_affine=False)");
  CHECK_THROWS_WITH(nn::RotaryEmbedding(5),
                    "[RotaryEmbedding] head_dim is 5; features turn in pairs, so expected an even number");
  CHECK_THROWS_WITH(nn::RotaryEmbedding(4, 8)(zeros({1, 2, 4}), 7),
                    "[RotaryEmbedding] (1, 2, 4) from token 7 does not fit; expected (..., T, 4) within 8 tokens");
  CHECK_THROWS_AS(nn::RotaryEmbedding(4, 8, 1), ValueError);
  CHECK(isnan(rms_norm(tensor({1e30f, 2e30f}), {2})).to_vector<bool>()[0]);  // the squares overflow: said, not hidden
}
