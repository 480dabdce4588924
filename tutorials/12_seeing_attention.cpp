// Tutorial 12: attention seen. Text: docs/tutorials/12_seeing_attention.md
#include "12_breaks.h"
#include "12_entities.h"
#include "12_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

constexpr int64_t kSteps = 400, kAsk = kTokens - 1;  // "?" is the last token

void nothing() {
  section("A picture of nothing");
  const std::vector<std::string> tokens = split("The cat sat on the mat");
  const Tensor random = rand({6, 6});
  say("{}\n", heat_map(random, tokens));
  say("  The guide's slide 11 draws this: a row for each word that looks, a column for each that is looked at. Its\n"
      "  numbers are torch.rand. Whoever wants to see grammar in it will.");
  check("random: shape", "(6, 6)", random.shape().str());
  claim("its rows do not even add up to 1, as rows of weights do", amax(abs(random.sum(1) - 1)).item() > 0.2);
  say("  So before believing a picture, take a task where the right picture is known.");
}

void one_head() {
  section("A task with a known answer: which noun does the verb belong to?");
  say("  'the cats near this dog ?': is the verb a singular or a plural? It belongs to the first noun. So ? should "
      "look\n"
      "  at cats, not at dog, which is nearer. One layer, one head:\n");
  const std::string sentence = "the cats near this dog ?";
  const Tensor ids = ids_of(sentence);
  const Agreement model(1, 1);
  std::vector<Tensor> before, after;
  model(ids, &before);
  learn(model, kSteps);
  const Tensor logits = model(ids, &after);
  check("weights of a layer: (B, H, T, T)", "(1, 1, 6, 6)", after[0].shape().str());
  check("logits: from the row of ? only", "(1, 2)", logits.shape().str());
  say("\n  Before training:\n{}", heat_map(before[0][0][0], split(sentence)));
  say("\n  After {} steps, right in {:.3f} of 1000 new sentences:\n{}\n", kSteps, accuracy(model),
      heat_map(after[0][0][0], split(sentence)));
  check("each row adds up to 1", {1, 1, 1, 1, 1, 1}, after[0][0][0].sum(1));
  claim("? takes more than 0.8 from the cats", after[0][0][0][kAsk][1].item() > 0.8);
  say("\n  And the other rows? Only the row of ? is read. The others come from the same maps, which were trained for "
      "?\n"
      "  alone: 'dog looks at cats' is a by-product that nothing uses. Force them all to look at ?:");
  Tensor only_ask = zeros({kTokens, kTokens}).to(boolean);  // the other words: look at ? and nowhere else
  only_ask.select(1, kAsk).fill_(1), only_ask.select(0, kAsk).fill_(1);
  std::vector<Tensor> forced;
  const Tensor same = model(ids, &forced, only_ask);
  claim("with five rows of the picture replaced", amax(abs(forced[0] - after[0])).item() > 0.1);
  claim("the logits are the same", allclose(same, logits, 1e-5, 1e-6));
}

void all_heads(const Agreement& model) {
  section("Every layer and head: two layers of two heads");
  say("  A row for each word that looks; the columns are the same words in the same order.\n");
  for (const std::string sentence : {"the cats near this dog ?", "these cats near this dog ?"}) {
    std::vector<Tensor> weights;
    model(ids_of(sentence), &weights);
    for (size_t layer = 0; layer < weights.size(); ++layer)
      say("  layer {}    head 0           head 1\n{}", layer, small_maps(weights[layer][0], split(sentence)));
    say("");
  }
  const Sentences dev = make_sentences(1000);
  const Tensor mean = looked_at(model, dev.ids).mean(0);  // (6)
  say("  The row of ? in the last layer, the mean of its heads and of 1000 sentences, word by word:");
  show("looked at", mean);
  claim("more than 0.6 is for the first noun and its article", mean.narrow(0, 0, 2).sum().item() > 0.6);
  claim("less than 0.1 for the second", mean.narrow(0, 3, 2).sum().item() < 0.1);
}

