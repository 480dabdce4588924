#pragma once
/// Every operation. All are differentiable to any order unless they say otherwise.
///
/// L is the loss, g = dL/dy the gradient of the result. Elementwise operations broadcast as in PyTorch; dtypes must be
/// equal (numbers take the tensor's dtype).
///
/// Errors, where nothing else is said: ShapeError for shapes that do not fit and for a dim that is not there,
/// DTypeError for a dtype that is not listed or differs from the other's, DeviceError for tensors on two devices,
/// IndexError for an index outside its range, ValueError for a number or a word that makes no sense, Error for an
/// undefined tensor. Their messages are whole sentences, with the shapes and values in them.

#include <concepts>
#include <optional>
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
Tensor floor(const Tensor& x);       ///< largest integer <= x; also int64.  dL/dx = 0
Tensor square(const Tensor& x);      ///< x^2.  dL/dx = 2 g x
Tensor expm1(const Tensor& x);       ///< e^x - 1, accurate near 0.  dL/dx = g e^x
Tensor exp2(const Tensor& x);        ///< 2^x.  dL/dx = g y log 2
Tensor log2(const Tensor& x);        ///< dL/dx = g / (x log 2)
Tensor log10(const Tensor& x);       ///< dL/dx = g / (x log 10)
Tensor erfc(const Tensor& x);        ///< 1 - erf(x), accurate far out.  dL/dx = -g 2/sqrt(pi) e^(-x^2)
Tensor tan(const Tensor& x);         ///< x in radians.  dL/dx = g (1 + y^2)
Tensor asin(const Tensor& x);        ///< in radians; NaN outside [-1, 1].  dL/dx = g / sqrt(1 - x^2)
Tensor acos(const Tensor& x);        ///< in radians; NaN outside [-1, 1].  dL/dx = -g / sqrt(1 - x^2)
Tensor atan(const Tensor& x);        ///< in radians.  dL/dx = g / (1 + x^2)
Tensor sinh(const Tensor& x);        ///< (e^x - e^-x) / 2.  dL/dx = g cosh(x)
Tensor cosh(const Tensor& x);        ///< (e^x + e^-x) / 2.  dL/dx = g sinh(x)
Tensor asinh(const Tensor& x);       ///< the inverse of sinh.  dL/dx = g / sqrt(x^2 + 1)
Tensor acosh(const Tensor& x);       ///< the inverse of cosh; NaN below 1.  dL/dx = g / sqrt(x^2 - 1)
Tensor atanh(const Tensor& x);       ///< the inverse of tanh; NaN outside [-1, 1].  dL/dx = g / (1 - x^2)
Tensor ceil(const Tensor& x);        ///< smallest integer >= x; also int64.  dL/dx = 0
Tensor trunc(const Tensor& x);       ///< x without its fraction; also int64.  dL/dx = 0
/// Rounds to `decimals` places (-1: to tens, -2: to hundreds), halfway cases to the even one.  dL/dx = 0
Tensor round(const Tensor& x, int64_t decimals = 0);
Tensor frac(const Tensor& x);  ///< x - trunc(x).  dL/dx = g

// ---- Binary: elementwise, broadcasting; floating dtypes and int64, which wraps around ----

