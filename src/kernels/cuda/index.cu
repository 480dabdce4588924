// Reading through an index, and the search for an index that points nowhere.

#include "kernels/cuda/elementwise.cuh"

namespace lemma::kernels::cuda {
namespace {

// Operand 0 walks the index, operand 1 the array without the indexed dim. Element i of the result goes to out[i].
template <class T, class I>
__global__ void gather_kernel(const T* x, const int64_t* index, T* out, const __grid_constant__ Walk<2, I> walk, I n,
                              int64_t jump) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= static_cast<int64_t>(n)) return;
  I at[2];
  walk.offsets(static_cast<I>(i), at);
  out[i] = x[at[1] + index[at[0]] * jump];
}

template <class T>
void run(const Array& x, const Array& index, const Array& out, const Collapsed<2>& dims, int64_t n, int64_t jump) {
  const T* from = static_cast<const T*>(x.storage()->data()) + x.offset() * size_of(x.dtype()) / sizeof(T);
  T* to = static_cast<T*>(out.storage()->data());
  const auto* at = index.data<const int64_t>();
  if (fits_32_bits(dims))
    return launch({"gather", blocks_for(n), kThreads}, gather_kernel<T, uint32_t>, from, at, to,
                  walk_of<2, uint32_t>(dims), static_cast<uint32_t>(n), jump);
  launch({"gather", blocks_for(n), kThreads}, gather_kernel<T, int64_t>, from, at, to, walk_of<2, int64_t>(dims), n,
         jump);
}

// Where one index moves a whole row (embeddings), 16 bytes move at a time: `dims` and `jump` then count such units.
bool widen(const Array& x, Collapsed<2>& dims, int64_t& jump) {
  const int64_t bytes = static_cast<int64_t>(size_of(x.dtype())), unit = 16 / bytes;
  const size_t last = static_cast<size_t>(dims.rank - 1);
  if (dims.stride[0][last] != 0 || dims.stride[1][last] != 1 || dims.size[last] % unit != 0) return false;
  if (jump % unit != 0 || reinterpret_cast<uintptr_t>(x.data<char>()) % 16 != 0 || x.offset() % unit != 0) return false;
  for (size_t d = 0; d < last; ++d)
    if (dims.stride[1][d] % unit != 0) return false;
  dims.size[last] /= unit;
  for (size_t d = 0; d < last; ++d) dims.stride[1][d] /= unit;
  jump /= unit;
  return true;
}

__global__ void first_outside(const int64_t* index, const __grid_constant__ Walk<1, int64_t> walk, int64_t n,
                              uint64_t size, unsigned long long* first) {
  const int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int64_t at[1];
  walk.offsets(i, at);
  if (static_cast<uint64_t>(index[at[0]]) >= size) atomicMin(first, static_cast<unsigned long long>(i));
}

}  // namespace

void run(const GatherWork& work) {
  const Array &out = work.out, &x = work.x, &index = work.index;
  const int dim = work.dim;
  Strides fixed = x.strides();
  int64_t jump = fixed[dim];
  fixed[dim] = 0;
  auto dims = collapse<2>(index.shape(), {&index.strides(), &fixed});
  if (widen(x, dims, jump))
    run<Pack<uint32_t, 4>>(x, index, out, dims, out.numel() * static_cast<int64_t>(size_of(x.dtype())) / 16, jump);
  else
    with_bytes(x.dtype(),
               [&](auto type) { run<typename decltype(type)::type>(x, index, out, dims, out.numel(), jump); });
}

/// One number comes back from the device, and the host waits for it.
void run(const FindOutOfRangeWork& work) {
  const Array& index = work.index;
  const int64_t n = index.numel(), size = work.size;
  const Array first(Shape(1), DType::int64, index.device());
  fill(first, -1);  // as an unsigned number the largest, and as a signed one the answer
  launch({"first outside", blocks_for(n), kThreads}, first_outside, index.data<const int64_t>(),
         walk_of<1, int64_t>(collapse<1>(index.shape(), {&index.strides()})), n, static_cast<uint64_t>(size),
         reinterpret_cast<unsigned long long*>(first.data<int64_t>()));
  lemma::cuda::to_host(&work.found, first.data<int64_t>(), sizeof(work.found));
}

}  // namespace lemma::kernels::cuda
