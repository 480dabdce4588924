#pragma once
/// Recordings, features and a small Conformer for step 20.

#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

constexpr int64_t kMels = 24, kHop = 80, kFrame = 256, kWidth = 32;  // 80 samples are 10 milliseconds

/// A sound, and the digits that are said in it (from 1: 0 is CTC's blank).
struct Said {
  std::vector<float> sound;
  std::vector<int64_t> labels;
};

/// Decibels of each band at each moment: (T, M).
inline Tensor log_mel(const std::vector<float>& sound, double warp = 1) {
  const NoGrad guard;
  static const Tensor dft = nn::windowed_dft(kFrame, 200);
  const Tensor x = from_data(sound.data(), {static_cast<int64_t>(sound.size())});
  const Tensor filters = nn::mel_filters(8000, kFrame, kMels, {.low = 60, .high = 3800, .warp = warp});
  return power_to_db(matmul(power_spectrogram(x, dft, kHop), filters));
}

/// What is softer than 60 dB below the loudest is cut; then mean 0 in every band, and variance 1 over all.
inline Tensor normal(const Tensor& loudness) {
  const Tensor x = maximum(loudness, amax(loudness) - 60.0);
  const Tensor centred = x - mean(x, {0}, true);
  return centred / sqrt(mean(square(centred)));
}

/// Three to five recordings of one voice, pauses between them; with `change`, each in another tempo.
inline Said string_of(const data::LabelledRecordings& all, bool change) {
  Said said;
  Generator& chance = default_generator();
  const auto pause = [&] {
    said.sound.resize(said.sound.size() + 400 + static_cast<size_t>(chance.below(1200)), 0.0f);
  };
  const std::string voice = all.speakers[static_cast<size_t>(chance.below(all.size()))];
  const int64_t length = 3 + chance.below(3);
  pause();
  while (static_cast<int64_t>(said.labels.size()) < length) {
    const auto row = static_cast<size_t>(chance.below(all.size()));
    if (all.speakers[row] != voice) continue;
    std::vector<float> part = all.samples[row];
    if (change) part = data::resampled(part, 0.85 + 0.3 * chance.uniform());
    said.sound.insert(said.sound.end(), part.begin(), part.end());
    said.labels.push_back(all.words[row][0] + 1);
    pause();
  }
  return said;
}

/// Features of several sounds, padded with zeros: (B, T, M), and how long each is.
struct Batch {
  Tensor x;
  std::vector<int64_t> frames, lengths;
  Tensor targets;  // (B, S)
};
inline Batch batch_of(const std::vector<Said>& all, bool change) {
  Batch batch;
  std::vector<Tensor> each;
  int64_t longest = 0, most = 0;
  for (const Said& said : all) {
    each.push_back(normal(log_mel(said.sound, change ? 0.85 + 0.3 * default_generator().uniform() : 1)));
    batch.frames.push_back(each.back().size(0));
    batch.lengths.push_back(static_cast<int64_t>(said.labels.size()));
    longest = std::max(longest, batch.frames.back()), most = std::max(most, batch.lengths.back());
  }
  std::vector<int64_t> targets;
  for (size_t i = 0; i < all.size(); ++i) {
    each[i] = pad(each[i], 0, 0, longest - each[i].size(0));
    std::vector<int64_t> row = all[i].labels;
    row.resize(static_cast<size_t>(most));
    targets.insert(targets.end(), row.begin(), row.end());
  }
  batch.x = stack(each);
  if (change) batch.x = data::spec_augment(batch.x, batch.frames, {.time_share = 0.1}, default_generator());
  batch.targets = tensor(targets).reshape({static_cast<int64_t>(all.size()), most});
  return batch;
}

/// Two convolutions make four frames one step; a Conformer's block; a Linear to the blank and ten digits.
struct Listener : nn::Module {
  /// Log-probabilities (B, T', 11) of each step.
  Tensor operator()(const Batch& batch) const {
    const Tensor seen = relu(second(relu(first(batch.x.unsqueeze(1)))));  // (B, 16, T', M / 4)
    const Tensor steps = project(flatten(seen.transpose(1, 2), 2));       // (B, T', D)
    return log_softmax(head(block(steps, nn::attend_lengths(steps_of(batch), steps.size(1)))), 2);
  }
  static std::vector<int64_t> steps_of(const Batch& batch) {
    std::vector<int64_t> steps;
    for (const int64_t frames : batch.frames) steps.push_back((frames + 3) / 4);
    return steps;
  }
  nn::Conv2d first = child(this, "first", int64_t{1}, int64_t{16}, Dims(3), nn::ConvOptions{.stride = 2, .padding = 1});
  nn::Conv2d second =
      child(this, "second", int64_t{16}, int64_t{16}, Dims(3), nn::ConvOptions{.stride = 2, .padding = 1});
  nn::Linear project = child(this, "project", 16 * kMels / 4, kWidth);
  nn::ConformerBlock block = child(this, "block", kWidth, int64_t{2}, nn::ConformerOptions{.kernel = 7});
  nn::Linear head = child(this, "head", kWidth, int64_t{11});
};

inline Tensor loss_of(const Listener& model, const Batch& batch) {
  return ctc_loss(model(batch).transpose(0, 1), batch.targets, Listener::steps_of(batch), batch.lengths, 0,
                  Reduction::mean, true);
}

/// Steps of eight new strings each; returns the mean loss of the last twenty.
inline double learn(Listener& model, const data::LabelledRecordings& all, int steps) {
  optim::AdamW adam(model.parameters(), {.lr = 3e-3});
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    std::vector<Said> some;
    for (int i = 0; i < 8; ++i) some.push_back(string_of(all, true));
    adam.zero_grad();
    const Tensor loss = loss_of(model, batch_of(some, true));
    loss.backward();
    optim::clip_grad_norm_(model.parameters(), 1);
    adam.step();
    if (step >= steps - 20) last += loss.item() / 20;
  }
  return last;
}

/// What a model hears in one sound: (T', 11).
inline Tensor listen(const Listener& model, const std::vector<float>& sound) {
  const NoGrad guard;
  return model(batch_of({{sound, {1}}}, false))[0];
}

/// The errors over some strings, the likeliest class of each step, or by beam search.
inline data::WordErrors errors_of(const Listener& model, const std::vector<Said>& strings, int64_t beam) {
  data::WordErrors errors;
  for (const Said& said : strings) {
    const Tensor heard = listen(model, said.sound);
    errors += data::word_errors(said.labels,
                                beam == 1 ? nn::ctc_greedy(heard) : nn::ctc_beam_search(heard, beam).front().labels);
  }
  return errors;
}

inline std::string digits_of(const std::vector<int64_t>& labels) {
  std::string text;
  for (const int64_t label : labels) text += (text.empty() ? "" : " ") + std::to_string(label - 1);
  return text;
}

/// A spectrogram with the digits where they were heard.
inline void draw(const std::vector<float>& sound, const std::vector<int64_t>& labels,
                 const std::vector<nn::CtcSpan>& spans) {
  viz::SoundPage page{.seconds = static_cast<double>(sound.size()) / 8000};
  const Tensor loudness = log_mel(sound);
  for (const Tensor& frame : loudness) page.loudness.push_back(frame.to_vector<double>());
  for (size_t i = 0; i < labels.size(); ++i)
    page.words.push_back({std::to_string(labels[i] - 1), 0.04 * static_cast<double>(spans[i].begin),
                          0.04 * static_cast<double>(spans[i].end)});
  fmt::print("{}\n", viz::sound_text(page, 76, false, plain()));
}
