#pragma once
/// Every operation. All are differentiable to any order unless they say otherwise.
///
/// L is the loss, g = dL/dy the gradient of the result. ShapeError and the like are thrown with whole sentences.
/// Elementwise operations broadcast as in PyTorch; dtypes must be equal (numbers take the tensor's dtype).

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

// ---- Unary: elementwise; floating dtypes (neg, abs, sign, square also int64) ----

Tensor neg(const Tensor& x);         ///< y = -x.  dL/dx = -g
Tensor abs(const Tensor& x);         ///< y = |x|.  dL/dx = g sign(x); 0 at 0
Tensor sign(const Tensor& x);        ///< -1, 0 or 1.  dL/dx = 0
Tensor exp(const Tensor& x);         ///< y = e^x.  dL/dx = g y
Tensor log(const Tensor& x);         ///< natural logarithm; -inf at 0, NaN below.  dL/dx = g / x
Tensor log1p(const Tensor& x);       ///< log(1 + x), accurate near 0.  dL/dx = g / (1 + x)
Tensor sqrt(const Tensor& x);        ///< dL/dx = g / (2 y)
Tensor rsqrt(const Tensor& x);       ///< 1 / sqrt(x).  dL/dx = -g y^3 / 2
Tensor sin(const Tensor& x);         ///< x in radians.  dL/dx = g cos(x)
Tensor cos(const Tensor& x);         ///< x in radians.  dL/dx = -g sin(x)
Tensor tanh(const Tensor& x);        ///< dL/dx = g (1 - y^2)
Tensor sigmoid(const Tensor& x);     ///< 1 / (1 + e^-x), never overflows.  dL/dx = g y (1 - y)
Tensor relu(const Tensor& x);        ///< max(x, 0).  dL/dx = g where x > 0; 0 at 0
Tensor erf(const Tensor& x);         ///< the error function.  dL/dx = g 2/sqrt(pi) e^(-x^2)
Tensor reciprocal(const Tensor& x);  ///< 1 / x.  dL/dx = -g y^2
Tensor floor(const Tensor& x);       ///< largest integer <= x.  dL/dx = 0
Tensor square(const Tensor& x);      ///< x^2.  dL/dx = 2 g x

// ---- Binary: elementwise, broadcasting; float32, float64, int64 (div and pow: floating) ----

Tensor add(const Tensor& a, const Tensor& b);      ///< dL/da = g, dL/db = g
Tensor sub(const Tensor& a, const Tensor& b);      ///< dL/da = g, dL/db = -g
Tensor mul(const Tensor& a, const Tensor& b);      ///< dL/da = g b, dL/db = g a
Tensor div(const Tensor& a, const Tensor& b);      ///< dL/da = g / b, dL/db = -g y / b
Tensor pow(const Tensor& a, const Tensor& b);      ///< dL/da = g b a^(b-1), dL/db = g y log(a); 0 where a = 0
Tensor maximum(const Tensor& a, const Tensor& b);  ///< the gradient goes to the larger; halved between equals
Tensor minimum(const Tensor& a, const Tensor& b);  ///< the gradient goes to the smaller; halved between equals
Tensor add(const Tensor& a, double b);
Tensor sub(const Tensor& a, double b);
Tensor mul(const Tensor& a, double b);
Tensor div(const Tensor& a, double b);
Tensor rsub(double a, const Tensor& b);  ///< a - b
Tensor rdiv(double a, const Tensor& b);  ///< a / b
Tensor pow(const Tensor& a, double exponent);
Tensor clamp(const Tensor& x, double low, double high);  ///< min(max(x, low), high).  g inside [low, high], else 0

// ---- Comparison and logic: bool results, no gradient ----

Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, double b);
Tensor ne(const Tensor& a, double b);
Tensor lt(const Tensor& a, double b);
Tensor le(const Tensor& a, double b);
Tensor gt(const Tensor& a, double b);
Tensor ge(const Tensor& a, double b);
Tensor logical_and(const Tensor& a, const Tensor& b);  ///< bool inputs
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& a);
Tensor isnan(const Tensor& x);
/// condition ? a : b, elementwise, all three broadcast. The gradient goes to the side that was taken.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// x with `value` where the bool mask (broadcast to x) is true. No gradient there.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);
bool all(const Tensor& x);  ///< of a bool tensor
bool any(const Tensor& x);
/// Same shape and |a - b| <= atol + rtol |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8);
bool equal(const Tensor& a, const Tensor& b);  ///< same shape, dtype and values

