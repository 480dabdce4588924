#include "ops/view_strides.h"

namespace lemma {

std::optional<Strides> strides_for_view(const Array& array, const Shape& shape) {
  if (array.numel() == 0 || array.is_contiguous()) return contiguous_strides(shape);
  Strides strides = Strides::filled(shape.rank(), 0);
  // Walk old dims from the last, gathering runs that are laid out without gaps; each run must hold whole new dims.
  int to = shape.rank() - 1;
  int64_t run = 1, step = array.rank() > 0 ? array.strides().back()
                                           : 1;  // elements of the current run, and its innermost stride
  for (int from = array.rank() - 1; from >= 0; --from) {
    run *= array.shape()[from];
    const bool run_ends = from == 0 || (array.shape()[from - 1] != 1 && array.strides()[from - 1] != run * step);
    if (!run_ends) continue;
    int64_t filled = 1;
    while (to >= 0 && (filled < run || shape[to] == 1)) {
      strides[to] = filled * step;
      filled *= shape[to--];
    }
    if (filled != run) return std::nullopt;
    if (from > 0) {
      run = 1;
      step = array.strides()[from - 1];
    }
  }
  if (to >= 0) return std::nullopt;
  return strides;
}

}  // namespace lemma
