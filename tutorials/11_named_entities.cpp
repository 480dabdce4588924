// Tutorial 11: named entities. Text: docs/tutorials/11_named_entities.md
#include "11_model.h"
#include "lemma/tasks/ner/ner.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

constexpr int kEpochs = 16, kSeeds = 2;

int lesson() {
  begin("11: named entities", "How does a model find names, most of which it has never seen?", "half a minute", 1);
  set_num_threads(1);  // models this small do not gain from a second
  const tasks::TextCorpora corpora = tasks::read_ner("data/ner/train.conll", "data/ner/dev.conll");
  const tasks::TextCoder coder = tasks::TextCoder::build(corpora.train, 1, 5);
  const data::EncodedTexts learn = coder.encode(corpora.train), dev = coder.encode(corpora.dev);
  data::TagSequences gold;
  for (const tasks::Sample& sample : corpora.dev.samples) {
    gold.emplace_back();
    for (int64_t label : sample.labels) gold.back().push_back(coder.labels[static_cast<size_t>(label)]);
  }

  section("The data");
  say("  {} sentences to learn from, {} to be tested on.", learn.size(), dev.size());
  say("  {:.1f} % of dev's tokens were never seen, case and digits aside.", 100 * dev.unknown_rate());
  say("  Each token has a tag: B- opens a name, I- continues it, O is everything else.\n");
  for (size_t t = 0; t < 4; ++t)
    say("    {:<10} {}", corpora.train.samples[0].tokens[t],
        coder.labels[static_cast<size_t>(corpora.train.samples[0].labels[t])]);
  say("\n  F1 counts whole names with the right type. Saying O everywhere scores 0.");
  for (const train::Baseline& b : corpora.baselines) say("  To be beaten: {:<17} {:.3f}", b.name, b.score);

  section("What a word looks like");
  say("  A name that was never seen is <unk> to an embedding. It still has a shape, ends and letters:\n");
  say("    {:<14} {:<14} {:<6} {:<6} {}", "token", "looked up as", "shape", "begins", "ends");
  for (const char* word : {"Zubrovka", "zubrovka", "F-16", "McDonald's", "1987"})
    say("    {:<14} {:<14} {:<6} {:<6} {}", word, text::word_form(word), text::word_shape(word), text::prefix(word, 3),
        text::suffix(word, 3));
  const auto capitals_move = [&](const Changes& changes) {
    Tagger model(coder, changes);
    model.eval();
    const auto batch = data::collate({coder.encode({"Zubrovka", "won"}), coder.encode({"zubrovka", "won"})});
    const Tensor y = model(batch);
    return (y[0] - y[1]).abs().max().item();
  };
  say("");
  claim("to the guide's model 'Zubrovka won' and 'zubrovka won' are the same", capitals_move({}) < 1e-5);
  claim("with shapes they are not", capitals_move({.shape = true}) > 1e-4);
  Tagger plain(coder, {});
  plain.eval();
  const data::Batch some = data::collate(learn, std::vector<int64_t>{0, 1, 2});
  claim("without changes ours is the guide's model, to the last bit", equal(plain(some), plain.guide(some.ids)));

  section("One change at a time");
  say("  {} epochs (passes over the data), the mean of {} seeds. Differences below 0.03 are chance.\n", kEpochs,
      kSeeds);
  say("  {:<28} F1 on dev", "");
  std::unique_ptr<Tagger> last;
  double with_bio = 0;
  const auto score = [&](const char* name, const Changes& changes) {
    double f1 = 0;
    with_bio = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      manual_seed(seed);
      last = std::make_unique<Tagger>(coder, changes);
      fit(*last, learn, kEpochs, [&](const data::Batch& b) { return tasks::loss_of((*last)(b), b.labels); });
      f1 += data::score_tags(gold, tag(*last, dev, coder.labels, false)).all.f1() / kSeeds;
      with_bio += data::score_tags(gold, tag(*last, dev, coder.labels, true)).all.f1() / kSeeds;
    }
    say("  {:<28} {:.3f}", name, f1);
    std::fflush(stdout);
    return f1;
  };
  Changes changes;
  const double guide_score = score("the guide's model", changes);
  changes.mask = true, score("+ mask", changes);
  changes.small_start = true, score("+ small initial embeddings", changes);
  changes.positions = true, score("+ positions", changes);
  changes.neighbours = true, score("+ neighbours", changes);
  changes.dropout = 0.3, score("+ dropout 0.3", changes);
  changes.word_dropout = 0.1;
  const double words_only = score("+ word dropout 0.1", changes);
  changes.shape = true, score("+ shape", changes);
  changes.ends = true, score("+ first and last letters", changes);
  changes.letters = true, score("+ all letters", changes);
  say("  {:<28} {:.3f}   (the same models, decoded with care)", "+ BIO decoding", with_bio);
  claim("the guide's model finds something", guide_score > 0.02);
  claim("what words look like is worth more than 0.05", with_bio > words_only + 0.05);
  claim("all together beat the lexicon and reach 0.70", with_bio > corpora.baselines.back().score && with_bio >= 0.70);

  section("Decoding with care");
  say("  Token by token the last model breaks the rules of BIO {} times on dev.",
      forbidden(tag(*last, dev, coder.labels, false)));
  const data::TagSequences tags = tag(*last, dev, coder.labels, true);
  check("with decoding", 0, forbidden(tags));
  fmt::print("\n{}", data::score_tags(gold, tags).str());

  section("The last model on a new sentence");
  const std::vector<std::string> tokens{"In",   "March",     "2019", "Zubrovka", "Bank",     "sent",
                                        "Ilse", "Marquardt", "to",   "Lake",     "Victoria", "."};
  last->eval();
  const Tensor log_p = (*last)(data::collate({coder.encode(tokens)})).log_softmax(-1);
  const auto best = tasks::best_tags(log_p.to_vector<float>(), coder.labels);
  for (size_t t = 0; t < tokens.size(); ++t) say("  {:<10} {}", tokens[t], coder.labels[static_cast<size_t>(best[t])]);

  return finish(
      {"Most names are new: what a word looks like says more about it than which word it is.",
       "F1 over whole names is strict: one wrong tag loses the name, and half a name counts as wrong twice.",
       "A model's outputs may break rules that you know. Decode under the rules instead of hoping."},
      {"Add shape first, before anything else. How far does it get alone?",
       "Print the tokens of dev whose tags the model gets wrong. Which type is hardest, and why?",
       "Lower-case the training and dev files. What is left of the score?",
       "best_tags allows or forbids. Count in training how often each tag follows each, and add the logarithms.",
       "Train on half of the sentences. Which change matters more now?"},
      "scripts/tutorial.sh 12   (the whole program: build/lemma train ner)");
}

int main(int argc, char** argv) { return run(lesson, argc, argv); }
