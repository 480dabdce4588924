// Tutorial 09: masks. Text: docs/tutorials/09_masks.md
#include "09_breaks.h"
#include "09_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

const double kNever = -std::numeric_limits<double>::infinity();

void batches() {
  section("A batch of texts of different lengths: <pad> and <unk>");
  const std::vector<std::string> vocabulary{"<pad>", "<unk>", "the", "cat", "dog", "ran", "home"};
  const std::vector<std::vector<std::string>> texts{{"the", "cat", "ran", "home"}, {"the", "bird", "ran"}, {"dog"}};
  std::vector<int64_t> ids, lengths;
  for (const auto& text : texts) {
    lengths.push_back(static_cast<int64_t>(text.size()));
    for (size_t t = 0; t < 4; ++t) {  // 4: the longest
      const auto found = std::find(vocabulary.begin(), vocabulary.end(), t < text.size() ? text[t] : "<pad>");
      ids.push_back(found == vocabulary.end() ? kUnk : found - vocabulary.begin());
    }
  }
  say("  the cat ran home | the bird ran | dog.  A tensor is a rectangle, so short rows are filled up with <pad>, id "
      "0.\n"
      "  'bird' is not in the vocabulary: it becomes <unk>, id 1, which stands for every unknown word.");
  const Tensor batch = tensor(ids).reshape({3, 4}), keep = nn::attend_tokens(batch, kPad);
  show("ids", batch);
  check("by hand", {2, 3, 5, 6, 2, 1, 5, 0, 4, 0, 0, 0}, batch);
  show("keep = attend_tokens(ids, 0)", keep);
  check("true, 1, where there is a word", {1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0}, keep.to(int64));
  claim("attend_lengths({4, 3, 1}, 4) is the same", equal(keep, nn::attend_lengths(lengths, 4)));
}

void by_hand() {
  section("A mask in attention: scores of -inf");
  say("  true means: may be attended to. Where it is false the score becomes -inf, before softmax, and e^-inf = 0.");
  const Tensor scores = tensor({{1.0, 2.0, 3.0}}), keep = tensor({1, 1, 0}).to(boolean);
  check("without a mask: softmax(1, 2, 3)", {0.0900, 0.2447, 0.6652}, softmax(scores, 1));
  const Tensor weights = softmax(masked_fill(scores, logical_not(keep), kNever), 1);
  check("the third is padding: softmax(1, 2, -inf)", {0.2689, 0.7311, 0}, weights);
  check("they are softmax(1, 2)", {0.2689, 0.7311}, softmax(tensor({1.0, 2.0}), 0));
  check("a 0 put in after softmax: the sum is not 1", 0.3348, (softmax(scores, 1) * keep.to(float32)).sum().item());
  const Tensor q = randn({2, 5, 8}), k = randn({2, 5, 8}), v = randn({2, 5, 8});
  const Tensor who = nn::attend_lengths({5, 3}, 5).unsqueeze(1);  // (B, 1, Tk): the same keys for every query
  const Tensor masked = masked_fill(matmul(q, k.transpose(1, 2)) / std::sqrt(8.0), logical_not(who), kNever);
  check("scores of a batch, (B, Tq, Tk)", "(2, 5, 5)", masked.shape().str());
  claim("the library: scaled_dot_product_attention(q, k, v, attend)",
        allclose(matmul(softmax(masked, -1), v), scaled_dot_product_attention(q, k, v, who), 1e-5, 1e-6));
}

void padding() {
  section("Proof: what stands at padding changes nothing");
  const nn::TransformerEncoder encoder(16, 2, 2, {.dim_feedforward = 32, .dropout = 0});  // two layers of step 08
  const Tensor keep = nn::attend_lengths({5, 3}, 5), x = randn({2, 5, 16}, {.requires_grad = true});
  Tensor changed = x.detach().clone();
  changed.select(0, 1).narrow(0, 3, 2).fill_(1000);                                  // both padded tokens of text 1
  const auto real = [](const Tensor& y) { return y.select(0, 1).narrow(0, 0, 3); };  // the three real ones
  check("x and y", "(2, 5, 16)", encoder(x).shape().str());
  claim("without a mask the real tokens' results move",
        !allclose(real(encoder(x)), real(encoder(changed)), 1e-2, 1e-2));
  const nn::EncoderMasks masks{.attend_keys = keep};
  claim("with it they are the same, to the last bit", equal(real(encoder(x, masks)), real(encoder(changed, masks))));
  (real(encoder(x, masks)) * randn({3, 16})).sum().backward();
  check("gradient at the padded tokens: exactly", 0, x.grad().select(0, 1).narrow(0, 3, 2).abs().max().item(), 0);
  claim("at the real ones it is not 0", x.grad().select(0, 1).narrow(0, 0, 3).abs().min().item() > 0);
  say("\n  What comes out AT a padded token means nothing. Leave it out of the mean: sum(m h) / sum(m), m = 1 or 0.");
  const Tensor h = tensor({2.0, 4.0, 7.0, 7.0}), m = tensor({1.0, 1.0, 0.0, 0.0});
  check("(2 + 4) / 2", 3, ((h * m).sum() / m.sum()).item());
  check("with the padding it would be 20 / 4", 5, h.mean().item());
}

