// CTC by its forward recursion, in logarithms and in primitives: the gradient follows from theirs, to any order.
#include "lemma/ops/ctc.h"

#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {
namespace {

// The logarithm of no probability: finite, so that differences of two of them are numbers.
constexpr double kNever = -1e30;

void check_lengths(const char* what, const std::vector<int64_t>& lengths, int64_t count, int64_t most) {
  if (static_cast<int64_t>(lengths.size()) != count)
    throw ValueError("ctc_loss", fmt::format("{} {} for {} signals", lengths.size(), what, count));
  for (const int64_t length : lengths)
    if (length < 0 || length > most)
      throw ValueError("ctc_loss", fmt::format("one of the {} is {}; expected 0 to {}", what, length, most));
}

// On the host: blank, l_1, blank, l_2, ..., blank, and whether a way may jump over the blank before a place.
struct Places {
  std::vector<int64_t> labels;  // (N, 2S + 1)
  std::vector<int64_t> jumps;   // 1: yes
};
Places places_of(const Tensor& targets, const std::vector<int64_t>& lengths, int64_t blank, int64_t classes) {
  const std::vector<int64_t> given = targets.to_vector<int64_t>();
  const int64_t N = targets.size(0), S = targets.size(1), P = 2 * S + 1;
  Places places{std::vector<int64_t>(static_cast<size_t>(N * P), blank),
                std::vector<int64_t>(static_cast<size_t>(N * P))};
  for (int64_t n = 0; n < N; ++n)
    for (int64_t s = 0; s < lengths[static_cast<size_t>(n)]; ++s) {
      const int64_t label = given[static_cast<size_t>(n * S + s)];
      if (label < 0 || label >= classes || label == blank)
        throw IndexError("ctc_loss",
                         fmt::format("label {} of target {} is {}; expected one of {} classes, not the blank {}", s, n,
                                     label, classes, blank),
                         label, classes);
      const auto at = static_cast<size_t>(n * P + 2 * s + 1);
      places.labels[at] = label;
      places.jumps[at] = s > 0 && given[static_cast<size_t>(n * S + s - 1)] != label;
    }
  return places;
}

// x (N, P) moved `by` places to the right.
Tensor moved(const Tensor& x, int64_t by) { return pad(narrow(x, 1, 0, x.size(1) - by), 1, by, 0, kNever); }

}  // namespace

Tensor ctc_loss(const Tensor& given, const Tensor& targets, const std::vector<int64_t>& input_lengths,
                const std::vector<int64_t>& target_lengths, int64_t blank, Reduction reduction, bool zero_infinity) {
  const char* const op = "ctc_loss";
  Composition result(op);
  check::floating(op, given);
  check::integers(op, "the targets", targets);
  if (given.dim() != 3 || targets.dim() != 2 || targets.size(0) != given.size(1) || given.size(0) == 0)
    throw ShapeError(op,
                     fmt::format("log_probs {} and targets {} do not fit; expected (T, N, C) and (N, S)",
                                 given.shape().str(), targets.shape().str()),
                     {given.shape(), targets.shape()});
  const Tensor log_probs = result.wide(given);
  const int64_t T = log_probs.size(0), N = log_probs.size(1), C = log_probs.size(2), P = 2 * targets.size(1) + 1;
  if (blank < 0 || blank >= C)
    throw IndexError(op, fmt::format("the blank is {}; expected one of {} classes", blank, C), blank, C);
  check_lengths("input lengths", input_lengths, N, T);
  check_lengths("target lengths", target_lengths, N, targets.size(1));
  const Places places = places_of(targets, target_lengths, blank, C);
  const Device device = log_probs.device();
  const auto on_device = [&](const std::vector<int64_t>& numbers, const Shape& shape) {
    return tensor(numbers, {.dtype = int64, .device = device}).reshape(shape);
  };
  const Tensor labels = on_device(places.labels, {1, N, P}), jumps = eq(on_device(places.jumps, {N, P}), 1);
  const std::vector<Tensor> said = unbind(gather(log_probs, 2, expand(labels, {T, N, P})), 0);  // (N, P) each
  const Tensor ends = on_device(input_lengths, {N, 1}), place = arange(P).to(device).unsqueeze(0);

  Tensor alpha = masked_fill(said[0], ge(place, 2), kNever);
  for (int64_t t = 1; t < T; ++t) {
    Tensor ways = alpha;
    if (P > 1) {
      const Tensor jumped = masked_fill(moved(alpha, std::min<int64_t>(2, P)), logical_not(jumps), kNever);
      ways = logsumexp(stack({alpha, moved(alpha, 1), jumped}, 0), 0);
    }
    alpha = where(gt(ends, t), ways + said[static_cast<size_t>(t)], alpha);
  }
  // A way ends at the last label or at the blank behind it; without a label, at the only blank.
  const Tensor last = on_device(target_lengths, {N, 1}) * 2;
  const Tensor before = gather(alpha, 1, clamp_min(last - 1, 0));
  const Tensor all = logaddexp(gather(alpha, 1, last), masked_fill(before, eq(last, 0), kNever)).squeeze(1);
  const Tensor empty_signal = eq(ends.squeeze(1), 0), none = logical_or(lt(all, kNever / 2), empty_signal);
  Tensor losses = masked_fill(-all, none, zero_infinity ? 0 : std::numeric_limits<double>::infinity());
  losses = masked_fill(losses, logical_and(empty_signal, eq(last.squeeze(1), 0)), 0);
  if (reduction == Reduction::none) return result(losses);
  if (reduction == Reduction::sum) return result(sum(losses));
  const Tensor per = clamp_min(on_device(target_lengths, Shape(N)), 1).to(losses.dtype());
  return result(mean(losses / per));
}

}  // namespace lemma
