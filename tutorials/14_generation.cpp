// Tutorial 14: a model that writes. Text: docs/tutorials/14_generation.md
#include "14_breaks.h"

using namespace lemma;
using namespace tutorial;

// The probabilities (V) that a token is drawn with: temperature, then the k likeliest, then the likeliest up to p.
Tensor chances(const Tensor& logits, const nn::GenerateOptions& options) {
  const auto [sorted, order] = sort(softmax(logits / options.temperature, 0), 0, true);  // likeliest first
  const int64_t V = logits.size(0), k = options.top_k > 0 ? options.top_k : V;
  Tensor kept = where(lt(arange(V), k), sorted, zeros({V}));
  kept = kept / kept.sum();
  kept =
      where(lt(cumsum(kept, 0) - kept, options.top_p), kept, zeros({V}));  // as long as likelier ones have less than p
  return scatter(zeros({V}), 0, order, kept / kept.sum());                 // back in the order of the ids
}

// The guide's generate_sequence, mended: `end` is an argument, a temperature of 0 is greedy, and each step is given
// the new token alone, for the caches hold the others.
std::vector<int64_t> write(nn::Decoding& model, const std::vector<int64_t>& prompt,
                           const nn::GenerateOptions& options) {
  const NoGrad guard;
  std::vector<int64_t> written;
  Tensor ids = tensor(prompt).unsqueeze(0);  // (1, T)
  while (static_cast<int64_t>(written.size()) < options.max) {
    const Tensor logits = model.next(ids)[0];  // (V)
    const Tensor token = options.temperature == 0 ? argmax(logits, 0) : multinomial(chances(logits, options), 1)[0];
    written.push_back(token.item<int64_t>());
    if (written.back() == options.end) break;
    ids = token.reshape({1, 1});
  }
  return written;
}

