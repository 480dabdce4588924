#pragma once
/// The broken runs of tutorial 13, one by one: what each shows from outside, and what proves the cause.

#include "13_model.h"
#include "tutorial.h"

namespace tutorial {

constexpr const char* kSheetHead = "loss, 240 steps                 first -> last    norm    moved  train   dev";

/// Prints a run's sheet below that of a run without faults.
inline Sheet beside_healthy(const Fault& fault) {
  set_num_threads(1);
  say("           {}", kSheetHead);
  Sheet sheet;
  for (const bool broken : {false, true}) {
    manual_seed(arguments().seed.value_or(1));
    sheet = Run(broken ? fault : Fault{}).learn();
    say("  {:<7}  {}", broken ? "broken" : "healthy", line_of(sheet));
  }
  say("");
  return sheet;
}

/// The learning rate grows tenfold every 20 steps. Returns the mean loss at 1e-6 ..., 1e-5 ..., up to 1 ....
inline std::vector<double> range_test() {
  manual_seed(arguments().seed.value_or(1));
  Run run({}, 0);
  optim::Adam adam(run.model.parameters(), adam_of_the_paper(1e-6));
  std::vector<double> losses, decades;
  for (int step = 0; step < 140; ++step) {
    adam.set_lr(1e-6 * std::pow(10, step / 20.0));
    adam.zero_grad();
    const Drawers batch = make_drawers(50, 1);
    const Tensor loss = loss_of(run.model(batch), batch);
    loss.backward();
    adam.step();
    losses.push_back(loss.item());
  }
  say("  The range test: begin far too low, let the rate grow tenfold every 20 steps, and watch.");
  for (size_t k = 0; k < 7; ++k) {
    decades.push_back(mean_of(losses, 20 * k, 20 * k + 20));
    say("    rate from 1e{:<3} mean loss {:.2f}", static_cast<int>(k) - 6, decades[k]);
  }
  return decades;
}

inline void rate_too_high() {
  const Sheet sheet = beside_healthy({.rate = 100});
  claim("the first losses are far above ln 8 = 2.08: it got worse than knowing nothing",
        mean_of(sheet.losses, 0, 10) > 3);
  claim("the parameters went several times their own length", sheet.moved > 3);
  const std::vector<double> decades = range_test();
  claim("from 1e-3 to 1e-2 the loss is lower than from 1e-1 on", decades[3] < decades[5]);
  say("  0.3 lies where the loss grows. Choose about a tenth of the largest rate that still lowers it.");
}

inline void rate_too_low() {
  const Sheet sheet = beside_healthy({.rate = 0.01});
  claim("the gradient is there", mean_of(sheet.norms, 220, 240) > 0.5);
  claim("but after 240 steps the parameters have moved by less than 3 in 100", sheet.moved < 0.03);
  const std::vector<double> decades = range_test();
  claim("from 1e-5 to 1e-4 the loss hardly falls, from 1e-3 to 1e-2 it does", decades[3] < decades[1] - 0.05);
  say("  0.00003 lies on the flat part. It would arrive, a hundred times later.");
}

inline void no_zero_grad() {
  const Sheet sheet = beside_healthy({.keeps_gradients = true});
  say("  The gradient norm at steps 1, 2, 4, 8, ...: ");
  std::string norms;
  for (const size_t step : {1, 2, 4, 8, 16, 32, 64, 128}) norms += fmt::format("  {:.2f}", sheet.norms[step - 1]);
  say("  {}", norms);
  claim("it grows from step to step, to more than 5 times the first",
        mean_of(sheet.norms, 220, 240) > 5 * sheet.norms[0]);
  Run run({}, 0);
  const Drawers batch = make_drawers(50, 1);
  loss_of(run.model(batch), batch).backward();
  const double once = optim::grad_norm(run.model.parameters());
  loss_of(run.model(batch), batch).backward();
  say("  The proof: one batch, backward twice, and no step between.");
  check("the second norm is this many times the first", 2, optim::grad_norm(run.model.parameters()) / once, 1e-3);
}

inline void softmax_first() {
  const Sheet sheet = beside_healthy({.softmax_first = true});
  say("  cross_entropy has a softmax inside. Given probabilities as if they were logits, the best it can see is 1 for\n"
      "  the truth and 0 for the seven others: a probability of e / (e + 7), and a loss of -ln 0.2797.");
  check("-ln(e / (e + 7))", 1.2740, -std::log(std::exp(1) / (std::exp(1) + 7)));
  const double lowest = *std::min_element(sheet.losses.begin(), sheet.losses.end());
  claim("no batch of the run has a lower loss", lowest > 1.2739);
  claim("and yet nearly all answers are right", sheet.dev > 0.9);
  say("  A loss that stops at a strange number, and good answers. Print the range of what goes into the loss: logits\n"
      "  are of both signs, and their rows do not add up to 1.");
}

inline void wrong_labels() {
  const Sheet sheet = beside_healthy({.wrong_labels = true});
  claim("the loss does not get below 1.9: ln 8 = 2.08 is knowing nothing", mean_of(sheet.losses, 220, 240) > 1.9);
  claim("on dev it guesses: 1 of 8", std::abs(sheet.dev - 0.125) < 0.1);
  Run run({.wrong_labels = true}, 0);
  const Drawers few = rows(run.train, arange(8));
  optim::Adam adam(run.model.parameters(), {.lr = 0.003});
  double loss = 0;
  for (int step = 0; step < 100; ++step) {
    adam.zero_grad();
    const Tensor value = loss_of(run.model(few), few);
    value.backward();
    adam.step();
    loss = value.item();
  }
  say("  First proof: overfit one batch. Eight examples, 100 steps: a loss of {:.3f}.", loss);
  claim("so the model, the loss and the optimiser work; the data is to blame", loss < 0.1);
  say("  Second: read some examples yourself.");
  const Tensor asked = run.train.letters.select(1, kDrawers), drawer = run.train.letters.narrow(1, 0, kDrawers);
  const Tensor place = argmax(eq(drawer, asked.unsqueeze(1)).to(float32), 1);            // where the letter stands
  const Tensor inside = gather(run.train.numbers, 1, place.unsqueeze(1)).reshape({-1});  // the number there
  for (int64_t i = 0; i < 3; ++i)
    say("    {}  label {}", token_names(rows(run.train, tensor({i}))), run.train.answers[i].item<int64_t>());
  const double agree = eq(inside, run.train.answers.reshape({-1})).to(float32).mean().item();
  claim("only about 1 label in 8 is what lies in the drawer", std::abs(agree - 0.125) < 0.04);
}

inline void sorted_data() {
  const Sheet sheet = beside_healthy({.sorted = true});
  claim("the gradient norm stays large", mean_of(sheet.norms, 0, 240) > 1.5);
  manual_seed(arguments().seed.value_or(1));
  Run run({.sorted = true});
  Run shuffled({});
  double kinds[2] = {0, 0};
  for (Run* each : {&shuffled, &run})
    for (int64_t at = 0; at < 2000; at += 50) {
      const Tensor seen = one_hot(each->train.answers.narrow(0, at, 50).reshape({-1}), kNumbers).sum(0);
      kinds[each == &run] += gt(seen, 0).to(float32).sum().item() / 40;
    }
  say("  The proof lies in the data. Different answers in a batch of 50, on average: shuffled {:.1f}, sorted {:.1f}.",
      kinds[0], kinds[1]);
  claim("a sorted batch has hardly more than one answer to teach", kinds[0] > 7 && kinds[1] < 1.5);
  run.learn(1);
  const Tensor chosen = one_hot(argmax(run.model(run.dev), 1), kNumbers).to(float32).mean(0);
  std::string text;
  for (const double share : chosen.to_vector<double>()) text += fmt::format(" {:.2f}", share);
  say("  After one epoch, how often it answers 0, 1, ..., 7 on dev:{}", text);
  claim("half of the numbers it hardly ever says", sort(chosen, 0).first.narrow(0, 0, 4).sum().item() < 0.1);
  say("  Each batch teaches one answer and unteaches the others. Shuffle the examples anew in every epoch.");
}

inline void eval_forgotten() {
  const Sheet sheet = beside_healthy({.stays_in_train = true});
  claim("training is the same; only what is measured is worse", sheet.dev < 0.99 && sheet.losses.back() < 0.6);
  Run run({});
  run.learn();
  run.model.train();
  NoGrad guard;
  claim("the proof: asked twice, it answers differently", !equal(run.model(run.dev), run.model(run.dev)));
  run.model.eval();
  claim("after eval() it does not", equal(run.model(run.dev), run.model(run.dev)));
}

/// The deep post-norm model of the lesson without warm-up, seen from inside.
inline void no_warm_up() {
  set_num_threads(1);
  say("  Spread: how much the question's row, behind 12 layers, differs from text to text. Gradient norms of the "
      "first\n"
      "  and the last layer.\n");
  double spread[2] = {0, 0}, first_layer = 0;
  for (const bool warm : {false, true}) {
    manual_seed(arguments().seed.value_or(1));
    const DeepReader model(12, false);
    const Drawers probe = make_drawers(200, 1);
    say("  {}", warm ? "warm-up over 100 steps" : "no warm-up");
    say("    step   loss   spread   first layer   last layer");
    learn_deep(model, 31, warm ? 100 : 1, [&](int step, double loss) {
      if (step != 0 && step != 1 && step != 3 && step != 10 && step != 30) return;
      NoGrad guard;
      spread[warm] = lemma::std(model.encoder(model.embed(probe)).select(1, kDrawers), 0).mean().item();
      const double first = optim::grad_norm(model.encoder.layers[0].parameters());
      if (!warm) first_layer = first;
      say("    {:<4}   {:.2f}   {:.4f}   {:<11.4f}   {:.4f}", step, loss, spread[warm], first,
          optim::grad_norm(model.encoder.layers[11].parameters()));
    });
  }
  claim("without warm-up all texts soon look alike: a spread below 0.02", spread[0] < 0.02);
  claim("so nothing flows back to the first layer", first_layer < 0.02);
  claim("with warm-up they stay different: above 0.1", spread[1] > 0.1);

  say("\n  Where it is lost: the spread behind layers 1, 4, 8 and 12, after a single step at full rate.");
  double kept[2];
  for (const bool norm_first : {false, true}) {
    manual_seed(arguments().seed.value_or(1));
    const DeepReader model(12, norm_first);
    const Drawers probe = make_drawers(200, 1);
    learn_deep(model, 1, 1, [](int, double) {});
    NoGrad guard;
    Tensor x = model.embed(probe);
    std::vector<double> behind;
    for (size_t k = 0; k < 12; ++k) {
      x = model.encoder.layers[k](x);
      behind.push_back(lemma::std(x.select(1, kDrawers), 0).mean().item());
    }
    kept[norm_first] = behind[11] / behind[0];
    say("    {:<9} {:.2f}  {:.2f}  {:.2f}  {:.2f}", norm_first ? "pre-norm" : "post-norm", behind[0], behind[3],
        behind[7], behind[11]);
  }
  claim("post-norm loses more than half of it on the way", kept[0] < 0.5);
  claim("pre-norm loses nothing", kept[1] > 0.9);
}

}  // namespace tutorial
