// Writing in place where the tape looks: values and gradients against the same thing written without writing.
#include <fcntl.h>
#include <unistd.h>

#include <functional>

#include "lemma/autograd.h"
#include "lemma/io/files.h"
#include "lemma/ops.h"
#include "tape/said.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

using Doubles = std::vector<double>;
using Inputs = std::vector<Tensor>;

Tensor leaf(const TensorData& data) { return tensor(data, {.dtype = float64, .requires_grad = true}); }
Tensor plain(const TensorData& data) { return tensor(data, {.dtype = float64}); }

Tensor weighted(const Tensor& y) { return sum(y * y * reshape(arange(y.numel()).to(float64) * 0.3 + 0.1, y.shape())); }

// Values and gradients of two ways to compute one thing, for a (2, 3) and b (3).
void same(const char* what, const std::function<Tensor(Tensor, Tensor)>& written,
          const std::function<Tensor(Tensor, Tensor)>& functional) {
  INFO(what);
  Doubles values[2], da[2], db[2];
  int i = 0;
  for (const auto& f : {written, functional}) {
    const Tensor a = leaf({{0.5, -1.0, 2.0}, {1.5, 3.0, -0.5}}), b = leaf({1.25, 0.75, -2.0});
    const Tensor y = f(a * 1.0, b * 1.0);
    values[i] = y.to_vector<double>();
    weighted(y).backward();
    da[i] = a.grad().defined() ? a.grad().to_vector<double>() : Doubles(6, 0);
    db[i] = b.grad().defined() ? b.grad().to_vector<double>() : Doubles(3, 0);
    ++i;
  }
  CHECK(values[0] == values[1]);
  for (size_t k = 0; k < 6; ++k) CHECK(da[0][k] == Approx(da[1][k]));
  for (size_t k = 0; k < 3; ++k) CHECK(db[0][k] == Approx(db[1][k]));
  const auto run = [&](const Inputs& in) { return written(in[0] * 1.0, in[1] * 1.0); };
  const Inputs inputs = {plain({{0.5, -1.0, 2.0}, {1.5, 3.0, -0.5}}), plain({1.25, 0.75, -2.0})};
  CHECK(gradcheck(run, inputs).ok);
  CHECK(gradgradcheck(run, inputs).ok);
}

}  // namespace

TEST_CASE("arithmetic in place on a result has the gradient of the arithmetic") {
  same(
      "+=",
      [](Tensor a, Tensor b) {
        a += b;
        return a;
      },
      [](Tensor a, Tensor b) { return a + b; });
  same(
      "-=",
      [](Tensor a, Tensor b) {
        a -= b;
        return a;
      },
      [](Tensor a, Tensor b) { return a - b; });
  same(
      "*=",
      [](Tensor a, Tensor b) {
        a *= b;
        return a;
      },
      [](Tensor a, Tensor b) { return a * b; });
  same(
      "/=",
      [](Tensor a, Tensor b) {
        a /= b;
        return a;
      },
      [](Tensor a, Tensor b) { return a / b; });
  same(
      "*= itself",
      [](Tensor a, Tensor) {
        a *= a;
        return a;
      },
      [](Tensor a, Tensor) { return a * a; });
  same(
      "numbers",
      [](Tensor a, Tensor b) {
        a += 2;
        a *= 3;
        a -= 1;
        a /= 4;
        return a + b;
      },
      [](Tensor a, Tensor b) { return ((a + 2) * 3 - 1) / 4 + b; });
  same(
      "alpha", [](Tensor a, Tensor b) { return a.add_(b, 0.5).sub_(b, 2); },
      [](Tensor a, Tensor b) { return a + 0.5 * b - 2 * b; });
  same(
      "copy_",
      [](Tensor a, Tensor b) {
        const Tensor c = a * 2.0;
        a.copy_(b);
        return a + c;
      },
      [](Tensor a, Tensor b) {
        return expand(b, {2, 3}) + 2 * a;
      });
  same(
      "fill_",
      [](Tensor a, Tensor b) {
        const Tensor c = a + b;
        a.fill_(2);
        return a * c;
      },
      [](Tensor a, Tensor b) { return 2 * (a + b); });
  same(
      "masked_fill_ and clamp_",
      [](Tensor a, Tensor b) {
        a.masked_fill_(a > 2.5, 7);
        b.clamp_(-1, 1);
        return a * b;
      },
      [](Tensor a, Tensor b) { return masked_fill(a, a > 2.5, 7) * clamp(b, -1, 1); });
  same(
      "index_add_, scatter_, scatter_add_",
      [](Tensor a, Tensor b) {
        a.index_add_(0, tensor({1}), b.unsqueeze(0), 2);
        a.scatter_(1, tensor({{0}, {2}}), b.narrow(0, 1, 2).unsqueeze(1));
        a.scatter_add_(1, tensor({{1, 1}}), b.narrow(0, 0, 2).unsqueeze(0));
        a.scatter_(1, tensor({{2}}), 0.5);
        return a;
      },
      [](Tensor a, Tensor b) {
        const Tensor zero = zeros({3}, {.dtype = float64});
        a = a + stack({zero, 2 * b});
        a = stack({cat({b.narrow(0, 1, 1), a[0].narrow(0, 1, 2)}), cat({a[1].narrow(0, 0, 2), b.narrow(0, 2, 1)})});
        const Tensor first = cat({a[0].narrow(0, 0, 1), (a[0][1] + b[0] + b[1]).unsqueeze(0), plain({0.5})});
        return stack({first, a[1]});
      });
}

