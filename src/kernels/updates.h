// The update rules of the optimisers, and of the weights' mean, each written once: what happens to one element. Both
// devices include the rules into a namespace of their own, the CPU once for each SIMD target: there N, the type of a
// number, is a vector, and on a GPU a float or double. They define LEMMA_UPDATE_RULE, what stands before a function of
// the device, and have sqrt(N) and fused(a, b, c) = a b + c.
//
// To add an optimiser: its step, its name in the list and its rule here; then its class in optim/.

#ifndef LEMMA_UPDATES_H
#define LEMMA_UPDATES_H

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lemma/core/array.h"

namespace lemma {

/// One parameter's tensors: contiguous, of one shape and floating dtype. Rules say how many states they keep.
struct UpdateSlot {
  Array param, grad, state[2];
};

/// Adam and AdamW as PyTorch 2 defines them; `step` counts from 1. `decoupled` is AdamW's weight decay.
struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  int64_t step;
  bool decoupled;
};
/// SGD as PyTorch defines it; `first` marks the step whose gradient initialises the momentum, which is absent where the
/// factor is 0.
struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, first;
};
/// A running mean, `param`, of weights, `grad`.
struct AverageStep {
  double decay;
};

#define LEMMA_FOR_EACH_UPDATE(X) X(Adam, adam) X(Sgd, sgd) X(Average, average)

}  // namespace lemma
#endif

#ifdef LEMMA_UPDATE_RULE

// A rule works on x[kArrays]: the parameter, the gradient, the states. `number` makes an N of a double.

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + eps)
template <class N>
struct AdamRule {
  static constexpr int kArrays = 4;  // p, g, m, v
  N beta1, beta2, rest1, rest2, rate, root, eps, decay, shrink;
  bool coupled, decoupled;

  template <class Number>
  AdamRule(const AdamStep& s, const Number& number)
      : beta1(number(s.beta1)),
        beta2(number(s.beta2)),
        rest1(number(1 - s.beta1)),
        rest2(number(1 - s.beta2)),
        rate(number(-s.lr / (1 - std::pow(s.beta1, static_cast<double>(s.step))))),
        root(number(1 / std::sqrt(1 - std::pow(s.beta2, static_cast<double>(s.step))))),
        eps(number(s.eps)),
        decay(number(s.weight_decay)),
        shrink(number(1 - s.lr * s.weight_decay)),
        coupled(s.weight_decay != 0 && !s.decoupled),
        decoupled(s.weight_decay != 0 && s.decoupled) {}

  LEMMA_UPDATE_RULE bool reads(size_t) const { return true; }
  LEMMA_UPDATE_RULE bool writes(size_t k) const { return k != 1; }
  LEMMA_UPDATE_RULE void operator()(N (&x)[4]) const {
    if (decoupled) x[0] = x[0] * shrink;
    const N g = coupled ? fused(decay, x[0], x[1]) : x[1];
    x[2] = fused(beta1, x[2], rest1 * g);
    x[3] = fused(beta2, x[3], rest2 * (g * g));
    x[0] = fused(rate, x[2] / fused(sqrt(x[3]), root, eps), x[0]);
  }
};

/// g += decay p;  b = momentum b + (1 - dampening) g (b = g at first);  p -= lr * (nesterov ? g + momentum b : b)
template <class N>
struct SgdRule {
  static constexpr int kArrays = 3;  // p, g, b
  N rate, momentum, fresh, decay;
  bool decays, moves, first, nesterov;

  template <class Number>
  SgdRule(const SgdStep& s, const Number& number)
      : rate(number(-s.lr)),
        momentum(number(s.momentum)),
        fresh(number(1 - s.dampening)),
        decay(number(s.weight_decay)),
        decays(s.weight_decay != 0),
        moves(s.momentum != 0),
        first(s.first),
        nesterov(s.nesterov) {}

  LEMMA_UPDATE_RULE bool reads(size_t k) const { return k < 2 || (moves && !first); }
  LEMMA_UPDATE_RULE bool writes(size_t k) const { return k == 0 || (k == 2 && moves); }
  LEMMA_UPDATE_RULE void operator()(N (&x)[3]) const {
    N g = decays ? fused(decay, x[0], x[1]) : x[1];
    if (moves) {
      x[2] = first ? g : fused(momentum, x[2], fresh * g);
      g = nesterov ? fused(momentum, x[2], g) : x[2];
    }
    x[0] = fused(rate, g, x[0]);
  }
};

/// m = decay m + (1 - decay) w
template <class N>
struct AverageRule {
  static constexpr int kArrays = 2;  // m, w
  N decay, fresh;

  template <class Number>
  AverageRule(const AverageStep& s, const Number& number) : decay(number(s.decay)), fresh(number(1 - s.decay)) {}

  LEMMA_UPDATE_RULE bool reads(size_t) const { return true; }
  LEMMA_UPDATE_RULE bool writes(size_t k) const { return k == 0; }
  LEMMA_UPDATE_RULE void operator()(N (&x)[2]) const { x[0] = fused(decay, x[0], fresh * x[1]); }
};

#endif
