// Tensor-core operations as warp collectives.  Fragment layouts: PTX ISA, mma.m16n8k8 / m16n8k16.
#pragma once
#include "half.h"

namespace emulator {

inline float tf32(std::uint32_t u) { return std::bit_cast<float>(u & 0xffffe000u); }  // the unit reads 19 bits
inline std::uint32_t to_tf32(float f) {                                              // cvt.rna.tf32.f32
  std::uint32_t u = std::bit_cast<std::uint32_t>(f);
  return (u & 0x7f800000u) == 0x7f800000u ? u : (u + 0x1000u) & 0xffffe000u;
}

struct MmaArg { float* d; const std::uint32_t *a, *b; const float* c; };

// D(16x8) = A(16xK) B(Kx8) + C; a lane's registers are looked up through at_a and at_b.
template <int K, class AtA, class AtB>
void mma_compute(void* const* lane, AtA at_a, AtB at_b) {
  float A[16][K], B[K][8], D[16][8];
  for (int r = 0; r < 16; ++r) for (int k = 0; k < K; ++k) A[r][k] = at_a(lane, r, k);
  for (int k = 0; k < K; ++k) for (int c = 0; c < 8; ++c) B[k][c] = at_b(lane, k, c);
  for (int r = 0; r < 16; ++r)
    for (int c = 0; c < 8; ++c) {
      auto* m = static_cast<MmaArg*>(lane[(r % 8) * 4 + c / 2]);
      D[r][c] = m->c[(r / 8) * 2 + c % 2];
    }
  for (int r = 0; r < 16; ++r) for (int k = 0; k < K; ++k) for (int c = 0; c < 8; ++c) D[r][c] += A[r][k] * B[k][c];
  for (int r = 0; r < 16; ++r)
    for (int c = 0; c < 8; ++c) static_cast<MmaArg*>(lane[(r % 8) * 4 + c / 2])->d[(r / 8) * 2 + c % 2] = D[r][c];
}
inline const MmaArg& marg(void* const* lane, int l) { return *static_cast<const MmaArg*>(lane[l]); }

inline void mma_m16n8k8_tf32(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc l = {}) {
  MmaArg m{d, a, b, c};
  warp_collective(0xffffffffu, Op::mma, &m, [](unsigned, void* const* lane) {
    mma_compute<8>(lane,
        [](void* const* ln, int r, int k) { return tf32(marg(ln, (r % 8) * 4 + k % 4).a[r / 8 + 2 * (k / 4)]); },
        [](void* const* ln, int k, int n) { return tf32(marg(ln, n * 4 + k % 4).b[k / 4]); });
  }, l);
}
template <class Conv>
void mma_m16n8k16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Conv, Loc l) {
  MmaArg m{d, a, b, c};
  warp_collective(0xffffffffu, Op::mma, &m, [](unsigned, void* const* lane) {
    auto half_of = [](std::uint32_t u, int i) { return Conv{}(static_cast<std::uint16_t>(u >> 16 * i)); };
    mma_compute<16>(lane,
        [&](void* const* ln, int r, int k) { return half_of(marg(ln, (r % 8) * 4 + k % 8 / 2).a[r / 8 + 2 * (k / 8)], k % 2); },
        [&](void* const* ln, int k, int n) { return half_of(marg(ln, n * 4 + k % 8 / 2).b[k / 8], k % 2); });
  }, l);
}
inline void mma_m16n8k16_bf16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc l = {}) {
  mma_m16n8k16(d, a, b, c, [](std::uint16_t u) { return bf16_to_float(u); }, l);
}
inline void mma_m16n8k16_f16(float* d, const std::uint32_t* a, const std::uint32_t* b, const float* c, Loc l = {}) {
  mma_m16n8k16(d, a, b, c, [](std::uint16_t u) { return half_to_float(u); }, l);
}
// ldmatrix.x4: lane i points at row i % 8 of matrix i / 8 (eight 16-bit numbers); lane l receives row l / 4, numbers
// 2 (l % 4) and the next, of each matrix, or of each one's transpose.
struct LdmatrixArg {
  const void* row;
  std::uint32_t* r;
};
template <bool Transpose>
void ldmatrix_x4(std::uint32_t (&r)[4], const void* row, Loc l = {}) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16) trap("ldmatrix: the row is not aligned to 16 bytes", l);
  LdmatrixArg mine{row, r};
  warp_collective(0xffffffffu, Op::ldmatrix, &mine, [](unsigned, void* const* lane) {
    for (int i = 0; i < 32; ++i)
      for (int m = 0; m < 4; ++m) {
        std::uint32_t pair = 0;
        for (int half = 0; half < 2; ++half) {
          const int down = Transpose ? i % 4 * 2 + half : i / 4, right = Transpose ? i / 4 : i % 4 * 2 + half;
          const void* from = static_cast<const LdmatrixArg*>(lane[m * 8 + down])->row;
          pair |= std::uint32_t{static_cast<const std::uint16_t*>(from)[right]} << 16 * half;
        }
        static_cast<const LdmatrixArg*>(lane[i])->r[m] = pair;
      }
  }, l);
}
}  // namespace emulator

