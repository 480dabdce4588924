#pragma once
/// The contract of a backend: what a device must be able to do, one struct for each kind of work. The free functions of
/// kernels.h make the results and hand the work over; cpu/ and cuda/ each have a run(const XWork&) for every entry.
///
/// For all of them: shapes, dtypes and devices have been checked; no result is empty; inputs may have any strides
/// (stride 0 included); results are contiguous unless it says otherwise and share no memory with inputs; results do not
/// depend on the number of threads, bit for bit. A work's references live as long as the call of run(): a backend that
/// puts work off copies what it needs.

#include <span>
#include <variant>

#include "kernels/functors.h"
#include "kernels/updates.h"
#include "lemma/core/array.h"
#include "lemma/core/number.h"

namespace lemma::kernels {

/// An array, or one number that stands for all elements. Half types meet a number in float32: it need not be one of
/// theirs.
class Operand {
 public:
  Operand(const Array& x) : array_(&x) {}                       // NOLINT: meant to be implicit
  Operand(const Number& number) : array_{}, number_(number) {}  // NOLINT
  template <Scalar T>
  Operand(T number) : Operand(Number(number)) {}  // NOLINT
  bool is_number() const { return !array_; }
  const Array& array() const { return *array_; }
  const Number& number() const { return number_; }

