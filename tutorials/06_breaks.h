#pragma once
/// The classic mistakes of tutorial 06, made on purpose, and what finds them.

#include <memory>

#include "06_model.h"
#include "tutorial.h"

namespace tutorial {

/// The right shape, but rows are cut out of the text as it lies in memory: a "token" of a head is half of a real one.
inline Tensor split_by_view(const Tensor& x, int64_t heads) {
  const auto [B, T, D] = x.sizes<3>();
  return x.view({B, heads, T, D / heads});
}

inline void view_without_transpose() {
  set_num_threads(1);
  const Tensor x = arange(12).reshape({1, 3, 4});
  show("x, B = 1, T = 3, D = 4", x);
  show("split_heads(x, 2), head 0", split_heads(x, 2)[0][0]);
  show("x.view({B, H, T, D/H}), head 0", split_by_view(x, 2)[0][0]);
  claim("the same shape", split_by_view(x, 2).shape() == split_heads(x, 2).shape());
  say("  Head 0 now holds both halves of token 0, and half of token 1. The last token is out of its sight.\n");

  manual_seed(arguments().seed.value_or(1));
  const PairReader right(32, 2), wrong(32, 2, split_by_view);
  for (const PairReader* reader : {&right, &wrong}) {
    double last = 0;
    learn(*reader, 2, 300, 0.005, [&](int, double loss) { last = loss; });
    const Tensor answers = accuracy(*reader, 2);
    say("  {:<22} loss {:.2f}, right answers {:.2f} and {:.2f}", reader == &right ? "split_heads" : "view alone", last,
        answers[0].item(), answers[1].item());
  }
  claim("the view learns something, but less", accuracy(wrong, 2).mean().item() < 0.75);
  say("  A loss that falls and stops tells that something is wrong, but not what. Two tests do.\n");

  const Tensor text = randn({1, 5, 32}), order = tensor({1, 0, 3, 2, 4});
  const auto follows = [&](const SplitHeads& attention) {  // permuted tokens must give permuted results
    return allclose(attention(index_select(text, 1, order)), index_select(attention(text), 1, order), 1e-4, 1e-5);
  };
  const auto by_one_head = [&](const SplitHeads& attention) {  // each head alone, cut out of the maps' columns
    std::vector<Tensor> heads;
    for (const int64_t start : {0, 16}) {
      const auto part = [&](const nn::Linear& map) { return map(text).narrow(2, start, 16); };
      heads.push_back(attend(part(attention.queries), part(attention.keys), part(attention.values)));
    }
    return allclose(attention(text), attention.out(cat(heads, -1)), 1e-4, 1e-5);
  };
  claim("permutation test: split_heads passes", follows(right.attention));
  claim("permutation test: the view fails", !follows(wrong.attention));
  claim("one head at a time: split_heads agrees", by_one_head(right.attention));
  claim("one head at a time: the view does not", !by_one_head(wrong.attention));
}

/// The notebook's mistake. In Python it is a list, here a vector: either way the module does not see what it holds.
struct ForgottenMaps : nn::Module {
  ForgottenMaps(int64_t D, int64_t H) : linear(child(this, "linear", H * D, D)) {
    for (int64_t i = 0; i < 3 * H; ++i) maps.push_back(std::make_unique<nn::Linear>(D, D));
  }
  Tensor operator()(const Tensor& x) const {
    std::vector<Tensor> heads;
    for (size_t i = 0; i < maps.size(); i += 3)
      heads.push_back(attend((*maps[i])(x), (*maps[i + 1])(x), (*maps[i + 2])(x)));
    return linear(cat(heads, -1));
  }
  std::vector<std::unique_ptr<nn::Linear>> maps;
  nn::Linear linear;
};

inline void plain_list() {
  const ForgottenMaps broken(8, 2);
  const guide::MultiHeadSelfAttention repaired(8, 2);  // holds its maps in nn::ModuleList
  say("  Three maps of 8*8 + 8 = 72 for each of 2 heads, and a last one of 16*8 + 8 = 136: 568 parameters.");
  check("nn::ModuleList<nn::Linear>", "568", std::to_string(repaired.num_parameters()));
  check("std::vector of pointers: the last map only", "136", std::to_string(broken.num_parameters()));
  const Tensor x = randn({4, 5, 8}), before = broken.maps[0]->weight.detach().clone(),
               last = broken.linear.weight.detach().clone();
  optim::Adam adam(broken.parameters());
  mse_loss(broken(x), x).backward();
  adam.step();
  claim("the forgotten map has a gradient", norm(broken.maps[0]->weight.grad()).item() > 0);
  claim("but the optimiser does not move it", equal(broken.maps[0]->weight, before));
  claim("it moves the registered one", !equal(broken.linear.weight, last));
  say("  The loss falls a little all the same. What finds it: count the parameters on paper, and compare.");
}

}  // namespace tutorial
