// Operations as methods: each is in the list, and each does what the function of its name does.
#include <fstream>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

std::string as_text(const Tensor& x) { return x.str(); }
std::string as_text(const TensorPair& x) { return x.first.str() + x.second.str(); }
std::string as_text(bool x) { return x ? "true" : "false"; }
std::string as_text(const TensorList& x) {
  std::string all;
  for (const Tensor& one : x) all += one.str();
  return all;
}
// The result as text, or the error's sentence: functions and methods must agree in both.
template <class F>
std::string outcome(const F& f) {
  try {
    return as_text(f());
  } catch (const Error& error) {
    return error.what();
  }
}

std::set<std::string> names_in(const std::string& header, const std::string& pattern) {
  std::ifstream file(LEMMA_SOURCE_DIR "/include/lemma/" + header);
  REQUIRE(file);
  const std::regex regex(pattern);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_search(line, match, regex)) names.insert(match[1]);
  }
  return names;
}

}  // namespace

TEST_CASE("every operation on a tensor is a method, but for those that PyTorch has as functions alone") {
  const std::set<std::string> functions = {"cast",  // is x.to(dtype)
                                           "var_mean",
                                           "std_mean",
                                           "elu",
                                           "celu",
                                           "tensordot",
                                           "leaky_relu",
                                           "hardtanh",
                                           "softmin",
                                           "glu",
                                           "normalize",
                                           "cosine_similarity",
                                           "where",  // starts with the condition
                                           "rsub",
                                           "rdiv",
                                           "linear",
                                           "pad",
                                           "embedding",
                                           "one_hot",
                                           "layer_norm",
                                           "rms_norm",
                                           "scaled_dot_product_attention",
                                           "dropout",
                                           "nll_loss",
                                           "mse_loss",
                                           "l1_loss",
                                           "cross_entropy",
                                           "binary_cross_entropy_with_logits"};
  const std::set<std::string> methods = names_in("methods.h", R"(^LEMMA_(?:UNARY\(|BINARY\(|METHOD\(\w+, )(\w+))");
  const std::set<std::string> operations = names_in(
      "ops.h",
      R"(^(?:Tensor|bool|std::pair<Tensor, Tensor>|std::vector<Tensor>) (\w+)\((?:const Tensor&|double a, const))");
  CHECK(methods.size() > 70);
  std::set<std::string> missing, both;
  for (const std::string& op : operations) {
    if (!methods.count(op) && !functions.count(op)) missing.insert(op);
    if (methods.count(op) && functions.count(op)) both.insert(op);
  }
  INFO("add to include/lemma/methods.h: " << fmt::format("{}", fmt::join(missing, ", ")));
  CHECK(missing.empty());
  CHECK(both.empty());
}

