#pragma once
/// What is known of each elementwise operation, one row each: the scalar maths, which the CPU's loops and the CUDA
/// kernels both call, what it takes, what autocast does with its inputs, and the vector form that the CPU runs.
/// To add a unary operation: a row here, one function in src/ops, a declaration, a method, a row in the tests' table.

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "lemma/core/half.h"  // LEMMA_HD

namespace lemma {

/// Which dtypes: floating ones; int64 too; bool too.
enum class Takes : unsigned char { floats, numbers, anything };
/// What autocast does with inputs: nothing; half types become float32; different floating dtypes meet in the widest.
enum class Cast : unsigned char { none, wide, widest };

namespace fn {

// Two branches so that exp never overflows.
template <class T>
LEMMA_HD T sigmoid(T x) {
  using std::exp;
  const T e = exp(x < T(0) ? x : -x);
  return x < T(0) ? e / (T(1) + e) : T(1) / (T(1) + e);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|): the exponent is never positive.
template <class T>
LEMMA_HD T softplus(T x) {
  using std::exp, std::log1p;
  return (x < T(0) ? T(0) : x) + log1p(exp(x < T(0) ? x : -x));
}
/// log(e^a + e^b), the larger taken out. Equal ones apart: inf - inf would be NaN. float32 goes by way of float64,
/// since the two terms may cancel.
template <class T>
LEMMA_HD T log_add_exp(T a, T b) {
  using std::exp, std::log1p;
  const double x = a, y = b;
  if (x == y) return T(x + 0.69314718055994530942);
  return T((x > y ? x : y) + log1p(exp(x > y ? y - x : x - y)));
}

// Integers wrap around, which C++ leaves open for signed ones.
template <class T>
LEMMA_HD T plus(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  else
    return a + b;
}
template <class T>
LEMMA_HD T minus(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
  else
    return a - b;
}
template <class T>
LEMMA_HD T times(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  else
    return a * b;
}
/// a^b. Of integers by repeated squaring; a negative power is 1 / a^-b, cut to an integer, and 0 for a = 0.
template <class T>
LEMMA_HD T power(T a, T b) {
  using std::pow;
  if constexpr (std::is_integral_v<T>) {
    if (b < T(0)) return a == T(1) ? T(1) : a == T(-1) ? (b % 2 == 0 ? T(1) : T(-1)) : T(0);
    T y = T(1);
    for (; b > T(0); b /= 2, a = times(a, a))
      if (b % 2 != 0) y = times(y, a);
    return y;
  } else {
    return pow(a, b);
  }
}

/// Of integers, division by -1 stands apart, since the smallest integer over -1 is a trap. So is 0, which the
/// operations refuse; here it gives 0.
template <class T>
LEMMA_HD T fmod(T a, T b) {
  using std::fmod;
  if constexpr (std::is_integral_v<T>)
    return b == T(0) || b == T(-1) ? T(0) : a % b;
  else
    return fmod(a, b);
}
/// The remainder that has b's sign.
template <class T>
LEMMA_HD T remainder(T a, T b) {
  const T rest = fn::fmod(a, b);
  return rest != T(0) && (rest < T(0)) != (b < T(0)) ? rest + b : rest;
}
/// Rounded towards -inf. Floating: from the exact remainder, as in Python, so that 1 // 0.1 is 9; a last digit that the
/// division loses is put right.
template <class T>
LEMMA_HD T floor_divide(T a, T b) {
  using std::copysign, std::floor;
  if constexpr (std::is_integral_v<T>) {
    if (b == T(0)) return T(0);
    if (b == T(-1)) return static_cast<T>(0 - static_cast<uint64_t>(a));
    return a / b - T(a % b != T(0) && (a < T(0)) != (b < T(0)));
  } else {
    if (b == T(0)) return a / b;
    const T rest = fn::fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != T(0) && (b < T(0)) != (rest < T(0))) quotient -= T(1);
    if (quotient == T(0)) return copysign(T(0), a / b);
    const T whole = floor(quotient);
    return quotient - whole > T(0.5) ? whole + T(1) : whole;
  }
}

}  // namespace fn
}  // namespace lemma

