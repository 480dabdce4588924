// Tutorial 10: sentiment. Text: docs/tutorials/10_sentiment.md
#include "10_model.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

constexpr int kEpochs = 12, kSeeds = 3;

double accuracy(Classifier& model, const data::EncodedTexts& dataset) {
  double right = 0;
  each_batch(model, dataset, [&](const data::Batch& batch) {
    right += eq(argmax(model(batch), 1), batch.labels.reshape({-1})).to(float32).sum().item();
  });
  return right / static_cast<double>(dataset.size());
}

int lesson() {
  begin("10: sentiment",
        "How does a model learn whether a sentence praises or blames, and what does real text ask for?",
        "half a minute", 1);
  set_num_threads(1);  // models this small do not gain from a second
  const tasks::TextCorpora corpora = tasks::read_sentiment("data/sentiment/train.tsv", "data/sentiment/dev.tsv");
  const tasks::TextCoder coder = tasks::TextCoder::build(corpora.train, 1, 3);
  const data::EncodedTexts learn = coder.encode(corpora.train), dev = coder.encode(corpora.dev);
  const auto batch_of = [&](const std::vector<std::string>& texts) {
    std::vector<data::Example> examples;
    for (const std::string& text : texts) {
      std::vector<std::string> tokens;
      for (const text::Token& token : coder.tokens(text)) tokens.push_back(token.text);
      examples.push_back(coder.encode(tokens));
    }
    return data::collate(examples);
  };

  section("The data");
  say("  {} sentences to learn from, {} to be tested on. {} words have an id;", learn.size(), dev.size(),
      coder.words.size());
  say("  {:.1f} % of dev's words, punctuation included, are not among them and become <unk>.",
      100 * dev.unknown_rate());
  for (const train::Baseline& b : corpora.baselines) say("  To be beaten: {:<12} {:.3f}", b.name, b.score);

  section("The guide's model, before it learns anything");
  say("  The guide is a widely read set of slides on self-attention in Python; lemma/nn/guide.h has its classes.\n");
  const data::Batch batch = data::collate(learn, std::vector<int64_t>{0, 1, 2, 3});
  Classifier plain(coder, {}), masked(coder, {.mask = true}), placed(coder, {.mask = true, .positions = true});
  for (Classifier* model : {&plain, &masked, &placed}) model->eval();
  check("shape of the logits, one row per text", "(4, 2)", plain(batch).shape().str());
  claim("without changes ours is the guide's model, to the last bit", equal(plain(batch), plain.guide(batch.ids)));
  say("  Its loss is {:.2f}; a blind guess costs ln 2 = 0.69.", loss_of(plain, batch).item());

  section("Two things it cannot know");
  // The same sentence twice: alone, and next to a longer one, for which it is padded.
  const std::string sentence = "The soup was not bad.",
                    longer = "We waited an hour, and then the kitchen had closed and nobody said a word.";
  const auto padding_moves = [&](const Classifier& model) {
    return (model(batch_of({sentence}))[0] - model(batch_of({sentence, longer}))[0]).abs().max().item();
  };
  claim("padding: its answer depends on the other sentences in the batch", padding_moves(plain) > 1e-3);
  claim("with a mask it does not", padding_moves(masked) < 1e-5);
  const auto order_moves = [&](const Classifier& model) {
    const Tensor y = model(batch_of({"good , not bad", "bad , not good"}));
    return (y[0] - y[1]).abs().max().item();
  };
  claim("order: 'good, not bad' and 'bad, not good' are the same to it", order_moves(masked) < 1e-5);
  claim("with positions they are not", order_moves(placed) > 1e-4);

  section("One change at a time");
  say("  {} epochs (passes over the data), the mean of {} seeds. On {} sentences, chance moves a score by 0.026.\n",
      kEpochs, kSeeds, dev.size());
  say("  {:<28} on train   on dev", "");
  std::unique_ptr<Classifier> last;
  const auto score = [&](const char* name, const Changes& changes) {
    double on_train = 0, on_dev = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      manual_seed(seed);
      last = std::make_unique<Classifier>(coder, changes);
      fit(*last, learn, kEpochs, [&](const data::Batch& b) { return loss_of(*last, b); });
      on_train += accuracy(*last, learn) / kSeeds;
      on_dev += accuracy(*last, dev) / kSeeds;
    }
    say("  {:<28} {:.3f}      {:.3f}", name, on_train, on_dev);
    std::fflush(stdout);
    return on_dev;
  };
  Changes changes;
  const double guide_score = score("the guide's model", changes);
  changes.mask = true, score("+ mask", changes);
  changes.small_start = true, score("+ small initial embeddings", changes);
  changes.dropout = 0.3, score("+ dropout 0.3", changes);
  changes.word_dropout = 0.2, score("+ word dropout 0.2", changes);
  changes.ends = true, score("+ first and last letters", changes);
  changes.positions = true;
  const double best = score("+ positions", changes);
  claim("the guide's model clearly beats the majority's 0.5", guide_score > 0.58);
  claim("the changes together clearly beat the guide's model", best > guide_score + 0.04);
  claim("and reach 0.75", best >= 0.75);

  section("The last model on new sentences");
  last->eval();
  const std::vector<std::string> texts{"Not bad at all.", "I wanted to love it, but the plot was dull.",
                                       "A warm room, kind staff and the best breakfast in town.",
                                       "Broken on arrival, and nobody answers."};
  const Tensor p = softmax((*last)(batch_of(texts)), 1);
  for (size_t i = 0; i < texts.size(); ++i)
    say("  {:3.0f} % positive   {}", 100 * p[static_cast<int64_t>(i)][1].item(), texts[i]);
  say("\n  It is sure of itself, but not always right: {} sentences teach little about negation.", learn.size());

  section("The same seed, the same model");
  const auto curve = [&] {
    manual_seed(5);
    Classifier model(coder, changes);
    return fit(model, learn, 1, [&](const data::Batch& b) { return loss_of(model, b); });
  };
  claim("two runs end at the same loss, to the last bit", curve() == curve());

  return finish({"Real text comes in unequal lengths; without a mask the padding votes.",
                 "With few sentences the enemy is overfitting: start small, drop words, and compare train with dev.",
                 "A score means something only next to a baseline, and with its chance error."},
                {"Overfit one batch: train on 32 sentences until the loss is below 0.01. What does it prove?",
                 "Add the changes in another order. Which help alone? Which only together?",
                 "Replace the mean by a maximum over the real tokens. Mind what a padded token must be then.",
                 "Print the sentences that the last model gets wrong. What do they have in common?",
                 "Halve the training data, and halve it again. Which change matters more now?"},
                "scripts/tutorial.sh 11   (the whole program: build/lemma train sentiment)");
}

int main(int argc, char** argv) { return run(lesson, argc, argv); }