TEST_CASE("a write through a view changes the gradient of the whole, and of its other views") {
  same(
      "a row",
      [](Tensor a, Tensor b) {
        a[0] = b;
        return a;
      },
      [](Tensor a, Tensor b) {
        return stack({b, a[1]});
      });
  same(
      "a row, in place",
      [](Tensor a, Tensor b) {
        a[0] *= b;
        return a;
      },
      [](Tensor a, Tensor b) {
        return stack({a[0] * b, a[1]});
      });
  same(
      "a part of a row",
      [](Tensor a, Tensor b) {
        a[1][{Slice(1, 3)}] = b.narrow(0, 0, 2);
        return a;
      },
      [](Tensor a, Tensor b) {
        return stack({a[0], cat({a[1].narrow(0, 0, 1), b.narrow(0, 0, 2)})});
      });
  same(
      "a column, through a transpose",
      [](Tensor a, Tensor b) {
        a.t()[1] = b.narrow(0, 0, 2);
        return a;
      },
      [](Tensor a, Tensor b) {
        return stack({a.t()[0], b.narrow(0, 0, 2), a.t()[2]}).t();
      });
  same(
      "the diagonal",
      [](Tensor a, Tensor b) {
        a.diagonal() += b.narrow(0, 1, 2);
        return a;
      },
      [](Tensor a, Tensor b) {
        const Tensor d = b.narrow(0, 1, 2), zero = zeros({1}, {.dtype = float64});
        return a + stack({cat({d.narrow(0, 0, 1), zero, zero}), cat({zero, d.narrow(0, 1, 1), zero})});
      });
  same(
      "a view that is kept, then written and read",
      [](Tensor a, Tensor b) {
        Tensor row = a[1];
        row += b;
        return a * row;
      },
      [](Tensor a, Tensor b) {
        const Tensor row = a[1] + b;
        return stack({a[0], row}) * row;
      });
  same(
      "a view taken before the write sees it",
      [](Tensor a, Tensor b) {
        const Tensor column = a.select(1, 0);
        a[0] = b;
        return a * column.unsqueeze(1);
      },
      [](Tensor a, Tensor b) {
        const Tensor c = stack({b, a[1]});
        return c * c.select(1, 0).unsqueeze(1);
      });
  same(
      "a view taken before its base is written",
      [](Tensor a, Tensor b) {
        const Tensor row = a[0];
        a *= b;
        return a + row;
      },
      [](Tensor a, Tensor b) {
        const Tensor c = a * b;
        return c + c[0];
      });
  same(
      "one row from another, twice",
      [](Tensor a, Tensor b) {
        a[0] = a[1];
        a[1] = b;
        a[0] += a[1];
        return a;
      },
      [](Tensor a, Tensor b) {
        return stack({a[1] + b, b});
      });
  same(
      "values from before the write stay on the tape",
      [](Tensor a, Tensor b) {
        const Tensor early = a + b;
        a[0] = 0.0;
        return early * a;
      },
      [](Tensor a, Tensor b) {
        return (a + b) * stack({a[0] * 0, a[1]});
      });
  same(
      "by mask and index",
      [](Tensor a, Tensor b) {
        a[a > 1.75] = 0.25;
        a[{tensor({0}), All}] += b;
        return a;
      },
      [](Tensor a, Tensor b) {
        const Tensor c = masked_fill(a, a > 1.75, 0.25);
        return stack({c[0] + b, c[1]});
      });
}

