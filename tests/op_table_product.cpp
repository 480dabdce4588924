// Rows: products of tensors.
#include <algorithm>
#include <map>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

// einsum by definition: a loop over every letter, the product of the operands, added at the result's letters.
Grid einsum_loops(const std::string& equation, const Grids& operands) {
  const size_t arrow = equation.find("->");
  const std::string result = equation.substr(arrow + 2);
  std::vector<std::string> terms(1);
  for (char c : equation.substr(0, arrow)) {
    if (c == ',')
      terms.emplace_back();
    else
      terms.back().push_back(c);
  }
  std::string inner;  // letters that are summed over
  std::map<char, int64_t> sizes;
  for (size_t k = 0; k < terms.size(); ++k)
    for (size_t d = 0; d < terms[k].size(); ++d) {
      const char c = terms[k][d];
      if (!sizes.count(c) && result.find(c) == std::string::npos) inner.push_back(c);
      sizes[c] = operands[k].shape[static_cast<int>(d)];
    }
  const auto shape_of = [&](const std::string& letters) {
    Shape shape;
    for (char c : letters) shape.push_back(sizes.at(c));
    return shape;
  };
  return make(shape_of(result), [&](const Index& outer) {
    double sum = 0;
    make(shape_of(inner), [&](const Index& summed) {
      std::map<char, int64_t> at;
      for (size_t i = 0; i < result.size(); ++i) at[result[i]] = outer[i];
      for (size_t i = 0; i < inner.size(); ++i) at[inner[i]] = summed[i];
      double product = 1;
      for (size_t k = 0; k < terms.size(); ++k) {
        Index index;
        for (char c : terms[k]) index.push_back(at.at(c));
        product *= operands[k].at(index);
      }
      sum += product;
      return 0.0;
    });
    return sum;
  });
}

Row einsum_row(const std::string& equation, std::vector<Shapes> shapes) {
  return {"einsum",
          equation,
          [equation](const Tensors& x) { return einsum(equation, x); },
          [equation](const Grids& x) { return einsum_loops(equation, x); },
          std::vector<Input>(shapes[0].size()),
          shapes};
}

// y[.., i, j] = sum_k a[.., i, k] b[.., k, j]; a vector is a row on the left, a column on the right.
Grid matmul_loops(const Grids& x) {
  Grid a = x[0], b = x[1];
  const bool left = a.shape.rank() == 1, right = b.shape.rank() == 1;
  if (left) a.shape.insert(0, 1);
  if (right) b.shape.push_back(1);
  Shape batch_a = a.shape, batch_b = b.shape;
  for (int i = 0; i < 2; ++i) {
    batch_a.erase(batch_a.rank() - 1);
    batch_b.erase(batch_b.rank() - 1);
  }
  Shape shape = joint_shape(batch_a, batch_b);
  shape.push_back(a.size(-2));
  shape.push_back(b.size(-1));
  Grid y = make(shape, [&](const Index& index) {
    double sum = 0;
    Index at_a = index, at_b = index;
    const size_t last = index.size() - 1;
    for (int64_t k = 0; k < a.size(-1); ++k) {
      at_a[last] = k;
      at_b[last - 1] = k;
      sum += a.at(at_a) * b.at(at_b);
    }
    return sum;
  });
  if (right) y.shape.erase(y.shape.rank() - 1);
  if (left) y.shape.erase(y.shape.rank() - (right ? 1 : 2));
  return y;
}

Row matmul_row(const std::string& note, std::vector<Shapes> shapes) {
  return {"matmul",     note,           [](const Tensors& x) { return matmul(x[0], x[1]); },
          matmul_loops, {kReal, kReal}, std::move(shapes)};
}

}  // namespace

std::vector<Row> product_rows() {
  return {
      matmul_row("matrices",
                 {{{2, 3}, {3, 4}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{17, 33}, {33, 9}}}),
      matmul_row("vectors", {{{3}, {3}}, {{1}, {1}}, {{0}, {0}}, {{65}, {65}}}),
      matmul_row("matrix and vector", {{{2, 3}, {3}}, {{4, 2, 3}, {3}}, {{1, 1}, {1}}}),
      matmul_row("vector and matrix", {{{3}, {3, 2}}, {{3}, {4, 3, 2}}}),
      matmul_row("batches", {{{2, 2, 3}, {2, 3, 2}},
                             {{2, 1, 2, 3}, {3, 3, 2}},
                             {{2, 2, 3}, {3, 4}},
                             {{2, 3}, {2, 3, 2}},
                             {{0, 2, 3}, {1, 3, 2}},
                             {{1, 2, 3}, {4, 3, 2}},
                             {{3, 9, 17}, {3, 17, 5}}}),
      {"linear",
       "with bias",
       [](const Tensors& x) { return linear(x[0], x[1], x[2]); },
       [](const Grids& x) {
         Shape shape = x[0].shape;
         shape[shape.rank() - 1] = x[1].size(0);
         return make(shape, [&](const Index& i) {
           double sum = x[2].values[static_cast<size_t>(i.back())];
           Index at = i;
           for (int64_t k = 0; k < x[1].size(1); ++k) {
             at.back() = k;
             sum += x[0].at(at) * x[1].at({i.back(), k});
           }
           return sum;
         });
       },
       {kReal, kReal, kReal},
       {{{2, 3}, {4, 3}, {4}},
        {{3}, {2, 3}, {2}},
        {{2, 2, 3}, {4, 3}, {4}},
        {{0, 3}, {4, 3}, {4}},
        {{1, 1}, {1, 1}, {1}}}},
      {"linear",
       "without bias",
       [](const Tensors& x) { return linear(x[0], x[1]); },
       [](const Grids& x) { return einsum_loops("ni,oi->no", x); },
       {kReal, kReal},
       {{{2, 3}, {4, 3}}}},
      einsum_row("ij,jk->ik", {{{2, 3}, {3, 2}}, {{1, 1}, {1, 1}}, {{2, 0}, {0, 2}}}),
      einsum_row("nqhd,nkhd->nhqk", {{{2, 2, 2, 3}, {2, 3, 2, 3}}}),
      einsum_row("nhqk,nkhd->nqhd", {{{2, 2, 2, 3}, {2, 3, 2, 2}}}),
      einsum_row("ii->i", {{{3, 3}}, {{0, 0}}}),
      einsum_row("ii->", {{{3, 3}}}),
      einsum_row("ij->ji", {{{2, 3}}}),
      einsum_row("ijk->j", {{{2, 3, 2}}}),
      einsum_row("i,j->ij", {{{2}, {3}}}),
      einsum_row("i,i->", {{{3}, {3}}}),
      einsum_row("ij,jk,kl->il", {{{2, 3}, {3, 2}, {2, 2}}}),
      einsum_row("bij,b->ij", {{{2, 2, 3}, {2}}}),
      einsum_row("ij,ij->ij", {{{2, 3}, {2, 3}}}),
      einsum_row("ij,k->i", {{{2, 3}, {4}}}),
      einsum_row("iij,jk->ki", {{{2, 2, 3}, {3, 2}}}),
  };
}

}  // namespace optable
