#pragma once
/// A C++ number where an operation takes one: `x + 1`, `full({2}, 0.5)`. Integers stay exact, to the last of 64 bits.

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace lemma {

template <class T>
concept Scalar = std::is_arithmetic_v<T>;

class Number {
 public:
  template <Scalar T>
  constexpr Number(T value) : floating_(0) {  // NOLINT: implicit on purpose
    if constexpr (std::is_integral_v<T>)
      integral_ = sizeof(T) < 8 || std::is_signed_v<T> || value <= static_cast<T>(kMax);
    if (integral_)
      integer_ = static_cast<int64_t>(value);
    else
      floating_ = static_cast<double>(value);
  }

  constexpr bool is_integer() const { return integral_; }  ///< given as one
  /// Is there an int64 of this value? Of 2.0 there is, of 2.5, NaN and 1e19 there is none.
  constexpr bool is_whole() const {
    return integral_ || (floating_ >= -kLimit && floating_ < kLimit &&
                         floating_ == static_cast<double>(static_cast<int64_t>(floating_)));
  }
  /// As a T, rounded if it must be. Requires is_whole() where T is an integer type; bool is x != 0.
  template <Scalar T>
  constexpr T to() const {
    if constexpr (std::is_same_v<T, bool>)
      return integral_ ? integer_ != 0 : floating_ != 0;
    else
      return integral_ ? static_cast<T>(integer_) : static_cast<T>(floating_);
  }
  /// -x; the negative of the least int64 becomes floating.
  constexpr Number operator-() const {
    if (integral_ && integer_ != std::numeric_limits<int64_t>::min()) return -integer_;
    return -to<double>();
  }
  friend constexpr bool operator==(const Number& a, const Number& b) {
    if (a.integral_ && b.integral_) return a.integer_ == b.integer_;
    return a.to<double>() == b.to<double>();
  }
  std::string str() const;  ///< "2" or "2.5"

 private:
  static constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  static constexpr double kLimit = 9223372036854775808.0;
  bool integral_ = false;
  union {
    int64_t integer_;
    double floating_;
  };
};

}  // namespace lemma