// nvcuda::wmma.  Each lane of the stand-in holds rows*cols/32 elements, element i of lane l being number
// i*32+l of the row-major tile: code that relies on the layout (unspecified in CUDA too) breaks here.
namespace nvcuda::wmma {
struct matrix_a; struct matrix_b; struct accumulator;
struct row_major; struct col_major;
enum layout_t { mem_row_major, mem_col_major };
namespace precision { struct tf32; }
template <class T> struct storage { using type = T; };
template <> struct storage<precision::tf32> { using type = float; };

template <class Use, int M, int N, int K, class T, class Layout = void>
struct fragment {
  using element_type = typename storage<T>::type;
  static constexpr int rows = std::is_same_v<Use, matrix_b> ? K : M;
  static constexpr int cols = std::is_same_v<Use, matrix_a> ? K : N;
  static constexpr int num_elements = rows * cols / 32;
  element_type x[num_elements];
};
inline float __float_to_tf32(float f) { return std::bit_cast<float>(emulator::to_tf32(f)); }
template <class F, class T> void fill_fragment(F& f, T v) { for (auto& e : f.x) e = v; }
template <class Use, int M, int N, int K, class T, class L, class U>
void load_matrix_sync(fragment<Use, M, N, K, T, L>& f, const U* p, unsigned ld, emulator::Loc loc = {}) {
  __syncwarp(0xffffffffu, loc);
  for (int i = 0, l = emulator::lane_id(); i < f.num_elements; ++i) {
    int e = i * 32 + l, r = e / f.cols, c = e % f.cols;
    f.x[i] = std::is_same_v<L, col_major> ? p[c * ld + r] : p[r * ld + c];
  }
  __syncwarp(0xffffffffu, loc);
}
template <int M, int N, int K, class T, class U>
void load_matrix_sync(fragment<accumulator, M, N, K, T>& f, const U* p, unsigned ld, layout_t lay, emulator::Loc loc = {}) {
  __syncwarp(0xffffffffu, loc);
  for (int i = 0, l = emulator::lane_id(); i < f.num_elements; ++i) {
    int e = i * 32 + l, r = e / N, c = e % N;
    f.x[i] = lay == mem_row_major ? p[r * ld + c] : p[c * ld + r];
  }
  __syncwarp(0xffffffffu, loc);
}
template <int M, int N, int K, class T, class U>
void store_matrix_sync(U* p, const fragment<accumulator, M, N, K, T>& f, unsigned ld, layout_t lay, emulator::Loc loc = {}) {
  __syncwarp(0xffffffffu, loc);
  for (int i = 0, l = emulator::lane_id(); i < f.num_elements; ++i) {
    int e = i * 32 + l, r = e / N, c = e % N;
    (lay == mem_row_major ? p[r * ld + c] : p[c * ld + r]) = f.x[i];
  }
  __syncwarp(0xffffffffu, loc);
}
template <int M, int N, int K, class T, class LA, class LB, class TC>
void mma_sync(fragment<accumulator, M, N, K, TC>& d, const fragment<matrix_a, M, N, K, T, LA>& a,
              const fragment<matrix_b, M, N, K, T, LB>& b, const fragment<accumulator, M, N, K, TC>& c, emulator::Loc loc = {}) {
  struct Arg { decltype(&d) d_; decltype(&a) a_; decltype(&b) b_; decltype(&c) c_; } arg{&d, &a, &b, &c};
  emulator::warp_collective(0xffffffffu, emulator::Op::mma, &arg, [](unsigned, void* const* lane) {
    auto at = [&](int l) { return static_cast<Arg*>(lane[l]); };
    auto val = [](float f) { return std::is_same_v<T, precision::tf32> ? emulator::tf32(std::bit_cast<std::uint32_t>(f)) : f; };
    float D[M][N];
    for (int e = 0; e < M * N; ++e) {
      float s = at(e % 32)->c_->x[e / 32];
      for (int k = 0; k < K; ++k) {
        int ea = e / N * K + k, eb = k * N + e % N;
        s += val(at(ea % 32)->a_->x[ea / 32]) * val(at(eb % 32)->b_->x[eb / 32]);
      }
      D[e / N][e % N] = s;
    }
    for (int e = 0; e < M * N; ++e) at(e % 32)->d_->x[e / 32] = D[e / N][e % N];
  }, loc);
}
}  // namespace nvcuda::wmma
