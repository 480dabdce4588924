// Log-mel spectrograms against librosa, the Conformer's block against its paper's formulas, CTC's answers against all
// ways of giving them, and word errors against jiwer.
#include <cmath>
#include <map>

#include "lemma/data/word_errors.h"
#include "lemma/lemma.h"
#include "lemma/nn/conformer.h"
#include "lemma/nn/ctc.h"
#include "lemma/nn/mel.h"
#include "lemma/ops/spectrogram.h"
#include "tests/golden.h"
#include "tests/temp_dir.h"

using namespace lemma;
using golden::Golden;

namespace {

struct Setting {
  const char* name;
  int64_t rate, n, window, hop, mels;
  double low, high;
  bool center;
};
const Setting kSettings[] = {{"digits", 8000, 256, 200, 80, 40, 60, 3800, true},
                             {"wide", 16000, 512, 512, 160, 64, 0, 8000, true},
                             {"inside", 8000, 128, 100, 32, 13, 0, 4000, false}};

// exp log_probs as a table, and each way of saying T classes: the probabilities of all label sequences.
std::map<std::vector<int64_t>, double> all_ways(const Tensor& log_probs, int64_t blank) {
  const int64_t T = log_probs.size(0), C = log_probs.size(1);
  const std::vector<double> p = log_probs.to_vector<double>();
  std::map<std::vector<int64_t>, double> found;
  for (int64_t way = 0; static_cast<double>(way) < std::pow(C, T); ++way) {
    std::vector<int64_t> labels;
    double log_prob = 0;
    int64_t rest = way, last = blank;
    for (int64_t t = 0; t < T; ++t, rest /= C) {
      const int64_t c = rest % C;
      log_prob += p[static_cast<size_t>(t * C + c)];
      if (c != blank && c != last) labels.push_back(c);
      last = c;
    }
    found[labels] += std::exp(log_prob);
  }
  return found;
}

}  // namespace

TEST_CASE("log-mel spectrograms are librosa's") {
  const Golden g("speech");
  for (const DType dtype : {float32, float64})
    for (const Setting& s : kSettings) {
      CAPTURE(s.name, size_of(dtype));
      const std::string at = s.name + std::string(".");
      const TensorOptions to{.dtype = dtype};
      const Tensor dft = nn::windowed_dft(s.n, s.window, to);
      const Tensor filters = nn::mel_filters(s.rate, s.n, s.mels, {.low = s.low, .high = s.high}, to);
      CHECK(golden::error(filters, g[at + "filters"]) <= 1e-8);
      const Tensor mel = matmul(power_spectrogram(g["x"].to(dtype), dft, s.hop, s.center), filters);
      CHECK(golden::error(mel, g[at + "mel"], 0) <= (dtype == float32 ? 1e-6 : 1e-12));
      const Tensor decibels = power_to_db(mel);
      REQUIRE(decibels.shape() == g[at + "decibels"].shape());
      const double worst = amax(abs(decibels.to(float64) - g[at + "decibels"])).item();
      CHECK(worst <= (dtype == float32 ? 1e-4 : 1e-9));  // in decibels
    }
}

TEST_CASE("a spectrogram has gradients, and each row is its formula") {
  Generator generator{2, 0};
  Tensor x = randn({2, 40}, {.dtype = float64}, &generator).requires_grad_();
  const TensorOptions wide{.dtype = float64};
  const Tensor dft = nn::windowed_dft(16, 12, wide), filters = nn::mel_filters(8000, 16, 5, {}, wide);
  const auto hear = [&](const std::vector<Tensor>& in) {
    return power_to_db(matmul(power_spectrogram(in[0], dft, 4), filters));
  };
  CHECK(gradcheck(hear, {x}));
  CHECK(gradgradcheck(hear, {x}));
  CHECK(power_spectrogram(x, dft, 4).shape() == Shape{2, 11, 9});
  CHECK(power_spectrogram(x, dft, 4, false).shape() == Shape{2, 7, 9});
  // A cosine of 3 turns a frame, seen through a window of the whole frame: half the window's sum at 3.
  const Tensor cosine = cos(arange(0, 16, 1, wide) * (2 * M_PI * 3 / 16));
  const Tensor power = power_spectrogram(cosine, nn::windowed_dft(16, 16, wide), 16, false)[0];
  CHECK(power[3].item() == Approx(16));  // (8 / 2)^2
  CHECK(power[2].item() == Approx(4));   // the window's own width
  CHECK(power[6].item() == Approx(0).margin(1e-20));
}

