// Tutorial 06: multi-head attention. Text: docs/tutorials/06_multi_head.md
#include "06_breaks.h"
#include "06_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

void copy(const nn::Linear& from, nn::Linear& to) { to.weight.copy_(from.weight), to.bias.copy_(from.bias); }

// Trains a reader of two questions, 32 wide. Shows its loss, and each head's weights in the question's row, as they
// form. Returns the fraction of right answers to either question, (2).
Tensor train_and_show(int64_t heads, std::initializer_list<int> shown) {
  manual_seed(arguments().seed.value_or(1));  // the same start and the same examples for any number of heads
  const PairReader reader(32, heads);
  const Drawers one = make_drawers(1, 2);
  say("  step   loss   head    {}", token_names(one));
  learn(reader, 2, 300, 0.005, [&](int step, double loss) {
    if (std::find(shown.begin(), shown.end(), step) == shown.end()) return;
    const Tensor weights = reader.attention.weights(reader.embed(one))[0];  // (H, 5, 5)
    for (int64_t h = 0; h < heads; ++h)
      say("  {:<11}   {:<4}    {}", h > 0 ? "" : fmt::format("{:<5}  {:.2f}", step, loss), h,
          shades(weights[h][kDrawers]));
  });
  const Tensor right = accuracy(reader, 2);
  say("\n  After 300 steps, right answers: {:.2f} to the first letter, {:.2f} to the second", right[0].item(),
      right[1].item());
  return right;
}

void one_look() {
  section("A question for two: one head is not enough");
  say("  The drawers of step 05, but the question asks for two letters: b3 d1 a6 c0 ca? has the answers 0 and 6.\n"
      "  One head gives one mean of the values. If it takes c's number only, it must guess the other among seven: a\n"
      "  loss of (0 + ln 7)/2 = 0.97. If it takes both alike, it cannot tell which is whose: ln 2 = 0.69.\n");
  const Tensor right = train_and_show(1, {0, 50, 100});
  claim("one head, 32 wide: less than 0.7 of the answers are right", right.mean().item() < 0.7);
}

void full_width() {
  section("Several heads: a full-width map for each");
  const int64_t B = 2, T = 5, D = 8, H = 3;
  const guide::MultiHeadSelfAttention wide(D, H);
  const Tensor x = randn({B, T, D});
  std::vector<Tensor> heads;
  for (int64_t h = 0; h < H; ++h) {
    const Tensor q = wide.q_weights[h](x), k = wide.k_weights[h](x), v = wide.v_weights[h](x);  // (B, T, D)
    heads.push_back(attend(q, k, v));                                                           // (B, T, D)
  }
  const Tensor joined = cat(heads, -1);  // side by side
  const Tensor y = wide.linear(joined);
  check("x: B = 2 texts, T = 5 tokens, D = 8", "(2, 5, 8)", x.shape().str());
  check("each of H = 3 heads", "(2, 5, 8)", heads[0].shape().str());
  check("joined: (B, T, H*D)", "(2, 5, 24)", joined.shape().str());
  check("y: through a Linear(24, 8)", "(2, 5, 8)", y.shape().str());
  claim("the library: guide::MultiHeadSelfAttention", allclose(y, wide(x), 1e-5, 1e-6));
}

void split() {
  section("Split heads: (B, T, D) to (B, H, T, D/H), by strides alone");
  const Tensor x = arange(12).reshape({1, 3, 4}), pieces = x.reshape({1, 3, 2, 2}), heads = pieces.transpose(1, 2);
  show("x, B = 1, T = 3, D = 4", x);
  check("x", "(1, 3, 4) strides (12, 4, 1)", x.shape().str() + " strides " + x.strides().str());
  check("x.reshape({B, T, H, D/H})", "(1, 3, 2, 2) strides (12, 4, 2, 1)",
        pieces.shape().str() + " strides " + pieces.strides().str());
  check(".transpose(1, 2)", "(1, 2, 3, 2) strides (12, 2, 4, 1)",
        heads.shape().str() + " strides " + heads.strides().str());
  say("  The next head is 2 numbers on, the next token 4, as before. No number has moved.");
  check("head 0: the left half of each token", {0, 1, 4, 5, 8, 9}, heads[0][0]);
  check("head 1: the right half", {2, 3, 6, 7, 10, 11}, heads[0][1]);
  claim("transposed and reshaped back, it is x again", equal(join_heads(heads), x));
  std::string message = "nothing";
  try {
    heads.view({1, 3, 4});
  } catch (const ShapeError& error) {
    message = error.what();
  }
  say("  {}", message);
  claim("view() refuses to join heads that were not transposed back",
        message.find("without a copy") != std::string::npos);
}

