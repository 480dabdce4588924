// Parameter updates: many parameters a launch.

#include <cmath>

#include "kernels/cuda/many.cuh"

namespace lemma::kernels::cuda {
namespace {

/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + eps)
/// x = {p, g, m, v}.
template <class T>
struct Adam {
  using W = Wide<T>;
  W beta1, beta2, rest1, rest2, rate, root, eps, decay, shrink;
  bool coupled, decoupled;

  explicit Adam(const AdamStep& s) {
    const double t = static_cast<double>(s.step);
    beta1 = static_cast<W>(s.beta1), beta2 = static_cast<W>(s.beta2);
    rest1 = static_cast<W>(1 - s.beta1), rest2 = static_cast<W>(1 - s.beta2);
    rate = static_cast<W>(-s.lr / (1 - std::pow(s.beta1, t)));
    root = static_cast<W>(1 / std::sqrt(1 - std::pow(s.beta2, t)));
    eps = static_cast<W>(s.eps), decay = static_cast<W>(s.weight_decay);
    shrink = static_cast<W>(1 - s.lr * s.weight_decay);
    coupled = s.weight_decay != 0 && !s.decoupled, decoupled = s.weight_decay != 0 && s.decoupled;
  }
  __device__ static bool reads(int) { return true; }
  __device__ static bool writes(int k) { return k != 1; }
  __device__ void operator()(T (&x)[4]) const {
    using std::sqrt;
    W p = widened(x[0]), g = widened(x[1]);
    if (decoupled) p = p * shrink;
    if (coupled) g = decay * p + g;
    const W m = beta1 * widened(x[2]) + rest1 * g, v = beta2 * widened(x[3]) + rest2 * (g * g);
    x[2] = static_cast<T>(m), x[3] = static_cast<T>(v);
    x[0] = static_cast<T>(rate * (m / (sqrt(v) * root + eps)) + p);
  }
};

/// g += decay p;  b = momentum b + (1 - dampening) g (b = g at first);  p -= lr * (nesterov ? g + momentum b : b)
/// x = {p, g} or {p, g, b}.
template <class T, int K>
struct Sgd {
  using W = Wide<T>;
  W rate, momentum, fresh, decay;
  bool first, nesterov;

  explicit Sgd(const SgdStep& s) {
    rate = static_cast<W>(-s.lr), momentum = static_cast<W>(s.momentum), fresh = static_cast<W>(1 - s.dampening);
    decay = static_cast<W>(s.weight_decay);
    first = s.first, nesterov = s.nesterov;
  }
  __device__ bool reads(int k) const { return k < 2 || !first; }
  __device__ static bool writes(int k) { return k != 1; }
  __device__ void operator()(T (&x)[K]) const {
    const W p = widened(x[0]);
    W g = widened(x[1]);
    if (decay != W(0)) g = decay * p + g;
    if constexpr (K == 3) {
      const W held = first ? g : momentum * widened(x[2]) + fresh * g;
      x[2] = static_cast<T>(held);
      g = nesterov ? momentum * held + g : held;
    }
    x[0] = static_cast<T>(rate * g + p);
  }
};

template <class T, int K, class F>
void update(const char* name, const std::vector<OfMany<T, K>>& tensors, const F& f) {
  in_batches(tensors, [&](const Many<T, K>& many, unsigned blocks) {
    launch({name, blocks, kThreads}, update_many<T, K, F>, many, f);
  });
}

}  // namespace

/// Requires: all four contiguous, one shape and floating dtype a slot; step >= 1.
void adam(std::span<const AdamSlot> slots, const AdamStep& step) {
  for_each_floating([&](auto type) {
    using T = typename decltype(type)::type;
    std::vector<OfMany<T, 4>> tensors;
    for (const AdamSlot& s : slots)
      if (s.param.dtype() == dtype_of<T>() && s.param.numel() > 0)
        tensors.push_back(
            {{s.param.data<T>(), s.grad.data<T>(), s.exp_avg.data<T>(), s.exp_avg_sq.data<T>()}, s.param.numel()});
    update("adam", tensors, Adam<T>(step));
  });
}

/// Requires: as for adam; momentum defined where step.momentum is not 0.
void sgd(std::span<const SgdSlot> slots, const SgdStep& step) {
  for_each_floating([&](auto type) {
    using T = typename decltype(type)::type;
    std::vector<OfMany<T, 2>> plain;
    std::vector<OfMany<T, 3>> moving;
    for (const SgdSlot& s : slots) {
      if (s.param.dtype() != dtype_of<T>() || s.param.numel() == 0) continue;
      if (step.momentum == 0)
        plain.push_back({{s.param.data<T>(), s.grad.data<T>()}, s.param.numel()});
      else
        moving.push_back({{s.param.data<T>(), s.grad.data<T>(), s.momentum.data<T>()}, s.param.numel()});
    }
    update("sgd", plain, Sgd<T, 2>(step));
    update("sgd", moving, Sgd<T, 3>(step));
  });
}

}  // namespace lemma::kernels::cuda
