#include "lemma/data/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "lemma/core/error.h"

namespace lemma::data {
namespace {

// Fisher and Yates, from the end. std::shuffle's order would depend on the standard library.
template <class T>
void shuffle(std::vector<T>& items, Generator& generator) {
  for (size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<size_t>(generator.below(static_cast<int64_t>(i)))]);
}

void check_positive(const char* name, int64_t value) {
  if (value < 1) throw ValueError("make_batches", fmt::format("{} is {}; expected 1 or more", name, value));
}

}  // namespace

std::vector<std::vector<int64_t>> make_batches(const EncodedTexts& dataset, int64_t batch_size, Generator* generator,
                                               int64_t pool) {
  std::vector<int64_t> lengths;
  for (const Example& example : dataset.examples) lengths.push_back(example.length());
  return make_batches(lengths, batch_size, generator, pool);
}

std::vector<std::vector<int64_t>> make_batches(const std::vector<int64_t>& lengths, int64_t batch_size,
                                               Generator* generator, int64_t pool) {
  check_positive("batch_size", batch_size);
  check_positive("pool", pool);
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  if (generator) shuffle(order, *generator);
  const auto count = static_cast<int64_t>(order.size());
  const int64_t pool_size = generator && pool <= count / batch_size ? pool * batch_size : std::max<int64_t>(count, 1);
  std::vector<std::vector<int64_t>> batches;
  const auto length = [&](int64_t i) { return lengths[static_cast<size_t>(i)]; };
  for (int64_t begin = 0; begin < count; begin += pool_size) {
    const int64_t end = std::min(begin + pool_size, count);
    std::stable_sort(order.begin() + begin, order.begin() + end,
                     [&](int64_t a, int64_t b) { return length(a) < length(b); });
    for (int64_t i = begin; i < end; i += batch_size)
      batches.emplace_back(order.begin() + i, order.begin() + std::min(i + batch_size, end));
  }
  if (generator) shuffle(batches, *generator);
  return batches;
}

double padding_share(const EncodedTexts& dataset, const std::vector<std::vector<int64_t>>& batches) {
  int64_t real = 0, all = 0;
  for (const auto& batch : batches) {
    int64_t longest = 0;
    for (const int64_t i : batch) {
      real += dataset.examples.at(static_cast<size_t>(i)).length();
      longest = std::max(longest, dataset.examples.at(static_cast<size_t>(i)).length());
    }
    all += longest * static_cast<int64_t>(batch.size());
  }
  return all == 0 ? 0.0 : 1.0 - static_cast<double>(real) / static_cast<double>(all);
}

}  // namespace lemma::data
