// Answers to the exercises of tutorial 19.
#include "../19_breaks.h"
#include "solution.h"

namespace {

/// One step of a GRU, from PyTorch's weights: r, z, n, each (B, H).
Tensor gru_cell(const std::vector<Tensor>& w, const Tensor& x, const Tensor& h) {
  const std::vector<Tensor> from_x = chunk(matmul(x, w[0].t()) + w[2], 3, 1);  // (B, 3H), cut into three
  const std::vector<Tensor> from_h = chunk(matmul(h, w[1].t()) + w[3], 3, 1);
  const Tensor r = sigmoid(from_x[0] + from_h[0]), z = sigmoid(from_x[1] + from_h[1]);
  const Tensor n = tanh(from_x[2] + r * from_h[2]);  // the gate r stands before the sum: it says what is asked of h
  return (1 - z) * n + z * h;
}

/// Dev in windows of 8. Each begins with an empty state, or with the one that the window before it left.
double nats_of_eights(const Recalling& model, const Tensor& text, bool carried) {
  NoGrad guard;
  const int64_t count = 300;
  nn::RecurrentState state;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (!carried) state = {};
    const Tensor logits = model.read(text.narrow(0, 8 * i, 8).unsqueeze(0), state)[0];  // (8, V)
    sum += cross_entropy(logits, text.narrow(0, 8 * i + 1, 8)).item();
  }
  return sum / static_cast<double>(count);
}

}  // namespace

void answers() {
  set_num_threads(1);
  exercise(1, "The GRU's step from primitives");
  const Tensor x = randn({2, 5, 3});
  const nn::GRU gru(3, 4);
  Tensor h = zeros({2, 4});
  for (int64_t t = 0; t < 5; ++t) h = gru_cell(gru.parameters(), x.select(1, t), h);
  check("largest difference from nn::GRU", 0, amax(abs(h - gru(x).state.h[0])).item(), 1e-6);
  check("parameters: three quarters of an LSTM's", 0.75 * static_cast<double>(nn::LSTM(3, 4).num_parameters()),
        static_cast<double>(gru.num_parameters()));
  say("  It has no cell beside h: what z keeps of h passes on by a product with z alone, as c does with f.");

  exercise(2, "Texts of 5 and 3 tokens in one batch");
  const nn::LSTM lstm(3, 4);
  const nn::RecurrentResult both = lstm(x, {5, 3}), alone = lstm(x.narrow(0, 1, 1).narrow(1, 0, 3));
  check("its last state, and that of the text alone", 0, amax(abs(both.state.h[0][1] - alone.state.h[0][0])).item(),
        1e-6);
  check("outputs behind its end", {0, 0, 0, 0}, both.output[1][3]);
  claim("without lengths its last state has read the padding",
        amax(abs(lstm(x).state.h[0][1] - alone.state.h[0][0])).item() > 1e-3);

  exercise(3, "Reading in both directions");
  const nn::LSTM two(3, 4, {.bidirectional = true});
  Tensor other = x.clone();
  other.select(1, 4).fill_(3);  // another last token
  const Tensor moved =
      amax(abs(two(other).output - two(x).output).narrow(1, 0, 4), Dims{0, 1});  // (8): both directions
  check("shape of its outputs: two states beside each other", "(2, 5, 8)", two(x).output.shape().str());
  check("the forward half, before the last token, moves", 0, amax(moved.narrow(0, 0, 4)).item(), 0);
  claim("the backward half does: it has seen the answer", amax(moved.narrow(0, 4, 4)).item() > 1e-3);

  exercise(4, "Windows of 8");
  const Text text = small_text();
  Recalling model(text.size());
  fit(model, text.train, 250, 7);
  const double empty_state = nats_of_eights(model, text.dev, false), carried = nats_of_eights(model, text.dev, true);
  say("  Begun empty: {:.3f} nats per character, with the last one's state: {:.3f}.", empty_state, carried);
  claim("an empty state costs more than 0.2", empty_state > carried + 0.2);
  say("  Here the windows follow each other, so carrying the state is right. It is wrong where they do not.");

  exercise(5, "Multiplications for one more token");
  constexpr int64_t D = Attending::D, F = Attending::F, L = Attending::L, H = Recalling::H;
  const int64_t V = text.size(), ours = 4 * H * (Recalling::D + H) + H * V;
  const auto theirs = [&](int64_t t) { return L * (4 * D * D + 2 * D * F + 2 * t * D) + D * V; };
  say("  LSTM: 4 H (D + H) + H V = {}. Transformer: 2 (4 D^2 + 2 D F + 2 t D) + D V = {} + {} t.", ours, theirs(0),
      theirs(1) - theirs(0));
  int64_t t = 1;
  while (theirs(t) <= ours) ++t;
  check("the first t where the Transformer's are more", 25, static_cast<double>(t));
  say("  In microseconds it is dearer before that: it makes more and smaller products.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
