// Answers to the exercises of tutorial 11.
#include "../11_model.h"
#include "lemma/tasks/ner/ner.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

constexpr int kEpochs = 12;  // the tutorial's 16 take longer and say the same

data::TagSequences gold_of(const tasks::TextCorpus& corpus, const std::vector<std::string>& names) {
  data::TagSequences gold;
  for (const tasks::Sample& sample : corpus.samples) {
    gold.emplace_back();
    for (const int64_t label : sample.labels) gold.back().push_back(names[static_cast<size_t>(label)]);
  }
  return gold;
}

// Trains a tagger on `corpus`.
struct Trained {
  Trained(const tasks::TextCorpus& corpus, const Changes& changes) : coder(tasks::TextCoder::build(corpus, 1, 5)) {
    manual_seed(arguments().seed.value_or(1));
    model = std::make_unique<Tagger>(coder, changes);
    fit(*model, coder.encode(corpus), kEpochs,
        [&](const data::Batch& b) { return tasks::loss_of((*model)(b), b.labels); });
  }
  data::TagSequences tags(const tasks::TextCorpus& dev) { return tag(*model, coder.encode(dev), coder.labels, true); }
  double f1(const tasks::TextCorpus& dev) { return data::score_tags(gold_of(dev, dev.labels), tags(dev)).all.f1(); }
  tasks::TextCoder coder;
  std::unique_ptr<Tagger> model;
};

// The best path where follows[a][b] is the logarithm of how likely tag b is after tag a. log_p: (T, C).
std::vector<size_t> likeliest(const std::vector<float>& log_p, const std::vector<std::vector<double>>& follows) {
  const size_t C = follows.size(), T = log_p.size() / C;
  std::vector<double> score(log_p.begin(), log_p.begin() + static_cast<std::ptrdiff_t>(C));
  std::vector<std::vector<size_t>> from(T, std::vector<size_t>(C));
  for (size_t t = 1; t < T; ++t) {
    std::vector<double> next(C);
    for (size_t b = 0; b < C; ++b) {
      for (size_t a = 1; a < C; ++a)
        if (score[a] + follows[a][b] > score[from[t][b]] + follows[from[t][b]][b]) from[t][b] = a;
      next[b] = score[from[t][b]] + follows[from[t][b]][b] + log_p[t * C + b];
    }
    score = next;
  }
  std::vector<size_t> path(T, static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin()));
  for (size_t t = T - 1; t > 0; --t) path[t - 1] = from[t][path[t]];
  return path;
}

void answers() {
  set_num_threads(1);
  const tasks::TextCorpora corpora = tasks::read_ner("data/ner/train.conll", "data/ner/dev.conll");
  const tasks::TextCorpus &train = corpora.train, &dev = corpora.dev;
  const data::TagSequences gold = gold_of(dev, train.labels);

  exercise(1, "Shape alone");
  const double plain = Trained(train, {}).f1(dev), shape = Trained(train, {.shape = true}).f1(dev);
  Trained all(train, kAll);
  const double best = all.f1(dev);
  say("  decoded with care: the guide's model {:.3f}, with shapes {:.3f}, with all changes {:.3f}", plain, shape, best);
  claim("shape alone is far from enough", shape < best - 0.1);

  exercise(2, "What it gets wrong");
  const data::TagSequences tags = all.tags(dev);
  int shown = 0;
  for (size_t i = 0; i < gold.size() && shown < 8; ++i)
    for (size_t t = 0; t < gold[i].size() && shown < 8; ++t)
      if (gold[i][t] != tags[i][t]) {
        say("  {:<14} is {:<7} called {}", dev.samples[i].tokens[t], gold[i][t], tags[i][t]);
        ++shown;
      }
  const data::EntityScore score = data::score_tags(gold, tags);
  fmt::print("\n{}\n", score.str());
  double lowest = 1;
  for (const auto& [type, its] : score.types) lowest = std::min(lowest, its.f1());
  claim("organisations are hardest", score.types.at("ORG").f1() == lowest);
  say("  A club or a company that was never seen looks like a person or a place, and is often named after one.");

  exercise(3, "All in lower case");
  tasks::TextCorpus low_train = train, low_dev = dev;
  for (tasks::TextCorpus* corpus : {&low_train, &low_dev})
    for (tasks::Sample& sample : corpus->samples)
      for (std::string& token : sample.tokens)
        for (char& c : token) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const double lower = Trained(low_train, kAll).f1(low_dev);
  say("  F1 {:.3f}, with capitals {:.3f}", lower, best);
  claim("capitals are worth something, but most of the score is left", lower < best && lower > 0.5);

  exercise(4, "How likely each tag is after each");
  const size_t C = all.coder.labels.size();
  std::vector<std::vector<double>> follows(C, std::vector<double>(C, 0.01));  // a little, so that nothing is impossible
  for (const tasks::Sample& sample : train.samples)
    for (size_t t = 1; t < sample.labels.size(); ++t)
      follows[static_cast<size_t>(sample.labels[t - 1])][static_cast<size_t>(sample.labels[t])] += 1;
  for (auto& row : follows) {
    double sum = 0;
    for (const double n : row) sum += n;
    for (double& n : row) n = std::log(n / sum);
  }
  data::TagSequences by_counts(gold.size());
  each_batch(*all.model, all.coder.encode(dev), [&](const data::Batch& batch) {
    const Tensor log_p = (*all.model)(batch).log_softmax(-1);
    for (int64_t b = 0; b < batch.size(); ++b) {
      const auto i = static_cast<size_t>(b);
      const Tensor row = log_p[b].narrow(0, 0, batch.lengths[i]).contiguous();  // (T, C)
      for (const size_t id : likeliest(row.to_vector<float>(), follows))
        by_counts[static_cast<size_t>(batch.indices[i])].push_back(all.coder.labels[id]);
    }
  });
  const double counted = data::score_tags(gold, by_counts).all.f1();
  say("  F1: allowed or forbidden {:.3f}, with counts {:.3f}", best, counted);
  claim("within chance, 0.04, of each other, or better", counted > best - 0.04);
  say("  The rules of BIO are broken {} times.", forbidden(by_counts));
  claim("which is less often than token by token",
        forbidden(by_counts) < forbidden(tag(*all.model, all.coder.encode(dev), all.coder.labels, false)));
  say("  The model has read the sentence already, so how often tags follow each other tells it little that is new. And "
      "a\n"
      "  little count for what never occurred makes it unlikely, not impossible, as best_tags does.");

  exercise(5, "Half of the sentences");
  tasks::TextCorpus half = train;
  half.samples.resize(half.samples.size() / 2);
  Changes words = kAll;
  words.shape = words.ends = words.letters = false;
  const double less = Trained(half, kAll).f1(dev), less_words = Trained(half, words).f1(dev),
               all_words = Trained(train, words).f1(dev);
  say("               words only   with looks");
  say("  all          {:.3f}        {:.3f}\n  half         {:.3f}        {:.3f}", all_words, best, less_words, less);
  claim("what words look like still lifts it by more than 0.05", less > less_words + 0.05);
  say("  Half of the sentences cost the words more than the looks: {:.3f} against {:.3f}.", all_words - less_words,
      best - less);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