void same_as_the_library() {
  section("The same as nn::MultiheadAttention");
  const int64_t D = 8, H = 2;
  const Tensor x = randn({2, 5, D});
  const SplitHeads ours(D, H);
  const Tensor q = ours.queries(x), y = matmul(ours.weights(x), split_heads(ours.values(x), H));
  check("queries(x)", "(2, 5, 8)", q.shape().str());
  check("split_heads", "(2, 2, 5, 4)", split_heads(q, H).shape().str());
  check("weights, scores divided by sqrt(D/H) = 2", "(2, 2, 5, 5)", ours.weights(x).shape().str());
  check("weights v", "(2, 2, 5, 4)", y.shape().str());
  check("out(join_heads(...))", "(2, 5, 8)", ours(x).shape().str());
  nn::MultiheadAttention library(D, H);
  guide::SelfAttention guided(D, H);
  {
    NoGrad guard;
    library.in_proj_weight.copy_(cat({ours.queries.weight, ours.keys.weight, ours.values.weight}));  // (3D, D)
    library.in_proj_bias.copy_(cat({ours.queries.bias, ours.keys.bias, ours.values.bias}));          // (3D)
    copy(ours.out, library.out_proj);
    copy(ours.queries, guided.queries), copy(ours.keys, guided.keys);
    copy(ours.values, guided.values), copy(ours.out, guided.fc_out);
  }
  const nn::AttentionResult result = library(x, x, x, {.average_attn_weights = false});
  claim("nn::MultiheadAttention gives the same y", allclose(ours(x), result.output, 1e-5, 1e-6));
  claim("and the same weights", allclose(ours.weights(x), result.weights, 1e-5, 1e-6));
  claim("the guide's does not: it divides by sqrt(D), not by sqrt(D/H)", !allclose(ours(x), guided(x), 1e-3, 1e-3));
  {
    NoGrad guard;
    guided.queries.weight.mul_(std::sqrt(2.0)), guided.queries.bias.mul_(std::sqrt(2.0));
  }
  claim("with its queries times sqrt(H) it does", allclose(ours(x), guided(x), 1e-5, 1e-6));

  const guide::MultiHeadAttention twice(D, H);  // slide 3: SelfAttention, then a second fc_out
  guide::SelfAttention once(D, H);
  {
    NoGrad guard;
    copy(twice.attention.queries, once.queries), copy(twice.attention.keys, once.keys);
    copy(twice.attention.values, once.values);
    once.fc_out.weight.copy_(matmul(twice.fc_out.weight, twice.attention.fc_out.weight));
    once.fc_out.bias.copy_(twice.fc_out(twice.attention.fc_out.bias));
  }
  claim("the guide's MultiHeadAttention: two maps in a row are one", allclose(twice(x), once(x), 1e-5, 1e-6));
}

void count() {
  section("What the heads cost");
  const int64_t D = 32, H = 4, map = D * D + D;  // a Linear(D, D) with its bias
  check("full width: 3*H*1056 + H*32*32 + 32", std::to_string(3 * H * map + H * D * D + D),
        std::to_string(guide::MultiHeadSelfAttention(D, H).num_parameters()));
  check("split: 4*1056, whatever H is", std::to_string(4 * map), std::to_string(SplitHeads(D, H).num_parameters()));
}

void two_looks() {
  section("Two heads, two looks: the same start, the same examples");
  const Tensor right = train_and_show(2, {0, 25, 50, 100, 300});
  claim("two heads, 16 wide each: more than 99 of 100 of both", amin(right).item() > 0.99);
}

int lesson() {
  begin("06: multi-head attention", "What if a token must look at two places at once, and for different reasons?",
        "a moment", 1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {one_look, full_width, split, same_as_the_library, count, two_looks}) part();
  return finish(
      {"A head is one look: its values come out as one mean. Several heads look at several places at once.",
       "Split heads are a reshape and a transpose of the same maps: they cost no parameters.",
       "A view keeps the shape right and may still mix up tokens; compare with one head at a time, or permute tokens."},
      {"Count the parameters of both kinds for D = 512 and H = 8. And the multiplications, for T = 50 tokens?",
       "Give guide::MultiHeadSelfAttention weights with which it computes exactly what guide::SelfAttention computes.",
       "After training, set one head's columns of out.weight to 0. Which answers go wrong?",
       "For which B, T and H is view_without_transpose harmless? Which sizes should a test have, therefore?"},
      "scripts/tutorial.sh 07");
}

int main(int argc, char** argv) {
  return run(
      lesson, argc, argv,
      {{.name = "view_without_transpose", .mistake = "heads split by reshape alone", .show = view_without_transpose},
       {.name = "plain_list", .mistake = "the heads' maps in a plain std::vector", .show = plain_list}});
}