TEST_CASE("a warp moves frequencies and keeps the end of the band") {
  const TensorOptions wide{.dtype = float64};
  const auto centres = [&](double warp) {
    return argmax(nn::mel_filters(8000, 1024, 20, {.high = 3800, .warp = warp}, wide), 0).to_vector<double>();
  };
  const auto plain = centres(1), up = centres(1.2), down = centres(0.8);
  for (size_t m = 3; m < 13; ++m) {
    CHECK(up[m] == Approx(1.2 * plain[m]).margin(1));
    CHECK(down[m] == Approx(0.8 * plain[m]).margin(1));
  }
  CHECK(up.back() <= 512);
  CHECK(all(gt(sum(nn::mel_filters(8000, 1024, 20, {.warp = 1.3}, wide), {0}), 0)));  // none is empty
}

TEST_CASE("spectrograms refuse what makes no sense") {
  const Tensor dft = nn::windowed_dft(16);
  CHECK(error_of<ValueError>([] { nn::windowed_dft(16, 17); }) ==
        "[windowed_dft] a window of 17 samples in a frame of 16; expected 1 to 16");
  CHECK(error_of<ShapeError>([&] { power_spectrogram(ones({10}), dft, 4, false); }) ==
        "[power_spectrogram] x (10) is shorter than a frame of 16");
  CHECK(error_of<ValueError>([&] { power_spectrogram(ones({10}), dft, 0); }) ==
        "[power_spectrogram] a hop of 0 samples; expected 1 or more");
  CHECK(error_of<ValueError>([] { nn::mel_filters(8000, 16, 4, {.high = 5000}); }) ==
        "[mel_filters] filters from 0 to 5000 hertz; expected some between 0 and 4000");
  CHECK(error_of<DTypeError>([] { power_to_db(ones({2}, {.dtype = int64})); }).starts_with("[power_to_db] needs"));
}

TEST_CASE("the Conformer's block is its paper's") {
  const Golden g("speech");
  for (const std::string& precision : golden::precisions) {
    nn::ConformerBlock block(8, 2, {.kernel = 3, .dropout = 0});
    golden::check_case(g, "conformer", precision, block, {"x"},
                       [&](const auto& in) { return block(in[0], g["conformer." + precision + ".real"]); });
  }
  nn::ConformerBlock block(4, 2, {.kernel = 3, .dropout = 0});
  block.to(float64);
  block.eval();
  const Tensor x = golden::input({2, 3, 4}), real = nn::attend_lengths({3, 2}, 3);
  CHECK(golden::gradient_error(block, {x}, [&] { return block(x, real); }) <= 1e-6);
}

TEST_CASE("what a Conformer hears does not depend on the padding behind it") {
  nn::ConformerBlock block(8, 2, {.kernel = 5});
  block.eval();
  const NoGrad guard;
  Generator generator{4, 0};
  const Tensor x = randn({1, 6, 8}, {}, &generator);
  const Tensor padded = cat({x, randn({1, 3, 8}, {}, &generator)}, 1);
  Tensor weights;
  const Tensor alone = block(x), behind = block(padded, nn::attend_lengths({6}, 9), &weights);
  CHECK(allclose(behind.narrow(1, 0, 6), alone, 1e-4, 1e-5));
  CHECK(weights.shape() == Shape{1, 2, 9, 9});
  CHECK(amax(weights.narrow(3, 6, 3)).item() == 0);
  CHECK_THROWS_AS(nn::ConformerBlock(8, 3), ValueError);
  CHECK_THROWS_AS(nn::ConformerBlock(8, 2, {.kernel = 4}), ValueError);
  CHECK_THROWS_AS(block(randn({1, 6, 7})), ShapeError);
}

TEST_CASE("nn::CTCLoss is PyTorch's") {
  const Golden g("recurrent");
  const Tensor targets = tensor({{1, 2, 2}, {3, 3, 0}, {4, 0, 0}, {1, 1, 1}});
  struct Case {
    const char* name;
    nn::CTCLoss loss;
    Tensor targets;
  } const cases[] = {{"ctc", nn::CTCLoss(), targets},
                     {"ctc_sum", nn::CTCLoss(5, Reduction::sum), clamp_max(targets, 4)},
                     {"ctc_none", nn::CTCLoss(0, Reduction::none), targets}};
  for (const std::string& precision : golden::precisions)
    for (const Case& each : cases) {
      nn::Identity module;
      golden::check_case(g, each.name, precision, module, {"x"}, [&](const auto& in) {
        return each.loss(log_softmax(in[0], 2), each.targets, {9, 7, 2, 9}, {3, 2, 1, 3});
      });
    }
}