Tensor add(const Tensor& a, const Tensor& b);  ///< dL/da = g, dL/db = g
Tensor sub(const Tensor& a, const Tensor& b);  ///< dL/da = g, dL/db = -g
Tensor mul(const Tensor& a, const Tensor& b);  ///< dL/da = g b, dL/db = g a
Tensor div(const Tensor& a, const Tensor& b);  ///< dL/da = g / b, dL/db = -g y / b; of int64: float32
Tensor pow(const Tensor& a, const Tensor& b);  ///< dL/da = g b a^(b-1), dL/db = g y log(a); 0 where a = 0 and b >= 0
Tensor maximum(const Tensor& a, const Tensor& b);    ///< the gradient goes to the larger; halved between equals
Tensor minimum(const Tensor& a, const Tensor& b);    ///< the gradient goes to the smaller; halved between equals
Tensor atan2(const Tensor& y, const Tensor& x);      ///< the angle of (x, y).  dL/dy = g x / h^2, dL/dx = -g y / h^2
Tensor hypot(const Tensor& a, const Tensor& b);      ///< h = sqrt(a^2 + b^2), never overflows.  dL/da = g a / h
Tensor logaddexp(const Tensor& a, const Tensor& b);  ///< log(e^a + e^b).  dL/da = g sigmoid(a - b)
/// Divisions with a remainder; int64 too, but then a divisor of 0 is a ValueError. floor_divide rounds towards -inf and
/// has no gradient; div rounds to "floor" or "trunc" (towards 0).
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, const Tensor& b);  ///< a - b floor(a / b), with b's sign.  dL/da = g
Tensor fmod(const Tensor& a, const Tensor& b);       ///< a - b trunc(a / b), with a's sign.  dL/da = g
Tensor div(const Tensor& a, const Tensor& b, const std::string& rounding_mode);
Tensor floor_divide(const Tensor& a, Number b);
Tensor remainder(const Tensor& a, Number b);
Tensor fmod(const Tensor& a, Number b);
Tensor div(const Tensor& a, Number b, const std::string& rounding_mode);
Tensor true_divide(const Tensor& a, const Tensor& b);  ///< div
Tensor true_divide(const Tensor& a, Number b);
Tensor add(const Tensor& a, Number b);
Tensor sub(const Tensor& a, Number b);
Tensor mul(const Tensor& a, Number b);
Tensor div(const Tensor& a, Number b);
Tensor rsub(Number a, const Tensor& b);  ///< a - b
Tensor rdiv(Number a, const Tensor& b);  ///< a / b
Tensor pow(const Tensor& a, Number exponent);
/// min(max(x, low), high): high where low > high.  dL/dx = g inside [low, high], else 0
Tensor clamp(const Tensor& x, Number low, Number high);
Tensor clamp_min(const Tensor& x, Number low);   ///< max(x, low)
Tensor clamp_max(const Tensor& x, Number high);  ///< min(x, high)
/// start + weight (end - start).  dL/dstart = g (1 - weight), dL/dend = g weight, dL/dweight = g (end - start)
Tensor lerp(const Tensor& start, const Tensor& end, double weight);
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Number value = 1);  ///< x + value a b
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);  ///< x + value a / b

// ---- Comparison and logic: bool results, no gradient ----

Tensor eq(const Tensor& a, const Tensor& b);  ///< a == b
Tensor ne(const Tensor& a, const Tensor& b);  ///< a != b
Tensor lt(const Tensor& a, const Tensor& b);  ///< a < b
Tensor le(const Tensor& a, const Tensor& b);  ///< a <= b
Tensor gt(const Tensor& a, const Tensor& b);  ///< a > b
Tensor ge(const Tensor& a, const Tensor& b);  ///< a >= b
Tensor eq(const Tensor& a, Number b);
Tensor ne(const Tensor& a, Number b);
Tensor lt(const Tensor& a, Number b);
Tensor le(const Tensor& a, Number b);
Tensor gt(const Tensor& a, Number b);
Tensor ge(const Tensor& a, Number b);
Tensor logical_and(const Tensor& a, const Tensor& b);  ///< numbers are true where they are not 0
Tensor logical_or(const Tensor& a, const Tensor& b);   ///< one or both are true
Tensor logical_xor(const Tensor& a, const Tensor& b);  ///< exactly one is true
Tensor logical_not(const Tensor& a);                   ///< x is false, or 0
Tensor isnan(const Tensor& x);                         ///< false for integers
Tensor isinf(const Tensor& x);                         ///< inf or -inf; false for integers
Tensor isfinite(const Tensor& x);                      ///< neither infinite nor NaN
/// x with `nan` for NaN, `posinf` for inf and `neginf` for -inf: the largest and the least finite number unless given.
/// No gradient where something was replaced.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = std::nullopt,
                  std::optional<double> neginf = std::nullopt);
/// condition ? a : b, elementwise, all three broadcast. The gradient goes to the side that was taken.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Number b);
Tensor where(const Tensor& condition, Number a, const Tensor& b);
/// x with `value` where the bool mask (broadcast to x) is true. No gradient there.
Tensor masked_fill(const Tensor& x, const Tensor& mask, Number value);
bool all(const Tensor& x);  ///< of a bool tensor
bool any(const Tensor& x);  ///< is one of them true?
/// Same shape and |a - b| <= atol + rtol |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8);
bool equal(const Tensor& a, const Tensor& b);  ///< same shape, dtype and values

// ---- Reductions over `dims` (none given: all). keepdim keeps them with size 1. ----