TEST_CASE("a buffer without a gradient takes one from what is written into it") {
  const Tensor b = leaf({1.0, 2.0});
  Tensor buffer = zeros({3, 2}, {.dtype = float64});
  const Tensor early = buffer[1];
  for (int64_t i = 0; i < 3; ++i) buffer[i] = b * static_cast<double>(i);
  CHECK(buffer.requires_grad());
  CHECK(early.requires_grad());
  CHECK(!buffer.is_leaf());
  CHECK(buffer.to_vector<double>() == Doubles{0, 0, 1, 2, 2, 4});
  sum(buffer * early).backward();  // (0 + 1 + 2) b * b
  CHECK(b.grad().to_vector<double>() == Doubles{6, 12});
  // Overwriting all of it cuts it off from what was there.
  Tensor again = b * 3.0;
  again.copy_(plain({5.0, 6.0}));
  CHECK(grad({sum(again * b)}, {b})[0].to_vector<double>() == Doubles{5, 6});
}

TEST_CASE("a leaf that requires a gradient is written only under NoGrad, through its views too") {
  Tensor w = leaf({1.0, 2.0});
  const char* refused = " writing in place to a tensor that requires a gradient needs a NoGrad block";
  CHECK_THROWS_WITH(w += 1, std::string("[add_]") + refused);
  CHECK_THROWS_WITH(w[0] = 1.0, std::string("[fill_]") + refused);
  CHECK_THROWS_WITH(w[{Slice(0, 1)}] = plain({1.0}), std::string("[copy_]") + refused);
  CHECK_THROWS_WITH(w[w > 1] = 0.0, std::string("[index_put_]") + refused);
  CHECK_THROWS_WITH(w.mul_(plain({1.0, 2.0})), std::string("[mul_]") + refused);
  CHECK(w.to_vector<double>() == Doubles{1, 2});
  {
    NoGrad guard;
    w -= plain({0.5, 0.5});
    w[0] = 7.0;
    w[w < 2] = -1.0;
  }
  CHECK(w.to_vector<double>() == Doubles{7, -1});
  CHECK(w.is_leaf());
  CHECK(w.requires_grad());
  // detach() and views made under NoGrad stand outside the tape; a value saved before is missed.
  const Tensor y = w * w;
  w.detach()[0] = 1.0;
  CHECK_THROWS_AS(sum(y).backward(), GradError);
  // A view that becomes a leaf of its own is no longer part of anything.
  Tensor base = zeros({2}, {.dtype = float64}), part = base[0];
  part.requires_grad_();
  base[1] = w[0];
  CHECK(part.is_leaf());
}

TEST_CASE("a saved value that is overwritten is noticed, whatever wrote it") {
  const Tensor b = leaf({1.0, 2.0});
  Tensor e = exp(b);  // saves its result
  e += 1;
  CHECK_THROWS_WITH(
      sum(e).backward(),
      "[exp] the output of shape (2) was changed in place after it was saved (version 0, now 1); change it "
      "after backward(), or clone() it first");
  Tensor c = b * 2.0;
  const Tensor d = c * c;
  c[0] = 0.0;
  CHECK_THROWS_AS(sum(d).backward(), GradError);
}

TEST_CASE("a user's function that returns a view has memory of its own") {
  struct Reversed : Function {  // the gradient's sign is turned, the values are the input's
    Tensor forward(FunctionContext&, const Inputs& in) override { return in[0]; }
    Inputs backward(FunctionContext&, const Tensor& g) override { return {-g}; }
  };
  const Tensor b = leaf({1.0, 2.0});
  Tensor x = b * 1.0, y = lemma::apply(std::make_shared<Reversed>(), {x});
  y *= 3;
  CHECK(x.to_vector<double>() == Doubles{1, 2});
  CHECK(grad({sum(y)}, {b})[0].to_vector<double>() == Doubles{-3, -3});
}

