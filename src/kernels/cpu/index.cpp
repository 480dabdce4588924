// Reading and adding through an index. Where one index moves a whole row (embeddings), rows move as blocks.

#include <atomic>
#include <cstring>

#include <fmt/format.h>

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/half.h"
#include "kernels/functors.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cpu {
namespace {

/// Indices are checked before they come here; one that somebody changed since, through a pointer of theirs, must not
/// lead outside. Workers note it, and the work throws at the end.
class Range {
 public:
  explicit Range(int64_t size) : size_(static_cast<uint64_t>(size)) {}
  bool holds(int64_t i) {
    if (static_cast<uint64_t>(i) < size_) return true;
    outside_.store(i, std::memory_order_relaxed);
    found_.store(true, std::memory_order_relaxed);
    return false;
  }
  void check(const char* op) const {
    if (!found_) return;
    const int64_t i = outside_, size = static_cast<int64_t>(size_);
    throw IndexError(op, fmt::format("index {} is outside [0, {}); it was changed after it had been checked", i, size),
                     i, size);
  }

 private:
  uint64_t size_;
  std::atomic<bool> found_{false};
  std::atomic<int64_t> outside_{0};
};

/// Walks index (operand 0) and the indexed array without its `dim` (operand 1) over the shape of the index.
Collapsed<2> paired(const Array& index, const Strides& strides, int dim) {
  Strides fixed = strides;
  fixed[dim] = 0;
  return collapse<2>(index.shape(), {&index.strides(), &fixed});
}

template <class T>
void gather_run(const Array& x, int dim, const Array& index, const Array& out) {
  const auto dims = paired(index, x.strides(), dim);
  const int64_t inner = dims.inner_size(), step = dims.inner_stride(0), x_step = dims.inner_stride(1),
                jump = x.strides()[dim];
  const int64_t* at = index.data<int64_t>();
  const T* from = reinterpret_cast<const T*>(bytes_of(x));
  T* to = reinterpret_cast<T*>(bytes_of(out));
  Range range(x.shape()[dim]);
  parallel_for(dims.outer_count(), std::max<int64_t>(1, kGrain / inner), [&](int64_t begin, int64_t end) {
    OuterWalk<2> walk(dims, begin);
    for (int64_t row = begin; row < end; ++row, walk.next()) {
      const int64_t* i = at + walk.offset[0];
      const T* source = from + walk.offset[1];
      T* y = to + row * inner;
      if (step == 0 && x_step == 1) {
        if (range.holds(*i)) std::memcpy(y, source + *i * jump, static_cast<size_t>(inner) * sizeof(T));
        continue;
      }
      for (int64_t k = 0; k < inner; ++k)
        if (const int64_t place = i[k * step]; range.holds(place)) y[k] = source[k * x_step + place * jump];
    }
  });
  range.check("gather");
}

/// Rows that one index moves: each worker owns some columns of the result and adds in order of position.
template <class T>
void add_rows(const Collapsed<3>& dims, int64_t jump, const int64_t* index, const T* from, T* to, Range& range) {
  const int64_t inner = dims.inner_size(), rows = dims.outer_count(), from_step = dims.inner_stride(2);
  const int64_t columns = std::max<int64_t>(32, kGrain / std::max<int64_t>(rows, 1));
  parallel_for(inner, columns, [&](int64_t begin, int64_t end) {
    OuterWalk<3> walk(dims, 0);
    for (int64_t row = 0; row < rows; ++row, walk.next()) {
      const int64_t place = index[walk.offset[0]];
      if (!range.holds(place)) continue;
      T* y = to + walk.offset[1] + place * jump;
      const T* x = from + walk.offset[2];
      if (from_step == 1)
        for (int64_t c = begin; c < end; ++c) y[c] = fn::plus(y[c], x[c]);
      else
        for (int64_t c = begin; c < end; ++c) y[c] = fn::plus(y[c], x[c * from_step]);
    }
  });
}

template <class T>
void scatter_run(const Array& out, int dim, const Array& index, const Array& src) {
  Strides fixed = out.strides();
  fixed[dim] = 0;
  const auto dims = collapse<3>(index.shape(), {&index.strides(), &fixed, &src.strides()});
  const int64_t jump = out.strides()[dim];
  const int64_t* at = index.data<int64_t>();
  const T* from = src.data<T>();
  T* to = out.data<T>();
  const int64_t inner = dims.inner_size(), step = dims.inner_stride(0), to_step = dims.inner_stride(1),
                from_step = dims.inner_stride(2);
  Range range(out.shape()[dim]);
  if (step == 0 && to_step == 1) {
    add_rows(dims, jump, at, from, to, range);
    return range.check("scatter_add");
  }

  // Different positions of the first dim never meet in the result, unless it is the indexed one: they can go to
  // different workers.
  const int64_t rows = dims.outer_count();
  const int64_t owners = dim == 0 || dims.rank < 2 || dims.stride[1][0] == 0 ? 1 : dims.size[0];
  const int64_t each = rows / owners;
  parallel_for(owners, std::max<int64_t>(1, kGrain / (each * inner)), [&](int64_t begin, int64_t end) {
    OuterWalk<3> walk(dims, begin * each);
    for (int64_t row = begin * each; row < end * each; ++row, walk.next())
      for (int64_t k = 0; k < inner; ++k)
        if (const int64_t place = at[walk.offset[0] + k * step]; range.holds(place)) {
          T& y = to[walk.offset[1] + k * to_step + place * jump];
          y = fn::plus(y, from[walk.offset[2] + k * from_step]);
        }
  });
  range.check("scatter_add");
}

}  // namespace

void run(const GatherWork& work) {
  const auto& [out, x, dim, index] = work;
  switch (size_of(x.dtype())) {
    case 1:
      return gather_run<uint8_t>(x, dim, index, out);
    case 2:
      return gather_run<uint16_t>(x, dim, index, out);
    case 4:
      return gather_run<uint32_t>(x, dim, index, out);
    default:
      return gather_run<uint64_t>(x, dim, index, out);
  }
}

void run(const ScatterAddWork& work) {
  const auto& [out, dim, index, src] = work;
  if (is_half(src.dtype()))
    return round_once(out, [&](const Array& wide) {
      run(FillWork{wide, 0});
      run(ScatterAddWork{wide, work.dim, work.index, widened(work.src)});
    });
  if (src.dtype() == DType::float32)
    scatter_run<float>(out, dim, index, src);
  else if (src.dtype() == DType::float64)
    scatter_run<double>(out, dim, index, src);
  else
    scatter_run<int64_t>(out, dim, index, src);
}

void run(const FindOutOfRangeWork& work) {
  const auto& [index, size, found] = work;
  Array flat = index;
  if (!index.is_contiguous()) {
    flat = Array(index.shape(), DType::int64);
    copy(flat, index);
  }
  const int64_t* i = flat.data<int64_t>();
  const int64_t n = index.numel();
  constexpr int64_t kBlock = 4096;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = std::min(n, begin + kBlock);
    bool bad = false;
    for (int64_t k = begin; k < end; ++k) bad |= static_cast<uint64_t>(i[k]) >= static_cast<uint64_t>(size);
    for (int64_t k = begin; bad && k < end; ++k)
      if (static_cast<uint64_t>(i[k]) >= static_cast<uint64_t>(size)) {
        found = k;
        return;
      }
  }
  found = -1;
}

}  // namespace lemma::kernels::cpu
