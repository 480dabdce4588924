// Answers to the exercises of tutorial 14.
#include "../14_breaks.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// The mean loss on dev of P(next | last two) = (count of all three + 5 P(next | last)) / (count of the two + 5).
double trigram_loss(const Text& text, const Tensor& bigram) {
  const int64_t V = text.size(), n = text.train.numel() - 2;
  const auto twos = [&](const Tensor& t, int64_t m) { return t.narrow(0, 0, m) * V + t.narrow(0, 1, m); };
  const Tensor counts =
      bincount(twos(text.train, n) * V + text.train.narrow(0, 2, n), {}, V * V * V).reshape({V * V, V}).to(float32);
  const int64_t m = text.dev.numel() - 2;
  const Tensor after = index_select(counts, 0, twos(text.dev, m));               // (m, V)
  const Tensor backed = exp(index_select(bigram, 0, text.dev.narrow(0, 1, m)));  // (m, V)
  const Tensor p = (after + 5 * backed) / (after.sum(1, true) + 5);
  return nll_loss(log(p), text.dev.narrow(0, 2, m)).item();
}

void answers() {
  set_num_threads(1);
  exercise(1, "Drawn tokens against their probabilities");
  std::vector<double> shares(4);
  for (int i = 0; i < 2000; ++i)
    shares[static_cast<size_t>(nn::draw_token({2, 1, 0, -1}, {}, {.top_p = 0.9}))] += 1.0 / 2000;
  check("shares of 2,000 draws, to 0.04", {0.6652, 0.2447, 0.0900, 0}, tensor(shares), 0.04);
  say("  By chance a share of 0.67 moves by sqrt(0.67 * 0.33 / 2000) = 0.01.");

  exercise(2, "Trigrams");
  const Text text = read_text();
  const Tensor bigram = bigrams(text);
  const int64_t n = text.dev.numel() - 1;
  const double two = nll_loss(index_select(bigram, 0, text.dev.narrow(0, 0, n)), text.dev.narrow(0, 1, n)).item();
  const double three = trigram_loss(text, bigram);
  say("  bigram {:.3f} nats, trigram {:.3f}", two, three);
  claim("the trigram is better", three < two - 0.1);
  say("  Most runs of three never occur in a short text, so it leans on the bigram where its count is small.");

  exercise(3, "Temperatures");
  const Tensor hand = tensor({2.0, 1.0, 0.0, -1.0});
  check("0.01: greedy", {1, 0, 0, 0}, softmax(hand / 0.01, 0));
  check("1000: blind", {0.25, 0.25, 0.25, 0.25}, softmax(hand / 1000, 0), 1e-3);

  exercise(4, "log P of a text");
  CharModel model(text.size());
  short_training(model, text, 1, 300);
  const NoGrad guard;
  const std::vector<int64_t> prompt = text.encode("\nThe ");
  const auto log_p = [&](const std::vector<int64_t>& written) {
    std::vector<int64_t> all = prompt;
    all.insert(all.end(), written.begin(), written.end());
    const int64_t T = static_cast<int64_t>(all.size()) - 1, from = static_cast<int64_t>(prompt.size()) - 1;
    const Tensor ids = tensor(all).unsqueeze(0), logs = log_softmax(model(ids.narrow(1, 0, T)), 2)[0];  // (T, V)
    return gather(logs, 1, ids[0].narrow(0, 1, T).unsqueeze(1)).narrow(0, from, T - from).sum().item();
  };
  const auto written = [&](const nn::GenerateOptions& options) {
    Writer writer(model);
    return nn::generate(writer, prompt, options);
  };
  const double greedy = log_p(written({.max = 20, .temperature = 0}));
  const double searched = log_p(written({.max = 20, .beams = 8, .length_penalty = 0}));
  say("  log P: greedy {:.2f}, 8 beams {:.2f}", greedy, searched);
  claim("beams find a text at least as likely", searched >= greedy - 1e-3);

  exercise(5, "The cost of long texts");
  const auto times = [](int64_t length) { return multiplications(length, false) / multiplications(length, true); };
  say("  512 tokens: {:.0f} times fewer", times(512));
  claim("more than 200 times", times(512) > 200);
  say("  For long texts attention costs most: the sum of t^2, n^3/3, against the sum of t, n^2/2. Their ratio: 2n/3.");
  check("ratio / n for n = 100,000", 2.0 / 3, times(100000) / 100000, 0.01);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
