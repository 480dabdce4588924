// Tensor's methods that are operations: each calls the free function of the same name.
#include "lemma/ops.h"

namespace lemma {

Tensor Tensor::reshape(const Shape& shape) const { return lemma::reshape(*this, shape); }
Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const { return lemma::flatten(*this, start_dim, end_dim); }
Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const { return lemma::transpose(*this, dim0, dim1); }
Tensor Tensor::permute(const Dims& dims) const { return lemma::permute(*this, dims); }
Tensor Tensor::expand(const Shape& shape) const { return lemma::expand(*this, shape); }
Tensor Tensor::squeeze(int64_t dim) const { return lemma::squeeze(*this, dim); }
Tensor Tensor::squeeze() const { return lemma::squeeze(*this); }
Tensor Tensor::unsqueeze(int64_t dim) const { return lemma::unsqueeze(*this, dim); }
Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  return lemma::narrow(*this, dim, start, length);
}
Tensor Tensor::slice(int64_t dim, int64_t start, int64_t end, int64_t step) const {
  return lemma::slice(*this, dim, start, end, step);
}
Tensor Tensor::select(int64_t dim, int64_t index) const { return lemma::select(*this, dim, index); }
Tensor Tensor::contiguous() const { return lemma::contiguous(*this); }
Tensor Tensor::clone() const { return lemma::clone(*this); }
Tensor Tensor::to(DType dtype) const { return lemma::cast(*this, dtype); }
Tensor Tensor::to(Device device) const { return lemma::to(*this, device); }
Tensor Tensor::sum() const { return lemma::sum(*this); }
Tensor Tensor::sum(const Dims& dims, bool keepdim) const { return lemma::sum(*this, dims, keepdim); }
Tensor Tensor::mean() const { return lemma::mean(*this); }
Tensor Tensor::mean(const Dims& dims, bool keepdim) const { return lemma::mean(*this, dims, keepdim); }
Tensor Tensor::max() const { return lemma::max(*this); }
Tensor Tensor::min() const { return lemma::min(*this); }
Tensor Tensor::argmax(int64_t dim, bool keepdim) const { return lemma::argmax(*this, dim, keepdim); }
Tensor Tensor::exp() const { return lemma::exp(*this); }
Tensor Tensor::log() const { return lemma::log(*this); }
Tensor Tensor::sqrt() const { return lemma::sqrt(*this); }
Tensor Tensor::abs() const { return lemma::abs(*this); }
Tensor Tensor::tanh() const { return lemma::tanh(*this); }
Tensor Tensor::sigmoid() const { return lemma::sigmoid(*this); }
Tensor Tensor::relu() const { return lemma::relu(*this); }
Tensor Tensor::pow(double exponent) const { return lemma::pow(*this, exponent); }
Tensor Tensor::softmax(int64_t dim) const { return lemma::softmax(*this, dim); }
Tensor Tensor::log_softmax(int64_t dim) const { return lemma::log_softmax(*this, dim); }
Tensor Tensor::matmul(const Tensor& other) const { return lemma::matmul(*this, other); }
Tensor Tensor::masked_fill(const Tensor& mask, double value) const { return lemma::masked_fill(*this, mask, value); }

}  // namespace lemma
