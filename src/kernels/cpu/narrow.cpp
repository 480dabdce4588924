// Few rows: results stay in registers, and b is read where it lies.

#include "kernels/cpu/narrow.h"

#include <algorithm>

#include "kernels/cpu/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/narrow.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/simd_math.h"

HWY_BEFORE_NAMESPACE();
namespace lemma::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kDepth = 128;  // of k at a time
constexpr int64_t kDots = 8;     // sums that are kept in registers

// kRows x n results, n <= Lanes(d): = or += kRows x k of a, packed, times k x n of b.
template <int kRows, class D, class Load>
void across_block(D d, int64_t k, const float* a, const Scattered& b, int64_t at, const Load& load, float* c,
                  int64_t ldc, size_t n, bool add) {
  n = std::min(n, hn::Lanes(d));  // as it is; the compiler cannot see that
  V<D> sum[kRows];
  for (int r = 0; r < kRows; ++r) sum[r] = add ? load_some(d, c + r * ldc, n) : hn::Zero(d);
  for (int64_t p = 0; p < k; ++p) {
    const auto x = load(b.data + b.rows[p] + at);
    for (int r = 0; r < kRows; ++r) sum[r] = hn::MulAdd(hn::Set(d, a[r * kDepth + p]), x, sum[r]);
  }
  for (int r = 0; r < kRows; ++r) store_some(d, sum[r], c + r * ldc, n);
}

template <int kRows>
void all_across(int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  float packed[kRows * kDepth];
  for (int64_t begin = 0; begin < k; begin += kDepth) {
    const int64_t depth = std::min(kDepth, k - begin);
    for (int r = 0; r < kRows; ++r)
      for (int64_t p = 0; p < depth; ++p) packed[r * kDepth + p] = a.data[a.rows[r] + a.columns[begin + p]];
    const Scattered below{b.data, b.rows + begin, b.columns, b.runs};
    for (int64_t j = 0; j < n;) {
      const int64_t count = std::min<int64_t>({b.runs[j], lanes, n - j});
      const auto whole = [&](const float* x) { return hn::LoadU(d, x); };
      const auto some = [&](const float* x) { return load_some(d, x, static_cast<size_t>(count)); };
      if (count == lanes)
        across_block<kRows>(d, depth, packed, below, b.columns[j], whole, c + j, ldc, static_cast<size_t>(count),
                            begin > 0);
      else
        across_block<kRows>(d, depth, packed, below, b.columns[j], some, c + j, ldc, static_cast<size_t>(count),
                            begin > 0);
      j += count;
    }
  }
}

// kRows x n sums of k products, kRows * n <= kDots.
template <int kRows>
void dots(int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  const hn::ScalableTag<float> d;
  constexpr int kColumns = kDots / kRows;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V<decltype(d)> sum[kRows][kColumns];
  for (auto& row : sum)
    for (auto& x : row) x = hn::Zero(d);
  const float *left[kRows], *right[kColumns];
  for (int r = 0; r < kRows; ++r) left[r] = a.data + a.rows[r];
  for (int j = 0; j < kColumns; ++j) right[j] = b.data + b.rows[std::min<int64_t>(j, n - 1)];  // the last ones again
  for (int64_t p = 0; p < k;) {
    const int64_t count = std::min<int64_t>({a.runs[p], b.runs[p], lanes, k - p}), x = a.columns[p], y = b.columns[p];
    const auto step = [&](const auto& load) {
      V<decltype(d)> values[kRows];
      for (int r = 0; r < kRows; ++r) values[r] = load(left[r] + x);
      for (int j = 0; j < kColumns; ++j) {
        const auto value = load(right[j] + y);
        for (int r = 0; r < kRows; ++r) sum[r][j] = hn::MulAdd(values[r], value, sum[r][j]);
      }
    };
    if (count == lanes)
      step([&](const float* from) { return hn::LoadU(d, from); });
    else
      step([&](const float* from) { return load_some(d, from, static_cast<size_t>(count)); });
    p += count;
  }
  for (int r = 0; r < kRows; ++r)
    for (int j = 0; j < kColumns && j < n; ++j) c[r * ldc + j] = hn::GetLane(hn::SumOfLanes(d, sum[r][j]));
}

void across(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  for (int64_t r = 0; r < m; r += r + 2 <= m ? 2 : 1) {
    const Scattered rows{a.data, a.rows + r, a.columns, a.runs};
    if (r + 2 <= m)
      all_across<2>(n, k, rows, b, c + r * ldc, ldc);
    else
      all_across<1>(n, k, rows, b, c + r * ldc, ldc);
  }
}

void along(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  for (int64_t r = 0; r < m; r += r + 2 <= m ? 2 : 1) {
    const Scattered rows{a.data, a.rows + r, a.columns, a.runs};
    const int64_t columns = r + 2 <= m ? kDots / 2 : kDots;
    for (int64_t j = 0; j < n; j += columns) {
      const Scattered right{b.data, b.rows + j, b.columns, b.runs};
      const auto run = r + 2 <= m ? &dots<2> : &dots<1>;
      run(std::min(columns, n - j), k, rows, right, c + r * ldc + j, ldc);
    }
  }
}

}  // namespace lemma::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lemma::kernels::cpu {

HWY_EXPORT(across);
HWY_EXPORT(along);

void narrow_across(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(across)(m, n, k, a, b, c, ldc);
}
void narrow_along(int64_t m, int64_t n, int64_t k, const Scattered& a, const Scattered& b, float* c, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(along)(m, n, k, a, b, c, ldc);
}

}  // namespace lemma::kernels::cpu
#endif  // HWY_ONCE
