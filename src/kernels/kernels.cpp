// The one place that makes results. What needs no kernel, empty results above all, is settled here for all backends.

#include "kernels/kernels.h"

#include "lemma/core/error.h"

namespace lemma::kernels {
namespace {

template <class W>
void run(const W& work) {
  backend_of(device_of(work)).run(work);
}

const Array& array_of(const Operand& a, const Operand& b) { return a.is_number() ? b.array() : a.array(); }

void check_takes(const char* entry, Takes takes, DType dtype) {
  if (takes != Takes::anything && (dtype == DType::boolean || (dtype == DType::int64 && takes == Takes::floats)))
    throw DTypeError(entry, std::string("this operation does not take ") + name(dtype), {dtype});
}
void refuse_bool(const char* entry, const Array& x) {
  if (x.dtype() == DType::boolean) throw DTypeError(entry, "bool is cast to int64 first", {x.dtype()});
}

// A number as the dtype has it: one that a half type rounds is equal to what it rounds to.
Operand of_dtype(const Operand& x, DType dtype) {
  if (!x.is_number() || !is_half(dtype)) return x;
  const float number = x.number().to<float>();
  return Number(dtype == DType::float16 ? static_cast<float>(float16(number)) : static_cast<float>(bfloat16(number)));
}

// `x`'s shape with size 1 along `dims`.
Shape reduced_shape(const Array& x, const Dims& dims) {
  Shape shape = x.shape();
  for (const int64_t d : dims) shape[static_cast<int>(d)] = 1;
  return shape;
}

}  // namespace

void fill(const Array& out, const Number& value) {
  if (out.numel() != 0) run(FillWork{out, value});
}
void arange(const Array& out, const Number& start, const Number& step) {
  if (out.numel() != 0) run(ArangeWork{out, start, step});
}
void copy(const Array& dst, const Array& src) {
  if (dst.numel() != 0) run(CopyWork{dst, src});
}
Array read(const Array& x) {
  if (!x.is_contiguous()) {
    const Array packed(x.shape(), x.dtype(), x.device());
    copy(packed, x);
    return read(packed);
  }
  Array host;
  run(ReadWork{x, host});
  return host;
}

Array unary(Unary op, const Array& x) {
  check_takes("unary", traits(op).takes, x.dtype());
  Array out(x.shape(), x.dtype(), x.device());
  if (out.numel() != 0) run(UnaryWork{op, out, x});
  return out;
}

Array binary(Binary op, const Operand& a, const Operand& b) {
  const Array& x = array_of(a, b);
  check_takes("binary", traits(op).takes, x.dtype());
  Array out(x.shape(), x.dtype(), x.device());
  if (out.numel() != 0) run(BinaryWork{op, out, a, b});
  return out;
}

void binary_inplace(Binary op, const Array& a, const Operand& b) {
  check_takes("binary", traits(op).takes, a.dtype());
  if (a.numel() == 0) return;
  const bool separate = b.is_number() || a.storage() != b.array().storage() ||
                        (a.offset() == b.array().offset() && a.strides() == b.array().strides());
  if (separate) return run(BinaryWork{op, a, a, b});
  copy(a, binary(op, a, b));
}

Array compare(Compare op, const Operand& first, const Operand& second) {
  const Array& x = array_of(first, second);
  const Operand a = of_dtype(first, x.dtype()), b = of_dtype(second, x.dtype());
  Array out(x.shape(), DType::boolean, x.device());
  if (out.numel() != 0) run(CompareWork{op, out, a, b});
  return out;
}

Array select(const Array& condition, const Operand& a, const Operand& b) {
  Array out(condition.shape(), array_of(a, b).dtype(), condition.device());
  if (out.numel() != 0) run(SelectWork{out, condition, a, b});
  return out;
}

Array reduce(Reduce op, const Array& x, const Dims& dims) {
  refuse_bool("reduce", x);
  Array out(reduced_shape(x, dims), x.dtype(), x.device());
  if (x.numel() == 0)
    fill(out, op == Reduce::Prod ? 1 : 0);
  else if (out.shape() != x.shape())
    run(ReduceWork{op, out, x, dims});
  else if (op == Reduce::SumSquares)
    return unary(Unary::Square, x);
  else  // every reduced dim has one element
    copy(out, x);
  return out;
}

Array arg_reduce(ArgReduce op, const Array& x, int dim) {
  Array out(reduced_shape(x, dim), DType::int64, x.device());
  if (out.numel() != 0) run(ArgReduceWork{op, out, x, dim});
  return out;
}

Array arg_window(const Array& x, int outer, int inner) {
  const Shape shape(std::span(x.shape().begin(), x.shape().size() - static_cast<size_t>(inner)));
  Array out(shape, DType::int64, x.device());
  if (out.numel() != 0) run(ArgWindowWork{out, x, outer, inner});
  return out;
}

Array scan(Scan op, const Array& x, int dim, bool reverse) {
  refuse_bool("scan", x);
  Array out(x.shape(), x.dtype(), x.device());
  if (out.numel() != 0) run(ScanWork{op, out, x, dim, reverse});
  return out;
}

Array argsort(const Array& x, int dim, bool descending) {
  Array out(x.shape(), DType::int64, x.device());
  if (out.numel() != 0) run(ArgsortWork{out, x, dim, descending});
  return out;
}

Array matmul(const Array& a, const Array& b) {
  if (!is_floating(a.dtype()))
    throw DTypeError("matmul", std::string("needs a floating dtype, got ") + name(a.dtype()), {a.dtype()});
  Shape shape = a.shape();
  shape[a.rank() - 1] = b.shape()[b.rank() - 1];
  Array out(shape, a.dtype(), a.device());
  if (a.shape()[a.rank() - 1] == 0)
    fill(out, 0);
  else if (out.numel() != 0)
    run(MatmulWork{out, a, b});
  return out;
}

Array contract(const Array& a, const Array& b, int batch, int inner) {
  Shape shape;
  int64_t terms = 1;
  for (int d = 0; d < a.rank(); ++d)
    if (d < a.rank() - inner)
      shape.push_back(a.shape()[d]);
    else
      terms *= a.shape()[d];
  for (int d = batch + inner; d < b.rank(); ++d) shape.push_back(b.shape()[d]);
  Array out(shape, a.dtype(), a.device());
  if (terms == 0)
    fill(out, 0);
  else if (out.numel() != 0)
    run(ContractWork{out, a, b, batch, inner});
  return out;
}

Array gather(const Array& x, int dim, const Array& index) {
  Array out(index.shape(), x.dtype(), x.device());
  if (out.numel() != 0) run(GatherWork{out, x, dim, index});
  return out;
}

Array scatter_add(const Shape& shape, int dim, const Array& index, const Array& src) {
  Array out(shape, src.dtype(), src.device());
  fill(out, 0);
  if (index.numel() != 0) run(ScatterAddWork{out, dim, index, src});
  return out;
}

int64_t find_out_of_range(const Array& index, int64_t size) {
  int64_t found = -1;
  if (index.numel() != 0) run(FindOutOfRangeWork{index, size, found});
  return found;
}

void random(Random kind, const Array& out, uint64_t seed, uint64_t offset) {
  if (out.numel() != 0) run(RandomWork{kind, out, seed, offset});
}

double sum_squares(std::span<const Array> arrays) {
  double sum = 0;
  if (!arrays.empty()) run(SumSquaresWork{arrays, sum});
  return sum;
}

void scale(std::span<const Array> out, std::span<const Array> in, double factor) {
  if (!out.empty()) run(ScaleWork{out, in, factor});
}

}  // namespace lemma::kernels