TEST_CASE("a method of one tensor does what its function does") {
  for (const Tensor& x :
       {tensor({{0.5, 1.5, 2.0}, {-0.25, 3.0, 0.0}}), tensor({{true, false}}), tensor({3, -1}), Tensor()}) {
#define LEMMA_DEFAULT(value)
#define LEMMA_UNARY(name)                                                                \
  {                                                                                      \
    INFO(#name " of " << x.str());                                                       \
    CHECK(outcome([&] { return x.name(); }) == outcome([&] { return lemma::name(x); })); \
  }
#define LEMMA_BINARY(name)
#define LEMMA_METHOD(Result, name, parameters, ...)
#include "lemma/methods.h"
  }
}

TEST_CASE("a method of a tensor and a tensor or number does what its function does") {
  const Tensor x = tensor({{0.5, 1.5, 2.0}, {0.25, 3.0, 1.0}}), y = tensor({2.0, 1.5, -0.5});
#define LEMMA_DEFAULT(value)
#define LEMMA_UNARY(name)
#define LEMMA_BINARY(name)                      \
  {                                             \
    INFO(#name);                                \
    CHECK(equal(x.name(y), lemma::name(x, y))); \
    CHECK(equal(x.name(2), lemma::name(x, 2))); \
  }
#define LEMMA_METHOD(Result, name, parameters, ...)
#include "lemma/methods.h"
}

TEST_CASE("the other methods hand their arguments on in order, and have the functions' defaults") {
  const Tensor x = tensor({{0.5, 1.5, 2.0}, {0.25, 3.0, 1.0}}), y = tensor({{1.0, 2.0, 0.0}, {0.25, -1.0, 4.0}});
  const Tensor mask = tensor({{true, false, true}, {false, false, true}}), other_mask = tensor({true, true, false});
  const Tensor index = tensor({{1, 0}, {0, 0}}), square = arange(16.0).reshape({4, 4});
#define SAME(x, name, ...)                                                                     \
  {                                                                                            \
    INFO(#name "(" #__VA_ARGS__ ")");                                                          \
    CHECK(as_text(x.name(__VA_ARGS__)) == as_text(lemma::name(x __VA_OPT__(, ) __VA_ARGS__))); \
  }
  SAME(x, maximum, y)
  SAME(x, minimum, y)
  SAME(x, clamp, 0.5, 1.5)
  SAME(mask, logical_and, other_mask)
  SAME(mask, logical_or, other_mask)
  SAME(mask, logical_xor, other_mask)
  SAME(x, masked_fill, mask, -1)
  SAME(mask, all)
  SAME(mask, any)
  SAME(x, allclose, x + 1e-6)
  SAME(x, allclose, x + 0.1, 0, 0.2)
  SAME(x, equal, y)
  SAME(x, sum, 1)
  SAME(x, sum, {0, 1}, true)
  SAME(x, mean, 0, true)
  SAME(x, prod, 1)
  SAME(x, prod, 0, true)
  SAME(x, amax, 1)
  SAME(x, amin, {0}, true)
  SAME(x, max, 1)
  SAME(x, min, 0, true)
  SAME(x, argmax, 1)
  SAME(x, argmin, 0, true)
  SAME(x, var, 1)
  SAME(x, var, 1, 0, true)
  SAME(x, std, 1)
  SAME(x, std, 1, 0, true)
  SAME(x, logsumexp, 1, true)
  SAME(x, norm, Dims{1}, true)
  SAME(x, cumsum, 0)
  SAME(x, softmax, 1)
  SAME(x, log_softmax, 0)
  SAME(x, matmul, y.t())
  SAME(x, reshape, {3, -1})
  SAME(square.unsqueeze(0), flatten)
  SAME(square.unsqueeze(0), flatten, 1, 2)
  SAME(x, transpose, 0, 1)
  SAME(x.unsqueeze(0), permute, {2, 0, 1})
  SAME(x, expand, {2, -1, -1})
  SAME(x.unsqueeze(1), squeeze, 1)
  SAME(x, unsqueeze, 1)
  SAME(x, narrow, 1, 0, 2)
  SAME(x, slice, 1, 0, 3, 2)
  SAME(x, slice, 1, 1, 2)
  SAME(x, select, 1, 2)
  SAME(square, diagonal)
  SAME(square.unsqueeze(0), diagonal, 1, 1, 2)
  SAME(square, unfold, 1, 2, 1)
  SAME(x, to, Device::cpu())
  SAME(square, split, 3)
  SAME(square, split, 3, 1)
  SAME(square, chunk, 2)
  SAME(square, chunk, 2, 1)
  SAME(square, flip, {0, 1})
  SAME(x, repeat, {2, 3})
  SAME(square, tril)
  SAME(square, tril, 1)
  SAME(square, triu)
  SAME(square, triu, -1)
  SAME(x, gather, 0, index)
  SAME(x, scatter_add, 0, index, tensor({{1.0, 2.0}, {3.0, 4.0}}))
  SAME(x, scatter, 0, index, tensor({{1.0, 2.0}, {3.0, 4.0}}))
  SAME(x, scatter, 1, index, 0.5)
  SAME(x, index_add, 0, tensor({1}), tensor({{1.0, 2.0, 3.0}}))
  SAME(x, index_add, 0, tensor({1}), tensor({{1.0, 2.0, 3.0}}), 2)
  SAME(x, index_put, {0, tensor({1, 1})}, tensor({1.0, 2.0}))
  SAME(x, index_put, {0, tensor({1, 1})}, tensor({1.0, 2.0}), true)
  SAME(x, masked_select, mask)
  SAME(x, index_select, 1, tensor({2, 0}))
  SAME(x, take_along_dim, tensor({{1}, {0}}), 1)
  SAME(x, sort)
  SAME(x, sort, 0, true)
  SAME(x, argsort)
  SAME(x, argsort, 0, true)
  SAME(x, topk, 2)
  SAME(x, topk, 1, 0, false)
  SAME(x, clamp_min, 1)
  SAME(x, clamp_max, 1)
  SAME(x, round, 1)
  SAME(x, div, y + 2, "floor")
  SAME(x, div, 2, "trunc")
  SAME(x, atan2, y)
  SAME(x, hypot, y)
  SAME(x, logaddexp, y)
  SAME(x, cumprod, 1)
  SAME(x, logcumsumexp, 1)
  SAME(x, cummax, 1)
  SAME(x, cummin, 0)
  SAME(x, lerp, y, 0.25)
  SAME(x, lerp, y, y)
  SAME(x, addcmul, y, x)
  SAME(x, addcmul, x, y, 2)
  SAME(x, addcdiv, y, x)
  SAME(x, addcdiv, x, y + 3, 2)
  SAME((x / 0), nan_to_num)
  SAME((x / 0), nan_to_num, 1, 2, 3)
  SAME(y, count_nonzero)
  SAME(y, count_nonzero, 1)
  SAME(x, median, 1)
  SAME(x, median, 0, true)
  SAME(x, kthvalue, 2)
  SAME(x, kthvalue, 1, 0, true)
  SAME(x, quantile, 0.3)
  SAME(x, quantile, 0.3, 1, true, "lower")
  SAME(x, quantile, tensor({0.1, 0.7}))
  SAME(x, quantile, tensor({0.1, 0.7}), 0, true, "nearest")
  SAME(tensor({1, 3}), bincount)
  SAME(tensor({1, 3}), bincount, tensor({0.5, 2.0}), 6)
  SAME(x, histc)
  SAME(x, histc, 3, 0.5, 2)
  SAME(x[0], dot, y[0])
  SAME(x, mv, y[0])
  SAME(x, mm, y.t())
  SAME(x.unsqueeze(0), bmm, y.t().unsqueeze(0))
  SAME(square, addmm, square, square + 1)
  SAME(square, addmm, square, square + 1, 2, 3)
  SAME(x, baddbmm, x.unsqueeze(0), ones({1, 3, 3}))
  SAME(x, baddbmm, x.unsqueeze(0), ones({1, 3, 3}), 2, 3)
  SAME(x[0], outer, y[1])
  SAME(x, expand_as, ones({4, 2, 3}))
  SAME(x, broadcast_to, {4, 2, 3})
  SAME(x, view_as, ones({3, 2}))
  SAME(x, reshape_as, ones({3, 2}))
  SAME(x, swapaxes, 0, 1)
  SAME(x, swapdims, 0, 1)
  SAME(x.unsqueeze(0), movedim, {0, 1}, {2, 0})
  SAME(x, diag)
  SAME(x, diag, 1)
  SAME(x, diag_embed)
  SAME(x, diag_embed, 1, 0, 2)
  SAME(x, unbind)
  SAME(x, unbind, 1)
  SAME(x, tile, {2, 3})
  SAME(x, repeat_interleave, 2)
  SAME(x, repeat_interleave, 2, 1)
  SAME(x, repeat_interleave, tensor(2))
  SAME(x, repeat_interleave, tensor({2, 1}), 0)
  SAME(x, roll, 1)
  SAME(x, roll, 1, 0)
  SAME(x, roll, {1, 1}, {0, 1})
  SAME(x, rot90)
  SAME(x, rot90, 3, {1, 0})
#undef SAME
}
