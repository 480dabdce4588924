// Answers to the exercises of tutorial 09.
#include "../09_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// Attention with `never` as the score of a forbidden key. x: (T, D), may: (T, T).
Tensor attend_where(const Tensor& x, const Tensor& may, double never) {
  const Tensor scores = matmul(x, x.t()) / std::sqrt(static_cast<double>(x.size(1)));
  return matmul(softmax(masked_fill(scores, logical_not(may), never), -1), x);
}

void answers() {
  set_num_threads(1);
  exercise(1, "-1e4 in place of -inf");
  const Tensor x = randn({4, 8}), keep = nn::attend_lengths({3}, 4).expand({4, 4});  // token 3 is padding
  Tensor changed = x.clone();
  changed.select(0, 3).fill_(5);
  const auto real = [&](const Tensor& in, double never) { return attend_where(in, keep, never).narrow(0, 0, 3); };
  claim("exact: e^-10000 is 0 in float32, too", equal(real(x, -1e4), real(changed, -1e4)));
  claim("with -10 it would not be", !equal(real(x, -10), real(changed, -10)));
  const Tensor none = zeros({4, 4}).to(boolean);
  claim("all forbidden: all scores are the same, so each forbidden token gets 1/4",
        allclose(attend_where(x, none, -1e4), x.mean({0}, true).expand({4, 8}), 1e-5, 1e-6));
  check("with -inf the library gives", 0,
        attend_where(x, none, -std::numeric_limits<double>::infinity()).abs().max().item(), 0);
  say("  A finite number turns 'nobody' into 'everybody alike', and nothing shows it.");

  exercise(2, "A NaN at a padded token");
  Tensor poisoned = x.clone();
  poisoned.select(0, 3).fill_(std::nan(""));
  const double never = -std::numeric_limits<double>::infinity();
  claim("the real tokens' results are NaN", all(isnan(real(poisoned, never))));
  const Tensor clean = where(isnan(poisoned), zeros({4, 8}), poisoned);
  claim("with zeros at the padding they are as before", equal(real(clean, never), real(x, never)));
  say("  The weight is 0, and 0 times NaN is NaN (as is 0 times inf). So a mask protects from wrong numbers, not from\n"
      "  NaN: fill padding with something finite.");

  exercise(3, "Itself and two before");
  const Tensor place = arange(8), back = place.unsqueeze(1) - place.unsqueeze(0);  // (8, 8): q - k
  const Tensor window = logical_and(ge(back, 0), le(back, 2));
  check("allowed keys of each row", {1, 2, 3, 3, 3, 3, 3, 3}, window.to(int64).sum({1}));
  const Tensor text = randn({1, 8, 16});
  Tensor other = text.clone();
  other.select(1, 0).fill_(9);  // token 0
  for (const int64_t layers : {1, 2}) {
    const nn::TransformerEncoder encoder(16, 2, layers, {.dim_feedforward = 32, .dropout = 0});
    const Tensor moved =
        (encoder(text, {.attend = window}) - encoder(other, {.attend = window})).abs().amax({0, 2});  // (8)
    int64_t last = 7;
    while (moved[last].item() == 0) --last;
    check(fmt::format("{} layer{}: change token 0; last result that moves", layers, layers > 1 ? "s" : ""),
          static_cast<double>(2 * layers), static_cast<double>(last));
  }
  say("  Through two layers a token sees four back: two in the second, which saw two more in the first.");

  exercise(4, "Padding in two orders");
  const std::vector<int64_t> lengths{5, 50, 6, 48};
  const auto padding = [&](const std::vector<std::vector<int64_t>>& batches) {
    double all = 0, words = 0;
    for (const auto& batch : batches) {
      int64_t widest = 0;
      for (const int64_t i : batch) widest = std::max(widest, lengths[static_cast<size_t>(i)]);
      all += static_cast<double>(widest) * static_cast<double>(batch.size());
      for (const int64_t i : batch) words += static_cast<double>(lengths[static_cast<size_t>(i)]);
    }
    return 1 - words / all;
  };
  check("as they come: (45 + 42) / 196", 87.0 / 196, padding({{0, 1}, {2, 3}}));
  check("sorted by length: (1 + 2) / 112", 3.0 / 112, padding({{0, 2}, {3, 1}}));
  say("  Padding is computed and thrown away. So data::make_batches puts texts of similar length together; in "
      "training\n"
      "  within pools drawn at random, so that the batches are not the same in each epoch.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
