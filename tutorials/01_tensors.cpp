// Tutorial 01: tensors. Text: docs/tutorials/01_tensors.md
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

int lesson() {
  begin("01: tensors",
        "How does a program hold a table of numbers, of any number of dimensions, and compute with all of it at once?",
        "a moment", 1);

  section("A tensor is numbers, a shape and strides");
  // Two rows of three: the shape is (2, 3). The six numbers lie in memory one after the other.
  const Tensor x = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  show("x", x);
  check("shape of x", "(2, 3)", x.shape().str());
  check("number of elements", 6, static_cast<double>(x.numel()));
  // A stride says how far apart neighbours along a dim are: the next row is 3 numbers on, the next column 1.
  check("strides of x", "(3, 1)", x.strides().str());
  say("\nElement (i, j) is at i * 3 + j. So element (1, 2) is number 5 in memory, counted from 0:");
  check("x[1][2]", 6, x[1][2].item());
  check("the number at 5 in memory", 6, x.to(Device::cpu()).data<float>()[5]);

  section("A view is other strides on the same numbers: nothing is copied");
  const Tensor y = x.transpose(0, 1);
  show("x.transpose(0, 1)", y);
  check("shape", "(3, 2)", y.shape().str());
  check("strides", "(1, 3)", y.strides().str());
  check("second column, x.select(1, 1)", {2, 5}, x.select(1, 1));
  check("its strides", "(3)", x.select(1, 1).strides().str());
  say("\nThe proof that they share memory: write into one, read from the other.");
  Tensor shared = tensor({{1.0, 2.0}, {3.0, 4.0}});
  Tensor column = shared.select(1, 0);
  column.fill_(9);
  check("shared after column.fill_(9)", {9, 2, 9, 4}, shared);
  say("\nreshape keeps the numbers in reading order. A transposed tensor cannot do that in place, so there it copies:");
  check("x.reshape({3, 2})", {1, 2, 3, 4, 5, 6}, x.reshape({3, 2}));
  check("y.reshape({6})", {1, 4, 2, 5, 3, 6}, y.reshape({6}));

  section("Elementwise: one operation, every element");
  check("x * 10 + 1", {11, 21, 31, 41, 51, 61}, x * 10 + 1);
  check("x * x", {1, 4, 9, 16, 25, 36}, x * x);
  check("exp of 0, 1, 2", {1.0000, 2.7183, 7.3891}, exp(tensor({0.0, 1.0, 2.0})));

  section("Broadcasting: a dim of size 1 stretches");
  // Shapes are compared from the last dim. (2, 3) + (3): the row is used for both rows of x.
  const Tensor row = tensor({10.0, 20.0, 30.0});
  check("x + row, (2, 3) + (3)", {11, 22, 33, 14, 25, 36}, x + row);
  const Tensor tall = tensor({{100.0}, {200.0}});
  check("x + tall, (2, 3) + (2, 1)", {101, 102, 103, 204, 205, 206}, x + tall);
  check("tall + row, (2, 1) + (3)", "(2, 3)", (tall + row).shape().str());
  say("\nNo copy here either. The stretched row steps by 0 from one row to the next:");
  check("strides of row.expand({2, 3})", "(0, 1)", row.expand({2, 3}).strides().str());

  section("Reductions: many elements become fewer");
  check("x.sum()", 21, x.sum().item());
  // "Over dim 0" means that dim 0 disappears: what is left is one number per column.
  check("x.sum(0), down the columns", {5, 7, 9}, x.sum(0));
  check("x.sum(1), along the rows", {6, 15}, x.sum(1));
  check("shape of x.sum(1)", "(2)", x.sum(1).shape().str());
  check("shape with keepdim", "(2, 1)", x.sum(1, true).shape().str());
  say("\nkeepdim is there for broadcasting. Each row minus its own mean:");
  check("x - x.mean(1, true)", {-1, 0, 1, -1, 0, 1}, x - x.mean(1, true));

  section("Matrix product");
  // (2, 3) x (3, 2): the inner sizes must agree and disappear. Entry (i, j) is row i times column j.
  const Tensor w = tensor({{1.0, 0.0}, {0.0, 1.0}, {2.0, -1.0}});
  say("  entry (0, 0) = 1*1 + 2*0 + 3*2 = 7       entry (0, 1) = 1*0 + 2*1 + 3*(-1) = -1");
  say("  entry (1, 0) = 4*1 + 5*0 + 6*2 = 16      entry (1, 1) = 4*0 + 5*1 + 6*(-1) = -1");
  check("matmul(x, w)", {7, -1, 16, -1}, matmul(x, w));

  section("Mistakes are explained in words");
  const auto message = [](auto&& mistake) -> std::string {
    try {
      mistake();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string add_error = message([&] { add(x, tensor({1.0, 2.0, 3.0, 4.0})); });
  say("  {}", add_error);
  claim("the message names both shapes", add_error.find("(2, 3) and (4)") != std::string::npos);
  const std::string dtype_error = message([&] { add(x, tensor({1, 2, 3})); });
  say("  {}", dtype_error);
  claim("the message names both types",
        dtype_error.find("float32") != std::string::npos && dtype_error.find("int64") != std::string::npos);
  say("\nWhole numbers make int64, numbers with a point float32. Nothing is converted behind your back; say it:");
  check("x + tensor({1, 2, 3}).to(float32)", {2, 4, 6, 5, 7, 9}, x + tensor({1, 2, 3}).to(float32));

  section("Random numbers repeat");
  manual_seed(7);
  const Tensor first = rand({2, 3});
  manual_seed(7);
  claim("the same seed gives the same numbers, to the last bit", equal(first, rand({2, 3})));
  claim("the next draw is a different one", !equal(first, rand({2, 3})));
  claim("all lie in [0, 1)", all(ge(first, 0)) && all(lt(first, 1)));

  return finish(
      {"A tensor is a run of numbers with a shape and strides; transposing or slicing moves no numbers.",
       "Broadcasting stretches dims of size 1 with stride 0; shapes are compared from the last dim.",
       "Reducing over a dim removes it; keepdim leaves it with size 1, ready to broadcast."},
      {"Predict shape and strides of zeros({2, 3, 4}).transpose(0, 2), then print their str().",
       "Standardise each column of x to mean 0 and standard deviation 1, in one line (with lemma::std, not C++'s std).",
       "Build the multiplication table of 1..9 from arange and broadcasting alone.",
       "Which of (3, 1) + (1, 4), (2, 3) + (2), (5) + () work, and what shape do they give? Check.",
       "Write x - x.mean(1), without keepdim, and read the error. For which shapes of x is there none, and a wrong "
       "result?"},
      "scripts/tutorial.sh 02");
}

int main(int argc, char** argv) { return run(lesson, argc, argv); }
