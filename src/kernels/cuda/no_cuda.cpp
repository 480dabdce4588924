// A build without CUDA: every entry point says in words how to get it.

#include "kernels/cuda/cuda.h"
#include "kernels/cuda/matmul/ladder.h"
#include "lemma/core/cuda.h"
#include "lemma/core/error.h"

namespace lemma::kernels::cuda {
namespace {
[[noreturn]] void missing(const char* op, Device device) {
  throw DeviceError(op, lemma::cuda::why_unavailable(), {device});
}
}  // namespace

void choose(Device device) { missing("cuda", device); }
void fill(const Array& out, double) { missing("fill", out.device()); }
void arange(const Array& out, double, double) { missing("arange", out.device()); }
void copy(const Array& dst, const Array& src) { missing("copy", dst.device().is_cuda() ? dst.device() : src.device()); }
Array unary(Unary, const Array& x) { missing("unary", x.device()); }
Array binary(Binary, const Array& a, const Array&) { missing("binary", a.device()); }
void binary_inplace(Binary, const Array& a, const Array&) { missing("binary_inplace", a.device()); }
Array compare(Compare, const Array& a, const Array&) { missing("compare", a.device()); }
Array select(const Array&, const Array& a, const Array&) { missing("select", a.device()); }
Array reduce(Reduce, const Array& x, const Dims&) { missing("reduce", x.device()); }
Array arg_reduce(ArgReduce, const Array& x, int) { missing("arg_reduce", x.device()); }
Array scan(Scan, const Array& x, int, bool) { missing("scan", x.device()); }
Array argsort(const Array& x, int, bool) { missing("argsort", x.device()); }
Array matmul(const Array& a, const Array&) { missing("matmul", a.device()); }
Array gather(const Array& x, int, const Array&) { missing("gather", x.device()); }
Array scatter_add(const Shape&, int, const Array&, const Array& src) { missing("scatter_add", src.device()); }
int64_t find_out_of_range(const Array& index, int64_t) { missing("find_out_of_range", index.device()); }
void random(Random, const Array& out, uint64_t, uint64_t) { missing("random", out.device()); }
void adam(std::span<const AdamSlot> slots, const AdamStep&) { missing("adam", slots[0].param.device()); }
void sgd(std::span<const SgdSlot> slots, const SgdStep&) { missing("sgd", slots[0].param.device()); }
double sum_squares(std::span<const Array> arrays) { missing("sum_squares", arrays[0].device()); }
void scale(std::span<const Array> out, std::span<const Array>, double) { missing("scale", out[0].device()); }

bool Rung::takes(DType) const { return false; }
std::span<const Rung> ladder() { return {}; }
const Rung& rung(std::string_view) { missing("matmul", Device::cuda()); }
Array multiply_with(const Rung&, const Array& a, const Array&) { missing("matmul", a.device()); }

}  // namespace lemma::kernels::cuda
