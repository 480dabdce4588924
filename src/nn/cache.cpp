#include "lemma/nn/cache.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/ops.h"

namespace lemma::nn {

namespace {

// (B, H, T, E) in a tensor that has room for more tokens.
Tensor with_room(const Tensor& held, int64_t length, const Tensor& next, int64_t room) {
  Tensor wider =
      empty({next.size(0), next.size(1), room, next.size(3)}, {.dtype = next.dtype(), .device = next.device()});
  if (length > 0) wider.narrow(2, 0, length).copy_(held.narrow(2, 0, length));
  return wider;
}

}  // namespace

std::pair<Tensor, Tensor> KeyValueCache::append(const Tensor& k, const Tensor& v) {
  if (k.requires_grad() || v.requires_grad())
    throw GradError("KeyValueCache",
                    "the keys are recorded on the tape; a cache is for inference: put a NoGrad in front of the call");
  if (k.dim() != 4 || v.shape() != k.shape())
    throw ShapeError(
        "KeyValueCache",
        fmt::format("keys {}, values {}; expected (B, H, T, E) for both", k.shape().str(), v.shape().str()),
        {k.shape(), v.shape()});
  if (length_ > 0 && (k.size(0) != keys_.size(0) || k.size(1) != keys_.size(1) || k.size(3) != keys_.size(3)))
    throw ShapeError("KeyValueCache",
                     fmt::format("{} does not continue {}; only the number of tokens may differ", k.shape().str(),
                                 held().first.shape().str()),
                     {k.shape(), keys_.shape()});
  const int64_t all = length_ + k.size(2);
  if (length_ == 0 || all > keys_.size(2)) {
    const int64_t room = std::max<int64_t>({all, 2 * length_, 16});
    Tensor keys = with_room(keys_, length_, k, room), values = with_room(values_, length_, v, room);
    keys_ = keys, values_ = values;
  }
  keys_.narrow(2, length_, k.size(2)).copy_(k);
  values_.narrow(2, length_, v.size(2)).copy_(v);
  length_ = all;
  return held();
}

std::pair<Tensor, Tensor> KeyValueCache::held() const {
  if (length_ == 0) return {};
  return {keys_.narrow(2, 0, length_), values_.narrow(2, 0, length_)};
}

void KeyValueCache::select(const Tensor& rows) {
  if (length_ == 0) return;
  Tensor keys = index_select(keys_, 0, rows), values = index_select(values_, 0, rows);
  keys_ = keys, values_ = values;
}

}  // namespace lemma::nn
