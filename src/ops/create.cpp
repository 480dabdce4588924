// New tensors from numbers, lists and memory.
#include <algorithm>
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

void TensorData::add_integer(const Number& value) {
  if (!value.is_whole()) throw DTypeError("tensor", fmt::format("{} is beyond int64", value.str()), {DType::int64});
  integers_.push_back(value.to<int64_t>());
}

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
  for (const double value : data.values())
    if (!Number(std::trunc(value)).is_whole())
      throw DTypeError("tensor", fmt::format("{} is beyond int64", value), {DType::int64});
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
Tensor full(const Shape& shape, Number value, const TensorOptions& options) {
  if (options.dtype) check::whole("full", *options.dtype, shape, value);
  check::holds("full", floating_by_default(options), value);
  Array array(shape, floating_by_default(options), options.device);
  kernels::fill(array, value);
  return Tensor(std::move(array), options.requires_grad);
}
Tensor zeros(const Shape& shape, const TensorOptions& options) { return full(shape, 0, options); }
Tensor ones(const Shape& shape, const TensorOptions& options) { return full(shape, 1, options); }
Tensor empty_like(const Tensor& x) { return empty(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }
Tensor full_like(const Tensor& x, Number value) {
  return full(x.shape(), value, {.dtype = x.dtype(), .device = x.device()});
}
Tensor zeros_like(const Tensor& x) { return full_like(x, 0); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }

namespace {
// How many steps there are, or -1. Whole numbers are not rounded.
int64_t steps_between(const Number& start, const Number& end, const Number& step) {
  if (!start.is_whole() || !end.is_whole() || !step.is_whole()) {
    const double count = std::ceil((end.to<double>() - start.to<double>()) / step.to<double>());
    return count >= 0 && count < 1e15 ? static_cast<int64_t>(count) : -1;
  }
  const int64_t first = start.to<int64_t>(), last = end.to<int64_t>(), by = step.to<int64_t>();
  if (by == 0 || (first != last && (first < last) != (by > 0))) return -1;
  if (first == last) return 0;
  const uint64_t from = static_cast<uint64_t>(first), to = static_cast<uint64_t>(last),
                 size = static_cast<uint64_t>(by);
  const uint64_t count = by > 0 ? (to - from - 1) / size + 1 : (from - to - 1) / (0 - size) + 1;
  return count < (uint64_t{1} << 50) ? static_cast<int64_t>(count) : -1;
}
}  // namespace

Tensor arange(Number start, Number end, Number step, const TensorOptions& options) {
  const int64_t count = steps_between(start, end, step);
  const double length = end.to<double>() - start.to<double>(), by = step.to<double>();
  const bool leads_there = std::isfinite(length) && std::isfinite(by) && (length > 0 ? by > 0 : length < 0 && by < 0);
  if (count < 0)
    throw ValueError("arange", fmt::format("{} from {} to {} in steps of {}",
                                           leads_there ? "no tensor can hold the numbers" : "cannot go", start.str(),
                                           end.str(), step.str()));
  const bool integers = start.is_integer() && end.is_integer() && step.is_integer();
  const DType dtype = options.dtype.value_or(integers ? DType::int64 : DType::float32);
  Array array({count}, dtype, options.device);
  kernels::arange(array, start, step);
  return Tensor(std::move(array), options.requires_grad);
}
Tensor arange(int64_t end, const TensorOptions& options) {
  TensorOptions with_dtype = options;
  with_dtype.dtype = options.dtype.value_or(DType::int64);
  return arange(0, end, 1, with_dtype);
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
  return ge(rows + std::clamp(diagonal, -x.size(-2), x.size(-1)), columns);  // beyond the matrix all are alike
}
}  // namespace

Tensor tril(const Tensor& x, int64_t diagonal) {
  const Composition result("tril");
  return result(masked_fill(x, logical_not(lower_mask("tril", x, diagonal)), 0));
}
Tensor triu(const Tensor& x, int64_t diagonal) {
  const Composition result("triu");
  return result(masked_fill(x, lower_mask("triu", x, diagonal == INT64_MIN ? diagonal : diagonal - 1), 0));
}

}  // namespace lemma
