// RNN, LSTM and GRU, and the loss that signals without alignment need, against PyTorch; and what they promise.
#include "lemma/nn/recurrent.h"
#include "lemma/ops/ctc.h"
#include "tests/golden.h"

using namespace lemma;
using golden::error;

namespace {

const golden::Golden& reference() {
  static const golden::Golden g("recurrent");
  return g;
}

// Output and last states as one line of numbers, as the reference has them.
Tensor flat(const nn::RecurrentResult& result) {
  std::vector<Tensor> parts = {result.output.flatten(), result.state.h.flatten()};
  if (result.state.c.defined()) parts.push_back(result.state.c.flatten());
  return cat(parts);
}

template <class Layer>
void check(const std::string& name, const nn::RecurrentOptions& options, const std::vector<int64_t>& lengths = {}) {
  for (const std::string& precision : golden::precisions) {
    Layer layer(3, 4, options);
    std::vector<std::string> inputs = {"x", "h"};
    if (std::is_same_v<Layer, nn::LSTM>) inputs.emplace_back("c");
    golden::check_case(reference(), name, precision, layer, inputs, [&](const auto& in) {
      return flat(layer(in[0], lengths, {in[1], in.size() > 2 ? in[2] : Tensor()}));
    });
  }
}

}  // namespace

TEST_CASE("recurrent layers: values, states and gradients are PyTorch's") {
  check<nn::RNN>("rnn", {});
  check<nn::RNN>("rnn_relu", {.num_layers = 2, .bias = false, .relu = true});
  check<nn::LSTM>("lstm", {});
  check<nn::LSTM>("lstm_deep", {.num_layers = 2, .bidirectional = true}, {6, 2, 5});
  check<nn::GRU>("gru", {});
  check<nn::GRU>("gru_deep", {.num_layers = 2, .bidirectional = true}, {6, 2, 5});
}

TEST_CASE("what lies beyond a sequence's length changes nothing") {
  manual_seed(5);
  const nn::LSTM lstm(2, 3, {.num_layers = 2, .bidirectional = true});
  const Tensor x = randn({2, 5, 2});
  Tensor other = x.clone();
  other[{1, Slice(3, 5)}] = 100;
  const auto a = lstm(x, {5, 3}), b = lstm(other, {5, 3});
  CHECK(equal(a.output, b.output));
  CHECK(equal(a.state.h, b.state.h));
  CHECK(all(a.output[{1, Slice(3, 5)}] == 0));
  // Not even NaN gets through, to the values or to a gradient.
  other[{1, Slice(3, 5)}] = NAN;
  CHECK(equal(lstm(other, {5, 3}).output, a.output));
  sum(lstm(other, {5, 3}).output).backward();
  for (const Tensor& parameter : lstm.parameters()) CHECK(all(isfinite(parameter.grad())));
  // The shorter one alone, without padding, is the same.
  CHECK(error(lstm(x[{Slice(1, 2), Slice(0, 3)}]).output, a.output[{Slice(1, 2), Slice(0, 3)}]) < 1e-6);
}

TEST_CASE("CTC: values and gradients are PyTorch's") {
  for (const std::string& precision : golden::precisions) {
    nn::Identity none;
    const Tensor targets = tensor({{1, 2, 2}, {3, 3, 0}, {4, 0, 0}, {1, 1, 1}});
    const auto loss = [&](const Tensor& x, int64_t blank, Reduction reduction) {
      return ctc_loss(log_softmax(x, 2), blank == 5 ? clamp_max(targets, 4) : targets, {9, 7, 2, 9}, {3, 2, 1, 3},
                      blank, reduction);
    };
    const auto check = [&](const char* name, int64_t blank, Reduction reduction) {
      golden::check_case(reference(), name, precision, none, {"x"},
                         [&](const auto& in) { return loss(in[0], blank, reduction); });
    };
    check("ctc", 0, Reduction::mean);
    check("ctc_sum", 5, Reduction::sum);
    check("ctc_none", 0, Reduction::none);
  }
}

