// Rows: norms of channels, and CTC, which is added up way by way.
#include <cmath>
#include <limits>

#include "lemma/ops/ctc.h"
#include "lemma/ops/normalization.h"
#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

struct Moments {
  double mean = 0, variance = 0, count = 0;
};
// Of the elements of x for which `counts` is true.
Moments moments_of(const Grid& x, const std::function<bool(const Index&)>& counts) {
  Moments m;
  make(x.shape, [&](const Index& i) { return counts(i) ? (m.count += 1, m.mean += x.at(i)) : 0; });
  m.mean /= m.count;
  make(x.shape, [&](const Index& i) { return counts(i) ? m.variance += std::pow(x.at(i) - m.mean, 2) / m.count : 0; });
  return m;
}

// y = (x - mean) / sqrt(var + eps) weight + bias, the moments those of each element's kin.
Grid normalised(const Grids& x, double eps, const std::function<bool(const Index&, const Index&)>& kin) {
  return make(x[0].shape, [&](const Index& i) {
    const Moments m = moments_of(x[0], [&](const Index& other) { return kin(i, other); });
    const double y = (x[0].at(i) - m.mean) / std::sqrt(m.variance + eps);
    return x.size() > 1 ? y * x[1].at({i[1]}) + x[2].at({i[1]}) : y;
  });
}
bool same_channel(const Index& a, const Index& b) { return a[1] == b[1]; }

// Of one group of channels of one example.
std::function<bool(const Index&, const Index&)> same_group(int64_t channels) {
  return [=](const Index& a, const Index& b) { return a[0] == b[0] && a[1] / channels == b[1] / channels; };
}

using Line = std::vector<int64_t>;

// A line of classes as CTC reads it: repeats count once, and blanks not at all.
Line read(const Line& classes, int64_t blank) {
  Line said;
  for (size_t t = 0; t < classes.size(); ++t)
    if (classes[t] != blank && (t == 0 || classes[t] != classes[t - 1])) said.push_back(classes[t]);
  return said;
}

// -ln of the sum over all C^T lines of classes that are read as the target.
double ctc_of_all_ways(const Grid& log_probs, int64_t n, int64_t T, const Line& target, int64_t blank) {
  const int64_t C = log_probs.size(2);
  double total = 0;
  Line way(static_cast<size_t>(T), 0);
  for (int64_t left = static_cast<int64_t>(std::pow(C, T)); left > 0; --left) {
    if (read(way, blank) == target) {
      double sum = 0;
      for (int64_t t = 0; t < T; ++t) sum += log_probs.at({t, n, way[static_cast<size_t>(t)]});
      total += std::exp(sum);
    }
    for (int64_t t = T - 1; t >= 0 && ++way[static_cast<size_t>(t)] == C; --t) way[static_cast<size_t>(t)] = 0;
  }
  return -std::log(total);
}

struct Ctc {
  std::vector<Line> targets;
  Line lengths;
  int64_t blank;
  Reduction reduction;
  bool zero_infinity = false;
};

Grid ctc_reference(const Grid& x, const Ctc& how) {
  Grid losses{{x.size(1)}, {}};
  double total = 0;
  for (int64_t n = 0; n < x.size(1); ++n) {
    const Line& target = how.targets[static_cast<size_t>(n)];
    double loss = ctc_of_all_ways(x, n, how.lengths[static_cast<size_t>(n)], target, how.blank);
    if (how.zero_infinity && std::isinf(loss)) loss = 0;
    losses.values.push_back(loss);
    total += how.reduction == Reduction::mean
                 ? loss / std::max(1.0, static_cast<double>(target.size())) / static_cast<double>(x.size(1))
                 : loss;
  }
  return how.reduction == Reduction::none ? losses : Grid{{}, {total}};
}

