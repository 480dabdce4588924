// Rows: compositions.
#include <cmath>
#include <numeric>

#include "lemma/random.h"
#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

using Line = const std::vector<double>&;

std::vector<double> softmax_line(Line line) {
  double total = 0;
  std::vector<double> out;
  for (double x : line) total += std::exp(x);
  for (double x : line) out.push_back(std::exp(x) / total);
  return out;
}
std::vector<double> log_softmax_line(Line line) {
  std::vector<double> out = softmax_line(line);
  for (double& x : out) x = std::log(x);
  return out;
}
std::vector<double> normalised(Line line) {
  const double n = static_cast<double>(line.size()), mean = std::accumulate(line.begin(), line.end(), 0.0) / n;
  double var = 0;
  for (double x : line) var += (x - mean) * (x - mean) / n;
  std::vector<double> out;
  for (double x : line) out.push_back((x - mean) / std::sqrt(var + 1e-5));
  return out;
}

std::vector<double> of_unit_scale(Line line) {
  double squares = 0;
  for (double x : line) squares += x * x / static_cast<double>(line.size());
  std::vector<double> out;
  for (double x : line) out.push_back(x / std::sqrt(squares + 1e-5));
  return out;
}

// softmax over the keys that `may` allows, one query at a time; nothing allowed gives zeros.
Grid attention_loops(const Grids& x, const std::function<bool(int64_t b, int64_t q, int64_t k)>& may, double scale) {
  const Grid &q = x[0], &k = x[1], &v = x[2];
  return make({q.size(0), q.size(1), v.size(2)}, [&](const Index& i) {
    double total = 0, sum = 0;
    for (int64_t t = 0; t < k.size(1); ++t) {
      if (!may(i[0], i[1], t)) continue;
      double score = 0;
      for (int64_t e = 0; e < q.size(2); ++e) score += q.at({i[0], i[1], e}) * k.at({i[0], t, e});
      const double w = std::exp(score * (scale == 0 ? 1 / std::sqrt(static_cast<double>(q.size(2))) : scale));
      total += w;
      sum += w * v.at({i[0], t, i[2]});
    }
    return total == 0 ? 0 : sum / total;
  });
}

Row along_row(const std::string& op, int dim, std::function<Tensor(const Tensor&)> run,
              std::function<std::vector<double>(Line)> line) {
  return {op,
          "dim " + std::to_string(dim),
          [run](const Tensors& x) { return run(x[0]); },
          [dim, line](const Grids& x) { return along(x[0], dim, line); },
          {kReal},
          {{{2, 3}}, {{3, 1}}, {{2, 0}}, {{19, 37}}}};
}

const std::vector<Shapes> kAttention = {
    {{2, 2, 3}, {2, 3, 3}, {2, 3, 2}}, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, {{2, 9, 16}, {2, 9, 16}, {2, 9, 8}}};

}  // namespace

