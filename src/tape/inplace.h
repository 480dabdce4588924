#pragma once
/// Writing into a tensor's memory, and what the tape has to know about it.

#include "lemma/tensor.h"

namespace lemma::inplace {

/// Would writing to x, with values made from `sources`, have to be recorded? Throws GradError for a leaf that requires
/// a gradient outside NoGrad, and for a view of one.
bool recorded(const char* op, const Tensor& x, std::initializer_list<const Tensor*> sources = {});

/// x's memory, to be written by the caller: refused where several elements are one in memory, and counted, so that
/// saved values notice.
const Array& writable(const char* op, const Tensor& x);

/// x becomes `values`, of its shape and dtype. If that is recorded, x's gradient from now on is that of the values; and
/// where x is a view, the base that it is part of has two inputs from now on: the old base outside, the values inside.
Tensor& overwrite(const char* op, Tensor& x, const Tensor& values);

}  // namespace lemma::inplace
