// A matrix product the way BLIS does it (Van Zee and van de Geijn, 2015): a strip of b is packed so that it fits the
// second-level cache, twelve rows of a so that they fit the first-level one, and tiles of 12 x 32 results stay in
// registers over a loop in k.

#include "kernels/cpu/gemm_wide.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/gemm_wide.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/simd_math.h"
#include "kernels/cpu/simd_transpose.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3

constexpr bool kWide = true;
constexpr int64_t kLanes = 16;             // of a vector
constexpr int64_t kRows = 12;              // of a tile; 24 of the 32 registers hold results
constexpr int64_t kWidth = 32;             // of a tile
constexpr int64_t kDepth = 256;            // of k that is packed at a time
constexpr int64_t kStrip = 512;            // columns of b that are packed at a time
constexpr int64_t kRowStep = kDepth + 16;  // between packed rows of a: no two in the same set of the cache

/// Where element (r, p) of some rows of a lies: rows as they were packed, or as they are, one behind the other or not.
struct PackedRows {
  static int64_t at(int64_t r, int64_t p) { return r * kRowStep + p; }
};
struct Columns {
  int64_t step;
  int64_t at(int64_t r, int64_t p) const { return p * step + r; }
};
struct Rows {
  int64_t step;
  int64_t at(int64_t r, int64_t p) const { return r * step + p; }
};

/// c (rows x columns) = or += some rows of a times a packed sliver of b.
template <int kR, int kVectors, class Lies>
void tile(const float* HWY_RESTRICT a, Lies lies, const float* HWY_RESTRICT b, int64_t k, float* HWY_RESTRICT c,
          int64_t ldc, int64_t rows, int64_t columns, bool add) {
  const hn::ScalableTag<float> d;
  V<decltype(d)> sum[kR][kVectors];
  for (auto& row : sum)
    for (auto& x : row) x = hn::Zero(d);
  for (int64_t p = 0; p < k; ++p) {
    V<decltype(d)> right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = hn::Load(d, b + (p * kVectors + v) * kLanes);
    for (int r = 0; r < kR; ++r) {
      const auto left = hn::Set(d, a[lies.at(r, p)]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kR; ++r) {
    if (r >= rows) return;
    for (int v = 0; v < kVectors; ++v) {
      float* to = c + r * ldc + v * kLanes;
      const size_t n = static_cast<size_t>(std::max<int64_t>(0, columns - v * kLanes));
      if (n >= static_cast<size_t>(kLanes))
        hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum[r][v]) : sum[r][v], d, to);
      else if (n > 0)
        store_some(d, add ? hn::Add(load_some(d, to, n), sum[r][v]) : sum[r][v], to, n);
    }
  }
}

template <class Lies>
void tile_of(int64_t rows, int64_t columns, const float* a, Lies lies, const float* b, int64_t k, float* c, int64_t ldc,
             bool add) {
  const auto pick = [&](auto narrow, auto wide) {
    (columns > kLanes ? wide : narrow)(a, lies, b, k, c, ldc, rows, columns, add);
  };
  if (rows > 8)
    pick(&tile<12, 1, Lies>, &tile<12, 2, Lies>);
  else if (rows > 4)
    pick(&tile<8, 1, Lies>, &tile<8, 2, Lies>);
  else
    pick(&tile<4, 1, Lies>, &tile<4, 2, Lies>);
}

/// k x columns of b, from there on, as slivers of 32 columns (the last of 16 if that is enough), zeros at the edge.
void pack_b(const Matrix<float>& b, int64_t row, int64_t column, int64_t k, int64_t columns, float* to) {
  const float* const data = b.data + (b.transposed ? column * b.ld + row : row * b.ld + column);
  for (int64_t j = 0; j < columns; j += kWidth) {
    const int64_t n = std::min(kWidth, columns - j), width = n > kLanes ? kWidth : kLanes;
    if (b.transposed) {
      transpose_block(data + j * b.ld, b.ld, n, k, to, width);
      for (int64_t p = 0; p < k && n < width; ++p) std::fill(to + p * width + n, to + (p + 1) * width, 0.0f);
    } else {
      for (int64_t p = 0; p < k; ++p) {
        const float* from = data + p * b.ld + j;
        if (n == kWidth)
          std::memcpy(to + p * width, from, kWidth * sizeof(float));
        else {
          std::memcpy(to + p * width, from, static_cast<size_t>(n) * sizeof(float));
          std::fill(to + p * width + n, to + (p + 1) * width, 0.0f);
        }
      }
    }
    to += k * width;
  }
}

/// Up to 12 rows of a: one after the other, or, where a is stored by columns, the 12 of each column together.
void pack_a(const Matrix<float>& a, int64_t row, int64_t column, int64_t rows, int64_t k, float* to) {
  const float* const data = a.data + (a.transposed ? column * a.ld + row : row * a.ld + column);
  if (!a.transposed) {
    for (int64_t r = 0; r < kRows; ++r)
      if (r < rows)
        std::memcpy(to + r * kRowStep, data + r * a.ld, static_cast<size_t>(k) * sizeof(float));
      else if (r < (rows + 3) / 4 * 4)
        std::fill_n(to + r * kRowStep, k, 0.0f);
    return;
  }
  for (int64_t p = 0; p < k; ++p) {
    if (rows == kRows)
      std::memcpy(to + p * kRows, data + p * a.ld, kRows * sizeof(float));
    else
      for (int64_t r = 0; r < kRows; ++r) to[p * kRows + r] = r < rows ? data[p * a.ld + r] : 0.0f;
  }
}

