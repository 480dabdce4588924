// The whole text of every error of operations, shapes, dtypes, indices and devices.
#include <cmath>

#include "lemma/ops.h"
#include "lemma/random.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
const Tensor a23 = ones({2, 3}), a4 = ones({4}), scalar = ones({});
const Tensor whole = ones({2, 3}, {.dtype = int64}), doubles = ones({2, 3}, {.dtype = float64}),
             mask = ones({2, 3}, {.dtype = boolean});
}  // namespace

#define SAYS(expression, text) CHECK_THROWS_WITH(expression, text)

TEST_CASE("the errors that the design spells out") {
  SAYS(matmul(ones({8, 16, 64}), ones({32, 64})),
       "[matmul] inner dimensions differ: (8, 16, 64) x (32, 64); lhs dim -1 is 64, rhs dim -2 is 32. Did you mean "
       "matmul(a, b.transpose(-2, -1))?");
  SAYS(a23 + a4, "[add] shapes (2, 3) and (4) cannot be broadcast: dim -1 is 3 and 4");
  Tensor ids = zeros({4, 20}, {.dtype = int64});
  ids[3][17].fill_(50257);
  SAYS(embedding(ones({50257, 2}), ids), "[embedding] id 50257 at position (3, 17) is outside [0, 50257)");
}

TEST_CASE("errors carry their facts as data") {
  try {
    a23 + a4;
    FAIL("no error");
  } catch (const ShapeError& error) {
    CHECK(error.where() == "add");
    CHECK(error.shapes == std::vector<Shape>{{2, 3}, {4}});
  }
  try {
    embedding(ones({5, 2}), tensor({1, 7}));
    FAIL("no error");
  } catch (const IndexError& error) {
    CHECK(error.index == 7);
    CHECK(error.size == 5);
  }
  try {
    a23 + doubles;
    FAIL("no error");
  } catch (const DTypeError& error) {
    CHECK(error.dtypes == std::vector<DType>{float32, float64});
  }
  CHECK_THROWS_AS(Device::parse("tpu"), DeviceError);
  CHECK_THROWS_AS(dropout(a23, 2, true), ValueError);
  CHECK_THROWS_AS(a23.backward(), GradError);
  CHECK_THROWS_AS(matmul(a23, a23), Error);  // the base of all
}

