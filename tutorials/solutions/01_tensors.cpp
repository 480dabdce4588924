// Answers to the exercises of tutorial 01.
#include "solution.h"

using namespace lemma;
using namespace tutorial;

// The shape of a sum or difference, or "no" where it throws.
std::string shape_or_no(const Shape& a, const Shape& b, bool minus = false) {
  try {
    return (minus ? zeros(a) - zeros(b) : zeros(a) + zeros(b)).shape().str();
  } catch (const ShapeError& error) {
    say("  {}", error.what());
    return "no";
  }
}

void answers() {
  const Tensor x = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});

  exercise(1, "Shape and strides of zeros({2, 3, 4}).transpose(0, 2)");
  const Tensor t = zeros({2, 3, 4}).transpose(0, 2);
  say("  Fresh, the strides are (3*4, 4, 1) = (12, 4, 1). transpose exchanges the first with the last, in both.");
  check("shape", "(4, 3, 2)", t.shape().str());
  check("strides", "(1, 4, 12)", t.strides().str());

  exercise(2, "Standardise each column");
  const Tensor z = (x - x.mean(0, true)) / lemma::std(x, {0}, 1, true);
  show("z", z);
  check("mean of each column", {0, 0, 0}, z.mean(0));
  check("standard deviation of each column", {1, 1, 1}, lemma::std(z, {0}));
  say("  Each column is two numbers, 1.5 above and below their mean. The deviation divides by n - 1 = 1, not by n = "
      "2:");
  check("sqrt((1.5^2 + 1.5^2) / 1), so z is +-0.7071", std::sqrt(4.5), lemma::std(x, {0})[0].item());

  exercise(3, "The multiplication table");
  const Tensor n = arange(1, 10);
  const Tensor table = n.unsqueeze(1) * n;  // (9, 1) * (9) -> (9, 9)
  check("shape", "(9, 9)", table.shape().str());
  check("7 times 8", 56, table[6][7].item());
  check("the last row", {9, 18, 27, 36, 45, 54, 63, 72, 81}, table[8]);

  exercise(4, "Which shapes go together");
  check("(3, 1) + (1, 4): both stretch", "(3, 4)", shape_or_no({3, 1}, {1, 4}));
  check("(2, 3) + (2): 3 against 2, from the last dim", "no", shape_or_no({2, 3}, {2}));
  check("(5) + (): a single number goes with anything", "(5)", shape_or_no({5}, {}));

  exercise(5, "x - x.mean(1), without keepdim");
  check("(2, 3) - (2)", "no", shape_or_no({2, 3}, {2}, true));
  say("  With as many rows as columns (n, n) - (n) fits, but takes mean j from column j instead of mean i from row i:");
  const Tensor square = tensor({{1.0, 2.0}, {5.0, 8.0}});  // the rows' means are 1.5 and 6.5
  check("right: each row minus its own mean", {-0.5, 0.5, -1.5, 1.5}, square - square.mean(1, true));
  check("wrong, and nothing complains", {-0.5, -4.5, 3.5, 1.5}, square - square.mean(1));
  say("  With one row (1, n) - (1) is right by chance. So try code on sizes that all differ.");
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