TEST_CASE("CTC's beam search finds what adding up all ways finds; its loss is one of them") {
  Generator generator{6, 0};
  for (int round = 0; round < 10; ++round) {
    const int64_t blank = round % 3;
    const Tensor log_probs = log_softmax(randn({5, 3}, {.dtype = float64}, &generator) * 1.5, 1);
    const auto ways = all_ways(log_probs, blank);
    const auto best =
        std::max_element(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::vector<nn::CtcHypothesis> found = nn::ctc_beam_search(log_probs, 100, blank);
    CHECK(found.front().labels == best->first);
    for (const nn::CtcHypothesis& each : found)
      CHECK(std::exp(each.log_prob) == Approx(ways.at(each.labels)).epsilon(1e-9));
    const auto S = static_cast<int64_t>(best->first.size());
    const Tensor target = S == 0 ? zeros({1, 1}, {.dtype = int64}) : tensor(best->first).reshape({1, S});
    const Tensor loss = ctc_loss(log_probs.unsqueeze(1), target, {5}, {S}, blank, Reduction::sum);
    CHECK(loss.item() == Approx(-std::log(best->second)).epsilon(1e-9));
  }
}

TEST_CASE("greedy reading merges repeats, and a sum over ways may beat the likeliest way") {
  const Tensor each = tensor({{0.1, 0.8, 0.1}, {0.1, 0.8, 0.1}, {0.8, 0.1, 0.1}, {0.1, 0.8, 0.1}, {0.1, 0.1, 0.8}});
  CHECK(nn::ctc_greedy(log(each)) == std::vector<int64_t>{1, 1, 2});
  const std::vector<nn::CtcSpan> spans = nn::ctc_align(log(each), {1, 1, 2});
  REQUIRE(spans.size() == 3);
  CHECK((spans[0].begin == 0 && spans[0].end == 2));
  CHECK((spans[1].begin == 3 && spans[1].end == 4));
  CHECK((spans[2].begin == 4 && spans[2].end == 5));
  // Step by step the blank is likeliest, 0.36; "1" is said in three ways: 0.16 + 0.24 + 0.24.
  const Tensor two = tensor({{0.6, 0.4}, {0.6, 0.4}});
  CHECK(nn::ctc_greedy(log(two)).empty());
  CHECK(nn::ctc_beam_search(log(two), 4).front().labels == std::vector<int64_t>{1});
  CHECK(std::exp(nn::ctc_beam_search(log(two), 4).front().log_prob) == Approx(0.64));
  CHECK(nn::ctc_least_steps({1, 1, 2, 2, 2}) == 8);
  CHECK(error_of<ValueError>([&] {
          nn::ctc_align(log(two), {1, 1});
        }) == "[ctc_align] 2 labels need 3 steps; there are 2");
  CHECK_THROWS_AS(nn::ctc_greedy(ones({2, 3, 4})), ShapeError);
  CHECK_THROWS_AS(nn::ctc_beam_search(log(two), 0), ValueError);
  CHECK_THROWS_AS(nn::ctc_beam_search(log(two), 2, 2), IndexError);
}

TEST_CASE("word errors are jiwer's") {
  const Golden g("speech");
  const auto said = g["words.said"].to_vector<int64_t>(), heard = g["words.heard"].to_vector<int64_t>(),
             counts = g["words.errors"].to_vector<int64_t>();
  const auto row = [](const std::vector<int64_t>& all, size_t i) {
    std::vector<int64_t> words(all.begin() + static_cast<int64_t>(12 * i),
                               all.begin() + static_cast<int64_t>(12 * i + 12));
    words.erase(std::find(words.begin(), words.end(), -1), words.end());
    return words;
  };
  REQUIRE(counts.size() == 900);
  for (size_t i = 0; i < 300; ++i) {
    CAPTURE(i);
    const std::vector<int64_t> a = row(said, i), b = row(heard, i);
    const data::WordErrors errors = data::word_errors(a, b);
    CHECK(errors.words == static_cast<int64_t>(a.size()));
    CHECK(errors.substitutions == counts[3 * i]);
    CHECK(errors.insertions == counts[3 * i + 1]);
    CHECK(errors.deletions == counts[3 * i + 2]);
  }
  CHECK(data::word_errors("the cat sat", "the  cat\tsat on it").rate() == Approx(2.0 / 3));
  CHECK(data::word_errors("", "").rate() == 0);
  CHECK(std::isinf(data::word_errors("", "a").rate()));
  data::WordErrors sum = data::word_errors("a b", "a");
  sum += data::word_errors("c", "d");
  CHECK((sum.words == 3 && sum.deletions == 1 && sum.substitutions == 1 && sum.insertions == 0));
}

TEST_CASE("glu and its layer are PyTorch's") {
  const Golden g("convolution");
  for (const std::string& precision : golden::precisions) {
    nn::GLU module(1);
    golden::check_case(g, "glu", precision, module, {"x"}, [&](const auto& in) { return module(in[0]); });
  }
  CHECK(error_of<ShapeError>([] { glu(ones({2, 3})); }) == "[glu] dim 1 of (2, 3) is odd; expected two halves");
}