// ---- Reductions over `dims` (none given: all). keepdim keeps them with size 1. ----

Tensor sum(const Tensor& x);  ///< dL/dx = g, expanded
Tensor sum(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor prod(const Tensor& x);  ///< dL/dx_i = g times the product of the others, even where some are 0
Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false);
/// The largest; the gradient is shared evenly among equal ones. Throws ShapeError on an empty dim.
Tensor amax(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor amin(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
/// Values and int64 indices of the first largest (smallest) along `dim`; the gradient goes to that element.
std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false);
std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor argmax(const Tensor& x, int64_t dim, bool keepdim = false);  ///< int64, no gradient
Tensor argmin(const Tensor& x, int64_t dim, bool keepdim = false);
/// Mean squared distance from the mean, divided by n - correction (1: unbiased, PyTorch's default).
Tensor var(const Tensor& x, const Dims& dims, int64_t correction = 1, bool keepdim = false);
Tensor std(const Tensor& x, const Dims& dims, int64_t correction = 1, bool keepdim = false);
/// PyTorch's older form, with a bool: `var(x, 1, true)` is unbiased, divided by n - 1, and false divides by n.
Tensor var(const Tensor& x, const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) {
  return var(x, dims, int64_t{unbiased}, keepdim);
}
Tensor std(const Tensor& x, const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) {
  return lemma::std(x, dims, int64_t{unbiased}, keepdim);
}
/// log sum e^x, with the maximum factored out first.
Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim = false);
/// sqrt(sum x^2); the gradient at 0 is 0.
Tensor norm(const Tensor& x);
Tensor norm(const Tensor& x, const Dims& dims, bool keepdim = false);
/// y_i = x_0 + ... + x_i along `dim`.  dL/dx = g summed from the end.
Tensor cumsum(const Tensor& x, int64_t dim);

// ---- Products ----

/// PyTorch's matmul: vectors and matrices; batch dims broadcast.  dL/da = g b^T, dL/db = a^T g.
Tensor matmul(const Tensor& a, const Tensor& b);
/// Sums over the letters that the result lacks: einsum("nqhd,nkhd->nhqk", {q, k}). Letters, "->", spaces; one or more
/// operands (contracted left to right); a letter repeated within one operand takes its diagonal. No "...".
Tensor einsum(const std::string& equation, const std::vector<Tensor>& operands);
/// y = x W^T + b. x: (..., I), weight: (O, I), bias: (O) or undefined. Result: (..., O).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// ---- Views (no copy) and layout. Each pair is the other's gradient: expand and sum, slice and pad, ... ----

Tensor reshape(const Tensor& x, const Shape& shape);
Tensor permute(const Tensor& x, const Dims& dims);
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor expand(const Tensor& x, const Shape& shape);  ///< dims of size 1 stretch; -1 keeps a dim; new dims in front
Tensor squeeze(const Tensor& x, int64_t dim);        ///< as in PyTorch, a dim that is not 1 stays
Tensor squeeze(const Tensor& x);
Tensor unsqueeze(const Tensor& x, int64_t dim);
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);
Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
/// start:end:step along `dim`; negative start and end count from the end, out-of-range ends are clipped; step >= 1.
Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step = 1);
Tensor select(const Tensor& x, int64_t dim, int64_t index);
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// Windows of `size` every `step` along `dim`; the window becomes the last dim. Its gradient is fold.
Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step);
Tensor contiguous(const Tensor& x);
Tensor clone(const Tensor& x);
Tensor cast(const Tensor& x, DType dtype);  ///< differentiable between floating dtypes
Tensor to(const Tensor& x, Device device);
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim = 0);  ///< the last part may be smaller
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
Tensor flip(const Tensor& x, const Dims& dims);
Tensor repeat(const Tensor& x, const Shape& times);
/// Adds zeros (or `value`) before and after, along `dim`.
Tensor pad(const Tensor& x, int64_t dim, int64_t before, int64_t after, double value = 0);