TEST_CASE("CTC adds up all ways there are") {
  // Two classes and the blank, three steps, the target "1": 111, 11-, 1--, -11, --1, -1-, each of probability 1/27.
  const Tensor even = full({3, 1, 3}, -std::log(3.0), {.dtype = float64});
  CHECK(ctc_loss(even, tensor({{1}}), {3}, {1}, 0, Reduction::none).item() == Approx(std::log(27.0 / 6)));
  // "11" needs a blank between: 1-1 alone.
  CHECK(ctc_loss(even, tensor({{1, 1}}), {3}, {2}, 0, Reduction::none).item() == Approx(std::log(27.0)));
  // Three in a row do not fit into three steps.
  const Tensor never = ctc_loss(even, tensor({{1, 1, 1}}), {3}, {3}, 0, Reduction::none);
  CHECK(std::isinf(never.item()));
  Tensor x = even.clone().requires_grad_();
  ctc_loss(x, tensor({{1, 1, 1}}), {3}, {3}, 0, Reduction::mean, true).backward();
  CHECK(all(x.grad() == 0));
}

TEST_CASE("CTC and recurrent layers pass gradcheck, to the second order too") {
  manual_seed(6);
  const Tensor x = randn({4, 2, 3}, {.dtype = float64, .requires_grad = true});
  const auto loss = [](const std::vector<Tensor>& in) {
    return ctc_loss(log_softmax(in[0], 2), tensor({{1, 2}, {1, 0}}), {4, 3}, {2, 1});
  };
  CHECK(gradcheck(loss, {x}));
  CHECK(gradgradcheck(loss, {x}));
  nn::GRU gru(3, 2, {.bidirectional = true});
  gru.to(float64);
  CHECK(gradgradcheck([&](const std::vector<Tensor>& in) { return gru(in[0], {2, 1, 2, 2}).output; }, {x}));
}

TEST_CASE("recurrent layers print as PyTorch prints them, and refuse in words") {
  CHECK(nn::LSTM(3, 4, {.num_layers = 2, .bidirectional = true}).str() ==
        "LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)");
  const nn::GRU gru(3, 4);
  CHECK_THROWS_WITH(gru(zeros({2, 5, 2})), "[GRU] x is (2, 5, 2); expected (B, T, 3) with one step or more");
  CHECK_THROWS_WITH(gru(zeros({2, 5, 3}), {5}), "[GRU] 1 lengths for 2 sequences");
  CHECK_THROWS_WITH(gru(zeros({2, 5, 3}), {5, 0}), "[GRU] a length is 0; expected 1 to 5");
  CHECK_THROWS_WITH(gru(zeros({2, 5, 3}), {5, 6}), "[GRU] a length is 6; expected 1 to 5");
  CHECK_THROWS_WITH(gru(zeros({2, 5, 3}), {}, {zeros({1, 2, 4}), zeros({1, 2, 4})}),
                    "[GRU] the state has a c, which is an LSTM's alone");
  CHECK_THROWS_WITH(nn::LSTM(2, 2, {.relu = true}), "[LSTM] relu is for an RNN; here the formula has tanh");
  CHECK_THROWS_WITH(nn::LSTM(2, INT64_MAX), "[LSTM] 4 times 9223372036854775807 elements are too many for one tensor");
  CHECK_THROWS_WITH(gru(zeros({2, 5, 3}), {}, {zeros({1, 3, 4})}),
                    "[GRU] the state's h is (1, 3, 4); expected (1, 2, 4)");
  CHECK_THROWS_WITH(ctc_loss(zeros({3, 1, 3}), tensor({{0}}), {3}, {1}),
                    "[ctc_loss] label 0 of target 0 is 0; expected one of 3 classes, not the blank 0");
  CHECK_THROWS_WITH(ctc_loss(zeros({3, 1, 3}), tensor({{1}}), {4}, {1}),
                    "[ctc_loss] one of the input lengths is 4; expected 0 to 3");
}
