#pragma once
/// The classic mistakes of tutorial 17, made on purpose, and what finds them.

#include "17_model.h"
#include "tutorial.h"

namespace tutorial {

struct Data {
  std::vector<Sequence> learn, dev;
};

inline Data read_sequences() {
  std::vector<Sequence> all = draw_sequences(20500, 7);  // all different, so dev holds nothing that is learnt
  return {{all.begin() + 500, all.end()}, {all.begin(), all.begin() + 500}};
}

inline double last_loss(Reverser& model, const Data& data, int steps) {
  double last = 0;
  fit(model, data.learn, steps, 0, [&](int step, double loss) {
    last = loss;
    if (step % 100 == 0) say("  step {:>3}   loss {:.3f}", step, loss);
  });
  return last;
}

inline void decoder_sees_future() {
  lemma::set_num_threads(1);
  const Data data = read_sequences();
  Reverser model(false);
  const double loss = last_loss(model, data, 300);
  const double right = exact(model, data.dev);
  say("  Exact answers when it must write alone: {:.1f} %", 100 * right);
  claim("the loss is nearly 0", loss < 0.1);
  claim("and it cannot write: teacher forcing showed it the answers", right < 0.5);
  lemma::NoGrad guard;
  const Pairs pairs = pairs_of({data.dev[0]});
  Pairs other{pairs.source, pairs.given.clone(), pairs.wanted};
  const int64_t last = pairs.given.size(1) - 1;
  other.given[0][last].fill_(kEnd);
  const double moved = (model(pairs) - model(other)).narrow(1, 0, last).abs().max().item();
  claim("found by the later-token test: what stands before it moves", moved > 1e-3);
}

inline void no_cross_attention() {
  lemma::set_num_threads(1);
  const Data data = read_sequences();
  Reverser model(true, false);
  const double loss = last_loss(model, data, 300);
  say("  A blind guess among 10 letters costs ln 10 = 2.30; the end of a sequence is a little easier.");
  claim("the loss stays near a blind guess", loss > 1.6);
  lemma::NoGrad guard;
  const Pairs pairs = pairs_of({data.dev[0]}), other = pairs_of({data.dev[1]});
  const lemma::Tensor a = model.decode(pairs.given, model.encode(pairs.source), pairs.source),
                      b = model.decode(pairs.given, model.encode(other.source), other.source);
  claim("found by changing the source: the answer does not move", lemma::allclose(a, b));
  model.zero_grad();
  {
    const lemma::EnableGrad record;
    loss_of(model, pairs, 0).backward();
  }
  const lemma::Tensor gradient = model.transformer.encoder.layers[0].linear1.weight.grad();
  claim("found by the gradient-norm table: the encoder learns nothing",
        !gradient.defined() || gradient.abs().max().item() == 0);
}

}  // namespace tutorial
