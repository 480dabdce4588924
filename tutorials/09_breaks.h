#pragma once
/// The classic mistakes of tutorial 09, made on purpose, and what finds them.

#include "09_model.h"
#include "tutorial.h"

namespace tutorial {

/// How far the results at real words move when a padded token's vector is replaced.
inline double padding_moves(const TextReader& model) {
  NoGrad guard;
  const Tensor ids = tensor({{5, 3, 5, 7, kPad, kPad, kPad}}), keep = nn::attend_tokens(ids, kPad);
  const Tensor x = randn({1, 7, 32}), changed = x.clone();
  Tensor last = changed.select(1, 6);
  last.fill_(3);
  const auto real = [&](const Tensor& in) { return model.attend(in, keep).narrow(1, 0, 4); };
  return (real(x) - real(changed)).abs().max().item();
}

inline void inverted_mask() {
  set_num_threads(1);
  say("  attend_keys here is true where a key may be attended to. key_padding_mask of PyTorch's nn.MultiheadAttention "
      "is\n"
      "  true where it may NOT. Take one for the other, and every word sees nothing but padding. No shape is wrong.\n");
  say("  right answers of 1000                    right mask   inverted");
  double right[2][2];
  const char* const asked[] = {"is the word 2 in the text?", "does the first word come again?"};
  for (const int q : {0, 1}) {
    for (const bool inverted : {false, true}) {
      const TextReader model(inverted);
      right[q][inverted] = learn(model, q == 0 ? Question::has_word : Question::first_again, q == 0 ? 200 : 800);
    }
    say("  {:<38}   {:.2f}         {:.2f}", asked[q], right[q][0], right[q][1]);
  }
  say("\n  The first question needs no attention: a word's own vector goes round attention by the residual connection, "
      "and\n"
      "  the mean collects it. So a model with the mask the wrong way round gets all of them right. The second needs "
      "words\n"
      "  to meet. A loss that stays at ln 2 there does not say why; the padding test does, before any training.\n");
  claim("first question: the inverted mask hides behind more than 0.98", right[0][1] > 0.98);
  claim("second question: more than 0.8 with the right mask, chance with the other",
        right[1][0] > 0.8 && right[1][1] < 0.6);
  check("what finds it: replace a padded token; moves", 0, padding_moves(TextReader(false)));
  claim("with the inverted mask it moves the results", padding_moves(TextReader(true)) > 1e-3);
}

inline void mean_over_padding() {
  set_num_threads(1);
  say("  Attention has its mask, but the mean over the tokens counts the padding, as the guide's x.mean(dim=1) "
      "does.\n");
  const TextReader model;
  const Tensor text = tensor({{5, 3, 5, 7}}), far = pad(text, 1, 0, 8, kPad);
  const auto all = [&](const Tensor& ids) { return model.encode(ids, nn::attend_tokens(ids, kPad)).mean({1}); };
  say("  The same text of 4 words, alone and padded to 12, as a longer neighbour in the batch would have it:");
  const double wrong = (all(text) - all(far)).abs().max().item();
  say("  mean over all 12: the vector moves by up to {:.2f}", wrong);
  claim("what finds it: pad further, and the answer must not move; here it does", wrong > 0.05);
  claim("the mean over real words does not move", allclose(model(text), model(far), 1e-4, 1e-5));
}

}  // namespace tutorial
