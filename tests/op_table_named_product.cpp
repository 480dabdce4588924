// Rows: products under their own names.
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// sum_k a[.., i, k] b[.., k, j] for a of rank 1 to 3 and b of rank 1 to 3, written out for the ranks that occur.
Grid product(const Grid& a, const Grid& b) {
  const int64_t inner = a.size(-1);
  const auto sum = [&](const std::function<double(int64_t)>& term) {
    double total = 0;
    for (int64_t k = 0; k < inner; ++k) total += term(k);
    return total;
  };
  if (a.shape.rank() == 1)
    return make({}, [&](const Index&) { return sum([&](int64_t k) { return a.at({k}) * b.at({k}); }); });
  if (b.shape.rank() == 1)
    return make({a.size(0)}, [&](const Index& i) {
      return sum([&](int64_t k) { return a.at({i[0], k}) * b.at({k}); });
    });
  if (a.shape.rank() == 2)
    return make({a.size(0), b.size(1)}, [&](const Index& i) {
      return sum([&](int64_t k) { return a.at({i[0], k}) * b.at({k, i[1]}); });
    });
  return make({a.size(0), a.size(1), b.size(2)}, [&](const Index& i) {
    return sum([&](int64_t k) { return a.at({i[0], i[1], k}) * b.at({i[0], k, i[2]}); });
  });
}

Row row(const std::string& op, Tensor (*run)(const Tensor&, const Tensor&), std::vector<Shapes> shapes) {
  return {op,
          "",
          [run](const Tensors& x) { return run(x[0], x[1]); },
          [](const Grids& x) { return product(x[0], x[1]); },
          {kReal, kReal},
          std::move(shapes)};
}
Row plus_product(const std::string& op, const std::string& note,
                 Tensor (*run)(const Tensor&, const Tensor&, const Tensor&, double, double), double beta, double alpha,
                 std::vector<Shapes> shapes) {
  return {op,
          note,
          [=](const Tensors& x) { return run(x[0], x[1], x[2], beta, alpha); },
          [=](const Grids& x) {
            const Grid p = product(x[1], x[2]);
            return make(p.shape, [&](const Index& i) { return beta * x[0].at(i) + alpha * p.at(i); });
          },
          {kReal, kReal, kReal},
          std::move(shapes)};
}

}  // namespace

std::vector<Row> named_product_rows() {
  const std::vector<Shapes> matrices = {
      {{2, 3}, {3, 4}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{17, 33}, {33, 9}}};
  Row whole = {
      "outer",
      "int64",
      [](const Tensors& x) { return outer(x[0], x[1]); },
      [](const Grids& x) {
        return make({x[0].size(0), x[1].size(0)}, [&](const Index& i) { return x[0].at({i[0]}) * x[1].at({i[1]}); });
      },
      {{Input::integer, -5, 6}, {Input::integer, -5, 6}},
      {{{2}, {3}}, {{0}, {2}}, {{19}, {37}}},
      0};
  Row reals = whole;
  reals.note = "";
  reals.inputs = {kReal, kReal};
  reals.order = 2;
  return {
      row("dot", lemma::dot, {{{3}, {3}}, {{1}, {1}}, {{0}, {0}}, {{65}, {65}}}),
      row("mv", lemma::mv, {{{2, 3}, {3}}, {{1, 1}, {1}}, {{0, 2}, {2}}, {{17, 33}, {33}}}),
      row("mm", lemma::mm, matrices),
      row("bmm", lemma::bmm,
          {{{2, 2, 3}, {2, 3, 2}},
           {{1, 1, 1}, {1, 1, 1}},
           {{0, 2, 3}, {0, 3, 2}},
           {{2, 2, 0}, {2, 0, 2}},
           {{3, 9, 17}, {3, 17, 5}}}),
      plus_product(
          "addmm", "", lemma::addmm, 1, 1,
          {{{2, 4}, {2, 3}, {3, 4}}, {{4}, {2, 3}, {3, 4}}, {{}, {1, 1}, {1, 1}}, {{17, 1}, {17, 33}, {33, 9}}}),
      plus_product("addmm", "beta and alpha", lemma::addmm, 0.5, -2,
                   {{{2, 4}, {2, 3}, {3, 4}}, {{2, 1}, {2, 0}, {0, 4}}}),
      plus_product("baddbmm", "", lemma::baddbmm, 1, 1,
                   {{{2, 2, 2}, {2, 2, 3}, {2, 3, 2}}, {{2, 1}, {1, 2, 2}, {1, 2, 3}}}),
      plus_product("baddbmm", "beta and alpha", lemma::baddbmm, -0.5, 3, {{{2, 2, 2}, {2, 2, 3}, {2, 3, 2}}}),
      reals,
      whole,
      {"tensordot",
       "last with first dims",
       [](const Tensors& x) { return tensordot(x[0], x[1]); },
       [](const Grids& x) {
         return make({x[0].size(0), x[1].size(2)}, [&](const Index& i) {
           double total = 0;
           for (int64_t k = 0; k < x[0].size(1); ++k)
             for (int64_t l = 0; l < x[0].size(2); ++l) total += x[0].at({i[0], k, l}) * x[1].at({k, l, i[1]});
           return total;
         });
       },
       {kReal, kReal},
       {{{2, 3, 2}, {3, 2, 4}}, {{1, 1, 1}, {1, 1, 1}}, {{0, 3, 2}, {3, 2, 2}}, {{9, 5, 4}, {5, 4, 7}}}},
      {"tensordot",
       "crossed dims",
       [](const Tensors& x) {
         return tensordot(x[0], x[1], {2, 0}, {-3, 1});
       },
       [](const Grids& x) {
         return make({x[0].size(1), x[1].size(2)}, [&](const Index& i) {
           double total = 0;
           for (int64_t k = 0; k < x[0].size(2); ++k)
             for (int64_t l = 0; l < x[0].size(0); ++l) total += x[0].at({l, i[0], k}) * x[1].at({k, l, i[1]});
           return total;
         });
       },
       {kReal, kReal},
       {{{2, 2, 3}, {3, 2, 2}}, {{3, 5, 4}, {4, 3, 7}}}},
      {"tensordot",
       "no dims",
       [](const Tensors& x) { return tensordot(x[0], x[1], 0); },
       [](const Grids& x) {
         return make({x[0].size(0), x[1].size(0), x[1].size(1)}, [&](const Index& i) {
           return x[0].at({i[0]}) * x[1].at({i[1], i[2]});
         });
       },
       {kReal, kReal},
       {{{2}, {3, 2}}}},
      {"tensordot",
       "a dim of size 1 meets all of the other",
       [](const Tensors& x) { return tensordot(x[0], x[1], 1, 0); },
       [](const Grids& x) {
         return make({x[0].size(0), x[1].size(1)}, [&](const Index& i) {
           double total = 0;
           for (int64_t k = 0; k < std::max(x[0].size(1), x[1].size(0)); ++k)
             total += x[0].at({i[0], k}) * x[1].at({k, i[1]});
           return total;
         });
       },
       {kReal, kReal},
       {{{2, 1}, {3, 2}}, {{2, 3}, {1, 2}}}},
  };
}

}  // namespace optable
