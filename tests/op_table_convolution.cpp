// Rows: convolutions, their adjoints, and other sizes, as loops over places.
#include "lemma/ops/convolution.h"

#include <algorithm>
#include <cmath>

#include "tests/op_table.h"

namespace optable {

using namespace lemma;

namespace {

struct Along {  // one dim that the filter slides along
  int64_t stride = 1, padding = 0, dilation = 1, more = 0;
};
struct Filter {
  std::vector<Along> dims;
  int64_t groups = 1;
  Dims each(int64_t Along::*what) const {
    Dims all;
    for (const Along& dim : dims) all.push_back(dim.*what);
    return all;
  }
};

int64_t channels_at(const Grid& x, const Filter& how) { return x.shape.rank() - static_cast<int>(how.dims.size()) - 1; }

// y[.., o, t..] = bias[o] + sum over c, j.. of w[o, c, j..] x[.., c, t stride + j dilation - padding ..]
Grid convolved(const Grids& x, const Filter& how) {
  const Grid &signal = x[0], &w = x[1];
  const int at = static_cast<int>(channels_at(signal, how)), dims = static_cast<int>(how.dims.size());
  Shape shape = signal.shape, places;  // one number for each channel and place of the filter
  shape[at] = w.size(0);
  places.push_back(w.size(1));
  for (int i = 0; i < dims; ++i) {
    const Along& d = how.dims[static_cast<size_t>(i)];
    shape[at + 1 + i] = (signal.size(at + 1 + i) + 2 * d.padding - d.dilation * (w.size(2 + i) - 1) - 1) / d.stride + 1;
    places.push_back(w.size(2 + i));
  }
  return make(shape, [&](const Index& index) {
    const int64_t o = index[static_cast<size_t>(at)], group = o / (w.size(0) / how.groups);
    double total = x.size() > 2 ? x[2].at({o}) : 0;
    make(places, [&](const Index& place) {
      Index from = index, of_w = place;
      of_w.insert(of_w.begin(), o);
      from[static_cast<size_t>(at)] = group * w.size(1) + place[0];
      for (int i = 0; i < dims; ++i) {
        const Along& d = how.dims[static_cast<size_t>(i)];
        int64_t& p = from[static_cast<size_t>(at + 1 + i)];
        p = p * d.stride + place[static_cast<size_t>(1 + i)] * d.dilation - d.padding;
        if (p < 0 || p >= signal.size(at + 1 + i)) return 0.0;
      }
      total += w.at(of_w) * signal.at(from);
      return 0.0;
    });
    return total;
  });
}

// y[.., o, t..] = bias[o] + sum of x[.., c, s..] w[c, o, j..] over all s, j with s stride + j dilation - padding = t.
Grid spread(const Grids& x, const Filter& how) {
  const Grid &signal = x[0], &w = x[1];
  const int at = static_cast<int>(channels_at(signal, how)), dims = static_cast<int>(how.dims.size());
  const int64_t in = w.size(0) / how.groups, out = w.size(1);
  Shape shape = signal.shape, places{in};
  shape[at] = out * how.groups;
  for (int i = 0; i < dims; ++i) {
    const Along& d = how.dims[static_cast<size_t>(i)];
    shape[at + 1 + i] =
        (signal.size(at + 1 + i) - 1) * d.stride - 2 * d.padding + d.dilation * (w.size(2 + i) - 1) + 1 + d.more;
    places.push_back(w.size(2 + i));
  }
  return make(shape, [&](const Index& index) {
    const int64_t o = index[static_cast<size_t>(at)];
    double total = x.size() > 2 ? x[2].at({o}) : 0;
    make(places, [&](const Index& place) {
      Index from = index, of_w = place;
      of_w[0] = from[static_cast<size_t>(at)] = o / out * in + place[0];
      of_w.insert(of_w.begin() + 1, o % out);
      for (int i = 0; i < dims; ++i) {
        const Along& d = how.dims[static_cast<size_t>(i)];
        int64_t& p = from[static_cast<size_t>(at + 1 + i)];
        const int64_t steps = p + d.padding - place[static_cast<size_t>(1 + i)] * d.dilation;
        p = steps / d.stride;
        if (steps < 0 || steps % d.stride != 0 || p >= signal.size(at + 1 + i)) return 0.0;
      }
      total += w.at(of_w) * signal.at(from);
      return 0.0;
    });
    return total;
  });
}

// With as many inputs as the shapes have: x, the weight, perhaps a bias.
Row conv_row(const std::string& note, const Filter& how, std::vector<Shapes> shapes) {
  return {how.dims.size() == 1 ? "conv1d" : "conv2d",
          note,
          [how](const Tensors& x) {
            return (how.dims.size() == 1 ? conv1d : conv2d)(x[0], x[1], x.size() > 2 ? x[2] : Tensor(),
                                                            how.each(&Along::stride), how.each(&Along::padding),
                                                            how.each(&Along::dilation), how.groups);
          },
          [how](const Grids& x) { return convolved(x, how); },
          std::vector<Input>(shapes[0].size(), kReal),
          shapes};
}
Row back_row(const std::string& note, const Filter& how, std::vector<Shapes> shapes) {
  return {how.dims.size() == 1 ? "conv_transpose1d" : "conv_transpose2d",
          note,
          [how](const Tensors& x) {
            return (how.dims.size() == 1 ? conv_transpose1d : conv_transpose2d)(
                x[0], x[1], x.size() > 2 ? x[2] : Tensor(), how.each(&Along::stride), how.each(&Along::padding),
                how.each(&Along::more), how.groups, how.each(&Along::dilation));
          },
          [how](const Grids& x) { return spread(x, how); },
          std::vector<Input>(shapes[0].size(), kReal),
          shapes};
}

// Where element t of `size` lies among `length`, in elements.
double place_of(int64_t t, int64_t length, int64_t size, bool corners) {
  const double l = static_cast<double>(length), s = static_cast<double>(size), at = static_cast<double>(t);
  if (corners) return size == 1 ? 0 : at * (l - 1) / (s - 1);
  return std::clamp((at + 0.5) * l / s - 0.5, 0.0, l - 1);
}

// One dim after the other: nearest takes an element, else two are mixed.
Grid resized(Grid x, const std::vector<int64_t>& sizes, bool straight, bool corners) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    x = along(x, static_cast<int>(2 + i), [&](const std::vector<double>& line) {
      std::vector<double> out;
      const int64_t length = static_cast<int64_t>(line.size());
      for (int64_t t = 0; t < sizes[i]; ++t) {
        const double at = place_of(t, length, sizes[i], corners), whole = std::floor(at);
        const size_t left = static_cast<size_t>(straight ? static_cast<int64_t>(whole) : t * length / sizes[i]);
        const double part = straight ? at - whole : 0;
        out.push_back(line[left] * (1 - part) + (part > 0 ? line[left + 1] * part : 0));
      }
      return out;
    });
    x.shape[static_cast<int>(2 + i)] = sizes[i];  // of an empty x too
  }
  return x;
}
Row size_row(const std::string& mode, const std::vector<int64_t>& sizes, bool corners, std::vector<Shapes> shapes) {
  return {"interpolate",
          mode + (corners ? ", corners" : "") + (sizes.size() == 1 ? ", signals" : ", pictures"),
          [=](const Tensors& x) { return interpolate(x[0], Dims(sizes), mode, corners); },
          [=](const Grids& x) { return resized(x[0], sizes, mode != "nearest", corners); },
          {kReal},
          std::move(shapes)};
}

}  // namespace

