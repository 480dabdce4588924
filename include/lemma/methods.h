/// The operations that are methods of Tensor too, each named once: `x.softmax(-1)` is `softmax(x, -1)`. Formulas,
/// shapes and errors are in ops.h. tensor.h reads this list for the declarations, src/ops/methods.cpp for the
/// definitions.
///
/// To make an operation a method, add a line to its section:
///   LEMMA_UNARY(sin)                                            Tensor sin() const;
///   LEMMA_BINARY(add)                                           Tensor add(const Tensor& other) const;
///                                                               Tensor add(double other) const;
///   LEMMA_METHOD(Tensor, softmax, (int64_t dim), dim)           Tensor softmax(int64_t dim) const;
/// The last one takes the result, the name, the parameters after the tensor, and just their names. A default value is
/// written `bool keepdim LEMMA_DEFAULT(false)`. Result types that contain a comma have names: TensorPair, TensorList.
///
/// No #pragma once: the file is read twice.

#ifndef LEMMA_METHOD
#error "methods.h is a list for tensor.h; include lemma/tensor.h"
#endif

// clang-format off

// ---- Elementwise ----
LEMMA_UNARY(neg)
LEMMA_UNARY(abs)
LEMMA_UNARY(sign)
LEMMA_UNARY(exp)
LEMMA_UNARY(log)
LEMMA_UNARY(log1p)
LEMMA_UNARY(sqrt)
LEMMA_UNARY(rsqrt)
LEMMA_UNARY(sin)
LEMMA_UNARY(cos)
LEMMA_UNARY(tanh)
LEMMA_UNARY(sigmoid)
LEMMA_UNARY(relu)
LEMMA_UNARY(erf)
LEMMA_UNARY(reciprocal)
LEMMA_UNARY(floor)
LEMMA_UNARY(square)
LEMMA_UNARY(gelu)
LEMMA_UNARY(softplus)
LEMMA_BINARY(add)
LEMMA_BINARY(sub)
LEMMA_BINARY(mul)
LEMMA_BINARY(div)
LEMMA_BINARY(pow)
LEMMA_METHOD(Tensor, maximum, (const Tensor& other), other)
LEMMA_METHOD(Tensor, minimum, (const Tensor& other), other)
LEMMA_METHOD(Tensor, clamp, (double low, double high), low, high)

// ---- Comparison and logic ----
LEMMA_BINARY(eq)
LEMMA_BINARY(ne)
LEMMA_BINARY(lt)
LEMMA_BINARY(le)
LEMMA_BINARY(gt)
LEMMA_BINARY(ge)
LEMMA_METHOD(Tensor, logical_and, (const Tensor& other), other)
LEMMA_METHOD(Tensor, logical_or, (const Tensor& other), other)
LEMMA_METHOD(Tensor, logical_xor, (const Tensor& other), other)
LEMMA_UNARY(logical_not)
LEMMA_UNARY(isnan)
LEMMA_METHOD(Tensor, masked_fill, (const Tensor& mask, double value), mask, value)
LEMMA_METHOD(bool, all, ())
LEMMA_METHOD(bool, any, ())
LEMMA_METHOD(bool, allclose, (const Tensor& other, double rtol LEMMA_DEFAULT(1e-5), double atol LEMMA_DEFAULT(1e-8)), other, rtol, atol)
LEMMA_METHOD(bool, equal, (const Tensor& other), other)

