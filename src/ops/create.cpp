// New tensors from numbers, lists and memory.
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"
#include "tape/record.h"

namespace lemma {
namespace {

DType floating_by_default(const TensorOptions& options) { return options.dtype.value_or(DType::float32); }

template <class T, class From>
Array host_array(const std::vector<From>& values, const Shape& shape) {
  Array array(shape, dtype_of<T>());
  T* to = array.data<T>();
  for (size_t i = 0; i < values.size(); ++i) to[i] = static_cast<T>(values[i]);
  return array;
}

Tensor finish(Array array, const TensorOptions& options) {
  if (array.device() != options.device) {
    Array moved(array.shape(), array.dtype(), options.device);
    kernels::copy(moved, array);
    array = moved;
  }
  return Tensor(std::move(array), options.requires_grad);
}

}  // namespace

TensorData::TensorData(std::initializer_list<TensorData> items) {
  shape_ = Shape(static_cast<int64_t>(items.size()));
  if (items.size() == 0) return;
  const TensorData& first = *items.begin();
  for (int64_t n : first.shape_) shape_.push_back(n);
  dtype_ = DType::boolean;
  for (const TensorData& item : items) {
    if (item.shape_ != first.shape_)
      throw ShapeError("tensor",
                       "a ragged list: one item has shape " + first.shape_.str() + ", another " + item.shape_.str(),
                       {first.shape_, item.shape_});
    if (item.dtype_ == DType::float32)
      dtype_ = DType::float32;
    else if (item.dtype_ == DType::int64 && dtype_ == DType::boolean)
      dtype_ = DType::int64;
    values_.insert(values_.end(), item.values_.begin(), item.values_.end());
    integers_.insert(integers_.end(), item.integers_.begin(), item.integers_.end());
  }
}

Tensor tensor(const TensorData& data, const TensorOptions& options) {
  const DType dtype = options.dtype.value_or(data.dtype());
  const bool exact = data.integers().size() == data.values().size();
  switch (dtype) {
    case DType::float32:
      return finish(host_array<float>(data.values(), data.shape()), options);
    case DType::float64:
      return finish(host_array<double>(data.values(), data.shape()), options);
    case DType::boolean:
      return finish(host_array<bool>(data.values(), data.shape()), options);
    case DType::float16:
    case DType::bfloat16: {
      TensorOptions wide = options;
      wide.dtype = DType::float32;
      wide.requires_grad = false;
      return tensor(data, wide).to(dtype).requires_grad_(options.requires_grad);
    }
    case DType::int64:
      break;
  }
  if (exact) return finish(host_array<int64_t>(data.integers(), data.shape()), options);
  return finish(host_array<int64_t>(data.values(), data.shape()), options);
}

template <class T>
Tensor from_data(const T* data, const Shape& shape, const TensorOptions& options) {
  Array array(shape, dtype_of<T>());
  if (array.numel() > 0) std::memcpy(array.data<T>(), data, static_cast<size_t>(array.numel()) * sizeof(T));
  if (options.dtype && *options.dtype != array.dtype()) {
    Array converted(shape, *options.dtype);
    kernels::copy(converted, array);
    array = converted;
  }
  return finish(std::move(array), options);
}
template Tensor from_data(const float*, const Shape&, const TensorOptions&);
template Tensor from_data(const double*, const Shape&, const TensorOptions&);
template Tensor from_data(const int64_t*, const Shape&, const TensorOptions&);
template Tensor from_data(const bool*, const Shape&, const TensorOptions&);
template Tensor from_data(const Half*, const Shape&, const TensorOptions&);
template Tensor from_data(const BFloat16*, const Shape&, const TensorOptions&);

Tensor empty(const Shape& shape, const TensorOptions& options) {
  return Tensor(Array(shape, floating_by_default(options), options.device), options.requires_grad);
}
Tensor full(const Shape& shape, double value, const TensorOptions& options) {
  Array array(shape, floating_by_default(options), options.device);
  kernels::fill(array, value);
  return Tensor(std::move(array), options.requires_grad);
}
Tensor zeros(const Shape& shape, const TensorOptions& options) { return full(shape, 0, options); }
Tensor ones(const Shape& shape, const TensorOptions& options) { return full(shape, 1, options); }
Tensor empty_like(const Tensor& x) { return empty(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }
Tensor full_like(const Tensor& x, double value) {
  return full(x.shape(), value, {.dtype = x.dtype(), .device = x.device()});
}
Tensor zeros_like(const Tensor& x) { return full_like(x, 0); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }

Tensor arange(double start, double end, double step, const TensorOptions& options) {
  const double count = std::ceil((end - start) / step);
  if (!(step != 0) || !(count >= 0) || count > 1e15)
    throw ValueError("arange", fmt::format("cannot go from {} to {} in steps of {}", start, end, step));
  Array array({static_cast<int64_t>(count)}, floating_by_default(options), options.device);
  kernels::arange(array, start, step);
  return Tensor(std::move(array), options.requires_grad);
}
Tensor arange(int64_t end, const TensorOptions& options) {
  TensorOptions with_dtype = options;
  with_dtype.dtype = options.dtype.value_or(DType::int64);
  return arange(0, static_cast<double>(end), 1, with_dtype);
}
Tensor linspace(double start, double end, int64_t steps, const TensorOptions& options) {
  if (steps < 0) throw ValueError("linspace", fmt::format("steps cannot be negative, got {}", steps));
  Array array({steps}, floating_by_default(options), options.device);
  kernels::arange(array, start, steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0);
  return Tensor(std::move(array), options.requires_grad);
}

Tensor eye(int64_t n, const TensorOptions& options) {
  Array array({n, n}, floating_by_default(options), options.device);
  kernels::fill(array, 0);
  kernels::fill(array.view({n}, {n + 1}, 0), 1);
  return Tensor(std::move(array), options.requires_grad);
}

namespace {
// true where row index + diagonal >= column index: the lower triangle with its diagonal moved.
Tensor lower_mask(const char* op, const Tensor& x, int64_t diagonal) {
  check::defined(op, x);
  if (x.dim() < 2) throw ShapeError(op, fmt::format("needs at least two dims, got {}", x.shape().str()), {x.shape()});
  const TensorOptions options{.dtype = int64, .device = x.device()};
  const Tensor rows = reshape(arange(x.size(-2), options), {-1, 1}), columns = arange(x.size(-1), options);
  return ge(rows + static_cast<double>(diagonal), columns);
}
}  // namespace

Tensor tril(const Tensor& x, int64_t diagonal) {
  const Composition result("tril");
  return result(masked_fill(x, logical_not(lower_mask("tril", x, diagonal)), 0));
}
Tensor triu(const Tensor& x, int64_t diagonal) {
  const Composition result("triu");
  return result(masked_fill(x, lower_mask("triu", x, diagonal - 1), 0));
}

}  // namespace lemma
