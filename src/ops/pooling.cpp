// Pooling: one number of each window, or of each part of x; and the change of a picture's size.
#include <cmath>
#include <numeric>
#include <optional>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/ops/convolution.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/gathered.h"
#include "ops/windows.h"

namespace lemma {
namespace {

// x with a batch dim, and what takes it away again.
struct Batched {
  Tensor x;
  bool added;
  Batched(const char* op, int dims, const Tensor& given) : x(given), added(false) {
    check::floating(op, given);
    added = given.dim() == 1 + dims;
    if (!added && given.dim() != 2 + dims)
      throw ShapeError(
          op,
          fmt::format("x is {}; expected (B, C, {}), with or without B", given.shape().str(), dims == 1 ? "L" : "H, W"),
          {given.shape()});
    if (added) x = unsqueeze(given, 0);
    for (int i = 2; i < 2 + dims; ++i)
      if (x.size(i) == 0) throw ShapeError(op, fmt::format("x {} is empty", given.shape().str()), {given.shape()});
  }
  Tensor back(const Tensor& y) const { return added ? squeeze(y, 0) : y; }
};

Sliding pool_sliding(const char* op, int dims, const Dims& kernel, const Dims& stride, const Dims& padding,
                     const Dims& dilation) {
  Sliding slide{for_each_dim(op, "kernel_size", kernel, dims, 1), for_each_dim(op, "stride", stride, dims, 0),
                for_each_dim(op, "padding", padding, dims, 0), for_each_dim(op, "dilation", dilation, dims, 1)};
  for (int i = 0; i < dims; ++i) {
    if (slide.step[i] == 0) slide.step[i] = slide.size[i];
    if (slide.padding[i] > slide.size[i] / 2)
      throw ValueError(op, fmt::format("padding is {}; it must be at most half the kernel_size {}", slide.padding[i],
                                       slide.size[i]));
  }
  return slide;
}

Tensor max_pool(const char* op, int dims, const Tensor& given, const Sliding& slide) {
  const Composition result(op);
  const Batched in(op, dims, given);
  const Tensor x = contiguous(padded(op, in.x, slide, -std::numeric_limits<double>::infinity()));
  Tensor slides = x.detach();
  for (int i = 0; i < dims; ++i) slides = windows(op, slides, 2 + i, slide.size[i], slide.step[i], slide.spacing[i]);
  const Tensor places(kernels::arg_window(slides.array(), 2, dims));  // in each channel's memory
  return result(in.back(reshape(gathered(flatten(x, 2), 2, flatten(places, 2)), places.shape())));
}

Tensor avg_pool(const char* op, int dims, const Tensor& given, const Sliding& slide, bool count_include_pad) {
  Composition result(op);
  const Batched in(op, dims, result.wide(given));
  Dims inside;
  for (int i = 0; i < dims; ++i) inside.push_back(2 + dims + i);
  const auto windows = [&](const Tensor& x) { return windows_of(op, x, slide); };
  if (count_include_pad) return result(in.back(mean(windows(in.x), inside)));
  const Shape one = [&] {
    Shape shape = in.x.shape();
    shape[0] = shape[1] = 1;
    return shape;
  }();
  const Tensor real = sum(windows(ones(one, {.dtype = in.x.dtype(), .device = given.device()})), inside);
  return result(in.back(sum(windows(in.x), inside) / real));
}

// Part i of `parts` of `length`: from floor(i length / parts) to ceil((i + 1) length / parts).
int64_t part_begin(int64_t i, int64_t length, int64_t parts) { return i * length / parts; }
int64_t part_end(int64_t i, int64_t length, int64_t parts) { return ((i + 1) * length + parts - 1) / parts; }

// Each part of each dim becomes one number: along one dim after the other, since a mean of means of equal parts is the
// mean.
template <class Reduce>
Tensor adaptive(const char* op, int dims, const Tensor& given, const Dims& output_size, Reduce reduce) {
  const Composition result(op);
  const Batched in(op, dims, given);
  const Dims sizes = for_each_dim(op, "output_size", output_size, dims, 1);
  check_room(sizes, in.x);
  Tensor y = in.x;
  for (int i = 0; i < dims; ++i) {
    const int64_t length = y.size(2 + i), parts = sizes[i];
    if (length % parts == 0) {  // windows side by side, all at once
      y = reduce(windows(op, y, 2 + i, length / parts, length / parts, 1));
      continue;
    }
    std::vector<Tensor> reduced;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t begin = part_begin(part, length, parts);
      const Tensor piece = narrow(y, 2 + i, begin, part_end(part, length, parts) - begin);
      reduced.push_back(reduce(movedim(piece, 2 + i, -1)));
    }
    y = stack(reduced, 2 + i);
  }
  return result(in.back(y));
}

Tensor last_mean(const Tensor& x) { return mean(x, -1); }
Tensor last_max(const Tensor& x) { return max(x, -1).first; }

}  // namespace

Tensor max_pool1d(const Tensor& x, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                  const Dims& dilation) {
  return max_pool("max_pool1d", 1, x, pool_sliding("max_pool1d", 1, kernel_size, stride, padding, dilation));
}
Tensor max_pool2d(const Tensor& x, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                  const Dims& dilation) {
  return max_pool("max_pool2d", 2, x, pool_sliding("max_pool2d", 2, kernel_size, stride, padding, dilation));
}
Tensor avg_pool1d(const Tensor& x, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                  bool count_include_pad) {
  return avg_pool("avg_pool1d", 1, x, pool_sliding("avg_pool1d", 1, kernel_size, stride, padding, 1),
                  count_include_pad);
}
Tensor avg_pool2d(const Tensor& x, const Dims& kernel_size, const Dims& stride, const Dims& padding,
                  bool count_include_pad) {
  return avg_pool("avg_pool2d", 2, x, pool_sliding("avg_pool2d", 2, kernel_size, stride, padding, 1),
                  count_include_pad);
}
Tensor adaptive_avg_pool1d(const Tensor& x, const Dims& output_size) {
  return adaptive("adaptive_avg_pool1d", 1, x, output_size, last_mean);
}
Tensor adaptive_avg_pool2d(const Tensor& x, const Dims& output_size) {
  return adaptive("adaptive_avg_pool2d", 2, x, output_size, last_mean);
}
Tensor adaptive_max_pool1d(const Tensor& x, const Dims& output_size) {
  return adaptive("adaptive_max_pool1d", 1, x, output_size, last_max);
}
Tensor adaptive_max_pool2d(const Tensor& x, const Dims& output_size) {
  return adaptive("adaptive_max_pool2d", 2, x, output_size, last_max);
}

}  // namespace lemma
