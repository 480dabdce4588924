// Tutorial 20: speech. Text: docs/tutorials/20_speech.md
#include "20_breaks.h"

constexpr int kSteps = 450;

void features(const std::vector<float>& sound) {
  section("A sound is a list of numbers");
  const auto L = static_cast<int64_t>(sound.size());
  say("  The digit {} of {:.2f} seconds: {} samples, 8000 a second.", 3, static_cast<double>(L) / 8000, L);
  const Tensor cosine = tensor({1., 0., -1., 0.}), dft = nn::windowed_dft(4, 4);
  say("\n  Which frequencies are in it? A small case: one turn in four samples, through a window 0, 1/2, 1, 1/2.");
  show("x", cosine);
  show("window", nn::hann_window(4));
  check("DFT: real parts of 0, 1, 2 turns, then imaginary", {-1, 1, -1, 0, 0, 0}, matmul(cosine, dft));
  check("power: real^2 + imaginary^2", {1, 1, 1}, power_spectrogram(cosine, dft, 4, false)[0]);

  section("Log-mel features, a shape at each line");
  const Tensor x = from_data(sound.data(), {L}), table = nn::windowed_dft(kFrame, 200);
  const Tensor frames = pad(x, 0, kFrame / 2, kFrame / 2).unfold(0, kFrame, kHop);  // a frame every 10 ms
  const Tensor spectrum = matmul(frames, table);
  const Tensor real = spectrum.narrow(1, 0, 129), imaginary = spectrum.narrow(1, 129, 129);
  const Tensor power = square(real) + square(imaginary);
  const Tensor mel = matmul(power, nn::mel_filters(8000, kFrame, kMels, {.low = 60, .high = 3800}));
  const int64_t T = 1 + L / kHop;
  check("frames: T = 1 + L / 80", fmt::format("({}, 256)", T), frames.shape().str());
  check("spectrum: 129 real parts, 129 imaginary", fmt::format("({}, 258)", T), spectrum.shape().str());
  check("power", fmt::format("({}, 129)", T), power.shape().str());
  check("mel: triangles over the frequencies", fmt::format("({}, 24)", T), mel.shape().str());
  check("and in decibels, the library's", 0, amax(abs(power_to_db(mel) - log_mel(sound))).item(), 1e-2);
  draw(sound, {}, {});
}

void all_ways() {
  section("CTC: which step says which digit? All ways count");
  say("  Three steps, and one label, a. At each step: blank 0.5, a 0.4, b 0.1.");
  const Tensor p = tensor({0.5, 0.4, 0.1}).reshape({1, 1, 3}).expand({3, 1, 3});
  say("  a--, -a-, --a: 0.4 * 0.5 * 0.5 each; aa-, -aa: 0.4 * 0.4 * 0.5; aaa: 0.4 * 0.4 * 0.4.");
  const double together = 3 * 0.4 * 0.25 + 2 * 0.16 * 0.5 + 0.064;
  check("-ln of their sum", -std::log(together), ctc_loss(log(p), tensor({{1}}), {3}, {1}, 0, Reduction::sum).item());
  check("a a needs a blank between: a-a alone", -std::log(0.4 * 0.5 * 0.4),
        ctc_loss(log(p), tensor({{1, 1}}), {3}, {2}, 0, Reduction::sum).item());
  const Tensor steps = log(p).select(1, 0);
  check("the likeliest class of each step: no labels", 0, static_cast<double>(nn::ctc_greedy(steps).size()));
  check("beam search adds the ways up: a", std::log(together), nn::ctc_beam_search(steps, 8).front().log_prob);
}

