#pragma once
/// Instructions that C++ has no words for: copies from global to shared memory that run beside the arithmetic
/// (cp.async), and the tensor cores (ldmatrix, mma.sync). PTX on a GPU, the same semantics on the emulated device.
///
/// Registers of one warp's mma m16n8k16 (two 16-bit numbers per register) and m16n8k8 (one tf32 number per register),
/// with g = lane / 4, t = lane % 4 and "pair" the numbers 2t, 2t+1 (tf32: the number t):
///   A (16 x K): a[0] = row g, first half of K, pair t;   a[1] = row g+8;   a[2], a[3] = the second half of K
///   B (K x 8):  b[0] = column g, first half of K, pair t;   b[1] = the second half
///   D (16 x 8): d[0], d[1] = row g, columns 2t, 2t+1;   d[2], d[3] = row g+8

#include "kernels/cuda/device.h"
#include "lemma/core/half.h"

namespace lemma::kernels::cuda {

/// Queues a copy of 4, 8 or 16 bytes from global to shared memory, both aligned to their size; zeros where `there` is
/// false (then `from` is not read). It is done after commit and wait, and visible to others after a barrier.
template <int kBytes>
__device__ __forceinline__ void async_copy(void* to, const void* from, bool there = true) {
  static_assert(kBytes == 4 || kBytes == 8 || kBytes == 16);
#if defined(__CUDA_ARCH__)
  const uint32_t shared = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  const int size = there ? kBytes : 0;
  if constexpr (kBytes == 16)  // past the first-level cache
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(from), "r"(size) : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %3, %2;" ::"r"(shared), "l"(from), "r"(size), "n"(kBytes)
                 : "memory");
#elif defined(EMULATOR)
  emulator::async_copy(to, from, kBytes, there ? 0 : kBytes);
#else
  (void)to, (void)from, (void)there;
#endif
}
/// Without the choice: one instruction fewer.
template <int kBytes>
__device__ __forceinline__ void async_copy_all(void* to, const void* from) {
#if defined(__CUDA_ARCH__)
  const uint32_t shared = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  if constexpr (kBytes == 16)
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared), "l"(from) : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(shared), "l"(from), "n"(kBytes) : "memory");
#else
  async_copy<kBytes>(to, from);
#endif
}
/// Closes the group of copies that this thread has queued.
__device__ __forceinline__ void async_commit() {
#if defined(__CUDA_ARCH__)
  asm volatile("cp.async.commit_group;" ::: "memory");
#elif defined(EMULATOR)
  emulator::async_commit();
#endif
}
/// Waits until at most the kKeep youngest groups of this thread are under way.
template <int kKeep>
__device__ __forceinline__ void async_wait() {
#if defined(__CUDA_ARCH__)
  asm volatile("cp.async.wait_group %0;" ::"n"(kKeep) : "memory");
#elif defined(EMULATOR)
  emulator::async_wait(kKeep);
#endif
}

/// Four 8 x 8 matrices of 16-bit numbers from shared memory: lane i gives the address of row i % 8 of matrix i / 8 (16
/// bytes, aligned) and receives row lane / 4, pair lane % 4 of each; with kTranspose, of each one's transpose.
template <bool kTranspose>
__device__ __forceinline__ void ldmatrix_x4(uint32_t (&r)[4], const void* row) {
#if defined(__CUDA_ARCH__)
  const uint32_t shared = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  if constexpr (kTranspose)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared)
                 : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared)
                 : "memory");
#elif defined(EMULATOR)
  emulator::ldmatrix_x4<kTranspose>(r, row);
#else
  (void)r, (void)row;
#endif
}

/// The nearest number with 10 fraction bits, ties away from zero, as the bits of a float.
__device__ __forceinline__ uint32_t to_tf32(uint32_t bits) {
#if defined(__CUDA_ARCH__)
  uint32_t rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
  return rounded;
#elif defined(EMULATOR)
  return emulator::to_tf32(__uint_as_float(bits));
#else
  return bits;
#endif
}

/// What the tensor cores multiply; sums are float32 always.
struct TF32 {};

/// d += a b for one warp: m16n8k16 for BFloat16 and Half, m16n8k8 for TF32.
template <class Number>
__device__ __forceinline__ void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if defined(__CUDA_ARCH__)
#define LEMMA_MMA(shape, number)                                            \
  asm volatile("mma.sync.aligned." shape ".row.col.f32." number "." number  \
               ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])             \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))
  if constexpr (std::is_same_v<Number, BFloat16>)
    LEMMA_MMA("m16n8k16", "bf16");
  else if constexpr (std::is_same_v<Number, Half>)
    LEMMA_MMA("m16n8k16", "f16");
  else
    LEMMA_MMA("m16n8k8", "tf32");
#undef LEMMA_MMA
#elif defined(EMULATOR)
  if constexpr (std::is_same_v<Number, BFloat16>)
    emulator::mma_m16n8k16_bf16(d, a, b, d);
  else if constexpr (std::is_same_v<Number, Half>)
    emulator::mma_m16n8k16_f16(d, a, b, d);
  else
    emulator::mma_m16n8k8_tf32(d, a, b, d);
#else
  (void)d, (void)a, (void)b;
#endif
}

}  // namespace lemma::kernels::cuda