// A row: X(name, takes, autocast, the scalar formula, the vector formula). The scalar formula is in x or in a and b, of
// type T, and has the functions of LEMMA_MATHS. The vector formula is in d (Highway's tag) besides, and has Highway
// (hn::) and simd_math.h (lanes::); where `scalar` stands instead, the scalar formula runs in a loop.
// clang-format off
#define LEMMA_FOR_EACH_UNARY(X) \
  X(Neg,        numbers, none, fn::minus(T(0), x),                              hn::Neg(x)) \
  X(Abs,        numbers, none, x < T(0) ? fn::minus(T(0), x) : x,               hn::Abs(x)) \
  X(Sign,       numbers, none, x != x ? x : T((x > T(0)) - (x < T(0))),         lanes::sign(d, x)) \
  X(Exp,        floats,  wide, exp(x),                                          lanes::exp(d, x)) \
  X(Log,        floats,  wide, log(x),                                          lanes::log(d, x)) \
  X(Log1p,      floats,  wide, log1p(x),                                        lanes::log1p(d, x)) \
  X(Sqrt,       floats,  none, sqrt(x),                                         hn::Sqrt(x)) \
  X(Rsqrt,      floats,  wide, T(1) / sqrt(x),                                  hn::Div(hn::Set(d, 1), hn::Sqrt(x))) \
  X(Sin,        floats,  none, sin(x),                                          lanes::sin(d, x)) \
  X(Cos,        floats,  none, cos(x),                                          lanes::cos(d, x)) \
  X(Tanh,       floats,  none, tanh(x),                                         lanes::tanh(d, x)) \
  X(Sigmoid,    floats,  none, fn::sigmoid(x),                                  lanes::sigmoid(d, x)) \
  X(Relu,       numbers, none, x < T(0) ? T(0) : x /* NaN stays NaN */,         lanes::relu(d, x)) \
  X(Erf,        floats,  none, erf(x),                                          lanes::erf(d, x)) \
  X(Reciprocal, floats,  wide, T(1) / x,                                        hn::Div(hn::Set(d, 1), x)) \
  X(Floor,      floats,  none, floor(x),                                        hn::Floor(x)) \
  X(Square,     numbers, none, fn::times(x, x),                                 hn::Mul(x, x)) \
  X(Ceil,       floats,  none, ceil(x),                                         hn::Ceil(x)) \
  X(Round,      floats,  none, rint(x) /* halfway to the even one */,          hn::Round(x)) \
  X(Trunc,      floats,  none, trunc(x),                                        hn::Trunc(x)) \
  X(Expm1,      floats,  wide, expm1(x),                                        lanes::expm1(d, x)) \
  X(Exp2,       floats,  wide, exp2(x),                                         scalar) \
  X(Log2,       floats,  wide, log2(x),                                         scalar) \
  X(Log10,      floats,  wide, log10(x),                                        scalar) \
  X(Tan,        floats,  wide, tan(x),                                          scalar) \
  X(Asin,       floats,  wide, asin(x),                                         scalar) \
  X(Acos,       floats,  wide, acos(x),                                         scalar) \
  X(Atan,       floats,  none, atan(x),                                         scalar) \
  X(Sinh,       floats,  wide, sinh(x),                                         scalar) \
  X(Cosh,       floats,  wide, cosh(x),                                         scalar) \
  X(Asinh,      floats,  none, asinh(x),                                        scalar) \
  X(Acosh,      floats,  none, acosh(x),                                        scalar) \
  X(Atanh,      floats,  none, atanh(x),                                        scalar) \
  X(Erfc,       floats,  none, erfc(x),                                         scalar) \
  X(Softplus,   floats,  wide, fn::softplus(x),                                 lanes::softplus(d, x))

// Both operands and the result have one type.
#define LEMMA_FOR_EACH_BINARY(X) \
  X(Add,        numbers, widest, fn::plus(a, b),                                hn::Add(a, b)) \
  X(Sub,        numbers, widest, fn::minus(a, b),                               hn::Sub(a, b)) \
  X(Mul,        numbers, widest, fn::times(a, b),                               hn::Mul(a, b)) \
  X(Div,        floats,  widest, a / b,                                         hn::Div(a, b)) \
  X(Pow,        numbers, wide,   fn::power(a, b),                               scalar) \
  X(Maximum,    numbers, widest, a != a || a > b ? a : b /* a NaN wins */,      lanes::maximum(d, a, b)) \
  X(Minimum,    numbers, widest, a != a || a < b ? a : b,                       lanes::minimum(d, a, b)) \
  X(Atan2,      floats,  widest, atan2(a, b),                                   scalar) \
  X(Hypot,      floats,  widest, hypot(a, b),                                   scalar) \
  X(Logaddexp,  floats,  widest, fn::log_add_exp(a, b),                         scalar) \
  X(Fmod,       numbers, widest, fn::fmod(a, b),                                scalar) \
  X(Remainder,  numbers, widest, fn::remainder(a, b),                           scalar) \
  X(FloorDivide, numbers, widest, fn::floor_divide(a, b),                       scalar)

