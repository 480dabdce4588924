// In-place operations, random numbers, and views that depend on strides.
#include "tests/fuzz/machine.h"

namespace fuzz {
namespace {

Tensor multinomial_of(Machine& m, const Tensor& x) {
  Generator generator{1};
  return multinomial(x, m.integer(), m.in.flag(), &generator);
}

}  // namespace

std::vector<Operation> writing_operations() {
  return {
      LEMMA_FUZZ_EFFECT("fill_", x.fill_(m.number())),
      LEMMA_FUZZ_EFFECT("copy_", x.copy_(m.like(x))),
      LEMMA_FUZZ_EFFECT("add_", x.add_(m.like(x), m.number())),
      LEMMA_FUZZ_EFFECT("mul_", x.mul_(m.like(x))),
      LEMMA_FUZZ_EFFECT("div_", x.div_(m.like(x))),
      LEMMA_FUZZ_EFFECT("add_ a number", x.add_(m.number())),
      LEMMA_FUZZ_EFFECT("sub_ a number", x.sub_(m.number())),
      LEMMA_FUZZ_EFFECT("mul_ a number", x.mul_(m.number())),
      LEMMA_FUZZ_EFFECT("clamp_", x.clamp_(m.number(), m.number())),
      LEMMA_FUZZ_EFFECT("masked_fill_", x.masked_fill_(m.mask(x), m.number())),
      LEMMA_FUZZ_EFFECT("index_put_", x.index_put_(m.indices(x), m.like(x), m.in.flag())),
      LEMMA_FUZZ_EFFECT("index_add_", x.index_add_(m.dim(), m.ids(3), m.like(x), m.number())),
      LEMMA_FUZZ_EFFECT("scatter_", x.scatter_(m.dim(), m.ids(3), m.like(x))),
      LEMMA_FUZZ_EFFECT("scatter_add_", x.scatter_add_(m.dim(), m.ids(3), m.like(x))),
      LEMMA_FUZZ_EFFECT("&=", x &= m.mask(x)),
      LEMMA_FUZZ_EFFECT("^=", x ^= m.mask(x)),
      LEMMA_FUZZ_EFFECT("view", x.view(m.shape_of(x))),
      LEMMA_FUZZ_EFFECT("view_as", view_as(x, m.any())),
      LEMMA_FUZZ_EFFECT("detach", m.reals ? x : x.detach()),
      LEMMA_FUZZ_EFFECT("dropout", dropout(x, m.real(), m.in.flag())),
      LEMMA_FUZZ_EFFECT("rand", rand(Shape(m.integers()), {.dtype = m.dtype()})),
      LEMMA_FUZZ_EFFECT("randn", randn(Shape(m.integers()), {.dtype = m.dtype()})),
      LEMMA_FUZZ_EFFECT("randint", randint(m.integer(), m.integer(), m.shape(), {.dtype = m.dtype()})),
      LEMMA_FUZZ_EFFECT("randperm", randperm(m.integer())),
      LEMMA_FUZZ_EFFECT("multinomial", multinomial_of(m, x)),
  };
}

}  // namespace fuzz
