// Answers to the exercises of tutorial 12.
#include <filesystem>
#include <fstream>

#include "../12_model.h"
#include "lemma/viz/attention_page.h"
#include "lemma/viz/heatmap.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

constexpr int64_t kAsk = kTokens - 1;

std::vector<std::vector<double>> table(const Tensor& weights) {
  std::vector<std::vector<double>> rows;
  for (int64_t row = 0; row < weights.size(0); ++row) rows.push_back(weights[row].to_vector<double>());
  return rows;
}

void write(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / name;
  std::ofstream(file) << text;
  say("  Written to {}; a browser shows it.", file.string());
}

void answers() {
  set_num_threads(1);
  exercise(1, "A map as SVG, all heads as a page");
  const std::string sentence = "the cats near this dog ?";
  const std::vector<std::string> tokens = split(sentence);
  Agreement model(2, 2);
  learn(model, 400);
  std::vector<Tensor> weights;
  model(ids_of(sentence), &weights);
  const std::string svg = viz::heatmap_svg({.values = table(weights[1][0][0]),
                                            .row_labels = tokens,
                                            .column_labels = tokens,
                                            .title = "Layer 1, head 0",
                                            .low = 0,
                                            .high = 1});
  write("lemma_12_map.svg", svg);
  viz::AttentionPage page{.title = "Attention", .summary = sentence, .tokens = tokens, .weights = {}};
  for (const Tensor& layer : weights) {
    page.weights.emplace_back();
    for (int64_t head = 0; head < 2; ++head) page.weights.back().push_back(table(layer[0][head]));
  }
  write("lemma_12_heads.html", viz::attention_html(page));
  const std::string number = fmt::format("{:.2f}", weights[1][0][0][kAsk][1].item());
  claim("what ? takes from the cats stands in its square: " + number,
        svg.find(">" + number + "<") != std::string::npos);

  exercise(2, "Four heads, silenced one by one");
  Agreement four(1, 4);
  learn(four, 400);
  model(ids_of(sentence));
  std::vector<Tensor> seen;
  four(ids_of(sentence), &seen);
  say("  accuracy with all four: {:.3f}", accuracy(four));
  Tensor out = four.encoder.layers[0].self_attn.out_proj.weight;  // (32, 32): head h owns columns 8 h to 8 h + 7
  const Tensor kept = out.detach().clone();
  double all_but_one = 1;
  {
    NoGrad guard;
    for (int64_t head = 0; head < 4; ++head) {
      out.narrow(1, 8 * head, 8).fill_(0);
      const double left = accuracy(four);
      all_but_one = std::min(all_but_one, left);
      say("  head {}: {:.2f} from the first noun; accuracy without it {:.3f}", head, seen[0][0][head][kAsk][1].item(),
          left);
      out.copy_(kept);
    }
    out.fill_(0);
    const double none = accuracy(four);
    out.copy_(kept);
    say("  accuracy without any: {:.3f}", none);
    claim("without any head it guesses", none < 0.65);
    claim("the loss of one head costs less than the loss of all", all_but_one > none);
  }
  say("  Where several heads look at the noun, one can stand in for another: a head with a fine picture may be "
      "spared.");

  exercise(3, "What an average hides");
  say("  T heads of T tokens. Head h looks h places to the right, and from the end goes on at the start:");
  std::vector<Tensor> heads;
  for (int64_t h = 0; h < 6; ++h) heads.push_back(roll(eye(6), {h}, {1}));
  const Tensor together = stack(heads);  // (6, 6, 6)
  say("{}\n", small_maps(together.narrow(0, 0, 3), split("a b c d e f")));
  check("each head is as sharp as can be: spread", 0, amax(abs(spread(together))).item());
  check("their mean is the same everywhere: spread", 1, spread(together.mean(0)).mean().item());

  exercise(4, "Without positions");
  Agreement blind(2, 2);
  {
    NoGrad guard;
    blind.positions.pe.fill_(0);
  }
  learn(blind, 400);
  const double right = accuracy(blind);
  const Tensor looked = looked_at(blind, make_sentences(1000).ids).mean(0);
  show("looked at, on average", looked);
  claim("both nouns alike, to 0.05", std::abs(looked[1].item() - looked[4].item()) < 0.05);
  say("  It cannot tell which noun comes first. If both are plurals, or both are not, it is right, else it must "
      "guess:");
  check("1/2 * 1 + 1/2 * 1/2", 0.75, right, 0.05);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
