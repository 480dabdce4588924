#pragma once
/// What a rule may look like, and what follows from its parameters.

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "lemma/tape/node.h"

namespace lemma {

// ---- What a rule reads. Each is a Tensor, still part of the graph. ----

/// The value of input I.
template <size_t I>
struct In : Tensor {};
/// The value of the output; of the first, where there are several.
struct Out : Tensor {};
/// What R reads, in a rule for all inputs, only if somebody wants the gradient of input J; undefined otherwise.
template <size_t J, class R>
struct For : Tensor {};
// `const Node&` gives shapes, dtypes and which gradients are wanted.

/// The rule of an input that has no gradient, such as a mask or an index.
struct NoGradient {
  Tensor operator()(const Tensor&) const { return {}; }
};
inline constexpr NoGradient no_gradient;

// ---- What follows from it ----

/// Bits of the inputs and outputs that a node keeps.
struct Save {
  uint32_t inputs = 0, outputs = 0;
  constexpr Save operator|(Save other) const { return {inputs | other.inputs, outputs | other.outputs}; }
};

/// A node, as the machinery below sees it.
class Readable : public Node {
 public:
  using Node::Node;
  using Node::saved_input;
  using Node::saved_output;
};

/// How one parameter is filled, what must be saved for it when the gradients of inputs `wanted` are, and the lowest
/// number of inputs that it needs.
template <class P>
struct Reads;
template <size_t I>
struct Reads<In<I>> {
  static constexpr size_t inputs = I + 1;
  static constexpr Save save(uint32_t) { return {1u << I, 0}; }
  static In<I> from(const Readable& node) { return {node.saved_input(I)}; }
};
template <>
struct Reads<Out> {
  static constexpr size_t inputs = 0;
  static constexpr Save save(uint32_t) { return {0, 1}; }
  static Out from(const Readable& node) { return {node.saved_output(0)}; }
};
template <size_t J, class R>
struct Reads<For<J, R>> {
  static constexpr size_t inputs = J + 1 > Reads<R>::inputs ? J + 1 : Reads<R>::inputs;
  static constexpr Save save(uint32_t wanted) { return wanted >> J & 1u ? Reads<R>::save(wanted) : Save(); }
  static For<J, R> from(const Readable& node) { return {node.needs(J) ? Tensor(Reads<R>::from(node)) : Tensor()}; }
};
template <>
struct Reads<Node> {
  static constexpr size_t inputs = 0;
  static constexpr Save save(uint32_t) { return {}; }
  static const Node& from(const Readable& node) { return node; }
};
template <class P, size_t N>
concept Readable_of = requires {
  requires Reads<std::remove_cvref_t<P>>::inputs <= N;
};

/// A rule taken apart: what it returns, the gradient it is given, what it reads.
template <class F>
struct RuleType {};
template <class F>
requires requires { &F::operator(); }
struct RuleType<F> : RuleType<decltype(&F::operator())> {};
template <class F, class Result, class Given, class... Read>
struct RuleType<Result (F::*)(Given, Read...) const> {
  using result = Result;
  using given = std::remove_cvref_t<Given>;
  template <size_t N>
  static constexpr bool reads_of = (Readable_of<Read, N> && ...);
  static constexpr Save save([[maybe_unused]] uint32_t wanted) {
    return (Save() | ... | Reads<std::remove_cvref_t<Read>>::save(wanted));
  }
  static Result call(const F& rule, const Grads& grads, const Readable& node) {
    if constexpr (std::is_same_v<given, Grads>)
      return rule(grads, Reads<std::remove_cvref_t<Read>>::from(node)...);
    else
      return rule(grads[0], Reads<std::remove_cvref_t<Read>>::from(node)...);
  }
};

/// A rule owns nothing that has to be freed: above all no Tensor, which would be a leak or defeat the destructor that
/// works without recursion.
template <class F>
concept Rule = std::is_trivially_destructible_v<F> && requires {
  typename RuleType<F>::result;
} &&(std::is_same_v<typename RuleType<F>::given, Tensor> || std::is_same_v<typename RuleType<F>::given, Grads>);
/// For one of N inputs, and for all.
template <size_t N, class F>
concept RuleForOne =
    Rule<F> && std::is_same_v<typename RuleType<F>::result, Tensor> && RuleType<F>::template reads_of<N>;
template <size_t N, class F>
concept RuleForAll =
    Rule<F> && std::is_same_v<typename RuleType<F>::result, Grads> && RuleType<F>::template reads_of<N>;
template <size_t N, class... F>
concept RulesFit = (sizeof...(F) == N && (RuleForOne<N, F> && ...)) || (sizeof...(F) == 1 && (RuleForAll<N, F> && ...));

template <class... F>
constexpr Save saved_by(uint32_t wanted) {
  Save save;
  if constexpr ((std::is_same_v<typename RuleType<F>::result, Grads> && ...)) {
    ((save = save | RuleType<F>::save(wanted)), ...);
  } else {
    size_t i = 0;
    ((save = save | (wanted >> i++ & 1u ? RuleType<F>::save(wanted) : Save())), ...);
  }
  return save;
}

template <class... F>
class RuleNode final : public Readable {
 public:
  RuleNode(const char* name, std::span<const Array> outputs, uint32_t saved_outputs, F... rules)
      : Readable(name, outputs, saved_outputs), rules_(std::move(rules)...) {}

  Grads apply(const Grads& grads) const override {
    return std::apply([&](const F&... rule) { return run(grads, rule...); }, rules_);
  }

 private:
  template <class One>
  requires std::is_same_v<typename RuleType<One>::result, Grads> Grads run(const Grads& grads, const One& rule)
  const { return RuleType<One>::call(rule, grads, *this); }
  template <class... Each>
  Grads run(const Grads& grads, const Each&... rule) const {
    Grads result;
    result.reserve(sizeof...(Each));
    ((result.push_back(needs(result.size()) ? RuleType<Each>::call(rule, grads, *this) : Tensor())), ...);
    return result;
  }

  std::tuple<F...> rules_;
};

}  // namespace lemma