void shapes(const Listener& model, const Batch& batch) {
  section("A Conformer");
  say("  Eight strings of three to five digits of one voice, from recordings joined with pauses.");
  const Tensor p = model(batch);
  const int64_t T = batch.x.size(1);
  check("features (B, T, M)", fmt::format("(8, {}, 24)", T), batch.x.shape().str());
  check("four frames are a step: (B, T', 11)", fmt::format("(8, {}, 11)", (T + 3) / 4), p.shape().str());
  const nn::RelativeAttention& attention = model.block.attention;
  const Tensor h = randn({1, 5, kWidth});
  Tensor near, later;
  attention(h, {}, &near);
  attention(cat({zeros({1, 3, kWidth}), h}, 1), nn::attend_lengths({8}, 8), &later);
  const Tensor moved = later.narrow(2, 3, 5).narrow(3, 3, 5), share = moved / moved.sum(Dims{3}, true);
  check("attention by distance: the same three steps later", 0, amax(abs(share - near)).item(), 1e-4);
  say("  It does not know where a step stands, only how far two steps are apart: so it hears a word alike wherever.");
}

int lesson() {
  begin("20: speech", "How does a model hear words in a sound that does not say where they are?",
        "a quarter of a minute", 1);
  set_num_threads(1);  // models this small do not gain from a second
  const data::LabelledRecordings train = data::read_labelled_recordings("data/speech/train");
  const data::LabelledRecordings dev = data::read_labelled_recordings("data/speech/dev", {.names = train.names});
  features(train.samples[static_cast<size_t>(6 * 5)]);
  all_ways();

  Listener model;
  std::vector<Said> some, strings;
  for (int i = 0; i < 8; ++i) some.push_back(string_of(train, true));
  shapes(model, batch_of(some, true));

  section("Learning to hear strings");
  for (int i = 0; i < 40; ++i) strings.push_back(string_of(dev, false));
  say("  {} voices to learn from, two new ones to be tested on. Changed tempo, throats and hidden pieces make more of "
      "them.",
      5);
  model.eval();
  const data::WordErrors before = errors_of(model, strings, 1);
  model.train();
  const double loss = learn(model, train, kSteps);
  model.eval();
  const data::WordErrors greedy = errors_of(model, strings, 1), beam = errors_of(model, strings, 8);
  say("  Loss after {} steps: {:.3f}.", kSteps, loss);
  say("\n  {:<24} {:>10} {:>10} {:>10} {:>10}", "40 strings", "replaced", "added", "left out", "error rate");
  for (const auto& [name, e] : {std::pair{"before", before}, {"the likeliest class", greedy}, {"beam search", beam}})
    say("  {:<24} {:>10} {:>10} {:>10} {:>10.3f}", name, e.substitutions, e.insertions, e.deletions, e.rate());
  claim("before training nearly every word is wrong", before.rate() > 0.7);
  claim("after it fewer than 15 of 100", beam.rate() < 0.15);

  section("When was it said?");
  const Said& said = strings[0];
  const Tensor heard = listen(model, said.sound);
  const std::vector<int64_t> labels = nn::ctc_beam_search(heard, 8).front().labels;
  say("  Said: {}. Heard: {}.\n", digits_of(said.labels), digits_of(labels));
  draw(said.sound, labels, nn::ctc_align(heard, labels));
  say("  Nobody told the model where a digit begins; the alignment fell out of adding up all ways.");

  return finish(
      {"A spectrogram is a product with sines; mel bands and decibels bring it near to what an ear tells apart.",
       "CTC adds up all ways to stretch the words over the steps, so nobody needs to mark where a word begins.",
       "A Conformer's block has attention for what is far and convolution for what is near; it knows distances only.",
       "A new voice is the honest test. Changed tempo and throats stand for voices that are not in the data."},
      {"Count all ways of saying a b in three steps by hand, and check the loss.",
       "Leave the changes out (string_of(all, false), batch_of(some, false)). What do the new voices say?",
       "Word error rates may exceed 1. Find a case.",
       "How many steps has a second, and how fast may digits follow each other before CTC cannot say them?"},
      "scripts/tutorial.sh 21   (the whole program: build/lemma train speech)");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_log", .mistake = "power instead of decibels", .show = no_log},
              {.name = "too_short", .mistake = "more labels than steps", .show = too_short},
              {.name = "blank_in_target", .mistake = "a label that is the blank", .show = blank_in_target}});
}