// ---- Reductions ----
LEMMA_UNARY(sum)
LEMMA_METHOD(Tensor, sum, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_UNARY(mean)
LEMMA_METHOD(Tensor, mean, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_UNARY(prod)
LEMMA_METHOD(Tensor, prod, (int64_t dim, bool keepdim LEMMA_DEFAULT(false)), dim, keepdim)
LEMMA_METHOD(Tensor, amax, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_METHOD(Tensor, amin, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_UNARY(max)
LEMMA_METHOD(TensorPair, max, (int64_t dim, bool keepdim LEMMA_DEFAULT(false)), dim, keepdim)
LEMMA_UNARY(min)
LEMMA_METHOD(TensorPair, min, (int64_t dim, bool keepdim LEMMA_DEFAULT(false)), dim, keepdim)
LEMMA_METHOD(Tensor, argmax, (int64_t dim, bool keepdim LEMMA_DEFAULT(false)), dim, keepdim)
LEMMA_METHOD(Tensor, argmin, (int64_t dim, bool keepdim LEMMA_DEFAULT(false)), dim, keepdim)
LEMMA_METHOD(Tensor, var, (const Dims& dims, int64_t correction LEMMA_DEFAULT(1), bool keepdim LEMMA_DEFAULT(false)), dims, correction, keepdim)
LEMMA_METHOD(Tensor, std, (const Dims& dims, int64_t correction LEMMA_DEFAULT(1), bool keepdim LEMMA_DEFAULT(false)), dims, correction, keepdim)
LEMMA_METHOD(Tensor, logsumexp, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_UNARY(norm)
LEMMA_METHOD(Tensor, norm, (const Dims& dims, bool keepdim LEMMA_DEFAULT(false)), dims, keepdim)
LEMMA_METHOD(Tensor, cumsum, (int64_t dim), dim)
LEMMA_METHOD(Tensor, softmax, (int64_t dim), dim)
LEMMA_METHOD(Tensor, log_softmax, (int64_t dim), dim)

// ---- Products ----
LEMMA_METHOD(Tensor, matmul, (const Tensor& other), other)

// ---- Views (no copy) and layout ----
LEMMA_METHOD(Tensor, reshape, (const Shape& shape), shape)
LEMMA_METHOD(Tensor, flatten, (int64_t start_dim LEMMA_DEFAULT(0), int64_t end_dim LEMMA_DEFAULT(-1)), start_dim, end_dim)
LEMMA_METHOD(Tensor, transpose, (int64_t dim0, int64_t dim1), dim0, dim1)
LEMMA_METHOD(Tensor, permute, (const Dims& dims), dims)
LEMMA_METHOD(Tensor, expand, (const Shape& shape), shape)
LEMMA_UNARY(squeeze)
LEMMA_METHOD(Tensor, squeeze, (int64_t dim), dim)
LEMMA_METHOD(Tensor, unsqueeze, (int64_t dim), dim)
LEMMA_METHOD(Tensor, narrow, (int64_t dim, int64_t start, int64_t length), dim, start, length)
LEMMA_METHOD(Tensor, slice, (int64_t dim, int64_t start, int64_t end, int64_t step LEMMA_DEFAULT(1)), dim, start, end, step)
LEMMA_METHOD(Tensor, select, (int64_t dim, int64_t index), dim, index)
LEMMA_METHOD(Tensor, diagonal, (int64_t offset LEMMA_DEFAULT(0), int64_t dim1 LEMMA_DEFAULT(0), int64_t dim2 LEMMA_DEFAULT(1)), offset, dim1, dim2)
LEMMA_METHOD(Tensor, unfold, (int64_t dim, int64_t size, int64_t step), dim, size, step)
LEMMA_UNARY(contiguous)
LEMMA_UNARY(clone)
LEMMA_METHOD(Tensor, to, (Device device), device)
LEMMA_METHOD(TensorList, split, (int64_t size, int64_t dim LEMMA_DEFAULT(0)), size, dim)
LEMMA_METHOD(TensorList, chunk, (int64_t chunks, int64_t dim LEMMA_DEFAULT(0)), chunks, dim)
LEMMA_METHOD(Tensor, flip, (const Dims& dims), dims)
LEMMA_METHOD(Tensor, repeat, (const Shape& times), times)
LEMMA_METHOD(Tensor, tril, (int64_t diagonal LEMMA_DEFAULT(0)), diagonal)
LEMMA_METHOD(Tensor, triu, (int64_t diagonal LEMMA_DEFAULT(0)), diagonal)

// ---- Indexed, order ----
LEMMA_METHOD(Tensor, gather, (int64_t dim, const Tensor& index), dim, index)
LEMMA_METHOD(Tensor, scatter_add, (int64_t dim, const Tensor& index, const Tensor& src), dim, index, src)
LEMMA_METHOD(Tensor, scatter, (int64_t dim, const Tensor& index, const Tensor& src), dim, index, src)
LEMMA_METHOD(Tensor, scatter, (int64_t dim, const Tensor& index, double value), dim, index, value)
LEMMA_METHOD(Tensor, index_add, (int64_t dim, const Tensor& index, const Tensor& src, double alpha LEMMA_DEFAULT(1)), dim, index, src, alpha)
LEMMA_METHOD(Tensor, index_put, (const std::vector<TensorIndex>& indices, const Tensor& values, bool accumulate LEMMA_DEFAULT(false)), indices, values, accumulate)
LEMMA_METHOD(Tensor, masked_select, (const Tensor& mask), mask)
LEMMA_UNARY(nonzero)
LEMMA_METHOD(Tensor, index_select, (int64_t dim, const Tensor& index), dim, index)
LEMMA_METHOD(Tensor, take_along_dim, (const Tensor& index, int64_t dim), index, dim)
LEMMA_METHOD(TensorPair, sort, (int64_t dim LEMMA_DEFAULT(-1), bool descending LEMMA_DEFAULT(false)), dim, descending)
LEMMA_METHOD(Tensor, argsort, (int64_t dim LEMMA_DEFAULT(-1), bool descending LEMMA_DEFAULT(false)), dim, descending)
LEMMA_METHOD(TensorPair, topk, (int64_t k, int64_t dim LEMMA_DEFAULT(-1), bool largest LEMMA_DEFAULT(true)), k, dim, largest)

// clang-format on

#undef LEMMA_UNARY
#undef LEMMA_BINARY
#undef LEMMA_METHOD
#undef LEMMA_DEFAULT
