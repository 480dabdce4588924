#pragma once
/// The Decision Transformer of tutorial 21: windows of episodes, the model, and how it plays.

#include <fmt/format.h>

#include "lemma/lemma.h"
#include "lemma/worlds/episodes.h"

namespace tutorial {

constexpr int64_t kSteps = 10;   ///< K: how many steps the model looks back on
constexpr int64_t kWidth = 48;   ///< D
constexpr double kLargest = 60;  ///< the returns are divided by it

/// B windows of K steps, filled up on the right where an episode ends.
struct Windows {
  lemma::Tensor to_go;    ///< (B, K, 1)
  lemma::Tensor seen;     ///< (B, K, S)
  lemma::Tensor actions;  ///< (B, K), -100 where no step is: such answers do not count
  lemma::Tensor times;    ///< (B, K)
};

/// Rows of a window as they are collected; `pad()` fills up to K steps.
struct Rows {
  std::vector<double> to_go, seen;
  std::vector<int64_t> actions, times;
  void add(double wanted, const lemma::worlds::State& state, int64_t action, int64_t time) {
    to_go.push_back(wanted / kLargest);
    seen.insert(seen.end(), state.begin(), state.end());
    actions.push_back(action);
    times.push_back(time);
  }
  Windows windows(int64_t B, int64_t K) const {
    const auto S = static_cast<int64_t>(seen.size()) / (B * K);
    return {lemma::tensor(to_go).to(lemma::float32).reshape({B, K, 1}),
            lemma::tensor(seen).to(lemma::float32).reshape({B, K, S}), lemma::tensor(actions).reshape({B, K}),
            lemma::tensor(times).reshape({B, K})};
  }
};

/// B windows that begin anywhere in any episode. `from_start`: the mistake of giving what came so far.
inline Windows draw(const std::vector<lemma::worlds::Episode>& episodes, const lemma::worlds::World& world, int64_t B,
                    lemma::Generator& chance, bool from_start = false) {
  Rows rows;
  for (int64_t b = 0; b < B; ++b) {
    const auto& episode = episodes[static_cast<size_t>(chance.below(static_cast<int64_t>(episodes.size())))];
    const std::vector<double> to_go = episode.returns_to_go();
    const int64_t begin = chance.below(episode.length());
    for (int64_t t = begin; t < begin + kSteps; ++t) {
      const bool there = t < episode.length();
      const auto at = static_cast<size_t>(there ? t : episode.length() - 1);
      const double given = from_start ? episode.total() - to_go[at] : to_go[at];
      rows.add(there ? given : 0, world.observe(episode.states[at]), there ? episode.actions[at] : -100,
               static_cast<int64_t>(at));
    }
  }
  return rows.windows(B, kSteps);
}

class Actor : public lemma::nn::Module {
 public:
  /// S numbers are seen, there are A actions, an episode has T steps at most. `answer_at`: the token that the action is
  /// read from: 1, what is seen; 2 is the mistake of reading it from the action itself.
  Actor(int64_t S, int64_t A, int64_t T, int64_t answer_at = 1)
      : wanted(child(this, "wanted", 1, kWidth)),
        seen(child(this, "seen", S, kWidth)),
        done(child(this, "done", A, kWidth)),
        when(child(this, "when", T, kWidth)),
        norm(child(this, "norm", kWidth)),
        encoder(child(this, "encoder", kWidth, 4, 2,
                      lemma::nn::EncoderOptions{.dim_feedforward = 2 * kWidth, .dropout = 0, .norm_first = true},
                      true)),
        head(child(this, "head", kWidth, A)),
        answer_at_(answer_at) {}

  /// Three tokens a step, (B, 3K, D).
  lemma::Tensor tokens(const Windows& w) const {
    const int64_t B = w.times.size(0), K = w.times.size(1);
    const lemma::Tensor acts = done(clamp_min(w.actions, 0)), time = when(w.times);      // (B, K, D) each
    const lemma::Tensor steps = lemma::stack({wanted(w.to_go), seen(w.seen), acts}, 2);  // (B, K, 3, D)
    return norm((steps + time.unsqueeze(2)).reshape({B, 3 * K, kWidth}));                // (B, 3K, D)
  }
  lemma::Tensor operator()(const Windows& w) const {
    const int64_t B = w.times.size(0), K = w.times.size(1);
    const lemma::Tensor read = encoder(tokens(w), {.attend = lemma::nn::attend_causal(3 * K)});  // (B, 3K, D)
    return head(read.reshape({B, K, 3, kWidth}).select(2, answer_at_));                          // (B, K, A)
  }
  lemma::Tensor loss(const Windows& w) const {
    const lemma::Tensor logits = (*this)(w);  // (B, K, A)
    return cross_entropy(logits.reshape({-1, logits.size(2)}), w.actions.reshape({-1}));
  }

  lemma::nn::Linear wanted, seen;
  lemma::nn::Embedding done, when;
  lemma::nn::LayerNorm norm;
  lemma::nn::TransformerEncoder encoder;
  lemma::nn::Linear head;

 private:
  int64_t answer_at_;
};

/// One episode that is asked for a return: what came is taken off what is still wanted. Gives the return that it
/// reached.
inline double ask(const Actor& model, lemma::worlds::World& world, double wanted, lemma::Generator& chance,
                  std::string* film = nullptr) {
  const lemma::NoGrad guard;
  std::vector<double> to_go = {wanted};
  std::vector<lemma::worlds::State> seen;
  std::vector<int64_t> actions;
  double reached = 0;
  world.reset(chance);
  for (lemma::worlds::Step step; !step.over();) {
    seen.push_back(world.observe(world.state()));
    actions.push_back(0);  // not known yet; nothing that counts looks at it
    const size_t end = actions.size(), begin = end - std::min<size_t>(end, kSteps);
    Rows rows;
    for (size_t t = begin; t < end; ++t) rows.add(to_go[t], seen[t], actions[t], static_cast<int64_t>(t));
    const auto K = static_cast<int64_t>(end - begin);
    const lemma::Tensor chances = softmax(model(rows.windows(1, K))[0][K - 1], 0);  // (A)
    actions.back() = multinomial(chances, 1, false, &chance).item<int64_t>();
    step = world.step(actions.back());
    reached += step.reward;
    to_go.push_back(to_go.back() - step.reward);
    if (film) *film += world.actions()[static_cast<size_t>(actions.back())].substr(0, 1);
  }
  return reached;
}

/// The mean of so many episodes.
inline double mean_reached(const Actor& model, lemma::worlds::World& world, double wanted, int plays) {
  lemma::Generator chance{77, 0};
  double sum = 0;
  for (int i = 0; i < plays; ++i) sum += ask(model, world, wanted, chance);
  return sum / plays;
}

/// Trains on windows drawn at random; `tell` hears of each step's loss.
template <class Tell>
void learn(Actor& model, const std::vector<lemma::worlds::Episode>& episodes, const lemma::worlds::World& world,
           int steps, const Tell& tell, bool from_start = false) {
  lemma::optim::AdamW adam(model.parameters(), 2e-3);
  lemma::Generator chance{5, 0};
  model.train();
  for (int step = 1; step <= steps; ++step) {
    adam.zero_grad();
    const lemma::Tensor loss = model.loss(draw(episodes, world, 32, chance, from_start));
    loss.backward();
    lemma::optim::clip_grad_norm_(model.parameters(), 1);
    adam.step();
    tell(step, loss.item());
  }
  model.eval();
}

}  // namespace tutorial
