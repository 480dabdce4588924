// Answers to the exercises of tutorial 06.
#include "../06_model.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

void answers() {
  set_num_threads(1);
  exercise(1, "What D = 512 and H = 8 cost");
  const int64_t D = 512, H = 8, T = 50;
  check("split: 4 (D^2 + D) parameters", "1050624", std::to_string(SplitHeads(D, H).num_parameters()));
  check("full width: 3 H (D^2 + D) + H D^2 + D", "8401408",
        std::to_string(guide::MultiHeadSelfAttention(D, H).num_parameters()));
  say("  Multiplications: a map takes T*D*D. Scores take T*T times the head's width, mixing the values as many again.");
  const int64_t split = 4 * T * D * D + H * 2 * T * T * (D / H), wide = 4 * H * T * D * D + H * 2 * T * T * D;
  check("split: 4 T D^2 + H * 2 T^2 D/H", "54988800", std::to_string(split));
  check("full width: 3 H T D^2 + T (H D) D + H * 2 T^2 D", "439910400", std::to_string(wide));
  check("full width is as much more as there are heads", "8", std::to_string(wide / split));

  exercise(2, "Split heads are full-width heads with many zeros");
  const guide::SelfAttention narrow(8, 2);
  guide::MultiHeadSelfAttention full(8, 2);
  {
    NoGrad guard;
    for (int64_t h = 0; h < 2; ++h) {
      Tensor mine = zeros({8});  // 1 for the rows of head h
      mine.narrow(0, 4 * h, 4).fill_(1);
      const auto rows = [&](const nn::Linear& from, nn::Linear& to) {
        to.weight.copy_(from.weight * mine.unsqueeze(1)), to.bias.copy_(from.bias * mine);
      };
      rows(narrow.queries, full.q_weights[h]), rows(narrow.keys, full.k_weights[h]);
      rows(narrow.values, full.v_weights[h]);
    }
    full.linear.weight.copy_(cat({narrow.fc_out.weight, narrow.fc_out.weight}, 1)),
        full.linear.bias.copy_(narrow.fc_out.bias);
  }
  const Tensor x = randn({2, 5, 8});
  claim("both compute the same", allclose(narrow(x), full(x), 1e-5, 1e-6));
  say("  Head h keeps its own 4 rows of each map, the other rows are 0 and add nothing to a dot product. Its result is "
      "0\n"
      "  outside its 4 columns, so fc_out can stand in the last map once for each head. Both divide by sqrt(8).");

  exercise(3, "One head silenced");
  PairReader reader(32, 2);
  learn(reader, 2, 300, 0.005, [](int, double) {});
  const Tensor before = accuracy(reader, 2), kept = reader.attention.out.weight.detach().clone();
  say("  right answers with both heads      {:.2f} {:.2f}", before[0].item(), before[1].item());
  for (int64_t h = 0; h < 2; ++h) {
    NoGrad guard;
    reader.attention.out.weight.narrow(1, 16 * h, 16).fill_(0);
    const Tensor after = accuracy(reader, 2);
    say("  without head {}                     {:.2f} {:.2f}", h, after[0].item(), after[1].item());
    claim("one of the two answers is lost", amin(after).item() < 0.5 && amax(after).item() > 0.9);
    reader.attention.out.weight.copy_(kept);
  }

  exercise(4, "Where the view is harmless");
  bool as_said = true;
  for (const int64_t batch : {1, 2})
    for (const int64_t tokens : {1, 2, 3, 4})
      for (const int64_t heads : {1, 2, 4}) {
        const Tensor all = arange(batch * tokens * 8).reshape({batch, tokens, 8});
        const bool same = equal(all.view({batch, heads, tokens, 8 / heads}), split_heads(all, heads));
        as_said = as_said && same == (tokens == 1 || heads == 1);
      }
  claim("for 24 sizes: it is harmless just where T = 1 or H = 1", as_said);
  say("  The right place of number j of head h of token t is (t*H + h)*d + j, the view's (h*T + t)*d + j. They are "
      "equal\n"
      "  for all t and h only if h*(T - 1) = t*(H - 1) always. So a test needs two tokens and two heads at least, and\n"
      "  better sizes that all differ: B = 2, T = 5, H = 3.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