TEST_CASE("what a dtype cannot hold is refused, as in PyTorch") {
  Tensor ids = arange(3);
  const char* refused =
      " the result is float32, which can't be cast to the desired output type int64: the tensor is int64 (3); compute "
      "with .to(float32) and make a new one";
  CHECK_THROWS_WITH(ids.mul_(0.5), std::string("[mul_]") + refused);
  CHECK_THROWS_WITH(ids += 0.5, std::string("[add_]") + refused);
  CHECK_THROWS_WITH(ids -= 0.5, std::string("[add_]") + refused);
  CHECK_THROWS_WITH(ids /= 2, std::string("[div_]") + refused);
  CHECK_THROWS_WITH(ids /= arange(1, 4), std::string("[div_]") + refused);
  CHECK_THROWS_WITH(ids.add_(ids, 0.5), std::string("[add_]") + refused);
  CHECK_THROWS_WITH(ids.fill_(0.5),
                    "[fill_] the number 0.5 is not an integer, and the tensor (3) is int64; cast it with .to(float32)");
  CHECK_THROWS_WITH(ids += ones({3}),
                    "[add_] dtypes differ: lhs is int64 (3), rhs is float32 (3); cast one side, e.g. with .to(int64)");
  CHECK(ids.to_vector<double>() == Doubles{0, 1, 2});
  ids += 2;
  ids *= ids;
  ids -= arange(3);
  CHECK(ids.to_vector<double>() == Doubles{4, 8, 14});
  Tensor mask = tensor({true, false});
  CHECK_THROWS_WITH(mask += 1, "[add_] needs numbers, got bool (2); cast it with .to(float32)");
  mask |= tensor({false, true});
  mask &= tensor({true, false});
  CHECK(mask.to_vector<bool>() == std::vector<bool>{true, false});
  mask ^= tensor({true, true});
  CHECK(mask.to_vector<bool>() == std::vector<bool>{false, true});
  CHECK_THROWS_WITH(mask &= arange(2), "[logical_and] both inputs must be bool, got int64 (2)");
}

TEST_CASE("views whose elements meet in memory cannot be written") {
  Tensor x = arange(5.0);
  CHECK_THROWS_WITH(
      x.unfold(0, 3, 1).zero_(),
      "[fill_] the tensor of shape (3, 3) is expanded: several elements are one in memory; clone() it first");
  x.unfold(0, 2, 3).zero_();  // windows apart
  CHECK(x.to_vector<double>() == Doubles{0, 0, 2, 0, 0});
  // A base whose elements do not lie in order says nothing about where its views lie.
  const Tensor b = leaf({1.0, 2.0});
  Tensor turned = zeros({2, 3}, {.dtype = float64}).t().detach();
  CHECK_THROWS_WITH(
      turned[0] = b,
      "[copy_] the tensor is a view of one of shape (3, 2) and strides (1, 3), whose elements do not lie in "
      "order; make it contiguous() before taking views to write to");
}

TEST_CASE("asking a result for its gradient says once that it is not a leaf") {
  Tensor w = leaf({1.0, 2.0});
  const TempDir dir;
  const int console = ::dup(2), file = ::open((dir / "said").c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(file, 2);
  said_no_leaf = false;
  sum(w * w).backward();
  w = w - 0.1 * w.grad();
  sum(w * w).backward();
  const bool none = !w.grad().defined() && !w.grad().defined();
  Tensor kept = w * 2.0;
  kept.retain_grad();
  kept.grad();
  ::dup2(console, 2);
  ::close(console);
  ::close(file);
  CHECK(none);
  CHECK(
      io::read_file(dir / "said") ==
      "lemma: grad() of a tensor that is not a leaf but the result of [sub]: only leaves keep a gradient, and results "
      "after retain_grad(). To change a parameter, write w -= 0.1 * w.grad() under NoGrad. This is said once.\n");
}
