// Pictures and signals of another size: each dim on its own, as a product with a matrix or a choice of elements.
#include <cmath>

#include "lemma/ops.h"
#include "lemma/ops/convolution.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "ops/windows.h"

namespace lemma {
namespace {

// Element t of the result is element floor(t L / T).
Tensor nearest(const Tensor& x, int dim, int64_t size) {
  std::vector<int64_t> from;
  const int64_t length = x.size(dim);
  for (int64_t t = 0; t < size; ++t) from.push_back(t * length / size);
  return index_select(x, dim, tensor(from, {.device = x.device()}));
}

// Along `dim`: x[p] (1 - w) + x[p + 1] w, where p + w is where the element's centre lies.
Tensor straight(const Tensor& x, int dim, int64_t size, bool align_corners) {
  const int64_t length = x.size(dim);
  std::vector<int64_t> before, after;
  std::vector<double> weights;
  for (int64_t t = 0; t < size; ++t) {
    const double steps = static_cast<double>(length) / static_cast<double>(size);
    const double whole = size > 1 ? static_cast<double>(length - 1) / static_cast<double>(size - 1) : 0;
    const double at =
        align_corners ? static_cast<double>(t) * whole : std::max(0.0, (static_cast<double>(t) + 0.5) * steps - 0.5);
    const int64_t left = std::min(static_cast<int64_t>(at), length - 1);
    before.push_back(left);
    after.push_back(std::min(left + 1, length - 1));
    weights.push_back(at - static_cast<double>(left));
  }
  Shape along = Shape::filled(x.dim(), 1);
  along[dim] = size;
  const Tensor weight = reshape(tensor(weights, {.dtype = x.dtype(), .device = x.device()}), along);
  const auto at = [&](const std::vector<int64_t>& places) {
    return index_select(x, dim, tensor(places, {.device = x.device()}));
  };
  return lerp(at(before), at(after), weight);
}

}  // namespace

Tensor interpolate(const Tensor& x, const Dims& size, const std::string& mode, bool align_corners) {
  const Composition result("interpolate");
  check::floating("interpolate", x);
  const int dims = x.dim() - 2;
  if (dims != 1 && dims != 2)
    throw ShapeError("interpolate", fmt::format("x is {}; expected (B, C, L) or (B, C, H, W)", x.shape().str()),
                     {x.shape()});
  if (mode != "nearest" && mode != (dims == 1 ? "linear" : "bilinear"))
    throw ValueError("interpolate",
                     fmt::format("the mode is '{}'; expected 'nearest' or, for {}, '{}'", mode,
                                 dims == 1 ? "(B, C, L)" : "(B, C, H, W)", dims == 1 ? "linear" : "bilinear"));
  if (align_corners && mode == "nearest")
    throw ValueError("interpolate", "align_corners is for straight lines; 'nearest' has no corners");
  const Dims sizes = for_each_dim("interpolate", "size", size, dims, 1);
  check_room(sizes, x);
  if (mode != "nearest" && is_half(x.dtype()))
    return result(cast(interpolate(cast(x, DType::float32), size, mode, align_corners), x.dtype()));
  Tensor y = x;
  for (int i = 0; i < dims; ++i) {
    if (x.size(2 + i) == 0) throw ShapeError("interpolate", fmt::format("{} is empty", x.shape().str()), {x.shape()});
    y = mode == "nearest" ? nearest(y, 2 + i, sizes[i]) : straight(y, 2 + i, sizes[i], align_corners);
  }
  return result(y);
}

}  // namespace lemma
