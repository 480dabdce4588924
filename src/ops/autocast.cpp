// The table of autocast, and the casts that its policies need. The lines in the operations follow it; a test compares.
#include "ops/mixed.h"

namespace lemma {
namespace {

constexpr AutocastPolicy half = AutocastPolicy::half, wide = AutocastPolicy::wide, widest = AutocastPolicy::widest;

constexpr AutocastRule kTable[] = {
    // Products: tensor cores, half the memory; sums inside them are float32 anyway.
    {"matmul", half},
    {"linear", half},
    {"einsum", half},
    {"dot", half},
    {"mv", half},
    {"mm", half},
    {"bmm", half},
    {"addmm", half},
    {"baddbmm", half},
    {"tensordot", half},
    {"scaled_dot_product_attention", half},
    // Large or tiny results, or many terms.
    {"exp", wide},
    {"log", wide},
    {"log1p", wide},
    {"expm1", wide},
    {"exp2", wide},
    {"log2", wide},
    {"log10", wide},
    {"tan", wide},
    {"asin", wide},
    {"acos", wide},
    {"sinh", wide},
    {"cosh", wide},
    {"rsqrt", wide},
    {"reciprocal", wide},
    {"pow", wide},
    {"rdiv", wide},
    {"sum", wide},
    {"mean", wide},
    {"prod", wide},
    {"var", wide},
    {"std", wide},
    {"var_mean", wide},
    {"std_mean", wide},
    {"trace", wide},
    {"norm", wide},
    {"logsumexp", wide},
    {"cumsum", wide},
    {"cumprod", wide},
    {"logcumsumexp", wide},
    {"softmax", wide},
    {"log_softmax", wide},
    {"softmin", wide},
    {"normalize", wide},
    {"cosine_similarity", wide},
    {"softplus", wide},
    {"layer_norm", wide},
    {"cross_entropy", wide},
    {"nll_loss", wide},
    {"binary_cross_entropy_with_logits", wide},
    {"mse_loss", wide},
    {"l1_loss", wide},
    // Several inputs that must agree.
    {"add", widest},
    {"sub", widest},
    {"mul", widest},
    {"div", widest},
    {"true_divide", widest},
    {"floor_divide", widest},
    {"remainder", widest},
    {"fmod", widest},
    {"atan2", widest},
    {"hypot", widest},
    {"logaddexp", widest},
    {"maximum", widest},
    {"minimum", widest},
    {"eq", widest},
    {"ne", widest},
    {"lt", widest},
    {"le", widest},
    {"gt", widest},
    {"ge", widest},
    {"where", widest},
    {"cat", widest},
    {"stack", widest},
    {"scatter_add", widest},
};

}  // namespace

std::span<const AutocastRule> autocast_table() { return kTable; }

const char* name(AutocastPolicy policy) {
  switch (policy) {
    case AutocastPolicy::half:
      return "half";
    case AutocastPolicy::wide:
      return "float32";
    case AutocastPolicy::widest:
      return "widest";
  }
  return "?";
}

namespace mixed {
namespace {
// Floating, not float64, where autocast is on.
bool takes_part(const Tensor& x) { return autocast_on(x) && is_floating(x.dtype()) && x.dtype() != DType::float64; }
}  // namespace

bool any_not_half(std::initializer_list<const Tensor*> inputs) {
  for (const Tensor* x : inputs)
    if (takes_part(*x) && x->dtype() != get_autocast_dtype(x->device())) return true;
  return false;
}
Tensor halved(const Tensor& x) { return takes_part(x) ? cast(x, get_autocast_dtype(x.device())) : x; }

bool may_promote(const Tensor& a, const Tensor& b) {
  return autocast_on(a) && b.defined() && a.dtype() != b.dtype() && is_floating(a.dtype()) && is_floating(b.dtype());
}
DType widest(const Tensor& a, const Tensor& b) {
  return a.dtype() == DType::float64 || b.dtype() == DType::float64 ? DType::float64 : DType::float32;
}

}  // namespace mixed
}  // namespace lemma