// ---- Indexed ----

/// Rows of `weight` (V, D) by int64 ids of any shape: (..., D). Throws IndexError for an id outside [0, V).
/// Rows equal to padding_idx get no gradient.
Tensor embedding(const Tensor& weight, const Tensor& ids, int64_t padding_idx = -1);
/// y[i][j] = x[index[i][j]][j] for dim 0, and so on. Index sizes may not exceed x's, except along `dim`.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// base with src added at the indexed places: y[index[i][j]][j] += src[i][j] for dim 0.
Tensor scatter_add(const Tensor& base, int64_t dim, const Tensor& index, const Tensor& src);
/// x with src[i][j] at [index[i][j]][j] for dim 0, and so on. Where several go to one element the last counts.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, double value);
/// x with alpha times slice i of src added to slice index[i] along `dim`.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, double alpha = 1);
/// x with values, broadcast, where x[{indices}] looks; accumulate adds them, repeats included. Without it, the last of
/// several for one element counts. In place: `x[{indices}] = values`.
Tensor index_put(const Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& values,
                 bool accumulate = false);
/// The elements of x where the bool mask is true, as one dim; both broadcast. `x[mask]` for masks of fewer dims.
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// Where x is not 0: (n, dims of x), int64, in row-major order. No gradient. Its size is known on the host alone, which
/// waits for a GPU.
Tensor nonzero(const Tensor& x);
/// Whole slices, chosen by a 1-D list of indices.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
Tensor take_along_dim(const Tensor& x, const Tensor& index, int64_t dim);  ///< gather with broadcasting
Tensor one_hot(const Tensor& ids, int64_t num_classes);                    ///< int64, no gradient

// ---- Order ----

std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1,
                               bool descending = false);  ///< stable; values, indices
Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false);
std::pair<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true);

// ---- Compositions: nothing but the above ----

/// e^(x_i - max x) / sum_j e^(x_j - max x) along `dim`. A row of nothing but -inf gives zeros, not NaN.
Tensor softmax(const Tensor& x, int64_t dim);
Tensor log_softmax(const Tensor& x, int64_t dim);
/// x Phi(x) with the normal distribution's Phi (PyTorch's default gelu).
Tensor gelu(const Tensor& x);
/// log(1 + e^x), never overflows.
Tensor softplus(const Tensor& x);
/// (x - mean) / sqrt(var + eps) * weight + bias over the last dims, as many as `normalized_shape` has; biased variance.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// softmax(q k^T * scale) v. q: (..., Tq, E), k: (..., Tk, E), v: (..., Tk, Ev); attend: bool, broadcastable to
/// (..., Tq, Tk), true where a query may attend to a key, like the `attn_mask` of PyTorch's function; scale 0 means
/// 1 / sqrt(E). A query that may attend to nothing gets zeros. `weights`, where given, receives the softmax, (..., Tq,
/// Tk).
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& attend = {},
                                    double dropout_p = 0, bool is_causal = false, double scale = 0,
                                    Tensor* weights = nullptr);
/// While training: zero with probability p, the rest scaled by 1 / (1 - p). Otherwise x itself.
Tensor dropout(const Tensor& x, double p, bool training);

/// How a loss over many elements becomes one number.
enum class Reduction { mean, sum, none };

/// -log softmax(logits)[target]. logits: (N, C) or (N, C, d...) as in PyTorch; target: int64 (N) or (N, d...).
/// weight: (C) class weights. Targets equal to ignore_index do not count; if none counts, the loss is 0 with a zero
/// gradient.
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& weight = {}, int64_t ignore_index = -100,
                     Reduction reduction = Reduction::mean, double label_smoothing = 0);
/// The same on log-probabilities.
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const Tensor& weight = {}, int64_t ignore_index = -100,
                Reduction reduction = Reduction::mean);
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        Reduction reduction = Reduction::mean);
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);

}  // namespace lemma
