#pragma once
/// DataLoader: batches of anything that has a size and items.
///
///   struct Squares {  // a dataset: no base class is needed
///     int64_t size() const { return 1000; }
///     std::pair<Tensor, Tensor> get(int64_t i) const {
///       const double x = static_cast<double>(i);
///       return {tensor(x), tensor(x * x)};
///     }
///   };
///   data::DataLoader loader(Squares{}, {.batch_size = 32, .shuffle = true, .prefetch = 2});
///   for (const auto& [x, y] : loader) std::cout << x.mean() << y.mean() << "\n";  // x, y: (32)

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lemma/data/default_collate.h"
#include "lemma/data/prefetch.h"
#include "lemma/random.h"

namespace lemma::data {

/// Anything with `size()` and `get(i)`, i from 0 to size - 1. With a worker, get() is called on its thread.
template <class D>
concept Dataset = requires(const D& dataset, int64_t i) {
  { dataset.size() } -> std::convertible_to<int64_t>;
  dataset.get(i);
};

/// Row i of each of several tensors. Throws ShapeError unless all have the same number of rows.
class TensorDataset {
 public:
  explicit TensorDataset(std::vector<Tensor> tensors);
  int64_t size() const { return tensors_.front().size(0); }
  std::vector<Tensor> get(int64_t i) const;  ///< row i of each, which are views

 private:
  std::vector<Tensor> tensors_;
};

/// Indices, batch by batch.
using IndexBatches = std::vector<std::vector<int64_t>>;

struct LoaderOptions {
  int64_t batch_size = 1;
  bool shuffle = false;
  bool drop_last = false;          ///< leave out a last batch that is not full
  int64_t prefetch = 0;            ///< batches that a worker thread prepares ahead; 0: no thread
  Generator* generator = nullptr;  ///< where the order comes from; null: default_generator()
  /// Decides which items go together, in place of batch_size, shuffle and drop_last: make_batches, for example.
  std::function<IndexBatches(Generator&)> batches = nullptr;
};

/// Throws ValueError for a batch_size below 1 or a prefetch below 0.
void check(const LoaderOptions& options);

/// The batches of one pass over `size` items. Throws ValueError for a batch_size below 1, IndexError for an index from
/// options.batches that is out of range, ValueError for an empty batch.
IndexBatches draw_batches(int64_t size, const LoaderOptions& options, Generator& generator);

/// The default generator for one batch: what get() and collate draw depends only on the pass and the batch, not on the
/// thread that calls them. Restored at the end.
class BatchRandomness {
 public:
  BatchRandomness(uint64_t pass, uint64_t batch);
  ~BatchRandomness();
  BatchRandomness(const BatchRandomness&) = delete;
  BatchRandomness& operator=(const BatchRandomness&) = delete;

 private:
  Generator before_;
};

/// A range of batches, a new pass with each begin(). The same state of the generator gives the same batches, bit for
/// bit, with a worker and without. What a worker throws is rethrown in place of its batch. A loop may be left at
/// any time.
template <Dataset D, class Collate = DefaultCollate>
class DataLoader {
 public:
  using Item = std::decay_t<decltype(std::declval<const D&>().get(0))>;
  using Batch = std::decay_t<std::invoke_result_t<const Collate&, const std::vector<Item>&>>;

  /// `collate` makes a batch of items: batch(const std::vector<Item>&). A dataset that is an lvalue is not copied and
  /// must outlive the loader. Throws ValueError for a batch_size below 1 or a prefetch below 0.
  explicit DataLoader(const D& dataset, LoaderOptions options = {}, Collate collate = {})
      : DataLoader(std::shared_ptr<const D>(std::shared_ptr<void>(), &dataset), std::move(options),
                   std::move(collate)) {}
  explicit DataLoader(D&& dataset, LoaderOptions options = {}, Collate collate = {})
      : DataLoader(std::make_shared<const D>(std::move(dataset)), std::move(options), std::move(collate)) {}

  /// Number of batches in a pass.
  int64_t size() const {
    Generator unused;
    return static_cast<int64_t>(draw_batches(dataset_->size(), options_, unused).size());
  }

  class Iterator {
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    Batch& operator*() const { return *pass_->current; }
    Batch* operator->() const { return &*pass_->current; }
    /// Makes the next batch, or takes it from the worker.
    Iterator& operator++() {
      pass_->current = pass_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !pass_->current; }

   private:
    friend class DataLoader;
    struct Pass {
      std::function<std::optional<Batch>()> make;
      std::unique_ptr<Prefetch<Batch>> worker;
      std::optional<Batch> current;
      std::optional<Batch> next() { return worker ? worker->next() : make(); }
    };
    std::shared_ptr<Pass> pass_ = std::make_shared<Pass>();
  };

  /// Starts a pass: draws the order of the batches, and makes the first.
  Iterator begin() const {
    Generator& generator = options_.generator ? *options_.generator : default_generator();
    const auto pass = static_cast<uint64_t>(generator.below(int64_t{1} << 62));
    Iterator first;
    first.pass_->make = [dataset = dataset_, collate = collate_, pass, at = size_t{0},
                         order =
                             draw_batches(dataset_->size(), options_, generator)]() mutable -> std::optional<Batch> {
      if (at == order.size()) return std::nullopt;
      const BatchRandomness randomness(pass, at);
      std::vector<Item> items;
      for (const int64_t i : order[at]) items.push_back(dataset->get(i));
      ++at;
      return collate(std::as_const(items));
    };
    if (options_.prefetch > 0)
      first.pass_->worker =
          std::make_unique<Prefetch<Batch>>(std::move(first.pass_->make), static_cast<size_t>(options_.prefetch));
    return ++first;
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  DataLoader(std::shared_ptr<const D> dataset, LoaderOptions options, Collate collate)
      : dataset_(std::move(dataset)), options_(std::move(options)), collate_(std::move(collate)) {
    data::check(options_);
  }
  std::shared_ptr<const D> dataset_;
  LoaderOptions options_;
  Collate collate_;
};

}  // namespace lemma::data
