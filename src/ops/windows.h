#pragma once
/// Windows that slide along dims: what convolutions and pooling are made of. A view; its adjoint adds them back.

#include "lemma/tensor.h"

namespace lemma {

/// y[.., i, .., j] = x[.., i step + j spacing, ..] along `dim`; j, the place in the window, is the last dim. A view.
/// Requires that one window fits.    dL/dx = fold(g)
Tensor windows(const char* op, const Tensor& x, int dim, int64_t size, int64_t step, int64_t spacing);
/// Its adjoint: windows added back, where they overlap, into zeros of `shape`.    dL/dwindows = windows(g)
Tensor fold(const Tensor& windows, const Shape& shape, int dim, int64_t step, int64_t spacing);

/// How a window of each dim slides: one number a dim.
struct Sliding {
  Dims size, step, padding, spacing;
};
/// Numbers as a user gives them: one holds for all `dims` dims. Throws ValueError for another count, and below `least`.
Dims for_each_dim(const char* op, const char* what, const Dims& given, int dims, int64_t least);
/// x (B, C, L...) with `value` around it. Throws ShapeError where no window fits.
Tensor padded(const char* op, const Tensor& x, const Sliding& slide, Number value = 0);
/// Throws Error where no memory has room for a result of these sizes, before anything is counted up to them.
void check_room(const Dims& sizes, const Tensor& x);
/// x (B, C, L...) with `value` around it, as windows: (B, C, out..., size...), out = (L + 2 padding - spacing (size -
/// 1)
/// - 1) / step + 1. Throws as padded().
Tensor windows_of(const char* op, const Tensor& x, const Sliding& slide, Number value = 0);

}  // namespace lemma
