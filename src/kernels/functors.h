#pragma once
/// The scalar maths of every elementwise operation, written once: the CPU loops and the CUDA kernels both call these.
/// To add a unary operation: one functor and one entry in its list here, one function in src/ops, one declaration.

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "lemma/core/half.h"  // LEMMA_HD

namespace lemma::fn {

// One line for each functor.
// clang-format off

// Unary, floating point unless it says otherwise.
struct Neg { template <class T> LEMMA_HD T operator()(T x) const { return -x; } };                  // also int64
struct Abs { template <class T> LEMMA_HD T operator()(T x) const { return x < T(0) ? -x : x; } };   // also int64
struct Sign { template <class T> LEMMA_HD T operator()(T x) const { return x != x ? x : T((x > T(0)) - (x < T(0))); } };  // also int64
struct Exp { template <class T> LEMMA_HD T operator()(T x) const { using std::exp; return exp(x); } };
struct Log { template <class T> LEMMA_HD T operator()(T x) const { using std::log; return log(x); } };
struct Log1p { template <class T> LEMMA_HD T operator()(T x) const { using std::log1p; return log1p(x); } };
struct Sqrt { template <class T> LEMMA_HD T operator()(T x) const { using std::sqrt; return sqrt(x); } };
struct Rsqrt { template <class T> LEMMA_HD T operator()(T x) const { using std::sqrt; return T(1) / sqrt(x); } };
struct Sin { template <class T> LEMMA_HD T operator()(T x) const { using std::sin; return sin(x); } };
struct Cos { template <class T> LEMMA_HD T operator()(T x) const { using std::cos; return cos(x); } };
struct Tanh { template <class T> LEMMA_HD T operator()(T x) const { using std::tanh; return tanh(x); } };
// Two branches so that exp never overflows.
struct Sigmoid {
  template <class T> LEMMA_HD T operator()(T x) const {
    using std::exp;
    const T e = exp(x < T(0) ? x : -x);
    return x < T(0) ? e / (T(1) + e) : T(1) / (T(1) + e);
  }
};
struct Relu { template <class T> LEMMA_HD T operator()(T x) const { return x < T(0) ? T(0) : x; } };  // NaN stays NaN
struct Erf { template <class T> LEMMA_HD T operator()(T x) const { using std::erf; return erf(x); } };
struct Reciprocal { template <class T> LEMMA_HD T operator()(T x) const { return T(1) / x; } };
struct Floor { template <class T> LEMMA_HD T operator()(T x) const { using std::floor; return floor(x); } };
struct Square { template <class T> LEMMA_HD T operator()(T x) const { return x * x; } };  // also int64

// Binary: both operands and the result have one type.
struct Add { template <class T> LEMMA_HD T operator()(T a, T b) const { return a + b; } };
struct Sub { template <class T> LEMMA_HD T operator()(T a, T b) const { return a - b; } };
struct Mul { template <class T> LEMMA_HD T operator()(T a, T b) const { return a * b; } };
struct Div { template <class T> LEMMA_HD T operator()(T a, T b) const { return a / b; } };  // floating only
struct Pow { template <class T> LEMMA_HD T operator()(T a, T b) const { using std::pow; return pow(a, b); } };  // floating only
// A NaN on either side wins, as in PyTorch.
struct Maximum { template <class T> LEMMA_HD T operator()(T a, T b) const { return a != a || a > b ? a : b; } };
struct Minimum { template <class T> LEMMA_HD T operator()(T a, T b) const { return a != a || a < b ? a : b; } };

// Comparison: any type, the result is bool. And/Or/Xor take bool.
struct Eq { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a == b; } };
struct Ne { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a != b; } };
struct Lt { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a < b; } };
struct Le { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a <= b; } };
struct Gt { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a > b; } };
struct Ge { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a >= b; } };
struct And { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a != T(0) && b != T(0); } };
struct Or { template <class T> LEMMA_HD bool operator()(T a, T b) const { return a != T(0) || b != T(0); } };
struct Xor { template <class T> LEMMA_HD bool operator()(T a, T b) const { return (a != T(0)) != (b != T(0)); } };

}  // namespace lemma::fn

#define LEMMA_FOR_EACH_UNARY(X) \
  X(Neg) X(Abs) X(Sign) X(Exp) X(Log) X(Log1p) X(Sqrt) X(Rsqrt) X(Sin) X(Cos) X(Tanh) X(Sigmoid) X(Relu) X(Erf) \
  X(Reciprocal) X(Floor) X(Square)
#define LEMMA_FOR_EACH_BINARY(X) X(Add) X(Sub) X(Mul) X(Div) X(Pow) X(Maximum) X(Minimum)
#define LEMMA_FOR_EACH_COMPARE(X) X(Eq) X(Ne) X(Lt) X(Le) X(Gt) X(Ge) X(And) X(Or) X(Xor)

// clang-format on

namespace lemma {
#define LEMMA_AS_ENUM(name) name,
enum class Unary : unsigned char { LEMMA_FOR_EACH_UNARY(LEMMA_AS_ENUM) };
enum class Binary : unsigned char { LEMMA_FOR_EACH_BINARY(LEMMA_AS_ENUM) };
enum class Compare : unsigned char { LEMMA_FOR_EACH_COMPARE(LEMMA_AS_ENUM) };
#undef LEMMA_AS_ENUM
enum class Reduce : unsigned char { Sum, Max, Min, Prod, SumSquares };
enum class ArgReduce : unsigned char { Max, Min };
enum class Scan : unsigned char { Sum };
enum class Random : unsigned char { Uniform, Normal };
}  // namespace lemma