/// The same of scattered elements, vector by vector: in a row, in two pieces, or one by one.
void pack_b(const Scattered& b, int64_t row, int64_t column, int64_t k, int64_t columns, float* to) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const int32_t* const rows = b.rows + row;
  for (int64_t j = 0; j < columns; j += kWidth) {
    const int64_t width = columns - j > kLanes ? kWidth : kLanes;
    for (int64_t v = 0; v < width; v += kLanes) {
      const int64_t n = std::clamp<int64_t>(columns - j - v, 0, kLanes);
      const int32_t *const at = b.columns + column + j + v, *const runs = b.runs + column + j + v;
      const auto some = hn::FirstN(d, static_cast<size_t>(n));
      const auto pack = [&](const auto& load) {
        for (int64_t p = 0; p < k; ++p) hn::Store(load(b.data + rows[p]), d, to + p * width + v);
      };
      if (n == 0) {
        pack([&](const float*) { return hn::Zero(d); });
      } else if (runs[0] >= n) {
        pack([&](const float* x) { return hn::MaskedLoad(some, d, x + at[0]); });
      } else if (const int64_t first = runs[0]; first + runs[first] >= n) {
        const auto left = hn::FirstN(d, static_cast<size_t>(first)), right = hn::AndNot(left, some);
        pack([&](const float* x) {
          return hn::Or(hn::MaskedLoad(left, d, x + at[0]), hn::MaskedLoad(right, d, x + at[first] - first));
        });
      } else {
        const auto index = load_some(di, at, static_cast<size_t>(n), at[0]);
        pack([&](const float* x) { return hn::IfThenElseZero(some, hn::GatherIndex(d, x, index)); });
      }
    }
    to += k * width;
  }
}

void pack_a(const Scattered& a, int64_t row, int64_t column, int64_t rows, int64_t k, float* to) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const int32_t *const columns = a.columns + column, *const runs = a.runs + column;
  for (int64_t r = 0; r < rows; ++r, to += kRowStep) {
    const float* const from = a.data + a.rows[row + r];
    for (int64_t p = 0; p < k;) {
      const int64_t run = std::min<int64_t>(runs[p], k - p), n = run >= kLanes ? run : std::min(kLanes, k - p);
      if (run >= kLanes)
        std::copy_n(from + columns[p], n, to + p);
      else if (n == kLanes)
        hn::StoreU(hn::GatherIndex(d, from, hn::LoadU(di, columns + p)), d, to + p);
      else
        for (int64_t i = p; i < k; ++i) to[i] = from[columns[i]];
      p += n;
    }
  }
  for (int64_t r = rows; r < (rows + 3) / 4 * 4; ++r, to += kRowStep) std::fill_n(to, k, 0.0f);
}

/// Calls `use(data, how it lies)` with up to 12 rows of a, packed into `room` or, where each is read but a few times
/// (`seldom`) and there are twelve, where they are.
template <class Use>
void with_rows(const Matrix<float>& a, int64_t row, int64_t column, int64_t rows, int64_t k, bool seldom, float* room,
               const Use& use) {
  if (seldom && rows == kRows)
    return a.transposed ? use(a.data + column * a.ld + row, Columns{a.ld})
                        : use(a.data + row * a.ld + column, Rows{a.ld});
  pack_a(a, row, column, rows, k, room);
  a.transposed ? use(room, Columns{kRows}) : use(room, PackedRows());
}
template <class Use>
void with_rows(const Scattered& a, int64_t row, int64_t column, int64_t rows, int64_t k, bool, float* room,
               const Use& use) {
  pack_a(a, row, column, rows, k, room);
  use(room, PackedRows());
}

struct AlignedDelete {
  void operator()(float* x) const { ::operator delete[](x, std::align_val_t(64)); }
};

template <class Source>
void multiply(int64_t m, int64_t n, int64_t k, const Source& a, const Source& b, float* c, int64_t ldc) {
  static thread_local const std::unique_ptr<float[], AlignedDelete> strip(
      static_cast<float*>(::operator new[](kDepth* kStrip * sizeof(float), std::align_val_t(64))));
  alignas(64) float rows_of_a[kRows * kRowStep];
  for (int64_t column = 0; column < n; column += kStrip)
    for (int64_t p = 0; p < k; p += kDepth) {
      const int64_t columns = std::min(kStrip, n - column), depth = std::min(kDepth, k - p);
      pack_b(b, p, column, depth, columns, strip.get());
      for (int64_t row = 0; row < m; row += kRows) {
        const int64_t rows = std::min(kRows, m - row);
        with_rows(a, row, p, rows, depth, columns <= 4 * kWidth, rows_of_a, [&](const float* data, auto lies) {
          for (int64_t j = 0; j < columns; j += kWidth)
            tile_of(rows, std::min(kWidth, columns - j), data, lies, strip.get() + j * depth, depth,
                    c + row * ldc + column + j, ldc, p > 0);
        });
      }
    }
}

#else

constexpr bool kWide = false;
template <class Source>
void multiply(int64_t, int64_t, int64_t, const Source&, const Source&, float*, int64_t) {}

#endif

void product(int64_t m, int64_t n, int64_t k, const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc) {
  multiply(m, n, k, a, b, c, ldc);
}
void scattered_product(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  multiply(m, n, k, a, b, c, ldc);
}

bool is_wide() { return kWide; }

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(is_wide);
HWY_EXPORT(product);
HWY_EXPORT(scattered_product);

bool has_wide_gemm() {
  static const bool wide = HWY_DYNAMIC_DISPATCH(is_wide)();
  return wide;
}

void wide_gemm(int64_t m, int64_t n, int64_t k, const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(product)(m, n, k, a, b, c, ldc);
}
void wide_gemm(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(scattered_product)(m, n, k, a, b, c, ldc);
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
