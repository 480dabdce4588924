// The whole text of every error of named products, ranks, counts and moves.
#include <cmath>

#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
const Tensor a23 = ones({2, 3}), a4 = ones({4}), scalar = ones({}), cube = ones({2, 2, 3});
const Tensor whole = ones({2, 3}, {.dtype = int64}), mask = ones({2, 3}, {.dtype = boolean});
}  // namespace

#define SAYS(expression, text) CHECK_THROWS_WITH(expression, text)

TEST_CASE("errors of activations and of arithmetic") {
  SAYS(silu(whole), "[silu] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(leaky_relu(whole), "[leaky_relu] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(hardsigmoid(whole), "[hardsigmoid] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(hardswish(whole), "[hardswish] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(softmin(whole, 0), "[softmin] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(mish(whole), "[mish] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(log_sigmoid(whole), "[log_sigmoid] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(elu(whole), "[elu] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(selu(whole), "[selu] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(celu(whole), "[celu] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(celu(a23, 0), "[celu] alpha cannot be 0: x is divided by it");
  SAYS(relu6(mask), "[relu6] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(hardtanh(mask), "[hardtanh] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(hardtanh(a23, 2, 1), "[hardtanh] low 2 is above high 1");
  SAYS(clamp_min(mask, 0), "[clamp_min] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(clamp_max(mask, 0), "[clamp_max] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(lerp(whole, a23, 0.5), "[lerp] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(lerp(a23, a23, whole), "[lerp] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(addcmul(mask, a23, a23), "[addcmul] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(addcdiv(a23, whole, whole), "[addcdiv] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(normalize(whole), "[normalize] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(normalize(a23, 0.5), "[normalize] p must be at least 1, got 0.5");
  SAYS(normalize(a4), "[normalize] dim 1 is out of range for (4); valid: -1..0");
  SAYS(cosine_similarity(a23, a4), "[cosine_similarity] shapes (2, 3) and (4) cannot be broadcast: dim -1 is 3 and 4");
  SAYS(cosine_similarity(a4, a4), "[cosine_similarity] dim 1 is out of range for (4); valid: -1..0");
  SAYS(var_mean(whole, 0), "[var_mean] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(std_mean(whole, 0), "[std_mean] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(isinf(Tensor()),
       "[isinf] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
}

TEST_CASE("errors of elementwise functions and of divisions with a remainder") {
  SAYS(expm1(whole), "[expm1] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(atanh(whole), "[atanh] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(ceil(mask), "[ceil] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(round(whole, 1), "[round] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(frac(whole), "[frac] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(atan2(whole, whole), "[atan2] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(hypot(a23, a4), "[hypot] shapes (2, 3) and (4) cannot be broadcast: dim -1 is 3 and 4");
  SAYS(logaddexp(a23, whole),
       "[logaddexp] dtypes differ: lhs is float32 (2, 3), rhs is int64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(floor_divide(whole, tensor({1, 0, 2})),
       "[floor_divide] the int64 divisor (3) holds a 0; floating-point numbers would give inf or NaN");
  SAYS(remainder(whole, 0), "[remainder] the int64 divisor is 0; floating-point numbers would give inf or NaN");
  SAYS(fmod(whole, tensor(0)), "[fmod] the int64 divisor () holds a 0; floating-point numbers would give inf or NaN");
  SAYS(remainder(whole, 0.5),
       "[remainder] the number 0.5 is not an integer, and the tensor (2, 3) is int64; cast it with .to(float32)");
  SAYS(remainder(mask, 2), "[remainder] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(div(a23, a23, "up"), "[div] rounding_mode 'up' is neither 'floor' nor 'trunc'");
  SAYS(cumprod(mask, 0), "[cumprod] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(cumprod(a23, 2), "[cumprod] dim 2 is out of range for (2, 3); valid: -2..1");
  SAYS(logcumsumexp(whole, 0), "[logcumsumexp] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(cummax(mask, 0), "[cummax] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(cummin(a23, -3), "[cummin] dim -3 is out of range for (2, 3); valid: -2..1");
}

TEST_CASE("errors of named products") {
  SAYS(dot(a23, a4), "[dot] lhs must be a vector (N), got (2, 3)");
  SAYS(dot(a4, ones({3})), "[dot] (4) x (3): lhs dim -1 must be rhs dim 0");
  SAYS(dot(a4, a4.to(int64)),
       "[dot] dtypes differ: lhs is float32 (4), rhs is int64 (4); cast one side, e.g. with .to(float32)");
  SAYS(mv(a23, a23), "[mv] rhs must be a vector (N), got (2, 3)");
  SAYS(mv(a23, a4), "[mv] (2, 3) x (4): lhs dim -1 must be rhs dim 0");
  SAYS(mm(a4, a23), "[mm] lhs must be a matrix (N, M), got (4)");
  SAYS(mm(a23, a23), "[mm] (2, 3) x (2, 3): lhs dim -1 must be rhs dim 0");
  SAYS(bmm(a23, cube), "[bmm] lhs must be a batch of matrices (B, N, M), got (2, 3)");
  SAYS(bmm(cube, ones({3, 3, 2})),
       "[bmm] (2, 2, 3) x (3, 3, 2): the batches must be equal, and lhs dim -1 must be rhs dim 1");
  SAYS(addmm(a4, a23, ones({3, 2})), "[expand] (4) cannot be expanded to (2, 2): only dims of size 1 stretch");
  SAYS(addmm(whole, a23, a23), "[addmm] (2, 3) x (2, 3): lhs dim -1 must be rhs dim 0");
  SAYS(baddbmm(scalar, a23, a23), "[baddbmm] lhs must be a batch of matrices (B, N, M), got (2, 3)");
  SAYS(outer(a23, a4), "[outer] lhs must be a vector (N), got (2, 3)");
  SAYS(outer(a4, scalar), "[outer] rhs must be a vector (N), got ()");
  SAYS(tensordot(cube, cube),
       "[tensordot] dim 2 of (2, 2, 3) and dim 1 of (2, 2, 3) are summed over together, but differ");
  SAYS(tensordot(a23, a4, {0, 1}, 0), "[tensordot] (0, 1) and (0) pair different numbers of dims");
  SAYS(tensordot(a23, a4, 2), "[tensordot] cannot sum over 2 dims of (2, 3) and (4)");
  SAYS(tensordot(a23, a23, {0, -2}, {0, 1}), "[tensordot] dim 0 is named twice in (0, -2) for (2, 3)");
}

TEST_CASE("errors of moves and diagonals") {
  SAYS(broadcast_to(a4, {3}), "[expand] (4) cannot be expanded to (3): only dims of size 1 stretch");
  SAYS(view_as(a23.t(), ones({6})),
       "[view] (3, 2) with strides (1, 3) cannot be viewed as (6) without a copy; use reshape() or contiguous()");
  SAYS(movedim(a23, {0, 1}, 0), "[movedim] (0, 1) and (0) name different numbers of dims");
  SAYS(movedim(a23, {0, 0}, {0, 1}), "[movedim] dim 0 is named twice in (0, 0) for (2, 3)");
  SAYS(movedim(a23, 2, 0), "[movedim] dim 2 is out of range for (2, 3); valid: -2..1");
  SAYS(swapaxes(a23, 0, 2), "[transpose] dim 2 is out of range for (2, 3); valid: -2..1");
  SAYS(roll(a23, {1, 2}, 0), "[roll] 2 shifts for 1 dim");
  SAYS(roll(a23, 1, 5), "[roll] dim 5 is out of range for (2, 3); valid: -2..1");
  SAYS(rot90(a23, 1, 0), "[rot90] turns in a plane of two dims, got (0)");
  SAYS(rot90(a23, 1, {0, -2}), "[rot90] dim 0 is named twice in (0, -2) for (2, 3)");
  SAYS(tile(a23, {2, -1}), "[tile] counts cannot be negative, got (2, -1)");
  SAYS(repeat_interleave(a23, -1), "[repeat_interleave] repeats cannot be negative, got -1");
  SAYS(repeat_interleave(a23, a4), "[repeat_interleave] repeats must be int64, got float32 (4); cast with .to(int64)");
  SAYS(repeat_interleave(a23, tensor({1, 2, 3}), 0),
       "[repeat_interleave] repeats (3) must be one count, or one for each of the 2 elements of dim 0 of (2, 3)");
  SAYS(repeat_interleave(a23, tensor({1, -2}), 0),
       "[repeat_interleave] repeats cannot be negative, got -2 at position 1");
  SAYS(unbind(scalar), "[unbind] dim 0 is out of range for (), which has no dims");
  SAYS(meshgrid({}), "[meshgrid] needs at least one tensor");
  SAYS(meshgrid({a4, a23}), "[meshgrid] takes vectors and numbers, got (2, 3)");
  SAYS(meshgrid({a4}, "yx"), "[meshgrid] indexing 'yx' is neither 'ij' nor 'xy'");
  SAYS(diag(scalar), "[diag] needs a vector or a matrix, got ()");
  SAYS(diag_embed(scalar), "[diag_embed] needs at least one dim, got ()");
  SAYS(diag_embed(a4, 0, 1, -1), "[diag_embed] dims 1 and -1 of the result are the same dim");
  SAYS(trace(a4), "[trace] needs a matrix, got (4)");
  SAYS(tril_indices(-1, 2), "[tril_indices] sizes cannot be negative, got -1 rows and 2 columns");
  SAYS(triu_indices(1, -2), "[triu_indices] sizes cannot be negative, got 1 rows and -2 columns");
  SAYS(tril_indices(INT64_MIN, 2, 1),
       "[tril_indices] sizes cannot be negative, got -9223372036854775808 rows and 2 columns");
}

TEST_CASE("errors of ranks and counts") {
  SAYS(kthvalue(a23, 0), "[kthvalue] k = 0 is outside 1..3, the size of dim -1 of (2, 3)");
  SAYS(kthvalue(a23, 3, 0), "[kthvalue] k = 3 is outside 1..2, the size of dim 0 of (2, 3)");
  SAYS(kthvalue(mask, 1), "[kthvalue] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(median(zeros({2, 0}), 1), "[median] dim 1 of (2, 0) is empty: nothing has a rank there");
  SAYS(median(zeros({0}, {.dtype = int64})), "[median] dim 0 of (0) is empty: nothing has a rank there");
  SAYS(quantile(zeros({2, 0}), 0.5, 1), "[quantile] dim 1 of (2, 0) is empty: nothing has a rank there");
  SAYS(quantile(a23, 1.5), "[quantile] q must lie in [0, 1], from the smallest to the largest");
  SAYS(quantile(a23, NAN), "[quantile] q must lie in [0, 1], from the smallest to the largest");
  SAYS(quantile(a23, a23), "[quantile] q must be a number or a vector, got (2, 3)");
  SAYS(quantile(a23, 0.5, 0, false, "cubic"),
       "[quantile] interpolation 'cubic' is not one of linear, lower, higher, midpoint, nearest");
  SAYS(quantile(whole, 0.5), "[quantile] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(bincount(a4), "[bincount] the input must be int64, got float32 (4); cast with .to(int64)");
  SAYS(bincount(whole), "[bincount] the input must have one dim, got (2, 3)");
  SAYS(bincount(tensor({1, -2})), "[bincount] counts integers from 0 up, got -2");
  SAYS(bincount(tensor({1}), {}, -1), "[bincount] minlength cannot be negative, got -1");
  SAYS(bincount(tensor({1}), a4), "[bincount] weights (4) and input (1) must have the same shape");
  SAYS(histc(a4, 0), "[histc] needs at least one bin, got 0");
  SAYS(histc(a4, 3, 2, 1), "[histc] min 2 is above max 1");
  SAYS(histc(tensor({1.0f, INFINITY})), "[histc] the range from 1 to inf is not finite");
  SAYS(histc(whole), "[histc] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(rand_like(whole), "[rand_like] draws floating-point numbers, not int64; see randint");
  SAYS(randn_like(whole), "[randn_like] draws floating-point numbers, not int64; see randint");
  SAYS(randn_like(Tensor()),
       "[randn_like] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
}
