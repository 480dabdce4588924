#pragma once
// float4, dim3 and the like, as CUDA has them.
// ---------------------------------------------------------------- vector types
#define EMULATOR_VEC(T, N, A2, A4)                                              \
  struct N##1 { T x; };                                                        \
  struct alignas(A2) N##2 { T x, y; };                                         \
  struct N##3 { T x, y, z; };                                                  \
  struct alignas(A4) N##4 { T x, y, z, w; };                                   \
  inline N##2 make_##N##2(T x, T y) { return {x, y}; }                         \
  inline N##3 make_##N##3(T x, T y, T z) { return {x, y, z}; }                 \
  inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
EMULATOR_VEC(float, float, 8, 16)
EMULATOR_VEC(int, int, 8, 16)
EMULATOR_VEC(unsigned, uint, 8, 16)
EMULATOR_VEC(double, double, 16, 16)
EMULATOR_VEC(unsigned char, uchar, 2, 4)
#undef EMULATOR_VEC

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
};