 private:
  const Array* array_;
  Number number_ = 0;
};

// ---- Making and moving ----

/// Writes `value`, converted to the dtype, into every element of `out`, any strides without overlap.
struct FillWork {
  const Array& out;
  Number value;
};
/// out[i] = start + i * step, in int64 where out is and both are whole. Rank 1.
struct ArangeWork {
  const Array& out;
  Number start, step;
};
/// out[i] = x[i], converted to out's dtype (float to int truncates, anything to bool is x != 0). `out` any strides
/// without overlap; the two may overlap, and their devices may differ.
struct CopyWork {
  const Array &out, &x;
};
/// `host` becomes the elements of contiguous x where the host can read them, x itself or a fresh copy; waits for them.
struct ReadWork {
  const Array& x;
  Array& host;
};

// ---- Elementwise, equal shapes ----

/// Of the dtypes that the operation takes.
struct UnaryWork {
  Unary op;
  const Array &out, &x;
};
/// One dtype. `out` may be `a` itself, with any strides without overlap; b is apart from it then. Not two numbers.
struct BinaryWork {
  Binary op;
  const Array& out;
  Operand a, b;
};
/// out[i] = op(a[i], b[i]), bool. A number is one of a's dtype. Not two numbers.
struct CompareWork {
  Compare op;
  const Array& out;
  Operand a, b;
};
/// out[i] = condition[i] ? a[i] : b[i], condition bool, numbers converted to the dtype.
struct SelectWork {
  const Array &out, &condition;
  Operand a, b;
};

// ---- Reductions: the reduced dims of `out` have size 1 ----

/// `dims` sorted and in range, x not empty, at least one dim of more than one element. Sums of float32 accumulate in
/// float64; half types as float32, rounded once. Max and Min give NaN if one is there. int64 and floating.
struct ReduceWork {
  Reduce op;
  const Array &out, &x;
  const Dims& dims;
};
/// int64 index of the first extreme element (the first NaN if there is one).
struct ArgReduceWork {
  ArgReduce op;
  const Array &out, &x;
  int dim;
};
/// Where the first largest element (the first NaN if there is one) of each window lies. x: (.., out.., K..), windows of
/// the `inner` last dims, may overlap; int64 out: (.., out..). The answer counts elements of memory from where x stands
/// at 0 in all dims but the first `outer`.
struct ArgWindowWork {
  const Array &out, &x;
  int outer, inner;
};
/// Running sum along `dim`, from the end when `reverse`. int64 and floating; rounded as sums are.
struct ScanWork {
  Scan op;
  const Array &out, &x;
  int dim;
  bool reverse;
};
/// int64 indices that sort each line along `dim`; stable; NaN counts as the largest.
struct ArgsortWork {
  const Array &out, &x;
  int dim;
  bool descending;
};

// ---- Products ----

/// (..., M, K) x (..., K, N) -> (..., M, N): equal ranks >= 2 and equal batch dims (stride 0 where broadcast), K >= 1,
/// floating; half types add up in float32. Transposed operands are read in place.
struct MatmulWork {
  const Array &out, &a, &b;
};

/// The same where rows, columns and what is summed over may be several dims each: a (batch.., M.., K..) x b (batch..,
/// K.., N..) -> (batch.., M.., N..). The first `batch` dims are equal, and the `inner` dims after them in b are a's
/// last. b may be windows that overlap. Sums of one term or more, floating; half types add up in float32.
struct ContractWork {
  const Array &out, &a, &b;
  int batch, inner;
};

// ---- Indexed ----

/// out[.., i, ..] = x[.., index[.., i, ..], ..] along `dim`: ranks equal; index sizes <= x sizes except along `dim`.
/// Requires indices in range.
struct GatherWork {
  const Array &out, &x;
  int dim;
  const Array& index;
};
/// Adds src[.., i, ..] to zeros[.., index[.., i, ..], ..] along `dim`; duplicates add in order of position, half types
/// in float32. `out` comes full of zeros; index and src have one shape.
struct ScatterAddWork {
  const Array& out;
  int dim;
  const Array &index, &src;
};
/// Flat row-major position of the first element of int64 `index` outside [0, size), or -1; waits for the answer.
struct FindOutOfRangeWork {
  const Array& index;
  int64_t size;
  int64_t& found;
};

// ---- Random: element i depends on (seed, offset + i) alone ----

/// Uniform in [0, 1) or standard normal, floating. See philox.h.
struct RandomWork {
  Random kind;
  const Array& out;
  uint64_t seed, offset;
};

// ---- Parameters and gradients, many at once: contiguous and floating ----

/// One step of an optimiser, in place: updates.h has the rules.
template <class Step>
struct UpdateWork {
  std::span<const UpdateSlot> slots;
  const Step& step;
};
#define LEMMA_AS_WORK(name, ...) using name##Work = UpdateWork<name##Step>;
LEMMA_FOR_EACH_UPDATE(LEMMA_AS_WORK)
#undef LEMMA_AS_WORK
/// The sum of the squares of all elements of all arrays, in float64; waits for the number.
struct SumSquaresWork {
  std::span<const Array> arrays;
  double& sum;
};
/// out[i] = in[i] * factor, rounded to the dtype, for each pair of equal shapes and dtypes: fresh memory or in's own.
struct ScaleWork {
  std::span<const Array> out, in;
  double factor;
};

/// Every entry, with the name that errors use.
#define LEMMA_FOR_EACH_WORK(X)         \
  X(Fill, fill)                        \
  X(Arange, arange)                    \
  X(Copy, copy)                        \
  X(Read, read)                        \
  X(Unary, unary)                      \
  X(Binary, binary)                    \
  X(Compare, compare)                  \
  X(Select, select)                    \
  X(Reduce, reduce)                    \
  X(ArgReduce, arg_reduce)             \
  X(ArgWindow, arg_window)             \
  X(Scan, scan)                        \
  X(Argsort, argsort)                  \
  X(Matmul, matmul)                    \
  X(Contract, contract)                \
  X(Gather, gather)                    \
  X(ScatterAdd, scatter_add)           \
  X(FindOutOfRange, find_out_of_range) \
  X(Random, random)                    \
  LEMMA_FOR_EACH_UPDATE(X)             \
  X(SumSquares, sum_squares)           \
  X(Scale, scale)

template <class, class... Each>
using VariantOf = std::variant<Each...>;
#define LEMMA_AS_ALTERNATIVE(name, ...) , name##Work
/// Any work.
using Work = VariantOf<void LEMMA_FOR_EACH_WORK(LEMMA_AS_ALTERNATIVE)>;
#undef LEMMA_AS_ALTERNATIVE

/// "fill", "unary", ...
const char* name(const Work& work);
/// Does the host wait for a value of the device? A few entries do; layers and losses use none of them.
inline bool reads_host(const Work& work) {
  return std::holds_alternative<ReadWork>(work) || std::holds_alternative<FindOutOfRangeWork>(work) ||
         std::holds_alternative<SumSquaresWork>(work);
}

/// Where a work runs: the device of its arrays, the CUDA device where there are two.
template <class W>
Device device_of(const W& work) {
  if constexpr (requires { work.slots; })
    return work.slots[0].param.device();
  else if constexpr (requires { work.arrays; })
    return work.arrays[0].device();
  else if constexpr (requires { work.factor; })
    return work.out[0].device();
  else if constexpr (std::is_same_v<W, CopyWork>)
    return work.x.device().is_cuda() ? work.x.device() : work.out.device();
  else if constexpr (std::is_same_v<W, ReadWork>)
    return work.x.device();
  else if constexpr (std::is_same_v<W, FindOutOfRangeWork>)
    return work.index.device();
  else
    return work.out.device();
}

/// What does the work of one kind of device. A profiler, a checker, a compiler of deferred work is a backend too: it
/// stands in front of another and hands on what it does not keep.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual void run(const Work& work) = 0;
};

/// The backend of the device's kind, or whatever stands in front of it.
Backend& backend_of(Device device);

/// While it lives, `backend` gets the work of the device's kind, from all threads. Those of one kind end in reverse
/// order, and none while work is under way.
class InFront {
 public:
  InFront(Device kind, Backend& backend);
  ~InFront();
  InFront(const InFront&) = delete;
  InFront& operator=(const InFront&) = delete;

 private:
  Device kind_;
  Backend* before_;
};

}  // namespace lemma::kernels