Tensor sum(const Tensor& x);  ///< dL/dx = g, expanded
Tensor sum(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor mean(const Tensor& x);  ///< sum / n.  dL/dx = g / n
Tensor mean(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor prod(const Tensor& x);  ///< dL/dx_i = g times the product of the others, even where some are 0
Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false);
/// The largest; the gradient is shared evenly among equal ones. Of an empty dim: -inf (amin: inf) or the least integer.
Tensor amax(const Tensor& x, const Dims& dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const Dims& dims = {}, bool keepdim = false);  ///< the smallest, likewise
Tensor max(const Tensor& x);  ///< amax, but throws ShapeError if x is empty
Tensor min(const Tensor& x);  ///< amin, likewise
/// Values and int64 indices of the first largest (smallest) along `dim`; the gradient goes to that element.
std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false);
std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false);
/// int64, no gradient. Without a dim, x counts as one long line.
Tensor argmax(const Tensor& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);  ///< of the smallest
/// Mean squared distance from the mean, divided by n - correction (1: unbiased, PyTorch's default).
Tensor var(const Tensor& x, const Dims& dims = {}, int64_t correction = 1, bool keepdim = false);
/// Its square root. Under `using namespace lemma` write x.std(0) or lemma::std(x, 0): plain `std` is then two things,
/// this function and the namespace of the standard library, and C++ refuses to choose.
Tensor std(const Tensor& x, const Dims& dims = {}, int64_t correction = 1, bool keepdim = false);
/// PyTorch's older form, with a bool: `var(x, 1, true)` is unbiased, divided by n - 1, and false divides by n.
Tensor var(const Tensor& x, const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) {
  return var(x, dims, int64_t{unbiased}, keepdim);
}
Tensor std(const Tensor& x, const Dims& dims, std::same_as<bool> auto unbiased, bool keepdim = false) {
  return lemma::std(x, dims, int64_t{unbiased}, keepdim);
}
/// Var and mean.
std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Dims& dims, int64_t correction = 1, bool keepdim = false);
/// Std and mean.
std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Dims& dims, int64_t correction = 1, bool keepdim = false);
Tensor count_nonzero(const Tensor& x, const Dims& dims = {});  ///< int64, no gradient
/// log sum e^x, with the maximum factored out first.
Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim = false);
Tensor norm(const Tensor& x);  ///< sqrt(sum x^2); the gradient at 0 is 0
Tensor norm(const Tensor& x, const Dims& dims, bool keepdim = false);
/// In PyTorch a number here is p. Ours is the 2-norm, and its dims stand in braces: norm(x, {1}).
Tensor norm(const Tensor& x, std::integral auto p_or_dim, bool keepdim = false) = delete;
/// y_i = x_0 + ... + x_i along `dim`.  dL/dx = g summed from the end.
Tensor cumsum(const Tensor& x, int64_t dim);
/// y_i = x_0 ... x_i along `dim`. The gradient is right even where some are 0.
Tensor cumprod(const Tensor& x, int64_t dim);
/// y_i = log(e^x_0 + ... + e^x_i) along `dim`.
Tensor logcumsumexp(const Tensor& x, int64_t dim);
/// Largest (smallest) of x_0 ... x_i along `dim` and its int64 index: the last of equal ones. A NaN wins over all
/// numbers. The gradient goes to that element.
std::pair<Tensor, Tensor> cummax(const Tensor& x, int64_t dim);
std::pair<Tensor, Tensor> cummin(const Tensor& x, int64_t dim);  ///< the smallest, likewise

// ---- Products ----

/// PyTorch's matmul: vectors and matrices; batch dims broadcast.  dL/da = g b^T, dL/db = a^T g.
Tensor matmul(const Tensor& a, const Tensor& b);
/// Sums over the letters missing from the result: einsum("nqhd,nkhd->nhqk", {q, k}). Letters, "...", "->", spaces; one
/// or more operands (contracted left to right); a letter repeated within one operand takes its diagonal; dims of size 1
/// stretch. Without "->" the result has the dims of "...", then the letters that occur once, in alphabetical order.
Tensor einsum(const std::string& equation, const std::vector<Tensor>& operands);
/// y = x W^T + b. x: (..., I), weight: (O, I), bias: (O) or undefined. Result: (..., O); for a weight of (I): (...).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

