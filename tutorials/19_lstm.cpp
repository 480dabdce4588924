// Tutorial 19: LSTM beside the Transformer. Text: docs/tutorials/19_lstm.md
#include "19_breaks.h"

int lesson() {
  begin("19: LSTM", "How does a network read a text of any length with a memory of fixed size?", "half a minute", 1);
  set_num_threads(1);

  section("A network that remembers: an RNN, by hand");
  say("  The smallest: one number of state, h' = h / 2 + x. It is given 1, then 0, 0, 0.");
  const Tensor given = pad(tensor({1.0}), 0, 0, 79).requires_grad_();  // 1 0 0 ... (80)
  std::vector<Tensor> states;
  for (int64_t t = 0; t < 80; ++t) states.push_back(t == 0 ? given[t] : states.back() / 2 + given[t]);
  check("the first four states", {1, 0.5, 0.25, 0.125}, stack({states[0], states[1], states[2], states[3]}));
  const double heard = grad(states[79], given)[0].item();
  check("the last state's gradient in the 1: 0.5^79, log2", -79, std::log2(heard));
  say("  Of an error made at the end, the beginning hears {:.0e}: nothing will be learnt from it.", heard);

  section("The same with vectors: h' = tanh(W_ih x + b_ih + W_hh h + b_hh)");
  const Tensor x = randn({2, 5, 3});  // B, T, I
  const nn::RNN rnn(3, 4);
  const std::vector<Tensor> r = rnn.parameters();  // W_ih (4, 3), W_hh (4, 4), b_ih (4), b_hh (4)
  Tensor h = zeros({2, 4});                        // (B, H)
  for (int64_t t = 0; t < 5; ++t)
    h = tanh(matmul(x.select(1, t), r[0].t()) + r[2] + matmul(h, r[1].t()) + r[3]);  // (B, H)
  check("shape of the state", "(2, 4)", h.shape().str());
  check("largest difference from nn::RNN", 0, amax(abs(h - rnn(x).state.h[0])).item(), 1e-6);
  check("parameters: they do not depend on T", 4 * 3 + 4 * 4 + 4 + 4, static_cast<double>(rnn.num_parameters()));

  section("An LSTM, from primitives");
  const nn::LSTM lstm(3, 4);
  const CellWeights w = weights_of(lstm);
  check("W_ih: four gates of H = 4", "(16, 3)", w.ih.shape().str());
  Memory memory{zeros({2, 4}), zeros({2, 4})};
  std::vector<Tensor> read;
  for (int64_t t = 0; t < 5; ++t) memory = lstm_cell(w, x.select(1, t), memory), read.push_back(memory.h);
  const nn::RecurrentResult whole = lstm(x);
  check("shape of all states", "(2, 5, 4)", stack(read, 1).shape().str());
  check("largest difference from nn::LSTM, h", 0, amax(abs(stack(read, 1) - whole.output)).item(), 1e-6);
  check("and of the cell state", 0, amax(abs(memory.c - whole.state.c[0])).item(), 1e-6);
  std::vector<Tensor> inputs;
  for (const Shape& shape : {Shape{2, 3}, Shape{2, 4}, Shape{2, 4}, Shape{16, 3}, Shape{16, 4}, Shape{16}, Shape{16}})
    inputs.push_back(randn(shape, {.dtype = float64, .requires_grad = true}));
  const auto cell = [](const std::vector<Tensor>& in) {
    const Memory after = lstm_cell({in[3], in[4], in[5], in[6]}, in[0], {in[1], in[2]});
    return cat({after.h, after.c}, 1);
  };
  claim("gradcheck of one step, in all seven inputs", gradcheck(cell, inputs).ok);

  section("Four gates in one product, and all x before the loop");
  const std::vector<Tensor> parts = chunk(w.ih, 4, 0);  // (4, 3) each
  std::vector<Tensor> four;
  for (const Tensor& part : parts) four.push_back(matmul(x.select(1, 0), part.t()));  // (2, 4) each
  const Tensor one = matmul(x.select(1, 0), w.ih.t());                                // (2, 16)
  check("four products beside each other, and one", 0, amax(abs(cat(four, 1) - one)).item(), 1e-6);
  const Tensor early = matmul(x.reshape({10, 3}), w.ih.t()).reshape({2, 5, 16});  // W_ih x asks for no state
  check("all steps of W_ih x at once, step 0", 0, amax(abs(early.select(1, 0) - one)).item(), 1e-6);
  time_gates();

  section("What the last state hears of the first input");
  const nn::RNN plain(8, 32);
  const nn::LSTM half(8, 32), open(8, 32);
  set_forget_bias(half, 0), set_forget_bias(open, 5);
  say("  {:>4} {:>12} {:>22} {:>22}", "T", "RNN", "LSTM, forget bias 0", "LSTM, forget bias 5");
  std::vector<double> far;
  for (const int64_t T : {5, 10, 20, 40, 80}) {
    far = {reach(plain, 8, T), reach(half, 8, T), reach(open, 8, T)};
    say("  {:>4} {:>12.1e} {:>22.1e} {:>22.1e}", T, far[0], far[1], far[2]);
  }
  claim("after 80 steps the RNN's is below 1e-12: it has vanished", far[0] < 1e-12);
  claim("an LSTM whose gates stand half open forgets as well", far[1] < 1e-12);
  claim("with open gates it is above 1e-3", far[2] > 1e-3);

  section("A game of recall: the first of 50 letters is the answer");
  Recaller<nn::RNN> forgets;
  Recaller<nn::LSTM> recalls;
  set_forget_bias(recalls.layer, 5);
  const double without = play_recall(forgets, 50, 500), with = play_recall(recalls, 50, 500);
  say("  Right after 500 steps: RNN {:.2f}, LSTM with forget bias 5 {:.2f}. A guess: 0.25.", without, with);
  claim("the LSTM knows it", with > 0.95);
  claim("the RNN does not", without < 0.7);

  section("An LSTM and a Transformer on the same text");
  const Text text = small_text();
  const int64_t V = text.size(), n = text.dev.numel() - 1;
  Attending attending(V);
  Recalling recalling(V);
  const auto p = static_cast<double>(attending.num_parameters()), q = static_cast<double>(recalling.num_parameters());
  say("  Parameters: Transformer {}, LSTM {}.", p, q);
  claim("they differ by less than 2 of 100", std::abs(p - q) < 0.02 * p);
  const Tensor logs = index_select(bigrams(text), 0, text.dev.narrow(0, 0, n));
  const double pairs = nll_loss(logs, text.dev.narrow(0, 1, n)).item();
  const double took_a = fit(attending, text.train, kSteps19, 7), took_r = fit(recalling, text.train, kSteps19, 7);
  const double a = nats(attending, text.dev), b = nats(recalling, text.dev), tokens = 12.0 * kWindow * kSteps19;
  say("\n  {:<28} {:>14} {:>18}", "", "nats on dev", "us a token, in training");
  say("  {:<28} {:>14.3f}", "bigram: counted pairs", pairs);
  say("  {:<28} {:>14.3f} {:>18.1f}", "Transformer", a, 1e6 * took_a / tokens);
  say("  {:<28} {:>14.3f} {:>18.1f}\n", "LSTM", b, 1e6 * took_r / tokens);
  claim("both beat the bigram by 0.3", std::max(a, b) < pairs - 0.3);
  check("read in two halves, the state handed on", 0, halves_differ(recalling, text.dev), 1e-5);

  section("What grows with the length");
  lengths(text);

  return finish(
      {"A recurrent network reads a text of any length with one set of weights and a state of fixed size.",
       "Its gradient passes through one product a step, and vanishes; an LSTM's cell adds, and a gate decides what "
       "stays.",
       "Four gates are one product, cut into four; its steps come one after the other, a Transformer's all at once.",
       "A token written costs an LSTM always the same, and a Transformer more with every token before it."},
      {"Write the GRU's step from primitives, and compare it with nn::GRU. How many parameters has it?",
       "Two texts of 5 and 3 tokens in one batch: give nn::LSTM their lengths. Is the second as if it were alone?",
       "An LSTM that reads in both directions: why is it no language model? Show it by the later-token test.",
       "Cut dev into windows of 8. What does it cost to begin each with an empty state, and with the last one's?",
       "How long must a text be before a token of this Transformer costs more multiplications than one of the LSTM?"},
      "scripts/tutorial.sh 20   (the whole program: build/lemma train lm --model lstm)");
}

int main(int argc, char** argv) {
  return run(
      lesson, argc, argv,
      {{.name = "shut_gates", .mistake = "forget gates that begin shut", .show = shut_gates},
       {.name = "gate_order", .mistake = "gates cut in another order than the weights have", .show = gate_order},
       {.name = "state_leaks", .mistake = "a state carried over to a text that does not follow", .show = state_leaks},
       {.name = "no_detach", .mistake = "a state carried on with all its past", .show = no_detach}});
}
