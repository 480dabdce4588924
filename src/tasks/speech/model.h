#pragma once
/// The networks that listen: convolutions that make four steps one, then a Conformer or a bidirectional LSTM; and what
/// reads words off their steps. x: (B, T, M), steps: (B, T', D).

#include <memory>
#include <vector>

#include "lemma/nn/conformer.h"
#include "lemma/nn/container.h"
#include "lemma/nn/embedding.h"
#include "lemma/nn/layer_norm.h"
#include "lemma/nn/recurrent.h"
#include "lemma/tasks/speech/options.h"
#include "tasks/speech/features.h"

namespace lemma::tasks {

/// What an encoder made of a batch.
struct HeardSteps {
  Tensor x;                    ///< (B, T', D)
  Tensor real;                 ///< bool (B, T'), false for padding
  std::vector<int64_t> steps;  ///< (B), the numbers of real ones
};

/// Four frames make a step.
inline int64_t steps_of(int64_t frames) { return ((frames + 1) / 2 + 1) / 2; }

/// y = x + LSTM(norm(x)), in both directions. Without the norm and the way around, CTC says only blanks for very long.
class RecurrentBlock : public nn::Module {
 public:
  RecurrentBlock(int64_t width, double dropout);
  Tensor operator()(const Tensor& x, const std::vector<int64_t>& steps) const;

 private:
  nn::LayerNorm norm_;
  nn::LSTM lstm_;
  nn::Dropout dropout_;
};

class SpeechEncoder : public nn::Module {
 public:
  explicit SpeechEncoder(const SpeechOptions& options);
  HeardSteps operator()(const HeardSounds& sounds) const;

 private:
  static constexpr int64_t kChannels = 32;
  nn::Conv2d conv1_, conv2_;
  nn::Linear project_;
  nn::Dropout dropout_;
  nn::ModuleList<nn::ConformerBlock> blocks_;  ///< of a Conformer
  nn::ModuleList<RecurrentBlock> recurrent_;   ///< of an LSTM, with a norm behind them
  std::unique_ptr<nn::LayerNorm> norm_;
};

/// Writes words, looking at every step of the sound before each: a state s, fed with the last word and what was looked
/// at last; e_t = v . tanh(W_s s + W_h h_t), softmax over t, context c = sum of a_t h_t; logits = W [s, c]. Bahdanau et
/// al., 2015; Chan et al., "Listen, attend and spell", 2016. Class 0 begins and ends a string.
class AttentionDecoder : public nn::Module {
 public:
  AttentionDecoder(int64_t width, int64_t classes, double dropout);
  /// targets: int64 (B, S), words from 1, behind them zeros. Logits (B, S + 1, classes), each of the word after those.
  Tensor operator()(const HeardSteps& heard, const Tensor& targets) const;
  struct Written {
    std::vector<int64_t> words;                ///< from 1
    std::vector<std::vector<double>> weights;  ///< for each word, and for the end: over the steps
  };
  /// The likeliest word, again and again, at most `most` of them.
  std::vector<Written> write(const HeardSteps& heard, int64_t most) const;

 private:
  struct State {
    nn::RecurrentState lstm = {};
    Tensor context = {}, weights = {};  // (B, D), (B, T')
  };
  /// Logits (B, classes); words: int64 (B).
  Tensor step(const HeardSteps& heard, const Tensor& keys, const Tensor& words, State& state) const;
  nn::Embedding embedding_;
  nn::LSTM lstm_;
  nn::Linear query_, key_, score_;
  nn::Linear out_;
  nn::Dropout dropout_;
};

/// How words are read off the steps.
enum class Reading { label, ctc, decoder };

class SpeechModel : public nn::Module {
 public:
  SpeechModel(const SpeechOptions& options, Reading reading, int64_t words);
  /// The mean over the steps of each sound, then a Linear: (B, words).
  Tensor labels(const HeardSteps& heard) const;
  /// For CTC: (B, T', 1 + words), the blank first.
  Tensor log_probs(const HeardSteps& heard) const;

  Reading reading;
  SpeechEncoder encoder;
  nn::Dropout dropout;
  std::unique_ptr<nn::Linear> head;           ///< of labels and CTC, which also shows a decoder where to look
  std::unique_ptr<AttentionDecoder> decoder;  ///< of a decoder
};

}  // namespace lemma::tasks