Tensor dot(const Tensor& a, const Tensor& b);  ///< (N) x (N): a number
Tensor mv(const Tensor& a, const Tensor& b);   ///< (N, M) x (M): (N)
Tensor mm(const Tensor& a, const Tensor& b);   ///< (N, K) x (K, M): (N, M)
Tensor bmm(const Tensor& a, const Tensor& b);  ///< (B, N, K) x (B, K, M): (B, N, M)
/// beta x + alpha a b, where x broadcasts to the product's shape. With beta = 0, x is ignored, even a NaN in it.
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta = 1, double alpha = 1);
/// The same with bmm.
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta = 1, double alpha = 1);
Tensor outer(const Tensor& a, const Tensor& b);  ///< y[i][j] = a[i] b[j]. (N) x (M): (N, M)
/// The sum over pairs of dims, dims_a[i] with dims_b[i]; what is left of a's dims comes before what is left of b's.
Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& dims_a, const Dims& dims_b);
Tensor tensordot(const Tensor& a, const Tensor& b, int64_t dims = 2);  ///< a's last dims with b's first

// ---- Views (no copy) and layout. Each pair is the other's gradient: expand and sum, slice and pad, ... ----

Tensor reshape(const Tensor& x, const Shape& shape);            ///< one -1 is worked out; copies only where it must
Tensor permute(const Tensor& x, const Dims& dims);              ///< dim i of the result is dim dims[i] of x
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);  ///< exchanges two dims
Tensor expand(const Tensor& x, const Shape& shape);  ///< dims of size 1 stretch; -1 keeps a dim; new dims in front
Tensor squeeze(const Tensor& x, int64_t dim);        ///< as in PyTorch, a dim that is not 1 stays
Tensor squeeze(const Tensor& x);
Tensor unsqueeze(const Tensor& x, int64_t dim);                  ///< a new dim of size 1, before `dim`
Tensor expand_as(const Tensor& x, const Tensor& other);          ///< to the shape of other
Tensor broadcast_to(const Tensor& x, const Shape& shape);        ///< expand, under NumPy's name
Tensor view_as(const Tensor& x, const Tensor& other);            ///< throws where a copy would be needed
Tensor reshape_as(const Tensor& x, const Tensor& other);         ///< to the shape of other
Tensor swapaxes(const Tensor& x, int64_t axis0, int64_t axis1);  ///< transpose
Tensor swapdims(const Tensor& x, int64_t dim0, int64_t dim1);    ///< transpose
/// The dims named in `source` move to the positions in `destination`; the others keep their order.
Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination);
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);  ///< makes one dim of several
/// From start on; ShapeError if it does not fit.
Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
/// start:end:step along `dim`; negative start and end count from the end, out-of-range ends are clipped; step >= 1.
Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step = 1);
Tensor select(const Tensor& x, int64_t dim, int64_t index);  ///< x without `dim`; throws IndexError
/// X[i][i + offset], as the last dim.
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// A vector on a diagonal of a matrix of zeros; a matrix's diagonal, copied.
Tensor diag(const Tensor& x, int64_t diagonal = 0);
/// The last dim on diagonals of matrices of zeros, which lie in dims dim1 and dim2 of the result.
Tensor diag_embed(const Tensor& x, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);
Tensor trace(const Tensor& x);  ///< the sum of a matrix's diagonal
/// The positions (row, column) of a triangle of a matrix, row by row: int64 (2, n).
Tensor tril_indices(int64_t rows, int64_t columns, int64_t offset = 0, const TensorOptions& options = {.dtype = int64});
/// The same of the upper triangle.
Tensor triu_indices(int64_t rows, int64_t columns, int64_t offset = 0, const TensorOptions& options = {.dtype = int64});
/// Windows of `size` every `step` along `dim`; the window becomes the last dim. Its gradient is fold.
Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step);
Tensor contiguous(const Tensor& x);         ///< row-major: x itself, or a copy
Tensor clone(const Tensor& x);              ///< a copy, row-major.  dL/dx = g
Tensor cast(const Tensor& x, DType dtype);  ///< differentiable between floating dtypes
Tensor to(const Tensor& x, Device device);  ///< a copy there, or x itself; throws DeviceError
/// Sizes may differ along `dim` alone, else ShapeError.
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);          ///< of equal shapes, along a new dim
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim = 0);  ///< the last part may be smaller
std::vector<Tensor> split(const Tensor& x, const std::vector<int64_t>& sizes, int64_t dim = 0);
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);  ///< equal parts; the last may be smaller
std::vector<Tensor> unbind(const Tensor& x, int64_t dim = 0);                 ///< x.select(dim, i) for every i
Tensor flip(const Tensor& x, const Dims& dims);                               ///< back to front along each of them
/// Elements pushed off the end come back at the front. Without a dim, x counts as one long line.
Tensor roll(const Tensor& x, int64_t shift, std::optional<int64_t> dim = std::nullopt);
Tensor roll(const Tensor& x, const std::vector<int64_t>& shifts, const Dims& dims);
Tensor rot90(const Tensor& x, int64_t k = 1, const Dims& dims = {0, 1});  ///< k quarter turns, dims[0] towards dims[1]
/// Times[i] copies along dim i; ShapeError if there are fewer times than dims.
Tensor repeat(const Tensor& x, const Shape& times);
Tensor tile(const Tensor& x, const Shape& times);  ///< repeat; if counts are fewer than dims, for the last dims
/// Each element `repeats` times in a row, along `dim` or with x as one long line. A tensor gives a count for each.
Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim = std::nullopt);
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim = std::nullopt);
/// n vectors become n grids of n dims, the i-th of which varies along dim i; with "xy", dims 0 and 1 change places.
std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, const std::string& indexing = "ij");
/// Adds zeros (or `value`) before and after, along `dim`.
Tensor pad(const Tensor& x, int64_t dim, int64_t before, int64_t after, Number value = 0);

