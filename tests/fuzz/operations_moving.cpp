// Views, layout and indexing.
#include "tests/fuzz/machine.h"

namespace fuzz {
namespace {

int64_t size_at(const Tensor& x, int64_t dim) { return dim >= -x.dim() && dim < x.dim() ? x.size(dim) : 1; }

// index_select and its kin: ids that mostly fit the dim.
template <class Call>
Tensor along(Machine& m, const Tensor& x, Call call) {
  const int64_t dim = m.dim();
  return call(dim, m.ids(size_at(x, dim)));
}

}  // namespace

std::vector<Operation> moving_operations() {
  return {
      LEMMA_FUZZ("reshape", reshape(x, m.shape_of(x))),
      LEMMA_FUZZ("permute", permute(x, m.dims())),
      LEMMA_FUZZ("transpose", transpose(x, m.dim(), m.dim())),
      LEMMA_FUZZ("t", x.t()),
      LEMMA_FUZZ("expand", expand(x, Shape(m.integers()))),
      LEMMA_FUZZ("expand in front", expand(unsqueeze(x, 0), Shape(m.integers()))),
      LEMMA_FUZZ("expand_as", expand_as(x, m.any())),
      LEMMA_FUZZ("squeeze", squeeze(x)),
      LEMMA_FUZZ("squeeze dim", squeeze(x, m.dim())),
      LEMMA_FUZZ("unsqueeze", unsqueeze(x, m.dim())),
      LEMMA_FUZZ("movedim", movedim(x, m.dims(), m.dims())),
      LEMMA_FUZZ("flatten", flatten(x, m.dim(), m.dim())),
      LEMMA_FUZZ("narrow", narrow(x, m.dim(), m.integer(), m.integer())),
      LEMMA_FUZZ("slice", slice(x, m.dim(), m.integer(), m.integer(), m.integer())),
      LEMMA_FUZZ("every second", slice(x, m.dim(), m.in.below(2), 1000, 2)),
      LEMMA_FUZZ("select", select(x, m.dim(), m.integer())),
      LEMMA_FUZZ("diagonal", diagonal(x, m.integer(), m.dim(), m.dim())),
      LEMMA_FUZZ("diag", diag(x, m.integer())),
      LEMMA_FUZZ("diag_embed", diag_embed(x, m.integer(), m.dim(), m.dim())),
      LEMMA_FUZZ("trace", trace(x)),
      LEMMA_FUZZ("tril_indices", tril_indices(m.integer(), m.integer(), m.integer())),
      LEMMA_FUZZ("triu_indices", triu_indices(m.integer(), m.integer(), m.integer())),
      LEMMA_FUZZ("unfold", unfold(x, m.dim(), m.integer(), m.integer())),
      LEMMA_FUZZ("contiguous", contiguous(x)),
      LEMMA_FUZZ("cat", cat(m.several(), m.dim())),
      LEMMA_FUZZ("stack", stack(m.several(), m.dim())),
      LEMMA_FUZZ("split", split(x, m.integer(), m.dim())),
      LEMMA_FUZZ("split sizes", split(x, m.integers(), m.dim())),
      LEMMA_FUZZ("chunk", chunk(x, m.integer(), m.dim())),
      LEMMA_FUZZ("unbind", unbind(x, m.dim())),
      LEMMA_FUZZ("flip", flip(x, m.dims())),
      LEMMA_FUZZ("roll", roll(x, m.integer(), m.maybe_dim())),
      LEMMA_FUZZ("roll dims", roll(x, m.integers(), m.dims())),
      LEMMA_FUZZ("rot90", rot90(x, m.integer(), m.dims())),
      LEMMA_FUZZ("repeat", repeat(x, Shape(m.integers()))),
      LEMMA_FUZZ("tile", tile(x, Shape(m.integers()))),
      LEMMA_FUZZ("repeat_interleave", repeat_interleave(x, m.integer(), m.maybe_dim())),
      LEMMA_FUZZ("repeat_interleave by a tensor", repeat_interleave(x, m.ids(5), m.maybe_dim())),
      LEMMA_FUZZ("meshgrid", meshgrid(m.several(), m.word({"ij", "xy", "no"}))),
      LEMMA_FUZZ("pad", pad(x, m.dim(), m.integer(), m.integer(), m.number())),
      LEMMA_FUZZ("tril", tril(x, m.integer())),
      LEMMA_FUZZ("triu", triu(x, m.integer())),
      LEMMA_FUZZ("embedding", embedding(x, m.ids(size_at(x, 0)), m.reals ? -1 : m.integer())),
      LEMMA_FUZZ("gather", along(m, x, [&](int64_t d, const Tensor& i) { return gather(x, d, i); })),
      LEMMA_FUZZ("scatter_add",
                 along(m, x, [&](int64_t d, const Tensor& i) { return scatter_add(x, d, i, m.like(x)); })),
      LEMMA_FUZZ("scatter", along(m, x, [&](int64_t d, const Tensor& i) { return scatter(x, d, i, m.like(x)); })),
      LEMMA_FUZZ("scatter a number",
                 along(m, x, [&](int64_t d, const Tensor& i) { return scatter(x, d, i, m.number()); })),
      LEMMA_FUZZ("index_add",
                 along(m, x, [&](int64_t d, const Tensor& i) { return index_add(x, d, i, m.like(x), m.number()); })),
      LEMMA_FUZZ("index_select", along(m, x, [&](int64_t d, const Tensor& i) { return index_select(x, d, i); })),
      LEMMA_FUZZ("take_along_dim", along(m, x, [&](int64_t d, const Tensor& i) { return take_along_dim(x, i, d); })),
      LEMMA_FUZZ("index_put", index_put(x, m.indices(x), m.like(x), m.in.flag())),
      LEMMA_FUZZ("index", x.index(m.indices(x))),
      LEMMA_FUZZ("masked_select", masked_select(x, m.mask(x))),
      LEMMA_FUZZ("nonzero", nonzero(x)),
      LEMMA_FUZZ("one_hot", one_hot(x, m.integer())),
      LEMMA_FUZZ("arange", arange(m.number(), m.number(), m.number())),
      LEMMA_FUZZ("arange end", arange(m.integer())),
      LEMMA_FUZZ("linspace", linspace(m.real(), m.real(), m.integer())),
      LEMMA_FUZZ("eye", eye(m.integer(), {.dtype = m.dtype()})),
      LEMMA_FUZZ("full", full(Shape(m.integers()), m.number(), {.dtype = m.dtype()})),
  };
}

}  // namespace fuzz
