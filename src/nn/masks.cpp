#include "lemma/nn/masks.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/ops.h"
#include "nn/checks.h"

namespace lemma::nn {

namespace {

void check_bool(const char* what, const Tensor& mask) {
  if (mask.dtype() != boolean)
    throw DTypeError("attend_both",
                     fmt::format("{} is {} {}; a mask is bool, true = attend (`ne(mask, 0)` makes one)", what,
                                 name(mask.dtype()), mask.shape().str()),
                     {mask.dtype()});
}

}  // namespace

Tensor attend_tokens(const Tensor& ids, int64_t pad_id) { return ne(ids, static_cast<double>(pad_id)); }

Tensor attend_lengths(const std::vector<int64_t>& lengths, int64_t width, Device device) {
  for (const int64_t length : lengths)
    if (length < 0 || length > width)
      throw ValueError("attend_lengths", fmt::format("length {} is outside [0, {}]", length, width));
  const TensorOptions there{.device = device};
  return lt(arange(width, there).unsqueeze(0), tensor(lengths, there).unsqueeze(1));  // (1, T) < (B, 1)
}

Tensor attend_causal(int64_t length, Device device) { return attend_causal(length, length, device); }

Tensor attend_causal(int64_t queries, int64_t keys, Device device) {
  if (queries < 0) throw ValueError("attend_causal", fmt::format("the length is {}; expected 0 or more", queries));
  if (keys < queries)
    throw ValueError("attend_causal",
                     fmt::format("{} of {} tokens are queries; expected at most all of them", queries, keys));
  const Tensor place = arange(keys, {.device = device});
  return ge(place.narrow(0, keys - queries, queries).unsqueeze(1), place.unsqueeze(0));  // query >= key
}

Tensor attend_both(const Tensor& attend_keys, const Tensor& attend) {
  Tensor keys, pairs;
  if (attend_keys.defined()) {
    check_bool("attend_keys", attend_keys);
    if (attend_keys.dim() != 2)
      throw ShapeError("attend_both", "attend_keys is " + attend_keys.shape().str() + "; expected (B, Tk)",
                       {attend_keys.shape()});
    keys = attend_keys.unsqueeze(1).unsqueeze(1);  // (B, 1, 1, Tk)
  }
  if (attend.defined()) {
    check_bool("attend", attend);
    switch (attend.dim()) {
      case 2:
        pairs = attend.unsqueeze(0).unsqueeze(0);
        break;  // (1, 1, Tq, Tk)
      case 3:
        pairs = attend.unsqueeze(1);
        break;  // (B, 1, Tq, Tk)
      case 4:
        pairs = attend;
        break;
      default:
        throw ShapeError("attend_both",
                         "attend is " + attend.shape().str() + "; expected (Tq, Tk), (B, Tq, Tk) or (B, H, Tq, Tk)",
                         {attend.shape()});
    }
  }
  if (!keys.defined()) return pairs;
  return pairs.defined() ? logical_and(keys, pairs) : keys;
}

}  // namespace lemma::nn