// ---- Indexed ----

/// Rows of `weight` (V, D) by int64 ids of any shape: (..., D). Throws IndexError for an id outside [0, V).
/// Rows equal to padding_idx get no gradient.
Tensor embedding(const Tensor& weight, const Tensor& ids, int64_t padding_idx = -1);
/// y[i][j] = x[index[i][j]][j] for dim 0, and so on. Index sizes may not exceed x's, except along `dim`.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// base with src added at the indexed places: y[index[i][j]][j] += src[i][j] for dim 0.
Tensor scatter_add(const Tensor& base, int64_t dim, const Tensor& index, const Tensor& src);
/// x with src[i][j] at [index[i][j]][j] for dim 0, and so on. Of several for one element, the last one counts.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, Number value);
/// x with alpha times slice i of src added to slice index[i] along `dim`.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, Number alpha = 1);
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
/// int64, no gradient. -1: as many classes as the largest id needs, which the host reads.
Tensor one_hot(const Tensor& ids, int64_t num_classes = -1);

// ---- Order ----

std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1,
                               bool descending = false);                     ///< stable; values, indices
Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false);  ///< the indices of sort
/// The k largest (smallest) along `dim`, in order, and their int64 indices. Throws ShapeError for more than there are.
std::pair<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true);

/// Values and int64 indices of the k-th smallest along `dim`, counted from 1; NaN counts as the largest.
std::pair<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim = -1, bool keepdim = false);
/// The lower of the two middle elements; NaN if there is one. Equal ones share the gradient.
Tensor median(const Tensor& x);
/// Values and int64 indices along `dim`; the gradient goes to that element.
std::pair<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim = false);
/// The number below which a fraction q of x lies, 0 <= q <= 1; between two elements by `interpolation`: linear, lower,
/// higher, midpoint or nearest. Along `dim`, or of all. For a vector q the results have one more dim, in front.
Tensor quantile(const Tensor& x, double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                const std::string& interpolation = "linear");
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                const std::string& interpolation = "linear");
/// How often each integer from 0 up occurs in an int64 vector, or the sums of its `weights`; at least `minlength` long.
Tensor bincount(const Tensor& x, const Tensor& weights = {}, int64_t minlength = 0);
/// How many elements lie in each of `bins` equal intervals from `low` to `high` (both 0: from the least to the
/// largest); those outside do not count. No gradient.
Tensor histc(const Tensor& x, int64_t bins = 100, double low = 0, double high = 0);

// ---- Compositions: nothing but the above ----

