#pragma once
/// The host's side of a product: which layouts a rung can read in place, and copies of those that it cannot.

#include "kernels/cuda/matmul/product.h"

namespace lemma::kernels::cuda {

/// The shapes and strides of a b. Throws ShapeError past 2^31.
Product product_of(const Array& a, const Array& b);

/// `x` itself if one of its last two strides is 1, else a contiguous copy; batch dims of stride 0 stay shared.
Array with_unit_stride(const Array& x);

/// Neighbours along `dim` (the last or the last but one) are neighbours in memory, in whole groups of 16 bytes.
bool in_whole_vectors(const Array& x, int dim);

/// A copy with in_whole_vectors() along the last dim, zeros behind each row's end; batch dims of stride 0 stay shared.
Array padded_copy(const Array& x);

/// Splits K for shapes with too few tiles to fill a GPU: sets splits and k_piece, a multiple of `depth`.
/// By shape alone, so that results are the same bits on every device.
void split_k(Product& p, int64_t tiles, int depth);

/// c[i] = the sum of pieces[s][i] over s, from the first to the last. `pieces` is (splits, numel), float32 for half
/// types.
void add_pieces(const Array& c, const Array& pieces);

/// A one-dimensional grid. Throws ShapeError past 2^31 blocks.
dim3 grid_of(int64_t blocks);

}  // namespace lemma::kernels::cuda