// The result is bool.
#define LEMMA_FOR_EACH_COMPARE(X) \
  X(Eq,  anything, widest, a == b,                         scalar) \
  X(Ne,  anything, widest, a != b,                         scalar) \
  X(Lt,  anything, widest, a < b,                          scalar) \
  X(Le,  anything, widest, a <= b,                         scalar) \
  X(Gt,  anything, widest, a > b,                          scalar) \
  X(Ge,  anything, widest, a >= b,                         scalar) \
  X(And, anything, none,   a != T(0) && b != T(0),         scalar) \
  X(Or,  anything, none,   a != T(0) || b != T(0),         scalar) \
  X(Xor, anything, none,   (a != T(0)) != (b != T(0)),     scalar)

#define LEMMA_FOR_EACH_REDUCE(X) \
  X(Sum, numbers, wide) X(Max, numbers, none) X(Min, numbers, none) X(Prod, numbers, wide) X(SumSquares, numbers, none)

// What the scalar formulas may call.
#define LEMMA_MATHS                                                                                                       \
  using std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh, std::ceil, std::cos, std::cosh, \
      std::erf, std::erfc, std::exp, std::exp2, std::expm1, std::floor, std::hypot, std::log, std::log10, std::log1p,   \
      std::log2, std::pow, std::rint, std::sin, std::sinh, std::sqrt, std::tan, std::tanh, std::trunc;
// clang-format on

namespace lemma::fn {

#define LEMMA_AS_UNARY(name, takes_, cast_, formula, ...) \
  struct name {                                           \
    static constexpr Takes takes = Takes::takes_;         \
    static constexpr Cast cast = Cast::cast_;             \
    template <class T>                                    \
    LEMMA_HD T operator()(T x) const {                    \
      LEMMA_MATHS                                         \
      return formula;                                     \
    }                                                     \
  };
#define LEMMA_AS_BINARY(name, takes_, cast_, formula, ...) \
  struct name {                                            \
    static constexpr Takes takes = Takes::takes_;          \
    static constexpr Cast cast = Cast::cast_;              \
    template <class T>                                     \
    LEMMA_HD T operator()(T a, T b) const {                \
      LEMMA_MATHS                                          \
      return formula;                                      \
    }                                                      \
  };
#define LEMMA_AS_COMPARE(name, takes_, cast_, formula, ...) \
  struct name {                                             \
    template <class T>                                      \
    LEMMA_HD bool operator()(T a, T b) const {              \
      return formula;                                       \
    }                                                       \
  };
LEMMA_FOR_EACH_UNARY(LEMMA_AS_UNARY)
LEMMA_FOR_EACH_BINARY(LEMMA_AS_BINARY)
LEMMA_FOR_EACH_COMPARE(LEMMA_AS_COMPARE)
#undef LEMMA_AS_UNARY
#undef LEMMA_AS_BINARY
#undef LEMMA_AS_COMPARE

}  // namespace lemma::fn

namespace lemma {

#define LEMMA_AS_ENUM(name, ...) name,
enum class Unary : unsigned char { LEMMA_FOR_EACH_UNARY(LEMMA_AS_ENUM) };
enum class Binary : unsigned char { LEMMA_FOR_EACH_BINARY(LEMMA_AS_ENUM) };
enum class Compare : unsigned char { LEMMA_FOR_EACH_COMPARE(LEMMA_AS_ENUM) };
enum class Reduce : unsigned char { LEMMA_FOR_EACH_REDUCE(LEMMA_AS_ENUM) };
#undef LEMMA_AS_ENUM
enum class ArgReduce : unsigned char { Max, Min };
enum class Scan : unsigned char { Sum };
enum class Random : unsigned char { Uniform, Normal };

/// The row of an operation that is known only when the program runs.
struct Traits {
  const char* name;
  Takes takes;
  Cast cast;
};
namespace detail {
#define LEMMA_AS_TRAITS(name, takes, cast, ...) {#name, Takes::takes, Cast::cast},
inline constexpr Traits kUnary[] = {LEMMA_FOR_EACH_UNARY(LEMMA_AS_TRAITS)};
inline constexpr Traits kBinary[] = {LEMMA_FOR_EACH_BINARY(LEMMA_AS_TRAITS)};
inline constexpr Traits kCompare[] = {LEMMA_FOR_EACH_COMPARE(LEMMA_AS_TRAITS)};
inline constexpr Traits kReduce[] = {LEMMA_FOR_EACH_REDUCE(LEMMA_AS_TRAITS)};
#undef LEMMA_AS_TRAITS
}  // namespace detail
constexpr const Traits& traits(Unary op) { return detail::kUnary[static_cast<int>(op)]; }
constexpr const Traits& traits(Binary op) { return detail::kBinary[static_cast<int>(op)]; }
constexpr const Traits& traits(Compare op) { return detail::kCompare[static_cast<int>(op)]; }
constexpr const Traits& traits(Reduce op) { return detail::kReduce[static_cast<int>(op)]; }

}  // namespace lemma