void causal() {
  section("A causal mask: nobody sees the future");
  say("  To learn to continue a text, a token must not see the ones that follow: they are the answers. Row q may "
      "attend\n"
      "  to the columns k <= q.");
  const Tensor mask = nn::attend_causal(4);
  show("attend_causal(4)", mask.to(int64));
  check("allowed keys of each row", {1, 2, 3, 4}, mask.to(int64).sum({1}));
  claim("the guide's create_mask(4) is the same, as (1, 4, 4) numbers",
        equal(guide::create_mask(4)[0], mask.to(float32)));
  const Tensor weights = softmax(masked_fill(zeros({4, 4}), logical_not(mask), kNever), 1);
  check("equal scores: row 2 shares among three", {0.3333, 0.3333, 0.3333, 0}, weights[2]);

  const nn::TransformerEncoder encoder(16, 2, 2, {.dim_feedforward = 32, .dropout = 0});
  const nn::EncoderMasks masks{.attend = mask};
  const Tensor x = randn({1, 4, 16}, {.requires_grad = true});
  Tensor changed = x.detach().clone();
  changed.select(1, 2).fill_(1000);  // token 2
  const Tensor y = encoder(x, masks), z = encoder(changed, masks);
  claim("change token 2: results 0 and 1 stay, to the last bit", equal(y.narrow(1, 0, 2), z.narrow(1, 0, 2)));
  claim("results 2 and 3 move", !allclose(y.select(1, 2), z.select(1, 2)) && !allclose(y.select(1, 3), z.select(1, 3)));
  (y.select(1, 1) * randn({1, 16})).sum().backward();
  check("gradient of result 1 at tokens 2 and 3: exactly", 0, x.grad().narrow(1, 2, 2).abs().max().item(), 0);
  say("  So one pass over T tokens gives T predictions, none of which has seen its answer.");
}

void nothing_allowed() {
  section("A row in which nothing is allowed");
  const Tensor none = tensor({{kNever, kNever}});
  const Tensor naive = exp(none - none.amax({1}, true));
  claim("by the formula: -inf - (-inf) is not a number", all(isnan(naive)));
  check("the library's softmax gives", {0, 0}, softmax(none, 1));
  const TensorOptions learnt{.requires_grad = true};
  const std::vector<Tensor> in{randn({1, 3, 4}, learnt), randn({1, 3, 4}, learnt),
                               randn({1, 3, 4}, learnt)};  // q, k, v
  const Tensor y = scaled_dot_product_attention(in[0], in[1], in[2], nn::attend_lengths({0}, 3).unsqueeze(1));
  check("an empty text, length 0: the mix is", 0, y.abs().max().item(), 0);
  bool still = true;
  for (const Tensor& g : grad({y.sum()}, in)) still = still && g.abs().max().item() == 0;
  claim("and all gradients are 0, not NaN", still);
}

void together() {
  section("Both masks, and PyTorch's");
  const Tensor keep = nn::attend_lengths({3, 2}, 3);  // (B, T)
  const Tensor both = nn::attend_both(keep, nn::attend_causal(3));
  check("(B, T) and (T, T): (B, 1, T, T)", "(2, 1, 3, 3)", both.shape().str());
  check("text 1, its length is 2", {1, 0, 0, 1, 1, 0, 1, 1, 0}, both[1].to(int64));
  const nn::MultiheadAttention attention(8, 2);
  const Tensor x = randn({2, 3, 8});
  const Tensor weights = attention(x, x, x, {.attend_keys = keep, .attend = nn::attend_causal(3)}).weights;
  claim("the weights are 0 just where it is false", equal(gt(weights, 0), both.squeeze(1)));
  say("  PyTorch's key_padding_mask is true where a key is IGNORED: attend_keys = logical_not(key_padding_mask).");
}

int lesson() {
  begin("09: masks", "How do texts of different lengths share a batch, and how is a token kept from seeing the future?",
        "a moment", 1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {batches, by_hand, padding, causal, nothing_allowed, together}) part();
  return finish(
      {"A mask says who may attend to whom: true = may. A forbidden score is -inf, so its weight is exactly 0.",
       "A padded or later token then changes nothing, to the last bit, and gets a gradient of exactly 0.",
       "A row without any allowed key is 0 / 0 by the formula; the library gives zeros.",
       "Libraries disagree on what true means. Test it: change what must not matter, and compare."},
      {"Use -1e4 in place of -inf. Is the padding test still exact? And if all keys of a row are forbidden?",
       "Write a NaN into a padded token. What happens, and why, although its weight is 0?",
       "Make a mask with which each token sees itself and two tokens before it, and prove that it works.",
       "Texts of 5, 50, 6 and 48 words, in batches of two. How much padding in this order, how much sorted?"},
      "scripts/tutorial.sh 10");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "inverted_mask", .mistake = "true and false exchanged", .show = inverted_mask},
              {.name = "mean_over_padding", .mistake = "padding counted in the mean", .show = mean_over_padding}});
}
