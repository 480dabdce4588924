// Convolutions: one product of the weight with all windows of x, which are a view that the product reads in place.
#include "lemma/ops/convolution.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/sizes.h"
#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/contract.h"
#include "ops/mixed.h"
#include "ops/windows.h"
#include "tape/record.h"

namespace lemma {
namespace {

struct Filter {  // what a convolution is given beside x and its weight
  Dims stride, padding, dilation;
  int64_t groups;
};

Sliding sliding(const char* op, const Tensor& weight, const Filter& filter) {
  const int dims = weight.dim() - 2;
  Dims size;
  for (int i = 0; i < dims; ++i) size.push_back(weight.size(2 + i));
  return {size, for_each_dim(op, "stride", filter.stride, dims, 1),
          for_each_dim(op, "padding", filter.padding, dims, 0), for_each_dim(op, "dilation", filter.dilation, dims, 1)};
}

// weight: (O, C / groups, K...), or transposed (C, O / groups, K...).
void check_convolution(const char* op, int dims, const Tensor& x, const Tensor& weight, const Tensor& bias,
                       int64_t groups, bool transposed) {
  check::floating(op, x);
  check::defined(op, weight);
  check::same_type(op, x, weight);
  const char* const places = dims == 1 ? "L" : "H, W";
  if (x.dim() != 2 + dims || weight.dim() != 2 + dims)
    throw ShapeError(
        op,
        fmt::format("x {} and weight {} do not fit; expected (B, C, {}), with or without B, and a weight of {} "
                    "dims",
                    x.shape().str(), weight.shape().str(), places, 2 + dims),
        {x.shape(), weight.shape()});
  for (int i = 2; i < 2 + dims; ++i)
    if (x.size(i) == 0 || weight.size(i) == 0)
      throw ShapeError(op,
                       fmt::format("x {} and weight {}: one of them has no places in dim {}", x.shape().str(),
                                   weight.shape().str(), i),
                       {x.shape(), weight.shape()});
  if (groups < 1 || x.size(1) % groups != 0 || weight.size(0) % groups != 0)
    throw ValueError(op, fmt::format("groups is {}; it must divide the channels of x {} and of the weight {}", groups,
                                     x.shape().str(), weight.shape().str()));
  const int64_t wanted = transposed ? weight.size(0) : weight.size(1) * groups;
  if (x.size(1) != wanted)
    throw ShapeError(op,
                     fmt::format("x {} has {} channels, and weight {} with groups {} takes {}", x.shape().str(),
                                 x.size(1), weight.shape().str(), groups, wanted),
                     {x.shape(), weight.shape()});
  const int64_t outputs = transposed ? weight.size(1) * groups : weight.size(0);
  if (bias.defined()) check::same_type(op, x, bias);
  if (bias.defined() && bias.shape() != Shape(outputs))
    throw ShapeError(op,
                     fmt::format("the bias is {}; expected ({}), one for each channel", bias.shape().str(), outputs),
                     {bias.shape()});
}

// (O) as (O, 1...), which broadcasts across the places.
Tensor across(const Tensor& bias, int dims) {
  Shape shape(bias.size(0));
  for (int i = 0; i < dims; ++i) shape.push_back(1);
  return reshape(bias, shape);
}

// ---- Three maps, each the gradient of the others: y from x and w, x from y and w, w from x and y. x is padded
// already. ----

// (B, C, L..) or (O, ..) with dim `dim` as (G, C / G).
Tensor grouped(const Tensor& x, int dim, int64_t groups) {
  Shape shape = x.shape();
  shape[dim] /= groups;
  shape.insert(dim, groups);
  return reshape(x, shape);
}
// .. and back: two dims as one.
Tensor ungrouped(const Tensor& x, int dim) {
  Shape shape = x.shape();
  shape[dim + 1] *= shape[dim];
  shape.erase(dim);
  return reshape(x, shape);
}

// The dims of x, in this order: `first`, then `count` dims from `begin`, and so on.
Tensor ordered(const Tensor& x, std::initializer_list<std::pair<int, int>> parts) {
  Dims order;
  for (const auto& [begin, count] : parts)
    for (int d = begin; d < begin + count; ++d) order.push_back(d);
  return permute(x, order);
}

// x (B, C, L..) as (B, G, C / G, out.., K..), a view.
Tensor slides(const Tensor& x, const Sliding& slide, int64_t groups) {
  Tensor y = grouped(x, 1, groups);
  for (int i = 0; i < slide.size.rank(); ++i)
    y = windows("conv", y, 3 + i, slide.size[i], slide.step[i], slide.spacing[i]);
  return y;
}

Tensor convolved(const Tensor& x, const Tensor& w, const Sliding& slide, int64_t groups);

/// w (O, C / G, K..) from x (B, C, L..) and g (B, O, out..).
Tensor filters(const Tensor& x, const Tensor& g, const Sliding& slide, int64_t groups) {
  const int dims = slide.size.rank();
  const Tensor left = ordered(grouped(g, 1, groups), {{1, 2}, {0, 1}, {3, dims}});  // (G, O / G, B, out..)
  const Tensor right = ordered(slides(x, slide, groups),
                               {{1, 1}, {0, 1}, {3, dims}, {2, 1}, {3 + dims, dims}});  // (G, B, out.., C / G, K..)
  return ungrouped(contract(left, right, 1, 1 + dims), 0);
}

/// x of `shape` (B, C, L..) from g (B, O, out..) and w: every place of g adds w around it.
Tensor spread(const Tensor& g, const Tensor& w, const Sliding& slide, int64_t groups, const Shape& shape) {
  const int dims = slide.size.rank();
  const Tensor parts = grouped(w, 0, groups);  // (G, O / G, C / G, K..)
  bool dense = true;
  for (int i = 0; i < dims; ++i) dense = dense && slide.step[i] == 1;
  if (dense) {  // a convolution with the filters turned around, from beyond the ends
    Tensor y = g;
    Dims places;
    for (int i = 0; i < dims; ++i) {
      const int64_t reach = (slide.size[i] - 1) * slide.spacing[i];
      y = pad(y, 2 + i, reach, shape[2 + i] - g.size(2 + i));
      places.push_back(2 + i);
    }
    return convolved(y, contiguous(flip(ungrouped(transpose(parts, 1, 2), 0), places)), slide, groups);
  }
  if (is_half(g.dtype()))  // many pieces, one rounding
    return cast(spread(cast(g, DType::float32), cast(w, DType::float32), slide, groups, shape), g.dtype());
  const Tensor left = expand(unsqueeze(ordered(parts, {{0, 1}, {2, 1 + dims}, {1, 1}}), 0), [&] {
    Shape all{g.size(0), groups, w.size(1)};
    for (int i = 0; i < dims; ++i) all.push_back(slide.size[i]);
    all.push_back(w.size(0) / groups);
    return all;
  }());
  const Tensor pieces = contract(left, grouped(g, 1, groups), 2, 1);                // (B, G, C / G, K.., out..)
  Tensor y = ordered(ungrouped(pieces, 1), {{0, 2}, {2 + dims, dims}, {2, dims}});  // (B, C, out.., K..)
  for (int i = dims - 1; i >= 0; --i) {
    Shape whole = y.shape();
    whole.erase(whole.rank() - 1);
    whole[2 + i] = shape[2 + i];
    y = fold(y, whole, 2 + i, slide.step[i], slide.spacing[i]);
  }
  return y;
}

/// (B, O, out..) from x (B, C, L..) and w (O, C / G, K..).
Tensor convolved(const Tensor& x, const Tensor& w, const Sliding& slide, int64_t groups) {
  const int dims = slide.size.rank();
  const Array y = [&] {
    const NoGrad guard;
    const Tensor parts = grouped(w, 0, groups);  // (G, O / G, C / G, K..), for every picture
    Shape all = parts.shape();
    all.insert(0, x.size(0));
    const Tensor right =
        ordered(slides(x, slide, groups), {{0, 3}, {3 + dims, dims}, {3, dims}});  // (B, G, C / G, K.., out..)
    return ungrouped(Tensor(kernels::contract(expand(parts, all).array(), right.array(), 2, 1 + dims)), 1).array();
  }();
  return record(
      "convolution", {x, w}, y,
      [=](const Tensor& g, const Node& node, In<1> weight) {
        return spread(contiguous(g), weight, slide, groups, node.input_shape(0));
      },
      [=](const Tensor& g, In<0> signal) { return filters(signal, contiguous(g), slide, groups); });
}

Tensor convolve(const char* op, int dims, const Tensor& x, const Tensor& weight, const Tensor& bias,
                const Filter& filter) {
  check::defined(op, x);
  const Composition result(op);
  if (x.dim() == 1 + dims) return result(squeeze(convolve(op, dims, unsqueeze(x, 0), weight, bias, filter), 0));
  if (mixed::halves({&x, &weight, &bias}))
    return convolve(op, dims, mixed::halved(x), mixed::halved(weight), mixed::halved(bias), filter);
  check_convolution(op, dims, x, weight, bias, filter.groups, false);
  const Sliding slide = sliding(op, weight, filter);
  const Tensor y = convolved(padded(op, x, slide), weight, slide, filter.groups);
  return result(bias.defined() ? y + across(bias, dims) : y);
}

Tensor convolve_back(const char* op, int dims, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Filter& filter, const Dims& output_padding) {
  check::defined(op, x);
  const Composition result(op);
  if (x.dim() == 1 + dims)
    return result(squeeze(convolve_back(op, dims, unsqueeze(x, 0), weight, bias, filter, output_padding), 0));
  if (mixed::halves({&x, &weight, &bias}))
    return convolve_back(op, dims, mixed::halved(x), mixed::halved(weight), mixed::halved(bias), filter,
                         output_padding);
  check_convolution(op, dims, x, weight, bias, filter.groups, true);
  const Sliding slide = sliding(op, weight, filter);
  const Dims more = for_each_dim(op, "output_padding", output_padding, dims, 0);
  Shape shape{x.size(0), weight.size(1) * filter.groups};
  for (int i = 0; i < dims; ++i) {
    if (more[i] >= std::max(slide.step[i], slide.spacing[i]))
      throw ValueError(op, fmt::format("output_padding is {}; it must be below the stride or the dilation, {} and {}",
                                       more[i], slide.step[i], slide.spacing[i]));
    const int64_t span = add_sizes(op, multiply_sizes(op, slide.size[i] - 1, slide.spacing[i]), 1 + more[i]);
    shape.push_back(add_sizes(op, multiply_sizes(op, x.size(2 + i) - 1, slide.step[i]), span));
    if (shape[2 + i] - slide.padding[i] < slide.padding[i] + 1)
      throw ShapeError(op,
                       fmt::format("nothing is left of dim {} of {}: {} places less a padding of {} at either end",
                                   2 + i, x.shape().str(), shape[2 + i], slide.padding[i]),
                       {x.shape(), weight.shape()});
  }
  check_elements(op, shape);
  Tensor y = spread(x, weight, slide, filter.groups, shape);
  for (int i = 0; i < dims; ++i) y = narrow(y, 2 + i, slide.padding[i], shape[2 + i] - 2 * slide.padding[i]);
  return result(bias.defined() ? y + across(bias, dims) : y);
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& stride, const Dims& padding,
              const Dims& dilation, int64_t groups) {
  return convolve("conv1d", 1, x, weight, bias, {stride, padding, dilation, groups});
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& stride, const Dims& padding,
              const Dims& dilation, int64_t groups) {
  return convolve("conv2d", 2, x, weight, bias, {stride, padding, dilation, groups});
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& stride,
                        const Dims& padding, const Dims& output_padding, int64_t groups, const Dims& dilation) {
  return convolve_back("conv_transpose1d", 1, x, weight, bias, {stride, padding, dilation, groups}, output_padding);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& stride,
                        const Dims& padding, const Dims& output_padding, int64_t groups, const Dims& dilation) {
  return convolve_back("conv_transpose2d", 2, x, weight, bias, {stride, padding, dilation, groups}, output_padding);
}

}  // namespace lemma
