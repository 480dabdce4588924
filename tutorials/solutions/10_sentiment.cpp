// Answers to the exercises of tutorial 10.
#include "../10_model.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

constexpr int kEpochs = 8;  // the tutorial's 12 take longer and say the same

// The fraction of right answers, and for each example whether it is one.
template <class Model>
std::pair<double, std::vector<bool>> answer(Model& model, const data::EncodedTexts& dataset) {
  std::vector<bool> right(static_cast<size_t>(dataset.size()));
  each_batch(model, dataset, [&](const data::Batch& batch) {
    const std::vector<int64_t> same =
        eq(argmax(model(batch), 1), batch.labels.reshape({-1})).to(int64).template to_vector<int64_t>();
    for (size_t i = 0; i < same.size(); ++i) right[static_cast<size_t>(batch.indices[i])] = same[i] == 1;
  });
  return {static_cast<double>(std::count(right.begin(), right.end(), true)) / static_cast<double>(right.size()), right};
}

// The classifier with a maximum over the words in place of their mean.
struct MaxClassifier : nn::Module {
  explicit MaxClassifier(const tasks::TextCoder& coder)
      : inner(child(this, "inner", coder, Changes{.small_start = true})) {}
  Tensor operator()(const data::Batch& batch) const {
    const Tensor x = inner.guide.embedding(batch.ids);                                     // (B, T, D)
    const Tensor who = batch.mask.unsqueeze(1).expand({x.size(0), x.size(1), x.size(1)});  // (B, T, T)
    const Tensor h = masked_fill(inner.guide.encoder_layer(x, who), logical_not(batch.mask.unsqueeze(-1)), padding);
    return inner.guide.fc(h.amax({1}));  // (B, D) -> (B, 2)
  }
  Classifier inner;
  double padding = -std::numeric_limits<double>::infinity();
};

void answers() {
  set_num_threads(1);
  tasks::TextCorpora corpora = tasks::read_sentiment("data/sentiment/train.tsv", "data/sentiment/dev.tsv");
  const tasks::TextCoder coder = tasks::TextCoder::build(corpora.train, 1, 3);
  const data::EncodedTexts learn = coder.encode(corpora.train), dev = coder.encode(corpora.dev);
  const Changes all{
      .mask = true, .small_start = true, .dropout = 0.3, .word_dropout = 0.2, .ends = true, .positions = true};
  const auto train = [](auto& model, const data::EncodedTexts& on) {
    fit(model, on, kEpochs, [&](const data::Batch& b) { return cross_entropy(model(b), b.labels.reshape({-1})); });
  };

  exercise(1, "One batch");
  std::vector<int64_t> first(32);
  for (size_t i = 0; i < first.size(); ++i) first[i] = static_cast<int64_t>(i);
  const data::Batch one = data::collate(learn, first);
  Classifier model(coder, {.mask = true});
  optim::Adam adam(model.parameters(), {.lr = 0.001});
  int steps = 0;
  for (double loss = 1; loss >= 0.01 && steps < 300; ++steps) {
    adam.zero_grad();
    const Tensor now = loss_of(model, one);
    now.backward();
    adam.step();
    loss = now.item();
  }
  say("  loss below 0.01 after {} steps; on dev it gets {:.2f}", steps, answer(model, dev).first);
  claim("it learns 32 sentences by heart in less than 300 steps", steps < 300);
  claim("which says nothing about new ones", answer(model, dev).first < 0.65);
  say("  It proves that gradients arrive, labels belong to their sentences, and the optimiser holds all parameters. "
      "If\n"
      "  one batch cannot be learnt, there is a mistake in the program, and more data will not mend it.");

  exercise(2, "Each change alone");
  double with_small = 0, guide_score = 0;
  const std::pair<const char*, Changes> alone[] = {{"none", {}},
                                                   {"mask", {.mask = true}},
                                                   {"small initial embeddings", {.small_start = true}},
                                                   {"dropout 0.3", {.dropout = 0.3}},
                                                   {"word dropout 0.2", {.word_dropout = 0.2}},
                                                   {"first and last letters", {.ends = true}}};
  for (const auto& [name, changes] : alone) {
    manual_seed(arguments().seed.value_or(1));
    Classifier single(coder, changes);
    train(single, learn);
    const double score = answer(single, dev).first;
    if (changes.small_start) with_small = score;
    if (std::string(name) == "none") guide_score = score;
    say("  {:<26} {:.3f}", name, score);
  }
  claim("small initial embeddings help alone, by more than chance", with_small > guide_score + 0.03);
  say("  One seed and 240 sentences: below 0.04 (1.4 * 0.026, since both scores vary) a difference says nothing.");

  exercise(3, "A maximum over the words");
  MaxClassifier highest(coder);
  train(highest, learn);
  const double by_max = answer(highest, dev).first;
  say("  on dev: {:.3f}", by_max);
  claim("it learns, too", by_max > 0.65);
  data::EncodedTexts two;
  const auto [shortest, longest] =
      std::minmax_element(learn.examples.begin(), learn.examples.end(),
                          [](const auto& a, const auto& b) { return a.length() < b.length(); });
  two.examples = {*shortest, *longest};
  const auto moves = [&](double padding) {  // the shortest sentence alone, and beside the longest
    NoGrad guard;
    highest.eval();
    highest.padding = padding;
    return (highest(data::collate(two, std::vector<int64_t>{0}))[0] -
            highest(data::collate(two, std::vector<int64_t>{0, 1}))[0])
        .abs()
        .max()
        .item();
  };
  claim("padded tokens at -inf never win: the answer does not depend on the batch",
        moves(-std::numeric_limits<double>::infinity()) < 1e-4);
  claim("at 0 they win over negative numbers, and it does", moves(0) > 1e-3);

  exercise(4, "What it gets wrong");
  Classifier last(coder, all);
  train(last, learn);
  const auto [score, right] = answer(last, dev);
  int shown = 0;
  for (size_t i = 0; i < right.size() && shown < 8; ++i) {
    if (right[i]) continue;
    std::string text;
    for (const std::string& token : corpora.dev.samples[i].tokens) text += token + " ";
    say("  {}: {}", corpora.dev.labels[static_cast<size_t>(corpora.dev.samples[i].labels[0])],
        text.substr(0, text.size() - 1));
    ++shown;
  }
  say("  {:.3f} are right. Look for praise in words of blame ('not', 'never failed'), for 'but', and for words it "
      "never saw.",
      score);
  claim("it gets most, and not all", score > 0.7 && score < 0.95);

  exercise(5, "Half of the data, and a quarter");
  std::vector<double> gain;
  for (const size_t share : {1, 2, 4}) {
    tasks::TextCorpus less = corpora.train;
    less.samples.resize(less.samples.size() / share);
    const tasks::TextCoder its = tasks::TextCoder::build(less, 1, 3);
    const data::EncodedTexts few = its.encode(less), test = its.encode(corpora.dev);
    manual_seed(arguments().seed.value_or(1));
    Classifier plain(its, {.mask = true, .small_start = true}), full(its, all);
    train(plain, few), train(full, few);
    gain.push_back(answer(full, test).first);
    say("  {:>4} sentences: {:.1f} % unknown   mask and small start {:.3f}   all changes {:.3f}", few.size(),
        100 * test.unknown_rate(), answer(plain, test).first, gain.back());
  }
  claim("with a quarter it is worse", gain[2] < gain[0]);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
