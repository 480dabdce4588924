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

}  // namespace fn
}  // namespace lemma

// A row: X(name, takes, autocast, the scalar formula, the vector formula). The scalar formula is in x or in a and b, of
// type T, and has the functions of LEMMA_MATHS. The vector formula is in d (Highway's tag) besides, and has Highway
// (hn::) and simd_math.h (lanes::); where `scalar` stands instead, the scalar formula runs in a loop.
// clang-format off
#define LEMMA_FOR_EACH_UNARY(X) \
  X(Neg,        numbers, none, -x,                                              hn::Neg(x)) \
  X(Abs,        numbers, none, x < T(0) ? -x : x,                               hn::Abs(x)) \
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
  X(Square,     numbers, none, x * x,                                           hn::Mul(x, x))

// Both operands and the result have one type.
#define LEMMA_FOR_EACH_BINARY(X) \
  X(Add,        numbers, widest, a + b,                                         hn::Add(a, b)) \
  X(Sub,        numbers, widest, a - b,                                         hn::Sub(a, b)) \
  X(Mul,        numbers, widest, a * b,                                         hn::Mul(a, b)) \
  X(Div,        floats,  widest, a / b,                                         hn::Div(a, b)) \
  X(Pow,        floats,  wide,   pow(a, b),                                     scalar) \
  X(Maximum,    numbers, widest, a != a || a > b ? a : b /* a NaN wins */,      lanes::maximum(d, a, b)) \
  X(Minimum,    numbers, widest, a != a || a < b ? a : b,                       lanes::minimum(d, a, b))

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
  X(Sum, numbers, wide) X(Max, numbers, none) X(Min, numbers, none) X(Prod, numbers, wide) X(SumSquares, numbers, wide)

// What the scalar formulas may call.
#define LEMMA_MATHS                                                                                            \
  using std::cos, std::erf, std::exp, std::floor, std::log, std::log1p, std::pow, std::sin, std::sqrt, std::tanh;
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