int lesson() {
  begin("14: generation", "How does a model that predicts the next character write a text?", "half a minute", 1);
  set_num_threads(1);  // a model this small does not gain from a second
  const Text text = read_text();
  const int64_t V = text.size();
  const std::vector<int64_t> line_end = text.encode("\n");

  section("Shift by one: every character of a text is a question, and the next one is its answer");
  const std::string sample = "the hen";
  say("  text     {}\n  inputs   {}      all but the last character\n  targets   {}     all but the first", sample,
      sample.substr(0, 6), sample.substr(1));
  const Tensor ids = tensor(text.encode(sample)).unsqueeze(0);
  check(
      "shape of a text, of inputs and targets", "(1, 7) (1, 6) (1, 6)",
      fmt::format("{} {} {}", ids.shape().str(), ids.narrow(1, 0, 6).shape().str(), ids.narrow(1, 1, 6).shape().str()));

  section("How surprised? Loss per character, in nats and bits, and perplexity");
  say("  The characters that came had probability 1/2, 1/4 and 1/8: (ln 2 + ln 4 + ln 8) / 3 = 2 ln 2.");
  const double nats = -log(tensor({0.5, 0.25, 0.125})).mean().item();
  check("nats: the mean of -ln P", 1.3863, nats);
  check("bits: nats / ln 2", 2, nats / std::log(2.0));
  check("perplexity: e^nats", 4, std::exp(nats));
  say("  Perplexity 4: as unsure as if it chose among 4 characters, all equally likely.");

  section("What is to be beaten");
  say("  {}: {} characters to learn from, {} for dev, {} different ones.", text.name, text.train.numel(),
      text.dev.numel(), V);
  const auto report = [](const char* name, double loss) {
    say("  {:<34} {:.3f} nats  {:.3f} bits  perplexity {:6.2f}", name, loss, loss / std::log(2.0), std::exp(loss));
    return loss;
  };
  report("all characters equally likely", std::log(static_cast<double>(V)));
  const int64_t n = text.dev.numel() - 1;
  const Tensor logs = index_select(bigrams(text), 0, text.dev.narrow(0, 0, n));  // (n, V)
  const double bigram = report("bigram: counted pairs", nll_loss(logs, text.dev.narrow(0, 1, n)).item());

  section("The model: a causal encoder, and a probability for each next character");
  CharModel model(V);
  check("shape of the logits: B, T, V", fmt::format("(2, 8, {})", V),
        model(zeros({2, 8}, {.dtype = int64})).shape().str());
  say("  {} parameters. Before training it should cost about ln {} = {:.2f}.", model.num_parameters(), V, std::log(V));
  claim("its first loss is near that", std::abs(evaluate(model, text.dev) - std::log(V)) < 0.7);
  claim("a later token changes nothing before it", later_token_moves(model, V) < 1e-5);
  say("\n  step   train   dev");
  double sum = 0;
  fit(model, text.train, kSteps, 1, [&](int step, double loss) {
    sum += loss / 100;
    if (step % 100 == 0) say("  {:>4}   {:.3f}   {:.3f}", step, sum, evaluate(model, text.dev)), sum = 0;
    std::fflush(stdout);
  });
  model.eval();
  const double learnt = report("the model, on dev", evaluate(model, text.dev));
  model.eval();
  claim("it beats the bigram by far", learnt < bigram - 0.3);

  section("From logits to a token, by hand: logits 2, 1, 0, -1");
  const Tensor hand = tensor({2.0, 1.0, 0.0, -1.0});
  check("temperature 1: softmax", {0.6439, 0.2369, 0.0871, 0.0321}, chances(hand, {}));
  check("temperature 2: flatter", {0.4551, 0.2760, 0.1674, 0.1015}, chances(hand, {.temperature = 2}));
  check("temperature 0.5: steeper", {0.8650, 0.1171, 0.0158, 0.0021}, chances(hand, {.temperature = 0.5}));
  claim("temperature 0, put into the formula, is 0/0", any(isnan(softmax(tensor({0.0, 1.0}) / 0, 0))));
  check("top-k 2: the two likeliest", {0.7311, 0.2689, 0, 0}, chances(hand, {.top_k = 2}));
  check("top-p 0.9: 0.6439 + 0.2369 < 0.9", {0.6652, 0.2447, 0.0900, 0}, chances(hand, {.top_p = 0.9}));
  const auto penalised = nn::log_probabilities({2, 1, 0, -1}, {0, 3}, 2);
  say("  Repetition penalty 2, tokens 0 and 3 were there before: the logits 2/2, 1, 0, -1*2.");
  check("their probabilities", {0.4136, 0.4136, 0.1522, 0.0206}, exp(tensor(penalised)));

  section("The model writes");
  const std::vector<int64_t> prompt = text.encode("\nThe ");
  const auto sentence = [&](const char* name, nn::GenerateOptions options) {
    options.max = 80, options.end = line_end[0];
    Writer writer(model);
    const std::vector<int64_t> ids_written = nn::generate(writer, prompt, options);
    const std::string line = text.decode(ids_written);
    say("  {:<26} The {}", name, line.substr(0, line.find('\n')));
    return ids_written;
  };
  const auto greedy = sentence("greedy (temperature 0)", {.temperature = 0});
  sentence("temperature 0.7", {.temperature = 0.7});
  sentence("temperature 1", {});
  sentence("temperature 2", {.temperature = 2});
  sentence("top-k 5", {.top_k = 5});
  sentence("top-p 0.9", {.top_p = 0.9});
  sentence("greedy, repetition 1.2", {.temperature = 0, .repetition_penalty = 1.2});
  const auto searched = sentence("4 beams", {.beams = 4});
  claim("the end token, a new line, ends a sentence", greedy.back() == line_end[0] || greedy.size() == 80);
  Writer ours(model);
  claim("our loop writes what nn::generate writes",
        write(ours, prompt, {.max = 80, .temperature = 0, .end = line_end[0]}) == greedy);

  section("Beam search: the likeliest text is not made of the likeliest tokens");
  say("  A toy language: after the start a (0.6) or b (0.4); after a the end (0.5); after b another b (0.9).\n"
      "  Two tokens, greedy: a, end: 0.6 * 0.5 = 0.30. But b, b: 0.4 * 0.9 = 0.36.");
  Toy toy;
  const auto spelt = [&](const nn::GenerateOptions& options) {
    std::string out;
    for (const int64_t token : nn::generate(toy, {0}, options)) out += "$ab"[token];
    return out;
  };
  check("greedy ($ is the end)", "a$", spelt({.max = 2, .temperature = 0, .end = 0}));
  check("2 beams", "bb", spelt({.max = 2, .beams = 2, .end = 0}));
  say("\n  Six tokens: bbbbbb has 0.4 * 0.9^5 = 0.24 < 0.30. Every further token costs, so short texts win; divide log "
      "P\n"
      "  by length^penalty: ln 0.30 / 2 = -0.60, ln 0.24 / 6 = -0.24.");
  check("length penalty 0", "a$", spelt({.max = 6, .beams = 2, .length_penalty = 0, .end = 0}));
  check("length penalty 1", "bbbbbb", spelt({.max = 6, .beams = 2, .length_penalty = 1, .end = 0}));

  section("Keys and values, kept");
  Writer cached(model), recomputing(model, false);
  const nn::GenerateOptions sixty_four{.max = 64, .temperature = 0};
  const auto fast = nn::generate(cached, line_end, sixty_four), slow = nn::generate(recomputing, line_end, sixty_four);
  claim("the same 64 characters with and without", fast == slow);
  check("rows computed with caches", 64, static_cast<double>(cached.rows));
  check("without: 1 + 2 + ... + 64", 64 * 65 / 2, static_cast<double>(recomputing.rows));
  say("  Multiplications in the encoder: {:.1f} million without, {:.1f} million with: {:.0f} times fewer.",
      multiplications(64, false) / 1e6, multiplications(64, true) / 1e6,
      multiplications(64, false) / multiplications(64, true));

  return finish({"Inputs and targets are one text, shifted by one; a causal mask lets all positions learn at once.",
                 "Loss per character, bits and perplexity say the same thing; a counted bigram says what is little.",
                 "Greedy and beam search look for likely texts, temperature, top-k and top-p draw varied ones.",
                 "Cached keys and values change the cost, and not one character."},
                {"Draw 2,000 tokens with top-p 0.9 by nn::draw_token. Do the shares agree with chances()?",
                 "Count trigrams: the next character after the last two. How far do they beat the bigram?",
                 "Show that a temperature towards 0 becomes greedy, and towards infinity becomes blind guessing.",
                 "Compute log P of a text under the model. Is beam search's text likelier than greedy's?",
                 "How many times fewer multiplications do caches take for 512 tokens? And in the limit of long texts?"},
                "scripts/tutorial.sh 15   (the whole program: build/lemma train lm)");
}

int main(int argc, char** argv) {
  return run(
      lesson, argc, argv,
      {{.name = "no_shift", .mistake = "targets that are the inputs, not shifted by one", .show = no_shift},
       {.name = "no_causal_mask", .mistake = "every token may look at the ones after it", .show = no_causal_mask}});
}
