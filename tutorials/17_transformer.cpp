// Tutorial 17: the Transformer. Text: docs/tutorials/17_transformer.md
#include "17_bleu.h"
#include "17_breaks.h"
#include "lemma/viz/heatmap.h"

using namespace lemma;
using namespace tutorial;

// Multi-head attention from its weights: the queries of x look at the keys and values of `source`.
Tensor attention(const nn::MultiheadAttention& m, const Tensor& x, const Tensor& source, int64_t H, const Tensor& may) {
  const int64_t B = x.size(0), D = x.size(2);
  const auto heads = [&](const Tensor& from, int64_t third) {  // (B, T, D) -> (B, H, T, D/H)
    const Tensor w = m.in_proj_weight.narrow(0, third * D, D), b = m.in_proj_bias.narrow(0, third * D, D);
    return linear(from, w, b).reshape({B, from.size(1), H, D / H}).transpose(1, 2);
  };
  const Tensor q = heads(x, 0), k = heads(source, 1), v = heads(source, 2);
  Tensor scores = matmul(q, k.transpose(2, 3)) / std::sqrt(static_cast<double>(D / H));  // (B, H, T, S)
  if (may.defined()) scores = masked_fill(scores, logical_not(may), -INFINITY);
  return m.out_proj(matmul(softmax(scores, -1), v).transpose(1, 2).reshape(x.shape()));  // (B, T, D)
}

// A decoder layer: look back at what is written, look across at the source, think; after each, add and normalise.
Tensor decoder_layer(const nn::TransformerDecoderLayer& l, const Tensor& x, const Tensor& memory, int64_t H) {
  const Tensor a = l.norm1(x + attention(l.self_attn, x, x, H, nn::attend_causal(x.size(1))));  // (B, T, D)
  const Tensor c = l.norm2(a + attention(l.multihead_attn, a, memory, H, {}));                  // (B, T, D)
  return l.norm3(c + l.linear2(relu(l.linear1(c))));                                            // (B, T, D)
}

// Rows write, columns are read. ASCII: a digit for tenths.
void draw_attention(const Tensor& weights, const std::string& written, const std::string& source) {
  viz::Heatmap map;
  map.low = 0, map.high = 1;
  for (size_t t = 0; t < written.size(); ++t) {
    map.values.push_back(weights[static_cast<int64_t>(t)].to_vector<double>());
    map.row_labels.push_back(written.substr(t, 1));
    if (!plain()) continue;
    fmt::print("{}  {} ", t > 0 ? "" : "    " + source + "\n", written[t]);
    for (const double w : map.values.back())
      fmt::print("{}", w < 0.05 ? '.' : "0123456789"[std::min(9, static_cast<int>(w * 10))]);
    fmt::print("\n");
  }
  for (const char c : source) map.column_labels.emplace_back(1, c);
  if (!plain()) fmt::print("{}", viz::heatmap_text(map));
}

