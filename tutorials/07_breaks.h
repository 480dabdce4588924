#pragma once
/// The classic mistakes of tutorial 07, made on purpose, and what finds them.

#include "07_model.h"
#include "tutorial.h"

namespace tutorial {

inline void no_positions() {
  set_num_threads(1);
  say("  It happens easily: the line 'x + places;' adds, throws the sum away, and x stays what it was.\n");
  const FirstFinder model(32, Positions::none), good(32, Positions::sines);
  say("  steps   loss    right answers");
  double right = 0;
  for (const int steps : {100, 200, 300}) {
    const double loss = learn(model, 100, 0.005, kAll);
    right = accuracy(model, kAll);
    say("  {:<5}   {:.3f}   {:.2f}", steps, loss, right);
  }
  say("  The loss is that of a guess, ln 2 = 0.693. Too few steps, a wrong rate, too small a model? One test tells.\n");
  claim("right answers stay at chance, 0.5", std::abs(right - 0.5) < 0.06);
  const Rows rows = make_rows(1, kAll);
  const Tensor mixed = index_select(rows.ids, 1, randperm(kPlaces));  // the same tokens in another order
  const auto moves = [&](const FirstFinder& m) { return (m(rows.ids) - m(mixed)).abs().max().item(); };
  claim("what finds it, before any training: put the tokens in another order, and the answer stays",
        moves(model) < 1e-5);
  claim("with positions it does not", moves(good) > 1e-3);
}

inline void forgotten_scale() {
  set_num_threads(1);
  say("  Embeddings are often started small, at N(0, 0.02). The sines are as large as ever. 32 numbers a token:\n");
  say("                             length of a row       loss after");
  say("  start of words   sines     word     position     50     100    150 steps");
  std::vector<double> last;
  for (const auto& [word, sine] : {std::pair{1.0, 1.0}, std::pair{0.02, 1.0}, std::pair{1.0, 0.01}}) {
    manual_seed(arguments().seed.value_or(1));
    FirstFinder model(32, Positions::sines);
    {
      NoGrad guard;
      model.words.weight.mul_(word), model.places.mul_(sine);
    }
    const auto length = [](const Tensor& rows) { return norm(rows.detach(), {1}).mean().item(); };
    std::string line = fmt::format("  {:<14}   x {:<4}   {:>5.2f}    {:>5.2f}     ", fmt::format("N(0, {})", word),
                                   sine, length(model.words.weight), length(model.places));
    for (int i = 0; i < 3; ++i) line += fmt::format("   {:.2f}", last.emplace_back(learn(model, 50, 0.001, kAll)));
    say("{}", line);
  }
  say("\n  What finds it is the two lengths, before any training: they should be of one size. In the second line a "
      "token\n"
      "  is nearly all position, so A and B look alike; training must make the words larger first. In the third it is\n"
      "  nearly all word, and the sines, which are not parameters, cannot grow.");
  claim("alike in size: the loss is below 0.2 after 150 steps", last[2] < 0.2);
  claim("small words: above 0.4", last[5] > 0.4);
  claim("small sines: still ln 2", std::abs(last[8] - std::log(2.0)) < 0.02);
}

}  // namespace tutorial
