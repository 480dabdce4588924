#include "lemma/data/loader.h"

#include <fmt/format.h>

#include <numeric>

#include "lemma/core/error.h"
#include "lemma/ops.h"

namespace lemma::data {

TensorDataset::TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  if (tensors_.empty()) throw ValueError("TensorDataset", "no tensors given; pass one or more");
  for (const Tensor& t : tensors_)
    if (!t.defined() || t.dim() == 0 || t.size(0) != tensors_[0].size(0))
      throw ShapeError("TensorDataset",
                       fmt::format("a tensor is {}, the first one {}; all need the same number of rows",
                                   t.defined() ? t.shape().str() : "undefined",
                                   tensors_[0].defined() ? tensors_[0].shape().str() : "undefined"));
}

std::vector<Tensor> TensorDataset::get(int64_t i) const {
  std::vector<Tensor> row;
  for (const Tensor& t : tensors_) row.push_back(select(t, 0, i));
  return row;
}

void check(const LoaderOptions& options) {
  if (options.batch_size < 1)
    throw ValueError("DataLoader", fmt::format("batch_size is {}; expected 1 or more", options.batch_size));
  if (options.prefetch < 0)
    throw ValueError("DataLoader", fmt::format("prefetch is {}; expected 0 or more", options.prefetch));
}

IndexBatches draw_batches(int64_t size, const LoaderOptions& options, Generator& generator) {
  check(options);
  if (size < 0) throw ValueError("DataLoader", fmt::format("the dataset's size is {}; expected 0 or more", size));
  if (options.batches) {
    IndexBatches batches = options.batches(generator);
    for (const auto& batch : batches) {
      if (batch.empty()) throw ValueError("DataLoader", "options.batches gives a batch without items");
      for (const int64_t i : batch)
        if (i < 0 || i >= size)
          throw IndexError("DataLoader", fmt::format("options.batches names item {}, outside [0, {})", i, size), i,
                           size);
    }
    return batches;
  }
  std::vector<int64_t> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); options.shuffle && i > 1; --i)  // Fisher and Yates, the same on every platform
    std::swap(order[i - 1], order[static_cast<size_t>(generator.below(static_cast<int64_t>(i)))]);
  IndexBatches batches;
  for (int64_t begin = 0; begin < size; begin += options.batch_size) {
    const int64_t end = std::min(begin + options.batch_size, size);
    if (options.drop_last && end - begin < options.batch_size) break;
    batches.emplace_back(order.begin() + begin, order.begin() + end);
  }
  return batches;
}

BatchRandomness::BatchRandomness(uint64_t pass, uint64_t batch) : before_(default_generator()) {
  default_generator() = Generator{pass, batch << 40};
}

BatchRandomness::~BatchRandomness() { default_generator() = before_; }

}  // namespace lemma::data
