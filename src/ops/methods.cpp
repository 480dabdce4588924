// Tensor's methods that are operations: each calls the free function of the same name. The list is lemma/methods.h.
#include "lemma/ops.h"

#define LEMMA_DEFAULT(value)  // stands in the declaration
#define LEMMA_UNARY(name) \
  Tensor Tensor::name() const { return lemma::name(*this); }
#define LEMMA_BINARY(name)                                                             \
  Tensor Tensor::name(const Tensor& other) const { return lemma::name(*this, other); } \
  Tensor Tensor::name(Number other) const { return lemma::name(*this, other); }
#define LEMMA_METHOD(Result, name, parameters, ...) \
  Result Tensor::name parameters const { return lemma::name(*this __VA_OPT__(, ) __VA_ARGS__); }

namespace lemma {

#include "lemma/methods.h"

}  // namespace lemma
