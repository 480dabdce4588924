#pragma once
/// Three ways to misread attention, on purpose, and what finds them.

#include "12_model.h"
#include "tutorial.h"

namespace tutorial {

/// Rows and columns exchanged.
inline void wrong_axis() {
  set_num_threads(1);
  const Agreement model(1, 1);
  learn(model, 400);
  NoGrad guard;
  const std::string sentence = "the cats near this dog ?";
  std::vector<Tensor> weights;
  model(ids_of(sentence), &weights);
  const Tensor right = weights[0][0][0], wrong = right.t();
  say("{}\n", heat_map(wrong, split(sentence)));
  say("  Read as 'each word takes most from ?', this picture is neat, and false: ? takes from cats.");
  check("rows of weights add up to 1", {1, 1, 1, 1, 1, 1}, right.sum(1));
  const Tensor sums = wrong.sum(1);
  show("row sums of the picture", sums);
  claim("rows of the picture do not: its axes are exchanged", amax(abs(sums - 1)).item() > 0.2);
}

/// A picture taken while dropout is on.
inline void in_train_mode() {
  set_num_threads(1);
  Agreement model(2, 2, 0.3);
  learn(model, 400);
  const Tensor ids = ids_of("these cats near this dog ?");
  const auto two_differ_by = [&] { return amax(abs(looked_at(model, ids) - looked_at(model, ids))).item(); };
  const double training = two_differ_by();
  say("  The same sentence, twice. The weights of ? differ by up to {:.3f}.", training);
  claim("in train mode they differ: dropout removes other numbers each time", training > 1e-4);
  model.eval();
  check("after eval() they are the same", 0, two_differ_by(), 0);
}

/// Words are deleted that the model has never seen missing.
inline void unknown_gap() {
  set_num_threads(1);
  say("  'the - near this dog ?': nobody can know. A model should be unsure, at 0.5.\n");
  double unsure[2] = {0, 0};
  for (const bool gaps : {false, true}) {
    manual_seed(arguments().seed.value_or(1));
    const Agreement model(2, 2);
    learn(model, 400, gaps);
    Tensor ids = make_sentences(1000).ids;
    ids.select(1, 0).fill_(0);  // "the"
    const Tensor p = plural(model, without(ids, 1));
    unsure[gaps] = lt(abs(p - 0.5), 0.3).to(float32).mean().item();
    say("  {:<30} unsure of {:.2f} of 1000 such sentences", gaps ? "has met missing words" : "has never met one",
        unsure[gaps]);
  }
  claim("the model that has met them is unsure, as it should be", unsure[true] > 0.8);
  claim("the other is mostly certain of something", unsure[false] < 0.5);
  say("  What it says without a word then shows how it treats a thing it does not know, not what the word was worth.");
}

}  // namespace tutorial