int lesson() {
  begin("17: the Transformer", "How does a model read one sequence and write another?", "half a minute", 1);
  set_num_threads(1);
  const Data data = read_sequences();

  section("The task: write a sequence backwards");
  const Pairs pair = pairs_of({{3, 4, 5}});
  say("  ^ begins, $ ends, _ fills up. The decoder is given the right beginning, and must name the next letter:");
  check("source", "abc", spell(pair.source.to_vector<int64_t>()));
  check("given (teacher forcing)", "^cba", spell(pair.given.to_vector<int64_t>()));
  check("wanted: the same, shifted by one", "cba$", spell(pair.wanted.to_vector<int64_t>()));
  say("  {} sequences of 3 to 8 letters to learn from, {} others for dev. {} tokens: 10 letters and _ ^ $.",
      data.learn.size(), data.dev.size(), kVocabulary);

  section("One decoder layer, from our own lines");
  const nn::TransformerDecoderLayer layer(8, 2, {.dim_feedforward = 16, .dropout = 0});
  const Tensor x = randn({2, 4, 8}), memory = randn({2, 5, 8});
  check("x: B, T, D", "(2, 4, 8)", x.shape().str());
  check("memory, the encoder's output: B, S, D", "(2, 5, 8)", memory.shape().str());
  nn::DecoderWeights weights;
  const Tensor y = layer(x, memory, {.attend = nn::attend_causal(4)}, &weights);
  check("weights of self-attention: B, H, T, T", "(2, 2, 4, 4)", weights.self.shape().str());
  check("weights of cross-attention: B, H, T, S", "(2, 2, 4, 5)", weights.cross.shape().str());
  claim("our layer equals nn::TransformerDecoderLayer", allclose(decoder_layer(layer, x, memory, 2), y, 1e-4, 1e-5));

  section("One matrix, three uses");
  Reverser model;
  const auto parameters = [&] { return std::to_string(model.num_parameters()); };
  check("the matrix: V, D", "(13, 64)", model.tokens.weight.shape().str());
  say("  It embeds the source, it embeds the target, and its product with the decoder's output gives the logits.\n"
      "  {} parameters; three separate matrices would cost {} more.",
      parameters(), 2 * model.tokens.weight.numel());
  loss_of(model, pair, 0).backward();
  const Tensor gradient = model.tokens.weight.grad();
  claim("the letter j is read nowhere, yet its row has a gradient: the output's",
        gradient[kVocabulary - 1].abs().max().item() > 0);

  section("Label smoothing: want 0.9, not 1");
  say("  Three classes, logits 2, 1, 0, truth 0. log softmax: -0.4076, -1.4076, -2.4076.");
  say("  A tenth is shared out: 0.9333, 0.0333, 0.0333. The loss: 0.9333 * 0.4076 + 0.0333 * (1.4076 + 2.4076).");
  check("cross_entropy with smoothing 0.1", 0.5076,
        cross_entropy(tensor({{2.0, 1.0, 0.0}}), tensor({0}), {}, -100, Reduction::mean, 0.1).item());
  const double rest = 0.1 / kVocabulary, top = 0.9 + rest;
  const double floor = -top * std::log(top) - (kVocabulary - 1) * rest * std::log(rest);
  say("  With {} classes, the best there is costs {:.3f}: the answer gets {:.4f}, each other one {:.4f}.", kVocabulary,
      floor, top, rest);

  section("Learning");
  say("  Adam (0.9, 0.98, 1e-9), 100 steps of warm-up, post-norm, 64 sequences a step.\n\n  step   loss    exact on "
      "dev");
  double last = 0;
  fit(model, data.learn, 1200, 0.1, [&](int step, double loss) {
    last = step > 1180 ? last + loss / 20 : 0;
    if (step % 200 == 0) say("  {:>4}   {:.3f}   {:5.1f} %", step, loss, 100 * exact(model, data.dev));
    std::fflush(stdout);
  });
  model.eval();
  claim("the loss is near its floor, not near 0", std::abs(last - floor) < 0.06);
  claim("at least 99 % of dev's sequences are exact", exact(model, data.dev) >= 0.99);

  section("It writes alone: greedy, with caches, and with beams");
  const NoGrad guard;
  const std::vector<Sequence> some(data.dev.begin(), data.dev.begin() + 10), greedy = answers_of(model, some);
  int same = 0, beams = 0;
  for (size_t i = 0; i < some.size(); ++i) {
    const auto written = [&](const nn::GenerateOptions& options) {
      Translator translator(model, padded({some[i]}));
      Sequence ids = nn::generate(translator, {kBegin}, options);
      if (!ids.empty() && ids.back() == kEnd) ids.pop_back();
      return ids;
    };
    same += written({.max = 10, .temperature = 0, .end = kEnd}) == greedy[i];
    beams += written({.max = 10, .beams = 4, .end = kEnd}) == answer_to(some[i]);
    if (i < 3) say("  {:<9} -> {}", spell(some[i]), spell(greedy[i]));
  }
  check("nn::generate, one by one, writes the same", 10, same);
  claim("4 beams are right as well", beams >= 9);
  const Pairs shown = pairs_of({{3, 4, 5, 6, 7, 8, 9, 10}});  // abcdefgh
  std::vector<nn::DecoderWeights> looks;
  const Tensor at_once = model.decode(shown.given, model.encode(shown.source), shown.source, &looks);
  Translator stepwise(model, shown.source);
  Tensor one_by_one = stepwise.next(shown.given.narrow(1, 0, 1));
  for (int64_t t = 1; t < 9; ++t) one_by_one = stepwise.next(shown.given.narrow(1, t, 1));
  claim("caches change nothing: the last logits", allclose(one_by_one, at_once.select(1, 8), 1e-3, 1e-4));

  section("Where it looks: cross-attention, the mean of 4 heads");
  say("  A row for each letter that it writes, a column for each that it reads.\n");
  const Tensor cross = looks[0].cross[0].mean(0);  // (T, S)
  draw_attention(cross, spell(shown.wanted.to_vector<int64_t>()), spell(shown.source.to_vector<int64_t>()));
  const Tensor diagonal = flip(cross.narrow(0, 0, 8), {1}) * eye(8);
  say("\n  Along the other diagonal: {:.2f} of each row, on average.", diagonal.sum().item() / 8);
  claim("the first letter comes from the last, and so on", diagonal.sum().item() / 8 > 0.5);

  section("BLEU: how good is a translation?");
  say("  reference  the cat sat on the mat\n  written    the cat sat on a mat");
  Bleu bleu, the, brief;
  bleu.add("the cat sat on a mat", "the cat sat on the mat");
  check("right words, pairs, threes, fours", "5/6 3/5 2/4 1/3",
        fmt::format("{}/{} {}/{} {}/{} {}/{}", bleu.matches[0], bleu.totals[0], bleu.matches[1], bleu.totals[1],
                    bleu.matches[2], bleu.totals[2], bleu.matches[3], bleu.totals[3]));
  check("100 (5/6 * 3/5 * 2/4 * 1/3)^(1/4)", 53.7285, bleu.score());
  the.add("the the the the", "the cat sat on the mat");
  check("clipped: 'the' counts twice, not 4 times", 2, the.matches[0]);
  brief.add("the cat sat on", "the cat sat on the mat");
  check("too short: 100 e^(1 - 6/4)", 60.6531, brief.score());

  return finish({"An encoder reads all of the source at once; a decoder looks back at itself and across at the source.",
                 "Teacher forcing trains every position at once; writing alone is the real test.",
                 "Label smoothing gives the loss a floor, which is no fault.",
                 "BLEU counts runs of 1 to 4 words, clipped, and punishes what is too short."},
                {"Sort the letters instead of reversing them. What does cross-attention look like then?",
                 "Give the model sequences of 9 letters, one more than it has seen. Why does it fail?",
                 "Write the encoder layer as decoder_layer is written, and compare it with the library's.",
                 "Compute BLEU of two sentences as one corpus, and as a mean of two. Why do they differ?",
                 "The final exam: an empty file, and numbers to be met. See the end of the page."},
                "scripts/tutorial.sh 18   (a real corpus, English to German: build/lemma train translation --help)");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "decoder_sees_future", .mistake = "no causal mask in the decoder", .show = decoder_sees_future},
              {.name = "no_cross_attention", .mistake = "a decoder that sees no source", .show = no_cross_attention}});
}