// Activations
Tensor silu(const Tensor& x);                   ///< x sigmoid(x). Ramachandran et al., 2017: swish
Tensor mish(const Tensor& x);                   ///< x tanh(softplus(x)). Misra, 2019
Tensor log_sigmoid(const Tensor& x);            ///< log(sigmoid(x)) = -softplus(-x)
Tensor elu(const Tensor& x, double alpha = 1);  ///< x where x > 0, else alpha (e^x - 1). Clevert et al., 2016
/// max(x, 0) + min(0, alpha (e^(x / alpha) - 1)): elu whose slope has no jump. Barron, 2017.
Tensor celu(const Tensor& x, double alpha = 1);
/// 1.0507 elu(x, 1.6733): keeps mean 0 and variance 1 through many layers. Klambauer et al., 2017.
Tensor selu(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);    ///< x where x > 0, else negative_slope x
Tensor hardtanh(const Tensor& x, double low = -1, double high = 1);  ///< clamp, but its gradient on the bounds is 0
Tensor relu6(const Tensor& x);                                       ///< hardtanh from 0 to 6
Tensor hardsigmoid(const Tensor& x);                                 ///< relu6(x + 3) / 6. Howard et al., 2019
Tensor hardswish(const Tensor& x);                                   ///< x relu6(x + 3) / 6. Howard et al., 2019
Tensor softmin(const Tensor& x, int64_t dim);                        ///< softmax(-x)
Tensor glu(const Tensor& x, int64_t dim = -1);  ///< a sigmoid(b), a and b the halves of x. Dauphin et al., 2017
/// x / max(|x|, eps) with the p-norm |x| along `dim`, p >= 1.
Tensor normalize(const Tensor& x, double p = 2, int64_t dim = 1, double eps = 1e-12);
/// The cosine of the angle between vectors along `dim`: the product of both, normalised.
Tensor cosine_similarity(const Tensor& a, const Tensor& b, int64_t dim = 1, double eps = 1e-8);

/// e^(x_i - max x) / sum_j e^(x_j - max x) along `dim`. A row of nothing but -inf gives zeros, not NaN.
Tensor softmax(const Tensor& x, int64_t dim);
Tensor log_softmax(const Tensor& x, int64_t dim);  ///< log of softmax, accurate where that is near 0
/// x Phi(x) with the normal distribution's Phi (PyTorch's default gelu). Hendrycks & Gimpel, 2016.
Tensor gelu(const Tensor& x);
Tensor softplus(const Tensor& x);  ///< log(1 + e^x), never overflows
/// (x - mean) / sqrt(var + eps) * weight + bias over the last dims, as many as `normalized_shape` has; biased variance.
/// weight, bias: `normalized_shape`, or undefined. Ba et al., 2016.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// x / sqrt(mean(x^2) + eps) * weight over the last dims; an eps of 0 stands for the smallest step of x's dtype at 1.
/// Zhang & Sennrich, 2019.
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, double eps = 0);
/// softmax(q k^T * scale) v. q: (..., Tq, E), k: (..., Tk, E), v: (..., Tk, Ev); attend: bool, broadcastable to
/// (..., Tq, Tk), true where a query may attend to a key, like the `attn_mask` of PyTorch's function; scale 0 means
/// 1 / sqrt(E). A query that may attend to nothing gets zeros. `weights`, where given, receives the softmax, (..., Tq,
/// Tk). Vaswani et al., 2017, section 3.2.1.
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& attend = {},
                                    double dropout_p = 0, bool is_causal = false, double scale = 0,
                                    Tensor* weights = nullptr);
/// While training: zero with probability p, the rest scaled by 1 / (1 - p). Otherwise x itself. Srivastava et al.,
/// 2014.
Tensor dropout(const Tensor& x, double p, bool training);

/// How a loss over many elements becomes one number.
enum class Reduction { mean, sum, none };

/// -log softmax(logits)[target]. logits: (N, C) or (N, C, d...) as in PyTorch; target: int64 (N) or (N, d...).
/// weight: (C) class weights. Targets equal to ignore_index do not count; if none counts, the loss is 0 with a zero
/// gradient. label_smoothing s: the target counts 1 - s + s / C, each other class s / C (Szegedy et al., 2016). Throws
/// IndexError for a target outside [0, C), ValueError for a smoothing outside [0, 1].
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& weight = {}, int64_t ignore_index = -100,
                     Reduction reduction = Reduction::mean, double label_smoothing = 0);
/// The same on log-probabilities: -log_probs[target].
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const Tensor& weight = {}, int64_t ignore_index = -100,
                Reduction reduction = Reduction::mean);
/// -(t log p + (1 - t) log(1 - p)), p = sigmoid(logits), never overflows. Shapes must be equal; so also below.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        Reduction reduction = Reduction::mean);
/// (input - target)^2.
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);  ///< |input - target|

}  // namespace lemma