std::vector<Row> composite_rows() {
  return {
      along_row(
          "softmax", -1, [](const Tensor& x) { return softmax(x, -1); }, softmax_line),
      along_row(
          "softmax", 0, [](const Tensor& x) { return softmax(x, 0); }, softmax_line),
      along_row(
          "log_softmax", -1, [](const Tensor& x) { return log_softmax(x, -1); }, log_softmax_line),
      along_row(
          "log_softmax", 0, [](const Tensor& x) { return log_softmax(x, 0); }, log_softmax_line),
      // e^100 overflows float32.
      along_row(
          "softmax", 1, [](const Tensor& x) { return softmax(x * 64, 1); },
          [](Line line) {
            std::vector<double> larger = line;
            for (double& x : larger) x *= 64;
            return softmax_line(larger);
          }),
      {"layer_norm",
       "weight and bias",
       [](const Tensors& x) { return layer_norm(x[0], {x[0].size(-1)}, x[1], x[2]); },
       [](const Grids& x) {
         const Grid y = along(x[0], -1, normalised);
         return make(y.shape, [&](const Index& i) { return y.at(i) * x[1].at(i) + x[2].at(i); });
       },
       {kReal, kReal, kReal},
       {{{2, 4}, {4}, {4}}, {{1, 2, 3}, {3}, {3}}, {{0, 4}, {4}, {4}}, {{5, 70}, {70}, {70}}}},
      {"rms_norm",
       "weight",
       [](const Tensors& x) { return rms_norm(x[0], {x[0].size(-1)}, x[1], 1e-5); },
       [](const Grids& x) {
         const Grid y = along(x[0], -1, of_unit_scale);
         return make(y.shape, [&](const Index& i) { return y.at(i) * x[1].at(i); });
       },
       {kReal, kReal},
       {{{2, 4}, {4}}, {{1, 2, 3}, {3}}, {{0, 4}, {4}}, {{5, 70}, {70}}}},
      {"layer_norm",
       "two dims",
       [](const Tensors& x) {
         return layer_norm(x[0], {x[0].size(-2), x[0].size(-1)});
       },
       [](const Grids& x) {
         Grid y = along({{x[0].size(0), x[0].size(1) * x[0].size(2)}, x[0].values}, 1, normalised);
         y.shape = x[0].shape;
         return y;
       },
       {kReal},
       {{{2, 2, 3}}, {{2, 1, 4}}}},
      {"scaled_dot_product_attention",
       "",
       [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); },
       [](const Grids& x) {
         return attention_loops(
             x, [](int64_t, int64_t, int64_t) { return true; }, 0);
       },
       {kReal, kReal, kReal},
       kAttention},
      {"scaled_dot_product_attention",
       "causal, own scale",
       [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, true, 0.7); },
       [](const Grids& x) {
         return attention_loops(
             x, [](int64_t, int64_t q, int64_t k) { return k <= q; }, 0.7);
       },
       {kReal, kReal, kReal},
       kAttention},
      {"scaled_dot_product_attention",
       "mask",
       [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2], x[3]); },
       [](const Grids& x) {
         return attention_loops(
             x,
             [&](int64_t b, int64_t q, int64_t k) {
               return x[3].at({b, q, k}) != 0;
             },
             0);
       },
       {kReal, kReal, kReal, kMask},
       {{{2, 2, 3}, {2, 3, 3}, {2, 3, 2}, {2, 2, 3}}, {{2, 3, 2}, {2, 2, 2}, {2, 2, 2}, {3, 2}}}},
      {"scaled_dot_product_attention",
       "everything masked",
       [](const Tensors& x) {
         return scaled_dot_product_attention(x[0], x[1], x[2], zeros({1}, {.dtype = boolean, .device = x[0].device()}));
       },
       [](const Grids& x) {
         return attention_loops(
             x, [](int64_t, int64_t, int64_t) { return false; }, 0);
       },
       {kReal, kReal, kReal},
       kAttention},
      {"dropout",
       "not training",
       [](const Tensors& x) { return dropout(x[0], 0.5, false); },
       [](const Grids& x) { return x[0]; },
       {kReal},
       elementwise_cases()},
      // Element i stays where the i-th uniform number of the stream is at least p.
      {"dropout",
       "training",
       [](const Tensors& x) {
         manual_seed(5);
         return dropout(x[0], 0.25, true);
       },
       [](const Grids& x) {
         Generator generator{5, 0};
         const std::vector<double> u = rand(x[0].shape, {}, &generator).to_vector<double>();
         Grid y = x[0];
         for (size_t i = 0; i < u.size(); ++i) y.values[i] *= u[i] >= 0.25 ? 1 / 0.75 : 0;
         return y;
       },
       {kReal},
       elementwise_cases()},
      {"dropout",
       "of everything",
       [](const Tensors& x) { return dropout(x[0], 1, true); },
       [](const Grids& x) { return elementwise(x[0], [](double) { return 0.0; }); },
       {kReal},
       elementwise_cases()},
  };
}

}  // namespace optable
