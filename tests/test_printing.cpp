// Tensors as text: whole texts, laid out as PyTorch lays them out.
#include <cmath>
#include <sstream>

#include "lemma/ops.h"
#include "tests/cuda_helpers.h"

using namespace lemma;

TEST_CASE("numbers, integers, booleans") {
  const DefaultDevice home(Device::cpu());
  CHECK(tensor(2.0).str() == "tensor(2.)");
  CHECK(tensor(0.5).str() == "tensor(0.5000)");
  CHECK(tensor(2).str() == "tensor(2)");
  CHECK(tensor({1, -20, 300}).str() == "tensor([  1, -20, 300])");
  CHECK(tensor({{true, false}, {false, true}}).str() ==
        "tensor([[ true, false],\n"
        "        [false,  true]])");
  CHECK(tensor({1.0, 2.0, 3.0}).str() == "tensor([1., 2., 3.])");
  CHECK(tensor({1.0, 2.5, -3.0}).str() == "tensor([ 1.0000,  2.5000, -3.0000])");
}

TEST_CASE("large integers are printed exactly") {
  const DefaultDevice home(Device::cpu());
  REQUIRE(tensor({int64_t{9007199254740993}}).str() == "tensor([9007199254740993])");
  REQUIRE(tensor({INT64_MAX, INT64_MIN}).str() == "tensor([ 9223372036854775807, -9223372036854775808])");
}

TEST_CASE("scientific where four decimals would hide something") {
  const DefaultDevice home(Device::cpu());
  CHECK(tensor({1.0, 10000.0}).str() == "tensor([1.0000e+00, 1.0000e+04])");
  CHECK(tensor({0.00001, 1.0}).str() == "tensor([1.0000e-05, 1.0000e+00])");
  CHECK(tensor({1234.5, 0.001}).str() == "tensor([1.2345e+03, 1.0000e-03])");
  CHECK(tensor({0.0, 0.25}).str() == "tensor([0.0000, 0.2500])");
  CHECK(tensor({NAN, INFINITY, -INFINITY, 1.5f}).str() == "tensor([   nan,    inf,   -inf, 1.5000])");
}

TEST_CASE("matrices and more dims") {
  const DefaultDevice home(Device::cpu());
  CHECK(tensor({{1.0, 2.0}, {3.0, 44.0}}).str() ==
        "tensor([[ 1.,  2.],\n"
        "        [ 3., 44.]])");
  CHECK(reshape(arange(8), {2, 2, 2}).str() ==
        "tensor([[[0, 1],\n"
        "         [2, 3]],\n"
        "\n"
        "        [[4, 5],\n"
        "         [6, 7]]])");
  CHECK(reshape(arange(4), {2, 2}).transpose(0, 1).str() ==
        "tensor([[0, 2],\n"
        "        [1, 3]])");
}

TEST_CASE("long lines are broken, large tensors shortened") {
  const DefaultDevice home(Device::cpu());
  CHECK(arange(25).str() ==
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21, 22, 23, 24])");
  CHECK(arange(2000).str() == "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])");
  CHECK(reshape(arange(2000), {40, 50}).str() ==
        "tensor([[   0,    1,    2,  ...,   47,   48,   49],\n"
        "        [  50,   51,   52,  ...,   97,   98,   99],\n"
        "        [ 100,  101,  102,  ...,  147,  148,  149],\n"
        "        ...,\n"
        "        [1850, 1851, 1852,  ..., 1897, 1898, 1899],\n"
        "        [1900, 1901, 1902,  ..., 1947, 1948, 1949],\n"
        "        [1950, 1951, 1952,  ..., 1997, 1998, 1999]])");
}

TEST_CASE("what else a tensor is stands behind its numbers") {
  const DefaultDevice home(Device::cpu());
  CHECK(zeros({2}, {.dtype = float64}).str() == "tensor([0., 0.], dtype=float64)");
  CHECK(zeros({0}).str() == "tensor([])");
  CHECK(zeros({2, 0, 3}).str() == "tensor([], size=(2, 0, 3))");
  CHECK(zeros({0}, {.dtype = int64}).str() == "tensor([], dtype=int64)");
  CHECK(Tensor().str() == "tensor(undefined)");
  const Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  CHECK(x.str() == "tensor([1., 2.], requires_grad=true)");
  CHECK((x * 2).str() == "tensor([2., 4.], grad_fn=<mul>)");
  std::ostringstream out;
  out << x.detach();
  CHECK(out.str() == "tensor([1., 2.])");
  out.str("");
  out << zeros({2, 3}).shape() << zeros({2, 3}).t().strides();
  CHECK(out.str() == "(2, 3)(1, 3)");
}

TEST_CASE("describe: one line for debuggers") {
  const DefaultDevice home(Device::cpu());
  CHECK(tensor({{1.0, 2.0}, {3.0, 4.5}}, {.requires_grad = true}).describe() ==
        "float32 (2, 2) cpu requires_grad, min 1, mean 2.625, max 4.5");
  CHECK(tensor({1, 2}).describe() == "int64 (2) cpu, min 1, mean 1.5, max 2");
  CHECK(zeros({0}).describe() == "float32 (0) cpu");
  CHECK(Tensor().describe() == "undefined");
}