std::vector<Row> convolution_rows() {
  return {
      conv_row("", {{{}}},
               {{{2, 2, 5}, {3, 2, 3}, {3}},
                {{1, 1, 1}, {1, 1, 1}, {1}},
                {{0, 2, 4}, {2, 2, 2}, {2}},
                {{2, 6, 40}, {8, 6, 5}, {8}}}),
      conv_row("no batch, no bias", {{{}}}, {{{2, 5}, {3, 2, 2}}, {{1, 3}, {1, 1, 3}}}),
      conv_row("everything", {{{2, 3, 2}}, 2}, {{{2, 4, 4}, {2, 2, 3}, {2}}, {{3, 8, 33}, {6, 4, 4}, {6}}}),
      conv_row("depthwise", {{{1, 1}}, 3}, {{{2, 3, 4}, {3, 1, 3}}, {{2, 3, 4}, {6, 1, 3}}}),
      conv_row("", {{{}, {}}},
               {{{1, 2, 3, 4}, {2, 2, 2, 2}, {2}},
                {{1, 1, 1, 1}, {1, 1, 1, 1}, {1}},
                {{0, 1, 2, 3}, {2, 1, 2, 2}, {2}},
                {{2, 2, 16, 17}, {5, 2, 3, 3}, {5}}}),
      conv_row("no batch, one place", {{{}, {}}}, {{{3, 2, 3}, {2, 3, 1, 1}}, {{3, 7, 8}, {4, 3, 1, 1}}}),
      conv_row("everything", {{{2, 1, 1}, {1, 2, 2}}, 2},
               {{{1, 4, 3, 2}, {2, 2, 2, 2}, {2}}, {{2, 4, 9, 12}, {6, 2, 3, 4}, {6}}}),
      conv_row("depthwise", {{{1, 1}, {1, 1}}, 2}, {{{1, 2, 3, 3}, {2, 1, 3, 3}}, {{3, 2, 11, 9}, {4, 1, 3, 3}}}),
      back_row("", {{{}}},
               {{{2, 2, 4}, {2, 3, 3}, {3}},
                {{1, 1, 1}, {1, 1, 1}, {1}},
                {{0, 2, 4}, {2, 2, 2}, {2}},
                {{2, 3, 30}, {3, 6, 5}, {6}}}),
      back_row("no batch, no bias", {{{2}}}, {{{2, 3}, {2, 3, 2}}, {{1, 1}, {1, 2, 3}}}),
      back_row("everything", {{{3, 1, 2, 2}}, 2}, {{{1, 4, 3}, {4, 1, 3}, {2}}, {{2, 8, 12}, {8, 3, 4}, {6}}}),
      back_row(
          "", {{{2}, {2}}},
          {{{1, 2, 2, 3}, {2, 2, 2, 2}, {2}}, {{0, 1, 2, 3}, {1, 2, 2, 2}, {2}}, {{2, 5, 9, 8}, {5, 3, 3, 3}, {3}}}),
      back_row("everything", {{{2, 1, 1, 1}, {1, 0, 2, 1}}, 2},
               {{{1, 2, 2, 3}, {2, 2, 3, 2}, {4}}, {{2, 4, 7, 5}, {4, 3, 3, 3}, {6}}}),
      size_row("nearest", {7}, false, {{{2, 1, 3}}, {{1, 2, 1}}, {{0, 2, 5}}, {{2, 3, 19}}}),
      size_row("linear", {5}, false, {{{2, 1, 3}}, {{1, 2, 1}}, {{2, 3, 19}}}),
      size_row("linear", {5}, true, {{{2, 1, 3}}, {{1, 2, 1}}, {{2, 3, 19}}}),
      size_row("nearest", {3, 4}, false, {{{1, 2, 2, 5}}, {{2, 3, 11, 13}}}),
      size_row("bilinear", {3, 4}, false, {{{1, 2, 2, 5}}, {{2, 3, 11, 13}}}),
      size_row("bilinear", {4, 1}, true, {{{1, 2, 2, 5}}, {{2, 3, 11, 13}}}),
  };
}

}  // namespace optable
