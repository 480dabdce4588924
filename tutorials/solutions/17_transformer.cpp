// Answers to the exercises of tutorial 17.
#include "exam_encoder.h"

// Behind the answers: whatever they lack, exam.h takes for not written.
#include "../17_bleu.h"
#include "../17_breaks.h"
#include "../exam/exam.h"
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// pairs_of writes backwards. Sorted backwards first, it writes sorted: ^abc for the source cab.
Pairs sorting_pairs(const std::vector<Sequence>& sequences) {
  std::vector<Sequence> sorted = sequences;
  for (Sequence& s : sorted) std::sort(s.rbegin(), s.rend());
  Pairs pairs = pairs_of(sorted);
  pairs.source = padded(sequences);
  return pairs;
}

// The share of attention that goes to letters equal to the one that is written, over all letters of some sequences.
double finds_its_letter(const Reverser& model, const std::vector<Sequence>& sequences) {
  const NoGrad guard;
  double sum = 0, letters = 0;
  for (const Sequence& s : sequences) {
    const Pairs pairs = sorting_pairs({s});
    std::vector<nn::DecoderWeights> looks;
    model.decode(pairs.given, model.encode(pairs.source), pairs.source, &looks);
    const int64_t T = static_cast<int64_t>(s.size());
    const Tensor cross = looks[0].cross[0].mean(0).narrow(0, 0, T);                         // (T, S)
    const Tensor same = eq(pairs.wanted[0].narrow(0, 0, T).unsqueeze(1), pairs.source[0]);  // (T, S)
    sum += (cross * same.to(float32)).sum().item(), letters += static_cast<double>(T);
  }
  return sum / letters;
}

Tensor own_encoder_layer(const nn::TransformerEncoderLayer& l, const Tensor& x) {
  const Tensor a = l.norm1(x + l.self_attn(x, x, x).output);
  return l.norm2(a + l.linear2(relu(l.linear1(a))));
}

void answers() {
  set_num_threads(1);
  const Data data = read_sequences();
  exercise(1, "Sort the letters");
  Reverser sorter;
  optim::Adam adam(sorter.parameters(), {.lr = 1e-3, .betas = {0.9, 0.98}, .eps = 1e-9});
  Generator generator{1, 0};
  for (int step = 0; step < 500; ++step) {
    std::vector<Sequence> batch(64);
    for (Sequence& s : batch) s = data.learn[static_cast<size_t>(generator.below(20000))];
    adam.zero_grad();
    loss_of(sorter, sorting_pairs(batch), 0.1).backward();
    adam.step();
  }
  const std::vector<Sequence> some(data.dev.begin(), data.dev.begin() + 100), written = answers_of(sorter, some);
  double right = 0;
  for (size_t i = 0; i < some.size(); ++i) {
    Sequence sorted = some[i];
    std::sort(sorted.begin(), sorted.end());
    right += written[i] == sorted ? 1 : 0;
    if (i < 2) say("  {} -> {}", spell(some[i]), spell(written[i]));
  }
  const double share = finds_its_letter(sorter, some);
  say("  {:.0f} of 100 exact; {:.2f} of the attention goes to letters equal to the one that is written.", right, share);
  claim("most are sorted", right > 70);
  claim("no diagonal: it looks by letter, more than the 0.2 of a blind look", share > 0.3);

  exercise(2, "Nine letters");
  Reverser model;
  fit(model, data.learn, 400, 0.1, [](int, double) {});
  std::vector<Sequence> longer(100, Sequence(9));
  for (Sequence& s : longer)
    for (int64_t& id : s) id = 3 + generator.below(kLetters);
  const double known = exact(model, data.dev);
  NoGrad guard;
  double first = 0;
  const std::vector<Sequence> said = answers_of(model, longer);
  for (size_t i = 0; i < longer.size(); ++i)
    first += said[i] == Sequence(longer[i].rbegin(), longer[i].rend()) ? 0.01 : 0;
  say("  3 to 8 letters: {:.2f} exact. 9 letters: {:.2f}.", known, first);
  claim("longer ones fail", first < known - 0.15);
  say("  Position 9 was never seen in training: nothing has learnt what its sines mean, nor that texts go so far.");

  exercise(3, "The encoder layer");
  const nn::TransformerEncoderLayer layer(8, 2, {.dim_feedforward = 16, .dropout = 0});
  const Tensor x = randn({2, 4, 8});
  claim("ours equals the library's", allclose(own_encoder_layer(layer, x), layer(x), 1e-4, 1e-5));

  exercise(4, "BLEU of a corpus");
  Bleu corpus, one, two, none;
  for (Bleu* b : {&corpus, &one}) b->add("the cat sat on a mat", "the cat sat on the mat");
  for (Bleu* b : {&corpus, &two}) b->add("a dog ran home", "a dog ran home");
  say("  corpus: (9/10 * 6/8 * 4/6 * 2/4)^(1/4) = 0.225^(1/4)");
  check("as one corpus", 100 * std::pow(0.225, 0.25), corpus.score());
  check("the mean of two scores: (53.7285 + 100) / 2", 76.8643, (one.score() + two.score()) / 2, 1e-3);
  say("  A corpus adds counts before it divides, so long sentences weigh more, and one without a right run of four\n"
      "  words does not count as 0.");
  none.add("a cat is there now", "the cat was on a mat now");
  check("no right pair at all: what sacrebleu says", 9.4237, none.score());

  exercise(5, "The final exam");
  EnableGrad record;
  check("questions that are not right", 0, exam::sit());
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
