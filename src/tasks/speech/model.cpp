#include "tasks/speech/model.h"

#include <algorithm>
#include <limits>

#include "lemma/nn/masks.h"
#include "lemma/ops.h"

namespace lemma::tasks {
namespace {

// Half the steps and half the bands.
nn::ConvOptions halving() { return {.stride = 2, .padding = 1}; }

}  // namespace

RecurrentBlock::RecurrentBlock(int64_t width, double dropout)
    : norm_(child(this, "norm", width)),
      lstm_(child(this, "lstm", width, width / 2, nn::RecurrentOptions{.bidirectional = true})),
      dropout_(child(this, "dropout", dropout)) {}

Tensor RecurrentBlock::operator()(const Tensor& x, const std::vector<int64_t>& steps) const {
  return x + dropout_(lstm_(norm_(x), steps).output);
}

SpeechEncoder::SpeechEncoder(const SpeechOptions& o)
    : conv1_(child(this, "conv1", int64_t{1}, kChannels, Dims(3), halving())),
      conv2_(child(this, "conv2", kChannels, kChannels, Dims(3), halving())),
      project_(child(this, "project", kChannels * steps_of(o.mels), o.width)),
      dropout_(child(this, "dropout", o.dropout)),
      blocks_(child(this, "blocks")),
      recurrent_(child(this, "recurrent")) {
  if (o.model == "lstm") {
    for (int64_t i = 0; i < o.layers; ++i) recurrent_.add(o.width, o.dropout);
    norm_ = child(this, "norm", o.width);
    return;
  }
  for (int64_t i = 0; i < o.layers; ++i)
    blocks_.add(o.width, o.heads, nn::ConformerOptions{.kernel = o.kernel, .dropout = o.dropout});
}

HeardSteps SpeechEncoder::operator()(const HeardSounds& sounds) const {
  HeardSteps heard;
  for (const int64_t frames : sounds.frames) heard.steps.push_back(steps_of(frames));
  const Tensor seen = relu(conv2_(relu(conv1_(sounds.x.unsqueeze(1)))));  // (B, C, T', M / 4)
  Tensor x = dropout_(project_(flatten(seen.transpose(1, 2), 2)));        // (B, T', D)
  heard.real = nn::attend_lengths(heard.steps, x.size(1), x.device());    // (B, T')
  for (size_t i = 0; i < blocks_.size(); ++i) x = blocks_[i](x, heard.real);
  for (size_t i = 0; i < recurrent_.size(); ++i) x = recurrent_[i](x, heard.steps);
  heard.x = norm_ ? (*norm_)(x) : x;
  return heard;
}

AttentionDecoder::AttentionDecoder(int64_t width, int64_t classes, double dropout)
    : embedding_(child(this, "embedding", classes, width)),
      lstm_(child(this, "lstm", 2 * width, width)),
      query_(child(this, "query", width, width, false)),
      key_(child(this, "key", width, width)),
      score_(child(this, "score", width, int64_t{1}, false)),
      out_(child(this, "out", 2 * width, classes)),
      dropout_(child(this, "dropout", dropout)) {}

Tensor AttentionDecoder::step(const HeardSteps& heard, const Tensor& keys, const Tensor& words, State& state) const {
  const Tensor in = cat({dropout_(embedding_(words)), state.context}, 1).unsqueeze(1);  // (B, 1, 2D)
  const nn::RecurrentResult next = lstm_(in, {}, state.lstm);
  state.lstm = next.state;
  const Tensor s = next.output.squeeze(1);                                       // (B, D)
  const Tensor scores = score_(tanh(query_(s).unsqueeze(1) + keys)).squeeze(2);  // (B, T')
  state.weights = softmax(masked_fill(scores, logical_not(heard.real), -std::numeric_limits<double>::infinity()), 1);
  state.context = matmul(state.weights.unsqueeze(1), heard.x).squeeze(1);  // (B, D)
  return out_(dropout_(cat({s, state.context}, 1)));
}

Tensor AttentionDecoder::operator()(const HeardSteps& heard, const Tensor& targets) const {
  const int64_t B = targets.size(0), S = targets.size(1);
  const Tensor keys = key_(heard.x);
  State state{.context = zeros({B, heard.x.size(2)}, {.dtype = heard.x.dtype(), .device = heard.x.device()})};
  const Tensor before = pad(targets, 1, 1, 0);  // the beginning, then the words
  std::vector<Tensor> logits;
  for (int64_t i = 0; i <= S; ++i) logits.push_back(step(heard, keys, before.select(1, i), state));
  return stack(logits, 1);
}

std::vector<AttentionDecoder::Written> AttentionDecoder::write(const HeardSteps& heard, int64_t most) const {
  const int64_t B = heard.x.size(0);
  const Tensor keys = key_(heard.x);
  State state{.context = zeros({B, heard.x.size(2)}, {.dtype = heard.x.dtype(), .device = heard.x.device()})};
  std::vector<Written> all(static_cast<size_t>(B));
  std::vector<bool> open(all.size(), true);
  Tensor words = zeros({B}, {.dtype = int64, .device = heard.x.device()});
  for (int64_t i = 0; i <= most && std::find(open.begin(), open.end(), true) != open.end(); ++i) {
    words = argmax(step(heard, keys, words, state), 1);
    const std::vector<int64_t> said = words.to_vector<int64_t>();
    const std::vector<double> weights = state.weights.to_vector<double>();
    const int64_t T = heard.x.size(1);
    for (size_t b = 0; b < all.size(); ++b) {
      if (!open[b]) continue;
      const auto first = weights.begin() + static_cast<int64_t>(b) * T;
      all[b].weights.emplace_back(first, first + heard.steps[b]);
      if (said[b] == 0)
        open[b] = false;
      else if (i < most)
        all[b].words.push_back(said[b]);
    }
  }
  return all;
}

SpeechModel::SpeechModel(const SpeechOptions& options, Reading how, int64_t words)
    : reading(how), encoder(child(this, "encoder", options)), dropout(child(this, "dropout", options.dropout)) {
  head = child(this, "head", options.width, how == Reading::label ? words : words + 1);
  if (how == Reading::decoder) decoder = child(this, "decoder", options.width, words + 1, options.dropout);
}

Tensor SpeechModel::labels(const HeardSteps& heard) const {
  const Tensor real = heard.real.unsqueeze(2).to(heard.x.dtype());  // (B, T', 1)
  return (*head)(dropout(sum(heard.x * real, {1}) / sum(real, {1})));
}

Tensor SpeechModel::log_probs(const HeardSteps& heard) const { return log_softmax((*head)(dropout(heard.x)), 2); }

}  // namespace lemma::tasks
