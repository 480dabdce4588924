#pragma once
/// The questions of the final exam. To be included behind the learner's own file; exam_encoder.cpp shows how.

#include <cstdio>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "exam_inputs.h"
#include "exam_numbers.h"

namespace exam {

/// What stands for a function that is not written yet: any other with these arguments is preferred to it.
struct Missing {};
template <class... Args>
Missing my_softmax(const Args&...) {
  return {};
}
template <class... Args>
Missing my_layer_norm(const Args&...) {
  return {};
}
template <class... Args>
Missing my_attention(const Args&...) {
  return {};
}
template <class... Args>
Missing my_multi_head(const Args&...) {
  return {};
}
template <class... Args>
Missing my_feed_forward(const Args&...) {
  return {};
}
template <class... Args>
Missing my_encoder_layer(const Args&...) {
  return {};
}

inline lemma::Tensor given(const lemma::Tensor& x) { return x; }
inline lemma::Tensor given(const Missing&) { return {}; }

struct Question {
  std::string function;  // as it is to be written
  lemma::Shape shape;
  const std::vector<double>& numbers;
  std::string hint;
  std::function<lemma::Tensor()> answer;
};

/// One line in words: what is wrong with an answer, or nothing.
inline std::string fault(const Question& question) {
  lemma::Tensor got;
  try {
    got = question.answer();
  } catch (const lemma::Error& error) {
    return std::string("it stops: ") + error.what();
  }
  if (!got.defined()) return "not written yet (or with other arguments)";
  if (got.shape() != question.shape)
    return fmt::format("the shape is {}; expected {}", got.shape().str(), question.shape.str());
  const std::vector<double> values = got.to_vector<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) return fmt::format("element {} is not a number", i);
    if (std::abs(values[i] - question.numbers[i]) > 1e-5)
      return fmt::format("element {} is {:.6f}; PyTorch says {:.6f}", i, values[i], question.numbers[i]);
  }
  return "";
}

/// All questions, easiest first. Returns how many are not answered.
inline int sit() {
  using lemma::Tensor;
  const Weights w;
  const Tensor x = wave(1, {B, T, D}), real = lemma::tensor({{true, true, true}, {true, true, false}});
  const Tensor s = wave(2, {2, 3}), n = wave(3, {2, D}), nw = wave(4, {D}), nb = wave(5, {D});
  const Tensor q = wave(6, {B, H, T, D}), k = wave(7, {B, H, T, D}), v = wave(8, {B, H, T, D});
  const Tensor attend = real.reshape({B, 1, 1, T});
  const int64_t heads = H;
  const std::vector<Question> questions{
      {"Tensor my_softmax(const Tensor& x)",
       {2, 3},
       kSoftmax,
       "along the last dim; each row adds up to 1 (step 04)",
       [&] { return given(my_softmax(s)); }},
      {"Tensor my_layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias)",
       {2, D},
       kLayerNorm,
       "the variance divides by n, not n - 1; eps is 1e-5, under the root (step 08)",
       [&] { return given(my_layer_norm(n, nw, nb)); }},
      {"Tensor my_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& attend)",
       {B, H, T, D},
       kAttention,
       "scores / sqrt(last dim of q); -inf where attend is false, before softmax (steps 05, 09)",
       [&] { return given(my_attention(q, k, v, attend)); }},
      {"Tensor my_multi_head(const Tensor& x, const Weights& w, int64_t heads, const Tensor& real)",
       {B, T, D},
       kMultiHead,
       "view as (B, T, H, D/H), then transpose; real (B, T) says which keys count (step 06)",
       [&] { return given(my_multi_head(x, w, heads, real)); }},
      {"Tensor my_feed_forward(const Tensor& x, const Weights& w)",
       {B, T, D},
       kFeedForward,
       "linear1, relu, linear2; Linear is x W^T + b (step 08)",
       [&] { return given(my_feed_forward(x, w)); }},
      {"Tensor my_encoder_layer(const Tensor& x, const Weights& w, int64_t heads, const Tensor& real)",
       {B, T, D},
       kEncoderLayer,
       "post-norm: norm1(x + attention), then norm2(that + feed-forward of that) (step 08)",
       [&] { return given(my_encoder_layer(x, w, heads, real)); }},
      {"the gradient of (my_encoder_layer(...) * g).sum() with respect to x",
       {B, T, D},
       kGradient,
       "is something detached, or computed outside of tensors? (step 02)",
       [&] {
         const Tensor leaf = wave(1, {B, T, D}).requires_grad_();
         const Tensor y = given(my_encoder_layer(leaf, w, heads, real));
         if (!y.defined()) return Tensor();
         (y * wave(9, {B, T, D})).sum().backward();
         return leaf.grad();
       }}};
  int open = 0;
  for (size_t i = 0; i < questions.size(); ++i) {
    const std::string wrong = fault(questions[i]);
    fmt::print("{}. {}\n   {}\n", i + 1, questions[i].function, wrong.empty() ? "right" : wrong);
    if (wrong.empty()) continue;
    fmt::print("   Think of: {}\n", questions[i].hint);
    ++open;
  }
  fmt::print("\n{}\n", open == 0 ? "All right. You have built a Transformer's encoder layer, equal to PyTorch's."
                                 : fmt::format("{} of {} to go. Begin with the first that is not right.", open,
                                               questions.size()));
  return open;
}

}  // namespace exam
