#pragma once
/// A machine whose programs are bytes: each step draws an operation and its arguments, among them tensors that earlier
/// steps made. Sizes, dims and numbers are mostly small, sometimes extreme.

#include <algorithm>
#include <vector>

#include "lemma/autograd.h"
#include "lemma/lemma.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {

using namespace lemma;

/// Results above this are checked and dropped: the next step shall not take seconds.
inline constexpr int64_t kLargest = 20000;

class Machine {
 public:
  explicit Machine(Bytes input) : in(input) {}

  Tensor any();                  ///< one that an earlier step made
  Tensor like(const Tensor& x);  ///< of x's dtype, perhaps of x's shape
  Tensor ids(int64_t bound);     ///< int64, mostly in [-bound, bound)
  Tensor mask(const Tensor& x);  ///< bool, mostly of x's shape
  Tensor fresh();                ///< new, of any dtype and contents
  Tensor filled(const Shape& shape, DType dtype);
  int64_t integer();  ///< mostly from -2 to 8
  int64_t dim() { return integer(); }
  std::optional<int64_t> maybe_dim();
  Dims dims();
  Shape shape();                    ///< for new tensors
  Shape shape_of(const Tensor& x);  ///< of as many elements as x, more or less
  std::vector<int64_t> integers();
  std::vector<Tensor> several();
  std::vector<TensorIndex> indices(const Tensor& x);
  Number number();
  double real() { return number().to<double>(); }
  std::string word(const std::vector<std::string>& words) { return words[in.below(words.size())]; }
  DType dtype();
  void keep(const Tensor& x);

  Bytes in;
  std::vector<Tensor> pool;
  bool copies = false;  ///< any() gives contiguous copies
  bool reals = false;   ///< float64 and moderate numbers only, and no gradient that is cut on purpose
};

struct Operation {
  const char* name;
  std::vector<Tensor> (*run)(Machine&);
  /// pure: contiguous copies of its inputs give the same. effect: writes, draws random numbers or asks for strides.
  enum Kind { pure, effect } kind = pure;
};
const std::vector<Operation>& operations();
/// Parts of the above.
std::vector<Operation> elementwise_operations(), reducing_operations(), moving_operations(), writing_operations();

inline std::vector<Tensor> list(const Tensor& x) { return {x}; }
inline std::vector<Tensor> list(const std::pair<Tensor, Tensor>& both) { return {both.first, both.second}; }
inline std::vector<Tensor> list(std::vector<Tensor> all) { return all; }

}  // namespace fuzz

/// One row: `m` is the machine, and x, where it is used, a tensor from its pool.
#define LEMMA_FUZZ(name, call)  \
  Operation {                   \
    name, [](Machine& m) {      \
      const Tensor x = m.any(); \
      return list(call);        \
    }                           \
  }
#define LEMMA_FUZZ_EFFECT(name, call) \
  Operation {                         \
    name,                             \
        [](Machine& m) {              \
          Tensor x = m.any();         \
          return list(call);          \
        },                            \
        Operation::effect             \
  }