TEST_CASE("dtype errors: no silent promotion") {
  SAYS(a23 + doubles,
       "[add] dtypes differ: lhs is float32 (2, 3), rhs is float64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(a23 * whole,
       "[mul] dtypes differ: lhs is float32 (2, 3), rhs is int64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(eq(a23, whole),
       "[eq] dtypes differ: lhs is float32 (2, 3), rhs is int64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(matmul(a23, doubles),
       "[matmul] dtypes differ: lhs is float32 (2, 3), rhs is float64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(cat({a23, doubles}),
       "[cat] dtypes differ: lhs is float32 (2, 3), rhs is float64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(where(mask, a23, doubles),
       "[where] dtypes differ: lhs is float32 (2, 3), rhs is float64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(mask + mask, "[add] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(neg(mask), "[neg] needs numbers, got bool (2, 3); cast it with .to(float32)");
  SAYS(exp(whole), "[exp] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(mean(whole), "[mean] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(mean(whole), "[mean] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(pow(whole, -2), "[pow] integers have no power of -2; cast them with .to(float32)");
  SAYS(whole + 1e19,
       "[add] the number 1e+19 is beyond int64, and the tensor (2, 3) is int64; cast it with .to(float32)");
  SAYS(whole + 0.5,
       "[add] the number 0.5 is not an integer, and the tensor (2, 3) is int64; cast it with .to(float32)");
  SAYS(softmax(whole, 0), "[softmax] needs a floating dtype, got int64 (2, 3); cast it with .to(float32)");
  SAYS(where(a23, a23, a23), "[where] the condition must be bool, got float32 (2, 3)");
  SAYS(masked_fill(a23, a23, 0), "[masked_fill] the mask must be bool, got float32 (2, 3)");
  SAYS(mask & whole, "[logical_and] both inputs must be bool, got int64 (2, 3)");
  SAYS(~a23, "[logical_not] the input must be bool, got float32 (2, 3)");
  SAYS(all(a23), "[all] the input must be bool, got float32 (2, 3)");
  SAYS(gather(a23, 0, a23), "[gather] the index must be int64, got float32 (2, 3); cast with .to(int64)");
  SAYS(embedding(a23, a23), "[embedding] ids must be int64, got float32 (2, 3); cast with .to(int64)");
  SAYS(one_hot(a23, 3), "[one_hot] ids must be int64, got float32 (2, 3); cast with .to(int64)");
}

TEST_CASE("an undefined tensor") {
  const Tensor none;
  SAYS(exp(none), "[exp] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  SAYS(a23 + none, "[add] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  SAYS(matmul(none, a23),
       "[matmul] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  SAYS(reshape(none, {1}),
       "[reshape] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  SAYS(cat({a23, none}),
       "[cat] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
  SAYS(none.sum(), "[sum] an input tensor is undefined: it was never computed, or is a .grad() before backward()");
}

TEST_CASE("dims") {
  SAYS(sum(a23, 2), "[sum] dim 2 is out of range for (2, 3); valid: -2..1");
  SAYS(sum(a23, {0, -2}), "[sum] dim 0 is named twice in (0, -2) for (2, 3)");
  SAYS(softmax(a23, -3), "[softmax] dim -3 is out of range for (2, 3); valid: -2..1");
  SAYS(sum(scalar, 1), "[sum] dim 1 is out of range for a number of shape (); valid: -1..0");
  SAYS(scalar.size(0), "[size] dim 0 is out of range for (), which has no dims");
  SAYS(transpose(a23, 0, 5), "[transpose] dim 5 is out of range for (2, 3); valid: -2..1");
  SAYS(unsqueeze(a23, 4), "[unsqueeze] dim 4 is out of range for (2, 3); valid: -3..2");
  SAYS(permute(a23, {0}), "[permute] (0) names 1 dim, but (2, 3) has 2");
  SAYS(permute(a23, {0, -2}), "[permute] dim 0 is named twice in (0, -2)");
  SAYS(flatten(a23, 1, 0), "[flatten] start dim 1 comes after end dim 0");
  SAYS(diagonal(a23, 0, 1, -1), "[diagonal] dims 1 and -1 of (2, 3) are the same dim");
  SAYS(a4.t(), "[t] needs a matrix, got (4); use transpose(-2, -1)");
  SAYS(max(zeros({2, 0}), 1), "[max] dim 1 of (2, 0) is empty: it has no largest or smallest element");
  SAYS(argmax(zeros({2, 0}), 1), "[argmax] dim 1 of (2, 0) is empty: it has no largest or smallest element");
  SAYS(max(zeros({0})), "[max] dim 0 of (0) is empty: it has no largest or smallest element");
}

TEST_CASE("shapes of views") {
  SAYS(reshape(a23, {4}), "[reshape] cannot view 6 elements of (2, 3) as (4), which has 4");
  SAYS(reshape(a23, {-1, 4}), "[reshape] cannot view 6 elements of (2, 3) as (-1, 4): 6 is not divisible by 4");
  SAYS(reshape(a23, {-1, -1}), "[reshape] (-1, -1) is not a shape: only one dim may be -1, and none may be less");
  SAYS(reshape(a23, {-2, 3}), "[reshape] (-2, 3) is not a shape: only one dim may be -1, and none may be less");
  SAYS(expand(a23, {4, 3}), "[expand] (2, 3) cannot be expanded to (4, 3): only dims of size 1 stretch");
  SAYS(expand(a23, {3}), "[expand] (2, 3) cannot be expanded to (3): only dims of size 1 stretch");
  SAYS(narrow(a23, 1, 2, 2), "[narrow] start 2 and length 2 do not fit into dim 1 of (2, 3), which has size 3");
  SAYS(narrow(a23, 0, INT64_MAX, 1),
       "[narrow] start 9223372036854775807 and length 1 do not fit into dim 0 of (2, 3), which has size 2");
  SAYS(narrow(a23, 0, 1, INT64_MAX),
       "[narrow] start 1 and length 9223372036854775807 do not fit into dim 0 of (2, 3), which has size 2");
  SAYS(expand(ones({1}), {int64_t{1} << 62, 8}),
       "[expand] (4611686018427387904, 8) has too many elements for one tensor");
  SAYS(slice(a23, 1, 0, 3, 0), "[slice] step must be at least 1, got 0; use flip() to go backwards");
  SAYS(select(a23, 1, 3), "[select] index 3 is out of range for dim 1 of (2, 3), which has size 3");
  SAYS(a23[-3], "[select] index -3 is out of range for dim 0 of (2, 3), which has size 2");
  SAYS(unfold(a23, 1, 4, 1), "[unfold] windows of 4 every 1 do not fit into dim 1 of (2, 3)");
  SAYS(pad(a23, 1, -1, 0), "[pad] sizes cannot be negative, got -1 and 0; use narrow() to cut");
  SAYS(split(a23, 0), "[split] parts must have at least size 1, got 0");
  SAYS(chunk(a23, 0), "[chunk] needs at least one chunk, got 0");
  SAYS(repeat(a23, {2}), "[repeat] (2) gives fewer counts than (2, 3) has dims");
  SAYS(repeat(a23, {-1, 2}), "[repeat] counts cannot be negative, got (-1, 2)");
  SAYS(cat({}), "[cat] needs at least one tensor");
  SAYS(cat({a23, ones({2, 4})}),
       "[cat] tensor 1 of shape (2, 4) does not fit tensor 0 of shape (2, 3): all dims but dim 0 must be equal");
  SAYS(cat({a23, a4}),
       "[cat] tensor 1 of shape (4) does not fit tensor 0 of shape (2, 3): all dims but dim 0 must be equal");
  SAYS(stack({}), "[stack] needs at least one tensor");
  SAYS(stack({a23, a4}), "[stack] all shapes must be equal, got (2, 3) and (4)");
  SAYS(masked_fill(a4, ones({2, 4}, {.dtype = boolean}), 0),
       "[masked_fill] the mask of shape (2, 4) does not broadcast to (4)");
  SAYS(where(mask, a23, a4), "[where] shapes (2, 3) and (4) cannot be broadcast: dim -1 is 3 and 4");
}

TEST_CASE("products") {
  SAYS(matmul(a23, ones({2, 4})),
       "[matmul] inner dimensions differ: (2, 3) x (2, 4); lhs dim -1 is 3, rhs dim -2 is 2. Did you mean "
       "matmul(a.transpose(-2, -1), b)?");
  SAYS(matmul(a23, ones({5, 4})),
       "[matmul] inner dimensions differ: (2, 3) x (5, 4); lhs dim -1 is 3, rhs dim -2 is 5.");
  SAYS(matmul(a23, a4), "[matmul] inner dimensions differ: (2, 3) x (4); lhs dim -1 is 3, rhs dim -1 is 4.");
  SAYS(matmul(a23, scalar), "[matmul] needs at least one dim on each side, got (2, 3) x (); use * for scalars");
  SAYS(matmul(ones({2, 3, 4}), ones({5, 4, 3})),
       "[matmul] batch dims (2) and (5) of (2, 3, 4) x (5, 4, 3) cannot be broadcast");
  SAYS(linear(a23.to(float64), ones({4, 3})),
       "[linear] x is float64 (2, 3), the weight float32 (4, 3); cast x with .to(float32)");
  SAYS(linear(a23, ones({4, 2})), "[linear] x (2, 3) does not fit weight (4, 2): x's last dim must be weight's dim 1");
  SAYS(einsum("...ijk->i", {a23}), "[einsum] '...ijk->i': term '...ijk' does not fit an operand of 2 dims");
  SAYS(einsum("ijk->i", {a23}), "[einsum] 'ijk->i': term 'ijk' names 3 dims, but operand 0 of shape (2, 3) has 2");
  SAYS(einsum("ij,jk->ik", {a23}), "[einsum] 'ij,jk->ik': has 2 terms for 1 operand");
  SAYS(einsum("ij->i", {a23, a23}), "[einsum] 'ij->i': has 1 term for 2 operands");
  SAYS(einsum("ij,jk->ik", {a23, a23}),
       "[einsum] 'ij,jk->ik': 'j' is 3 in one place and 2 in operand 1 of shape (2, 3)");
  SAYS(einsum("ij->k", {a23}), "[einsum] 'ij->k': 'k' of the result is in no operand");
  SAYS(einsum("ij->ii", {a23}), "[einsum] 'ij->ii': 'i' appears twice in the result");
  SAYS(einsum("i.->i", {a23}), "[einsum] 'i.->i': '.' is not a letter");
  SAYS(einsum("->", {}), "[einsum] '->': needs at least one operand");
}

TEST_CASE("indices") {
  SAYS(embedding(ones({5, 2}), tensor({{1, 2}, {3, -1}})), "[embedding] id -1 at position (1, 1) is outside [0, 5)");
  SAYS(embedding(ones({5}), tensor({1})), "[embedding] the weight must be a matrix (V, D), got (5)");
  SAYS(gather(a23, 1, tensor({{0, 3}})), "[gather] index 3 at position (0, 1) is outside [0, 3)");
  SAYS(gather(a23, 1, zeros({3, 1}, {.dtype = int64})),
       "[gather] index (3, 1) does not fit (2, 3): ranks must be equal, and sizes no larger except along dim 1");
  SAYS(gather(a23, 1, tensor({0})),
       "[gather] index (1) does not fit (2, 3): ranks must be equal, and sizes no larger except along dim 1");
  SAYS(scatter_add(a23, 1, tensor({{0, 9}}), ones({1, 2})),
       "[scatter_add] index 9 at position (0, 1) is outside [0, 3)");
  SAYS(scatter_add(a23, 1, tensor({{0, 1}}), ones({1, 3})),
       "[scatter_add] src (1, 3) and index (1, 2) must have the same shape");
  SAYS(index_select(a23, 0, tensor({2})), "[index_select] index 2 at position (0) is outside [0, 2)");
  SAYS(index_select(a23, 0, tensor({{1}})), "[index_select] the index must have one dim, got (1, 1)");
  SAYS(take_along_dim(a23, tensor({0}), 0), "[take_along_dim] index (1) and (2, 3) must have equal ranks");
  SAYS(one_hot(tensor({0, 4}), 3), "[one_hot] id 4 at position (1) is outside [0, 3)");
  SAYS(topk(a23, 4), "[topk] k = 4 is outside 0..3, the size of dim 1 of (2, 3)");
}

TEST_CASE("compositions and losses") {
  SAYS(dropout(a23, 1.5, true), "[dropout] p must be in [0, 1], got 1.5");
  SAYS(dropout(a23, NAN, true), "[dropout] p must be in [0, 1], got nan");
  SAYS(layer_norm(a23, {4}), "[layer_norm] the last dims of (2, 3) are not (4)");
  SAYS(rms_norm(a23, {4}), "[rms_norm] the last dims of (2, 3) are not (4)");
  SAYS(scaled_dot_product_attention(a23, a23, a23, ones({2, 2})),
       "[scaled_dot_product_attention] the mask must be bool, got float32 (2, 2)");
  SAYS(cross_entropy(a23, tensor({0, 3})), "[cross_entropy] label 3 at position (1) is outside [0, 3)");
  SAYS(cross_entropy(a23, tensor({{0, 0, 1}, {1, 0, 0}})),
       "[cross_entropy] scores (2, 3) need targets (2), got (2, 3); targets are class numbers: argmax(one_hot, 1) "
       "makes them");
  SAYS(cross_entropy(a23, tensor({0, 1, 2})), "[cross_entropy] scores (2, 3) need targets (2), got (3)");
  SAYS(cross_entropy(a23, ones({2})),
       "[cross_entropy] the target must be int64, got float32 (2); cast with .to(int64)");
  SAYS(cross_entropy(scalar, tensor(0)), "[cross_entropy] the scores need a class dim, got shape ()");
  SAYS(cross_entropy(a23, tensor({0, 1}), ones({2})), "[cross_entropy] class weights must be (3), got (2)");
  SAYS(cross_entropy(a23, tensor({0, 1}), {}, -100, Reduction::mean, 2),
       "[cross_entropy] label_smoothing must be in [0, 1], got 2");
  SAYS(nll_loss(a23, tensor({0, -1})), "[nll_loss] label -1 at position (1) is outside [0, 3)");
  SAYS(mse_loss(a23, ones({3})),
       "[mse_loss] input (2, 3) and target (3) must have the same shape; a loss never broadcasts");
  SAYS(l1_loss(a23, doubles),
       "[l1_loss] dtypes differ: lhs is float32 (2, 3), rhs is float64 (2, 3); cast one side, e.g. with .to(float32)");
  SAYS(binary_cross_entropy_with_logits(a23, scalar),
       "[binary_cross_entropy_with_logits] input (2, 3) and target () must have the same shape; a loss never "
       "broadcasts");
}

TEST_CASE("a gradient that is set has its tensor's dtype") {
  Tensor p = ones({3}, {.requires_grad = true});
  SAYS(p.set_grad(ones({3}, {.dtype = float16})), "[set_grad] the gradient is float16, the tensor float32");
  SAYS(p.set_grad(ones({3}, {.dtype = float64})), "[set_grad] the gradient is float64, the tensor float32");
  CHECK(!p.grad().defined());
}

TEST_CASE("devices: a build without CUDA says how to get it") {
  SAYS(Device::parse("gpu"), "[device] 'gpu' is not a device; valid: cpu, cuda, cuda:0..15");
  SAYS(Device::cuda(256), "[device] there is no cuda:256; indices go from 0 to 15");
  SAYS(Device::cuda(-1), "[device] there is no cuda:-1; indices go from 0 to 15");
  CHECK(Device::parse("cuda:15").index() == 15);
  CHECK(Device::parse("cuda:3").str() == "cuda:3");
  CHECK(Device::parse("cuda") == Device::cuda());
  CHECK(Device::cuda().str() == "cuda");
  try {
    zeros({1}, {.device = Device::cuda()});
    WARN("this build has CUDA: the texts of one that lacks it are not tested");
    return;
  } catch (const DeviceError& error) {
    CHECK(error.devices == std::vector<Device>{Device::cuda()});
  }
  const std::string how =
      "this build runs on the CPU alone; configure with -DLEMMA_CUDA=ON (a GPU and the CUDA toolkit) or "
      "-DLEMMA_CUDA=EMULATED (needs neither)";
  SAYS(zeros({2}, {.device = Device::cuda()}), "[tensor] no cuda: " + how);
  SAYS(a23.to(Device::cuda(1)), "[tensor] no cuda:1: " + how);
  SAYS(tensor({1.0}, {.device = Device::cuda()}), "[tensor] no cuda: " + how);
  SAYS(rand({2}, {.device = Device::cuda()}), "[tensor] no cuda: " + how);
}