void deleting(const Agreement& model) {
  section("Looking is not needing: the weights beside deleting each word");
  say("  In training each word was missing now and then, so the model knows a gap, '-'. Delete one word and ask "
      "again.\n");
  for (const std::string sentence : {"the cats near this dog ?", "these cats near this dog ?"}) {
    const Tensor ids = ids_of(sentence), looked = looked_at(model, ids)[0];
    const double p = plural(model, ids).item();
    say("  {}   plural: {:.2f}\n  word     looked at    plural without it", sentence, p);
    for (int64_t k = 0; k < kAsk; ++k)
      say("  {:<8} {:.2f} {}      {:.2f}", split(sentence)[static_cast<size_t>(k)], looked[k].item(),
          shade(looked[k].item()), plural(model, without(ids, k)).item());
    say("");
  }
  say("  these and cats say the same thing twice. Either may go. Without both:");
  const Tensor these = ids_of("these cats near this dog ?");
  const double neither = plural(model, without(without(these, 0), 1)).item();
  say("  - - near this dog ?   plural: {:.2f}", neither);
  claim("then it does not know", std::abs(neither - 0.5) < 0.35);

  say("\n  On 1000 sentences each, delete the word that was looked at most. How far does the answer move?");
  const auto moved = [&](bool the) {
    const Tensor all = make_sentences(4000).ids;
    std::vector<int64_t> rows;
    const std::vector<int64_t> first = all.select(1, 0).to_vector<int64_t>();
    for (size_t i = 0; i < first.size() && rows.size() < 1000; ++i)
      if ((first[i] == 0) == the) rows.push_back(static_cast<int64_t>(i));
    Tensor ids = index_select(all, 0, tensor(rows)), gap = ids.clone();
    const Tensor most = argmax(looked_at(model, ids).narrow(1, 0, kAsk), 1).unsqueeze(1);  // (1000, 1)
    gap = where(eq(arange(kTokens).unsqueeze(0), most), full_like(ids, kGone), ids);
    return abs(plural(model, gap) - plural(model, ids)).mean().item();
  };
  const double alone = moved(true), twice = moved(false);
  say("  the cats ...     {:.2f}\n  these cats ...   {:.2f}", alone, twice);
  claim("where the noun alone tells, by more than 0.2", alone > 0.2);
  claim("where the article tells it too, by less than 0.1", twice < 0.1);
}

void entities(const Agreement& model) {
  section("Why the heads of the entity model look random");
  say("  Spread: the entropy of a row over ln T. 0: all on one word. 1: the same from all.");
  check("(1/2, 1/2, 0, 0): ln 2 / ln 4", 0.5, spread(tensor({0.5, 0.5, 0.0, 0.0})).item());
  const std::vector<std::string> sentence = split("Ilse Marquardt left Zubrovka Bank in March .");
  const EntityHeads heads = entity_heads(sentence);
  say("\n  The tagger of step 11, all changes, 16 epochs. Its four heads:\n{}", small_maps(heads.weights, sentence));
  const double theirs = spread(heads.weights).mean().item();
  const double ours = spread(looked_at(model, make_sentences(1000).ids)).mean().item();
  say("\n  Spread of its rows {:.2f}; of the row of ? above {:.2f}.", theirs, ours);
  claim("its heads look nearly everywhere alike", theirs > 0.8);
  claim("the verb's do not", ours < theirs - 0.2);
  say("\n  F1 on dev as learnt {:.3f}, all weights made alike {:.3f}, attention's result removed {:.3f}", heads.with,
      heads.alike, heads.without_it);
  claim("without attention it loses less than 0.1", heads.with - heads.without_it < 0.1);
  say("  A word's letters, and the two neighbours that it reads in another way, nearly settle the tag. So the loss "
      "pulls\n"
      "  little at the maps of the queries: gradient norm {:.4f}, at the last layer {:.4f}. Adam makes steps of full "
      "size\n"
      "  of it all the same (step 13), and the heads wander without forming. The picture tells the truth.",
      heads.query_gradient, heads.last_gradient);
  claim("at the queries less than a fifth of that", heads.query_gradient < heads.last_gradient / 5);
}

int lesson() {
  begin("12: attention seen", "What does a picture of attention show, and what does it not show?", "some seconds", 1);
  set_num_threads(1);  // models this small do not gain from a second
  nothing();
  one_head();
  const Agreement model(2, 2);
  learn(model, kSteps);
  all_heads(model);
  deleting(model);
  entities(model);
  return finish(
      {"A row shows where a word's mean comes from. Its numbers add up to 1; a picture of anything looks like a "
       "pattern.",
       "Rows that nothing reads mean nothing, and a head that is not needed does not form.",
       "Looked at is not needed: delete a word, in a way that the model knows, and see what changes."},
      {"Write the map of 'the cats near this dog ?' as an SVG with viz::heatmap_svg, and all heads with "
       "attention_html.",
       "Give the task to one layer of four heads. How many look at the noun? Silence each one, and see who is needed.",
       "Let all heads of the last layer be averaged into one picture. Construct weights for which that hides "
       "everything.",
       "Take away the positions. What does the picture show, and what is the accuracy?"},
      "scripts/tutorial.sh 13");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "wrong_axis", .mistake = "rows and columns of a picture exchanged", .show = wrong_axis},
              {.name = "in_train_mode", .mistake = "a picture taken while dropout is on", .show = in_train_mode},
              {.name = "unknown_gap", .mistake = "deleting words that were never missing", .show = unknown_gap}});
}