Row ctc_row(const std::string& note, const Ctc& how, const Shape& shape) {
  return {"ctc_loss",
          note,
          [how](const Tensors& x) {
            size_t longest = 1;
            for (const Line& target : how.targets) longest = std::max(longest, target.size());
            std::vector<int64_t> padded, lengths;
            for (const Line& target : how.targets) {
              lengths.push_back(static_cast<int64_t>(target.size()));
              for (size_t s = 0; s < longest; ++s) padded.push_back(s < target.size() ? target[s] : -7);
            }
            const Shape targets{static_cast<int64_t>(how.targets.size()), static_cast<int64_t>(longest)};
            return ctc_loss(x[0], from_data(padded.data(), targets).to(x[0].device()), how.lengths, lengths, how.blank,
                            how.reduction, how.zero_infinity);
          },
          [how](const Grids& x) { return ctc_reference(x[0], how); },
          {{Input::real, -3, -0.1}},
          {{shape}}};
}

}  // namespace

std::vector<Row> channel_rows() {
  const std::vector<Shapes> scaled = {
      {{2, 3, 2}, {3}, {3}}, {{4, 1}, {1}, {1}}, {{2, 2, 2, 3}, {2}, {2}}, {{5, 7, 4, 3}, {7}, {7}}};
  return {
      {"batch_norm",
       "training",
       [](const Tensors& x) { return batch_norm(x[0], {}, {}, x[1], x[2], true); },
       [](const Grids& x) { return normalised(x, 1e-5, same_channel); },
       {kReal, kReal, kReal},
       scaled},
      {"batch_norm",
       "training, no factors",
       [](const Tensors& x) { return batch_norm(x[0], {}, {}, {}, {}, true, 0.1, 0.01); },
       [](const Grids& x) { return normalised(x, 0.01, same_channel); },
       {kReal},
       {{{3, 2}}, {{2, 2, 3}}}},
      {"batch_norm",
       "running figures",
       [](const Tensors& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4]); },
       [](const Grids& x) {
         return make(x[0].shape, [&](const Index& i) {
           const Index c = {i[1]};
           return (x[0].at(i) - x[1].at(c)) / std::sqrt(x[2].at(c) + 1e-5) * x[3].at(c) + x[4].at(c);
         });
       },
       {kReal, kReal, kPositive, kReal, kReal},
       {{{2, 3, 2}, {3}, {3}, {3}, {3}},
        {{1, 2}, {2}, {2}, {2}, {2}},
        {{0, 2, 3}, {2}, {2}, {2}, {2}},
        {{5, 7, 4, 3}, {7}, {7}, {7}, {7}}}},
      {"group_norm",
       "two channels a group",
       [](const Tensors& x) { return group_norm(x[0], x[0].size(1) / 2, x[1], x[2]); },
       [](const Grids& x) { return normalised(x, 1e-5, same_group(2)); },
       {kReal, kReal, kReal},
       {{{2, 4, 2}, {4}, {4}}, {{3, 2}, {2}, {2}}, {{0, 4, 2}, {4}, {4}}, {{3, 6, 5, 4}, {6}, {6}}}},
      {"group_norm",
       "each channel, no factors",
       [](const Tensors& x) { return group_norm(x[0], x[0].size(1), {}, {}, 0.1); },
       [](const Grids& x) { return normalised(x, 0.1, same_group(1)); },
       {kReal},
       {{{2, 2, 3}}, {{1, 2, 3, 2}}}},
      ctc_row("mean", {{{1, 2}, {2, 2}, {}}, {4, 3, 2}, 0, Reduction::mean}, {4, 3, 3}),
      ctc_row("sum, another blank", {{{0, 1, 0}, {1}}, {5, 4}, 2, Reduction::sum}, {5, 2, 3}),
      ctc_row("none", {{{1, 2, 1}, {3}, {2, 3}, {1, 1}}, {6, 1, 5, 4}, 0, Reduction::none}, {6, 4, 4}),
      ctc_row("one that does not fit", {{{1, 1}, {1}}, {2, 2}, 0, Reduction::mean, true}, {3, 2, 2}),
      ctc_row("no labels", {{{}}, {3}, 1, Reduction::none}, {3, 1, 2}),
  };
}

}  // namespace optable
