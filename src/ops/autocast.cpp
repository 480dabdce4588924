// The table of autocast, and the casts that its policies need. Elementwise operations and reductions have theirs in
// functors.h; the code of the others follows the rows here. A test compares what operations do with the table.
#include <cctype>
#include <deque>
#include <string>
#include <vector>

#include "kernels/functors.h"
#include "ops/mixed.h"

namespace lemma {
namespace {

constexpr AutocastPolicy half = AutocastPolicy::half, wide = AutocastPolicy::wide, widest = AutocastPolicy::widest;

// What has no row of its own in functors.h: products, compositions, and what joins inputs.
constexpr AutocastRule kOthers[] = {
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
    {"conv1d", half},
    {"conv2d", half},
    {"conv_transpose1d", half},
    {"conv_transpose2d", half},
    // Large or tiny results, or many terms.
    {"rdiv", wide},
    {"mean", wide},
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
    {"layer_norm", wide},
    {"rms_norm", wide},
    {"batch_norm", wide},
    {"group_norm", wide},
    {"avg_pool1d", wide},
    {"avg_pool2d", wide},
    {"adaptive_avg_pool1d", wide},
    {"adaptive_avg_pool2d", wide},
    {"cross_entropy", wide},
    {"nll_loss", wide},
    {"binary_cross_entropy_with_logits", wide},
    {"mse_loss", wide},
    {"l1_loss", wide},
    {"ctc_loss", wide},
    // Several inputs that must agree.
    {"true_divide", widest},
    {"where", widest},
    {"cat", widest},
    {"stack", widest},
    {"scatter_add", widest},
};

// The rows of functors.h, under the names of their operations: Log1p is log1p, FloorDivide is floor_divide.
void add_rows(std::vector<AutocastRule>& table, std::span<const Traits> rows) {
  static std::deque<std::string> names;
  for (const Traits& row : rows) {
    if (row.cast == Cast::none) continue;
    std::string& op = names.emplace_back();
    for (const char* c = row.name; *c; ++c) {
      if (std::isupper(static_cast<unsigned char>(*c)) && c != row.name) op += '_';
      op += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    }
    table.push_back({op.c_str(), row.cast == Cast::wide ? wide : widest});
  }
}

}  // namespace

std::span<const AutocastRule> autocast_table() {
  static const std::vector<AutocastRule> table = [] {
    std::vector<AutocastRule> all(std::begin(kOthers), std::end(kOthers));
    add_rows(all, detail::kUnary), add_rows(all, detail::kBinary), add_rows(all, detail::kCompare);
    add_rows(all, detail::kReduce);
    return all;
  }();
  return table;
}

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
